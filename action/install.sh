#!/usr/bin/env bash
# Installs a released elcano into the runner's temporary folder: the archive must have the checksum that this very
# revision of the action names. Writes the output `binary`.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)

fail() {
    echo "::error title=elcano::$*"
    exit 2
}
done_with() {
    "$1" --version
    echo "binary=$1" >>"$GITHUB_OUTPUT"
    exit 0
}

if [ -n "${ELCANO_BINARY:-}" ]; then
    binary=$(command -v -- "$ELCANO_BINARY") || fail "there is no $ELCANO_BINARY to run"
    case $binary in /*) ;; *) binary=$PWD/$binary ;; esac
    done_with "$binary"
fi

# action/release.txt: the version in its first line, then `sha256  archive` as sha256sum prints it.
version=${ELCANO_VERSION:-$(sed -n '1s/^version //p' "$here/release.txt")}
version=${version#v}
[ -n "$version" ] && [ "$version" != none ] ||
    fail "this revision of the action names no release; use a tagged one, or give an elcano with the input binary"

case "$(uname -s)-$(uname -m)" in
Linux-x86_64) target=x86_64-unknown-linux-gnu ;;
Linux-aarch64 | Linux-arm64) target=aarch64-unknown-linux-gnu ;;
Darwin-arm64) target=aarch64-apple-darwin ;;
Darwin-x86_64) target=x86_64-apple-darwin ;;
*) fail "no binary is released for $(uname -s) on $(uname -m); build it, and name it with the input binary" ;;
esac

archive=elcano-v$version-$target.tar.gz
sum=$(awk -v name="$archive" '$2 == name { print $1 }' "$here/release.txt")
[ -n "$sum" ] || fail "action/release.txt has no checksum of $archive; this action installs what it names and nothing else"

folder=$RUNNER_TEMP/elcano-$version
mkdir -p "$folder"
url=${ELCANO_DOWNLOADS:-${GITHUB_SERVER_URL:-https://github.com}/${GITHUB_ACTION_REPOSITORY:-}/releases/download}
curl --fail --silent --show-error --location --retry 3 --output "$folder/$archive" "$url/v$version/$archive" ||
    fail "cannot download $url/v$version/$archive"
if command -v sha256sum >/dev/null 2>&1; then
    got=$(sha256sum "$folder/$archive")
else
    got=$(shasum -a 256 "$folder/$archive")
fi
[ "${got%% *}" = "$sum" ] || fail "$archive has another checksum than action/release.txt names: not installed"
tar -xzf "$folder/$archive" -C "$folder" --strip-components 1
done_with "$folder/elcano"
