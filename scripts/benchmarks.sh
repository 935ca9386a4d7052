#!/bin/sh
# Runs the benches of the store and writes docs/benchmarks.md from what criterion measured. The page
# is replaced at the end, and only when every bench has run.
#
#   scripts/benchmarks.sh        $CARGO and $CARGO_TARGET_DIR are heeded; stores are made in $TMPDIR
set -eu

cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-target}
page=docs/benchmarks.md
new=$(mktemp docs/.benchmarks.XXXXXX)
trap 'rm -f "$new"' EXIT
trap 'exit 130' INT TERM

fail() { echo "benchmarks: $*" >&2; exit 1; }

# Estimates of an earlier run are older than this file.
begun=$target/tmp/store-begun
mkdir -p "$target/tmp"
: >"$begun"
rm -f "$target/tmp/store-bytes"
"${CARGO:-cargo}" bench --bench store

# Nanoseconds of one iteration of a bench, the median.
estimate() {
    file="$target/criterion/$1/$2/new/estimates.json"
    [ -n "$(find "$file" -newer "$begun" 2>/dev/null)" ] || fail "$1, $2 was not measured"
    found=$(sed -n 's/.*"median":{"confidence_interval":{[^}]*},"point_estimate":\([0-9.e+]*\).*/\1/p' "$file")
    [ -n "$found" ] || fail "$file has no median"
    echo "$found"
}

# What the bench itself says: `bytes KIND SIZE ENGINE`.
bytes() {
    found=$(awk -v what="$1 $2 $3" '$1 " " $2 " " $3 == what { print $4 }' "$target/tmp/store-bytes")
    [ -n "$found" ] || fail "no bytes of $1 $2 $3"
    echo "$found"
}

# Microseconds a record from nanoseconds and records.
each() { awk -v ns="$1" -v n="$2" 'BEGIN { us = ns / n / 1000; printf us < 10 ? "%.2f" : us < 100 ? "%.1f" : "%.0f", us }'; }

# How often the second number holds the first.
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.1f", b / a }'; }

row() {
    group=$1 bench=$2 records=$3 says=$4
    lmdb=$(estimate "$group" "lmdb $bench")
    sqlite=$(estimate "$group" "sqlite $bench")
    duckdb=-
    if [ "$bench" = batch ]; then
        duckdb=$(each "$(estimate "$group" "duckdb $bench")" "$records")
    fi
    echo "| $says | $(each "$lmdb" "$records") | $(each "$sqlite" "$records") | $duckdb | $(ratio "$lmdb" "$sqlite") |"
}

table() {
    kind=$1 title=$2 one_by_one=$3
    for size in 1000 100000; do
        printf '\n### %s, %s records\n\n' "$title" "$size"
        echo '| microseconds a record | LMDB | SQLite | DuckDB | SQLite : LMDB |'
        echo '| --- | ---: | ---: | ---: | ---: |'
        row "$kind $size" 'one by one' 100 "$one_by_one"
        row "$kind $size" batch "$size" 'put in one batch'
        echo "| of which encoding | $(each "$(estimate "$kind $size" 'lmdb encode')" "$size") | - | - | |"
        row "$kind $size" get 1000 'get by key'
        row "$kind $size" scan "$size" 'scan in key order'
        echo "| bytes on disk | $(bytes "$kind" $size lmdb) | $(bytes "$kind" $size sqlite) | $(bytes "$kind" $size duckdb) | |"
    done
}

copies() {
    all=$(bytes canonical 60000 all)
    echo '| | LMDB | SQLite | DuckDB |'
    echo '| --- | ---: | ---: | ---: |'
    for what in 'copy to:copy from LMDB' 'copy from:copy to LMDB' 'verify:verify against LMDB'; do
        line="| ${what#*:} |"
        for engine in lmdb sqlite duckdb; do
            ns=$(estimate copies "${what%%:*} $engine")
            line="$line $(awk -v ns="$ns" -v bytes="$all" 'BEGIN { printf "%.0f", bytes * 60000 / ns * 1000 }') |"
        done
        echo "$line"
    done
}

processor() {
    sed -n 's/^model name[^:]*: *//p' /proc/cpuinfo 2>/dev/null | head -n 1 | grep . || sysctl -n machdep.cpu.brand_string
}

{
    cat <<TEXT
# What keeping records costs

Written by \`make bench-docs\` from \`benches/store.rs\`; medians of criterion.

- $(processor), $(getconf _NPROCESSORS_ONLN) processors, $(uname -sm), stores on $(df -PT "${TMPDIR:-/tmp}" 2>/dev/null | awk 'NR == 2 { print $2 }')
- elcano $(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1), $(sed -n 's/^versions //p' "$target/tmp/store-bytes"), $(rustc --version | cut -d ' ' -f 1,2)

Records are synthetic and the same for every engine. Every transaction of LMDB and SQLite is synced before it counts, a
DuckDB file once, when it is complete. One by one is one transaction a record: 100 of them are measured, put into a store
that holds as many records as the heading has. A run in the log is put twice, when it begins and when it ends, each time
after a look whether it is there. Reading is by 1,000 keys in an order that is not theirs. Making the records and a new
store is outside the timing.
TEXT
    table chunks Chunks 'put one by one'
    table executions 'Execution log' 'begin and end one by one'
    table metrics 'Metrics of files' 'put one by one'
    cat <<TEXT

### Copies

60,000 records, 20,000 of each kind, in megabytes a second of their canonical form ($(bytes canonical 60000 all) bytes a record). A copy
ends when it is synced and in its place; verifying reads both stores whole.

TEXT
    copies
    cat <<'TEXT'

## Where LMDB is not ahead

- **One by one, and small batches.** At equal durability LMDB waits for the disk twice in a transaction, once for the pages
  and once for the page that makes them count; SQLite waits once, for its log. With one record a transaction there is
  little else to measure, and how long a disk takes varies many times over. A run never writes so: it gathers records
  for seconds or tens of megabytes, and only the log of runs is written at once.
- **In one batch.** LMDB takes bytes, so a batch pays for encoding and for the checksum that LMDB itself does not have; the
  row "of which encoding" has that part. In a run the threads that measure encode, and the one that
  writes only copies.
- **Scans of values that are mostly text.** Every value's checksum is computed when it is read, whereas SQLite reads its
  pages as they are. Where a record has many columns, as metrics have, decoding one value is quicker than reading them.
- **Bytes.** Runs are kept as JSON in LMDB, for people who look into it with other tools; columns have no field names. DuckDB
  compresses its columns, and synthetic records compress well.
TEXT
} >"$new"
chmod 644 "$new"
mv "$new" "$page"
echo "benchmarks: wrote $page"
