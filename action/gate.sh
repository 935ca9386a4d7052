#!/usr/bin/env bash
# Runs the gate with the inputs of the action, which come as variables. Everything a reader sees is
# made by elcano itself.
set -euo pipefail

# Not in the checkout: what a change brings along is no store of ours.
export ELCANO_STORE=lmdb:$RUNNER_TEMP/elcano-store

# What is wrong with an input ends the step as wrong usage does, and the outputs say so.
finish() {
    echo "exit-code=$1" >>"$GITHUB_OUTPUT"
    exit "$1"
}
case $GATE_COMMAND in
check) arguments=(check "$GATE_PATH") ;;
ci) arguments=(run ci "$GATE_PATH") ;;
*)
    echo "::error title=elcano::the input command is check or ci, not $GATE_COMMAND"
    finish 2
    ;;
esac
arguments+=(--base "$GATE_BASE" --fail-on "$GATE_FAIL_ON" --format text --format outputs)
while IFS= read -r limit; do
    limit=${limit//[[:space:]]/}
    [ -z "$limit" ] || arguments+=(--limit "$limit")
done <<<"$GATE_LIMITS"
[ "$GATE_FETCH_BASE" != true ] || arguments+=(--fetch-base)
[ -z "$GATE_CONFIG" ] || arguments+=(--config "$GATE_CONFIG")
[ -z "$GATE_BASELINE" ] || arguments+=(--baseline "$GATE_BASELINE")
[ "$GATE_ANNOTATIONS" != true ] || arguments+=(--format github)
[ "$GATE_SUMMARY" != true ] || arguments+=(--format summary)
[ -z "$GATE_SARIF" ] || arguments+=(--format "sarif=$GATE_SARIF")

# Its digests are checked before anything of it is used; without it everything is measured anew.
if [ -n "$GATE_PACK" ] && [ -e "$GATE_PACK" ]; then
    "$ELCANO" store unpack --force "$GATE_PACK" >&2 ||
        echo "::warning title=elcano::what the cache held cannot be used; everything is measured anew"
fi

# GITHUB_ACTIONS would add formats of its own to what the inputs ask for.
code=0
env -u GITHUB_ACTIONS CI=true "$ELCANO" "${arguments[@]}" || code=$?
if [ "$GATE_COMMAND" = ci ] && [ "$GATE_SUMMARY" = true ] && [ "$code" -le 1 ]; then
    "$ELCANO" report --format markdown >>"$GITHUB_STEP_SUMMARY"
fi
finish "$code"
