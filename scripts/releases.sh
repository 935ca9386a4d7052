#!/usr/bin/env bash
# The gate over the releases of an npm package, each against the one before it, as if each were a
# change: scripts/releases.sh [PACKAGE [COUNT]]        the newest COUNT + 1 releases; 11 of eslint
# by default Prints a row a pair; the repository with a commit a release stays in $ELCANO_RELEASES,
# for a look at the functions named.
set -euo pipefail

package=${1:-eslint}
count=${2:-10}
elcano=${ELCANO:-target/release/elcano}
elcano=$(realpath "$elcano")
repository=${ELCANO_RELEASES:-$(mktemp -d)/$package}

if [ ! -d "$repository/.git" ]; then
    mkdir -p "$repository"
    git -C "$repository" init -q
    versions=$(npm view "$package" versions --json | tr -d '[]", ' | grep -E '^[0-9]+\.[0-9]+\.[0-9]+$' | sort -V | tail -n $((count + 1)))
    download=$(mktemp -d)
    trap 'rm -rf "$download"' EXIT
    for version in $versions; do
        (cd "$download" && npm pack --silent "$package@$version" >/dev/null)
        find "$repository" -mindepth 1 -maxdepth 1 ! -name .git -exec rm -rf {} +
        tar -xzf "$download"/*.tgz -C "$repository" --strip-components 1
        rm "$download"/*.tgz
        git -C "$repository" add -A
        git -C "$repository" -c user.name=releases -c user.email=releases@example.invalid commit -q --allow-empty -m "$version"
    done
fi

printf '%-20s %-5s %5s %5s %5s %5s\n' release gate new worse fixed files
previous=
for commit in $(git -C "$repository" rev-list --reverse HEAD); do
    if [ -n "$previous" ]; then
        git -C "$repository" checkout -q "$commit"
        code=0
        json=$("$elcano" check "$repository" --base "$previous" --format json -q) || code=$?
        [ "$code" -le 1 ] || exit "$code"
        number() { printf '%s' "$json" | sed -n "s/^ *\"$1\": \([0-9]*\),*$/\1/p" | head -n 1; }
        verdict=pass
        [ "$code" -eq 0 ] || verdict=FAIL
        printf '%-20s %-5s %5s %5s %5s %5s\n' "$(git -C "$repository" log -1 --format=%s)" "$verdict" \
            "$(number new)" "$(number regressed)" "$(number fixed)" "$(number files_gated)"
    fi
    previous=$commit
done
printf '\n%s\n' "$repository"
