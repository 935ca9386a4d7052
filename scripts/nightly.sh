#!/bin/sh
# Measures parts of the corpus and checks what must hold of real code: a run that finds everything
# in the store, and one with a single thread, say the same as the first; the second parses nothing;
# the store is sound.
#
#     scripts/nightly.sh PART...        parts of the corpus; see scripts/corpus.sh
#
# elcano is $ELCANO (target/release/elcano). Reports and exports are left in nightly/PART.
set -eu

cd "$(dirname "$0")/.."
ELCANO=$(realpath "${ELCANO:-target/release/elcano}")
corpus=$(realpath "${ELCANO_CORPUS:-corpus}")
[ $# -gt 0 ] || {
    echo "usage: nightly.sh PART..." >&2
    exit 2
}

fail() {
    echo "nightly: $*" >&2
    exit 1
}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
for part in "$@"; do
    out=$PWD/nightly/$part
    rm -rf "$out" "$scratch/store"
    mkdir -p "$out"
    # The pipeline writes its export and its reports where it is started.
    (cd "$out" && "$ELCANO" run nightly "$corpus/$part" --store "lmdb:$scratch/store" >report.txt)
    "$ELCANO" scan "$corpus/$part" --level full --store "lmdb:$scratch/store" --json >"$out/second.json"
    grep -q '"files_parsed": 0,' "$out/second.json" || fail "$part: a second scan parsed again"
    "$ELCANO" scan "$corpus/$part" --level full --store "lmdb:$scratch/single" --jobs 1 --json >"$out/single.json"
    first=$(grep '"snapshot"' "$out/second.json")
    [ "$first" = "$(grep '"snapshot"' "$out/single.json")" ] || fail "$part: one thread makes another snapshot"
    "$ELCANO" store doctor --store "lmdb:$scratch/store" >/dev/null || fail "$part: the store is damaged"
    rm -rf "$scratch/store" "$scratch/single"
    echo "nightly: $part: $(sed -n 's/.*"files_found": \([0-9]*\),*/\1/p' "$out/second.json") files, twice the same"
done
