#!/bin/sh
# Fuzzes: each target for so many seconds, from what is in tests/fuzz/found/TARGET. What a target
# finds is in tests/fuzz/artifacts/TARGET, and the exit code is 1.
#
#     scripts/fuzz.sh SECONDS [TARGET...]     all targets without one
#
# It takes cargo-fuzz, and neither a nightly toolchain nor a sanitizer: what is fuzzed has no
# `unsafe` that one could watch.
set -eu

cd "$(dirname "$0")/.."
seconds=${1:?usage: fuzz.sh SECONDS [TARGET...]}
shift
scripts/libduckdb.sh
export DUCKDB_LIB_DIR="$PWD/.duckdb" LD_LIBRARY_PATH="$PWD/.duckdb${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
# cargo-fuzz asks for flags that stable compilers take only so.
export RUSTC_BOOTSTRAP=1

cd tests/fuzz
if [ $# -eq 0 ]; then
    for file in fuzz_targets/*.rs; do
        set -- "$@" "$(basename "$file" .rs)"
    done
fi
failed=0
for target in "$@"; do
    mkdir -p "corpus/$target"
    found=
    [ ! -d "found/$target" ] || found="found/$target"
    echo "==> $target"
    # shellcheck disable=SC2086 # A folder or nothing.
    cargo fuzz run --fuzz-dir . -s none -D "$target" "corpus/$target" $found -- \
        -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 || failed=1
done
exit "$failed"
