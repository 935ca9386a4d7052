#!/bin/sh
# Compares elcano's numbers with those of other tools on the same files, function by function and
# file by file, and writes docs/agreement.md.
#
#     scripts/compare.sh [PART...]      parts of the corpus (default: all there are); see scripts/corpus.sh
#
# At most FILES (200) files of each language in each part, chosen by the hash of their content; the
# same ones every time. Rows are compared on at most LINE_FILES (1500), and on linux too. Every pair
# of values stays in DATABASE (target/agreement.duckdb), table `pair`; the head of docs/agreement.md
# says how to ask it. The tools are installed into the cache; elcano is $ELCANO
# (target/release/elcano). A tool that is not there is named and left out.
set -eu

cd "$(dirname "$0")/.."
cache=${ELCANO_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/elcano}
export PEERS="$cache/peers"
export CORPUS="${ELCANO_CORPUS:-corpus}"
export ELCANO="${ELCANO:-target/release/elcano}"
export DATABASE="${DATABASE:-target/agreement.duckdb}"
export FILES="${FILES:-200}"
export LINE_FILES="${LINE_FILES:-1500}"

say() { echo "compare: $*" >&2; }
if [ ! -x "$ELCANO" ]; then
    say "no $ELCANO: run 'make build' first"
    exit 1
fi

# from_pip NAME VERSION: into a folder of its own.
from_pip() {
    if [ "$("$PEERS/$1/bin/python" -c "from importlib.metadata import version; print(version('$1'))" 2>/dev/null)" != "$2" ]; then
        say "installing $1 $2 with pip"
        { python3 -m venv "$PEERS/$1" && "$PEERS/$1/bin/pip" install --quiet "$1==$2"; } || say "left out: $1"
    fi
}
# from_cargo PACKAGE BINARY VERSION
from_cargo() {
    if ! "$PEERS/bin/$2" --version 2>/dev/null | grep -q "^$2 $3"; then
        say "installing $1 $3 with cargo (some minutes, once)"
        cargo install --quiet --locked --force --root "$PEERS" "$1@$3" || say "left out: $2"
    fi
}
from_pip lizard 1.24.3
from_pip radon 6.0.1
from_pip complexipy 8.3.0
from_pip duckdb 2.0.0
from_cargo big-code-analysis-cli bca 2.4.0
from_cargo tokei tokei 15.0.0

[ $# -gt 0 ] || set -- $(cd "$CORPUS" && ls)
exec "$PEERS/duckdb/bin/python" scripts/compare.py "$@"
