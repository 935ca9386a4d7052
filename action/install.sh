#!/usr/bin/env bash
# Installs a released elcano into the runner's temporary folder: the archive must have the checksum
# that this very revision of the action names. A revision that names none is built from its source.
# Writes the outputs `binary` and `version`.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)

fail() {
    echo "::error title=elcano::$*"
    exit 2
}
done_with() {
    version=$("$1" --version)
    echo "$version"
    printf 'binary=%s\nversion=%s\n' "$1" "${version##* }" >>"$GITHUB_OUTPUT"
    exit 0
}

if [ -n "${ELCANO_BINARY:-}" ]; then
    binary=$(command -v -- "$ELCANO_BINARY") || fail "there is no $ELCANO_BINARY to run"
    case $binary in /*) ;; *) binary=$PWD/$binary ;; esac
    done_with "$binary"
fi

# action/release.txt: `version`, or `source` in its place; `downloads` and a URL; `sha256  archive`
# as sha256sum prints it.
version=${ELCANO_VERSION:-$(sed -n '1s/^version //p' "$here/release.txt")}
version=${version#v}
[ -n "$version" ] || fail "action/release.txt names no version"

# Between releases there is no archive to name: `version source` says so in release.txt.
if [ "$version" = source ]; then
    root=$(dirname "$here")
    for tool in cargo make npm; do
        command -v "$tool" >/dev/null 2>&1 || fail "this revision is built from source, which needs $tool"
    done
    echo "::notice title=elcano::built from source, which takes minutes; a tagged revision installs in seconds"
    env -u CARGO_TARGET_DIR make -C "$root" build CARGO_FLAGS=--locked >&2 || fail "elcano does not build"
    done_with "$root/target/release/elcano"
fi

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
# Written down with the checksums: a composite action is not told its own repository.
url=${ELCANO_DOWNLOADS:-$(sed -n 's/^downloads //p' "$here/release.txt")}
[ -n "$url" ] || fail "action/release.txt does not say where releases are"
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
