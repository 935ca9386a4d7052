#!/bin/sh
# Packs a binary as it is released: pack.sh BINARY TAG TARGET FOLDER makes
# FOLDER/elcano-TAG-TARGET.tar.gz, with licences, completions and the manual page.
set -eu

[ $# -eq 4 ] || {
    echo "usage: pack.sh BINARY TAG TARGET FOLDER" >&2
    exit 2
}
binary=$1 name=elcano-$2-$3 folder=$4
top=$(cd "$(dirname "$0")/.." && pwd)

mkdir -p "$folder/$name/completions"
cp "$binary" "$folder/$name/elcano"
cp "$top"/LICENSE-* "$top/README.md" "$folder/$name/"
for shell in bash zsh fish; do
    "$binary" completions "$shell" >"$folder/$name/completions/elcano.$shell"
done
"$binary" man >"$folder/$name/elcano.1"
tar -C "$folder" -czf "$folder/$name.tar.gz" "$name"
rm -r "${folder:?}/$name"
