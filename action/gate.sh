#!/usr/bin/env bash
# Runs the gate with the inputs of the action, which come as variables. Everything a reader sees is made by elcano itself.
set -euo pipefail

arguments=(check "$GATE_PATH" --base "$GATE_BASE" --fail-on "$GATE_FAIL_ON" --format text --format outputs)
while IFS= read -r limit; do
    limit=${limit//[[:space:]]/}
    [ -z "$limit" ] || arguments+=(--limit "$limit")
done <<<"$GATE_LIMITS"
[ -z "$GATE_CONFIG" ] || arguments+=(--config "$GATE_CONFIG")
[ -z "$GATE_BASELINE" ] || arguments+=(--baseline "$GATE_BASELINE")
[ "$GATE_ANNOTATIONS" != true ] || arguments+=(--format github)
[ "$GATE_SUMMARY" != true ] || arguments+=(--format summary)
[ -z "$GATE_SARIF" ] || arguments+=(--format "sarif=$GATE_SARIF")

code=0
"$ELCANO" "${arguments[@]}" || code=$?
echo "exit-code=$code" >>"$GITHUB_OUTPUT"
exit "$code"
