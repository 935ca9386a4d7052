#!/bin/sh
# Checks workflows, the action and shell scripts with the linters that are installed, and names
# those that are not. With LINT_ALL=1 one that is missing is an error. None of them asks the
# network.
set -eu

cd "$(dirname "$0")/.."
missing=0

lint() {
    if command -v "$1" >/dev/null 2>&1; then
        echo "==> $*"
        "$@"
    else
        echo "lint-workflows: $1 is not installed" >&2
        missing=1
    fi
}

lint actionlint
lint zizmor --offline --persona pedantic .github action.yml
lint shellcheck scripts/*.sh action/*.sh .ci/run
[ "${LINT_ALL:-}" != 1 ] || exit "$missing"
