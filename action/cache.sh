#!/usr/bin/env bash
# What is kept between runs: `key` names it, `pack` makes the file that is saved. It is unpacked by
# gate.sh.
set -euo pipefail

# Not in the checkout: what a change brings along is no store of ours.
export ELCANO_STORE=lmdb:$RUNNER_TEMP/elcano-store

case ${1:-} in
key)
    key=$("$ELCANO" store key "$GATE_PATH")
    printf 'key=%s\nfile=%s\n' "$key" "$RUNNER_TEMP/elcano.pack" >>"$GITHUB_OUTPUT"
    ;;
pack)
    # What was restored is there still, and is no longer wanted.
    rm -f "$GATE_PACK"
    [ -e "$RUNNER_TEMP/elcano-store" ] || exit 0
    # Facts that only older snapshots speak of would make each cache larger than the one before. A
    # cache that would hardly differ is not made: each takes its own room.
    "$ELCANO" store gc --keep 1 >&2
    "$ELCANO" store pack --if-parsed 5 "$GATE_PACK" >&2
    [ ! -e "$GATE_PACK" ] || echo "packed=true" >>"$GITHUB_OUTPUT"
    ;;
*)
    echo "cache.sh: key or pack?" >&2
    exit 2
    ;;
esac
