#!/bin/sh
# Scans a folder at level full and carries its store through every engine and back, comparing every
# record at each leg: LMDB -> SQLite -> LMDB -> SQLite, and LMDB -> DuckDB -> LMDB. Fails at the
# first leg that is not equal.
#
#   scripts/round-trip.sh FOLDER        $ELCANO is the program, $TMPDIR says where the stores go
set -eu

ELCANO=${ELCANO:-target/release/elcano}
if [ $# -ne 1 ] || [ ! -d "$1" ]; then
    echo "usage: $0 FOLDER" >&2
    exit 2
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

now() { date +%s%N; }

# Runs a command and says how long it took and how large what it made is.
timed() {
    what=$1 made=$2
    shift 2
    begun=$(now)
    "$@" >"$work/out" || { cat "$work/out"; echo "round trip: failed: $what" >&2; exit 1; }
    took=$((($(now) - begun) / 1000000))
    size=$(du -sk "$made" | cut -f1)
    printf '%-22s %7d.%03d s %9d KiB\n' "$what" $((took / 1000)) $((took % 1000)) "$size"
}

verified() {
    timed "verify home, $1" "$work/${1#*:}" "$ELCANO" verify "lmdb:$work/home" "${1%%:*}:$work/${1#*:}"
    tail -n 1 "$work/out"
}

leg() {
    timed "$1 -> $2" "$work/${2#*:}" "$ELCANO" migrate --from "${1%%:*}:$work/${1#*:}" --to "${2%%:*}:$work/${2#*:}"
    verified "$2"
}

timed "scan --level full" "$work/home" "$ELCANO" scan --level full --store "lmdb:$work/home" "$1"
leg lmdb:home sqlite:a
leg sqlite:a lmdb:b
leg lmdb:b sqlite:c
leg lmdb:home duckdb:d
leg duckdb:d lmdb:e
timed "export, with views" "$work/f" "$ELCANO" export --to "duckdb:$work/f" --store "lmdb:$work/home"
echo "round trip: every record of every family came home"
