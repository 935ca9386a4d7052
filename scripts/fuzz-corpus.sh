#!/bin/sh
# Writes the first corpus of the fuzz target `measure` into a folder: each fixture, behind the byte
# that chooses its language.
set -eu
cd "$(dirname "$0")/.."
into=${1:?a folder}
mkdir -p "$into"
at=0
for spec in src/lang/specs/*.toml; do
  language=$(basename "$spec" .toml)
  byte=$(printf '%03o' "$at")
  for file in tests/fixtures/"$language"/*; do
    case $file in *.golden.json) continue ;; esac
    # shellcheck disable=SC2059 # the format is the byte
    { printf "\\$byte"; cat "$file"; } > "$into/$language-$(basename "$file")"
  done
  at=$((at + 1))
done
