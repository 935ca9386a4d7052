#!/bin/sh
# Puts DuckDB's prebuilt library into .duckdb/, where .cargo/config.toml and build.rs look for it.
# Compiling DuckDB takes about 40 minutes on two cores; linking to this library takes none. Run it
# as often as you like: it acts only once.
#
# In this order: what DUCKDB_LIB_DIR names, what is there already, the cache under the home folder,
# the npm package (through the npm client and the registry it is set to), an installed libduckdb.
set -eu

cd "$(dirname "$0")/.."
here=.duckdb
cache=${ELCANO_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/elcano}

say() { echo "libduckdb: $*" >&2; }
fail() {
    say "$*"
    exit 1
}

# One row a platform: npm package, its version, the library's name, its SHA-256. Every sum was taken
# from the package itself. Versions may differ in the last place: each of them exports all that the
# crate `duckdb` 1.10506 declares. The two macOS packages hold the same universal library.
case "$(uname -s)-$(uname -m)" in
Linux-x86_64)
    package=linux-x64 version=1.5.6-r.1 library=libduckdb.so
    sum=3f4962cdd266eab2b479a5b5a4a6d063d279b2954ae814ed00385d553b747633
    ;;
Linux-aarch64)
    package=linux-arm64 version=1.5.5-r.5 library=libduckdb.so
    sum=d00d007f3f7ca1f2896a5e4b89c2ce141bf0508506a9d6d56f9598b8e59d074e
    ;;
Darwin-arm64)
    package=darwin-arm64 version=1.5.5-r.5 library=libduckdb.dylib
    sum=b9027d18ef3e8d960568f77e946a83ca68009cb22d71cf7f94de842afdd094d8
    ;;
Darwin-x86_64)
    package=darwin-x64 version=1.5.5-r.5 library=libduckdb.dylib
    sum=b9027d18ef3e8d960568f77e946a83ca68009cb22d71cf7f94de842afdd094d8
    ;;
Darwin-*) package='' version='' library=libduckdb.dylib sum='' ;;
*) package='' version='' library=libduckdb.so sum='' ;;
esac

sum_of() {
    if command -v sha256sum >/dev/null 2>&1; then
        sha256sum "$1" | cut -d ' ' -f 1
    else
        shasum -a 256 "$1" | cut -d ' ' -f 1
    fi
}
good() { [ -f "$1" ] && [ "$(sum_of "$1")" = "$sum" ]; }

# Copies $1 to $2 so that half a file is never seen there.
place() {
    mkdir -p "$(dirname "$2")"
    part=$2.$$
    cp "$1" "$part"
    mv -f "$part" "$2"
    part=''
}

# The folder of a library that the system has installed, or nothing.
installed() {
    folders=$(
        pkg-config --variable=libdir duckdb 2>/dev/null || true
        { ldconfig -p 2>/dev/null || true; } | sed -n 's|.*=> \(/.*\)/libduckdb\.so$|\1|p'
        if command -v brew >/dev/null 2>&1; then echo "$(brew --prefix)/lib"; fi
        printf '%s\n' /usr/local/lib /usr/lib
    )
    echo "$folders" | while read -r folder; do
        if [ -n "$folder" ] && [ -f "$folder/$library" ]; then
            echo "$folder"
            break
        fi
    done
}

part='' temporary=''
trap 'rm -rf ${part:+"$part"} ${temporary:+"$temporary"}' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# 1. The person decides. The value that cargo itself sets (.cargo/config.toml) means the folder
#    here.
if [ "${DUCKDB_LIB_DIR:-$here}" != "$here" ]; then
    [ -e "$DUCKDB_LIB_DIR/$library" ] || fail "DUCKDB_LIB_DIR is $DUCKDB_LIB_DIR, but $library is not there"
    say "using $DUCKDB_LIB_DIR/$library, as DUCKDB_LIB_DIR says"
    exit 0
fi

# 2. There already. A link is an installed library that an earlier run of this script settled on.
if [ -L "$here/$library" ] && [ -e "$here/$library" ]; then exit 0; fi
if [ -n "$sum" ]; then
    if good "$here/$library"; then exit 0; fi

    # 3. Fetched before, for another clone.
    kept=$cache/libduckdb-$package-$version/$library
    if good "$kept"; then
        place "$kept" "$here/$library"
        say "$here/$library from $kept"
        exit 0
    fi

    # 4. The npm package.
    if command -v npm >/dev/null 2>&1; then
        temporary=$(mktemp -d)
        say "fetching @duckdb/node-bindings-$package $version with npm (about 25 MB, once)"
        if (cd "$temporary" && npm pack "@duckdb/node-bindings-$package@$version" >log 2>&1 && tar -xzf ./*.tgz); then
            # Never fall back from a wrong sum to something else: a person should look at it.
            good "$temporary/package/$library" ||
                fail "the npm package holds another $library than expected: SHA-256 $(sum_of "$temporary/package/$library"), not $sum"
            place "$temporary/package/$library" "$kept"
            place "$kept" "$here/$library"
            say "$here/$library, DuckDB ${version%%-*}"
            exit 0
        fi
        say "npm did not get the package:"
        sed 's/^/    /' "$temporary/log" >&2
    else
        say "npm is not installed"
    fi
else
    say "no prebuilt package is known for $(uname -s) on $(uname -m)"
fi

# 5. What the system has.
folder=$(installed)
if [ -n "$folder" ]; then
    mkdir -p "$here"
    ln -sf "$folder/$library" "$here/$library"
    say "using the installed $folder/$library (made for DuckDB 1.5; an older one may lack symbols)"
    exit 0
fi

fail "no libduckdb. One of these helps:
    install Node.js, so that npm can fetch the package, and run this again
    install DuckDB 1.5 with its C library
    set DUCKDB_LIB_DIR to a folder that holds $library
    build with 'cargo build --release --features bundled', which compiles DuckDB (about 40 minutes on two cores)"
