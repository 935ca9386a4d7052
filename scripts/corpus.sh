#!/bin/sh
# Fetches real repositories to measure, through the ordinary clients of the registries that this
# machine is set to use: cargo, npm, pip, apt. They land in corpus/NAME (or $ELCANO_CORPUS/NAME);
# the packed originals stay in the cache.
#
#     scripts/corpus.sh [NAME...]     all parts, or these; what is there already is left alone
#
# Every part is optional: without its client, or when the fetch fails, the part is named and left
# out. Without NAME that is no error as long as one part is there; a NAME that was asked for and
# failed is.
set -eu

cd "$(dirname "$0")/.."
corpus=${ELCANO_CORPUS:-corpus}
mkdir -p "$corpus"
corpus=$(cd "$corpus" && pwd)
packs=${ELCANO_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/elcano}/packs
mkdir -p "$packs"
log=$packs/log

say() { echo "corpus: $*" >&2; }
have() { command -v "$1" >/dev/null 2>&1 || { echo "$1 is not installed" && return 1; }; }

# The last of the files that a pattern matched; nothing, and non-zero, when it matched none.
last() {
    for file in "$@"; do :; done
    [ -f "$file" ] && echo "$file"
}

# Each fetcher leaves the unpacked source in $1 and returns non-zero when it could not; its output
# goes to the log.

# from_pip FOLDER NAME==VERSION: a source distribution from the Python index.
from_pip() {
    have python3 || return 1
    pack=$packs/${2%%==*}-${2##*==}.tar.gz
    if [ ! -f "$pack" ]; then
        python3 -m pip download --quiet --no-deps --no-binary :all: --dest "$packs" "$2" || return 1
    fi
    tar -xzf "$pack" -C "$1"
}

# from_npm FOLDER PACKAGE@VERSION...: npm packages, each in its own folder.
from_npm() {
    have npm || return 1
    folder=$1
    shift
    for package in "$@"; do
        plain=$(echo "${package#@}" | tr '/@' '--')
        if [ ! -f "$packs/$plain.tgz" ]; then
            (cd "$packs" && npm pack --silent "$package" && [ -f "$plain.tgz" ]) || return 1
        fi
        mkdir "$folder/$plain"
        tar -xzf "$packs/$plain.tgz" -C "$folder/$plain" || return 1
    done
}

# from_cargo FOLDER NAME=VERSION...: crates, unpacked by cargo. Default features are off, so that
# few others come along.
from_cargo() {
    have cargo || return 1
    folder=$1
    shift
    mkdir -p "$folder/.fetch/src"
    {
        printf '[package]\nname = "fetch"\nversion = "0.0.0"\nedition = "2021"\n[workspace]\n[dependencies]\n'
        for crate in "$@"; do
            printf '%s = { version = "=%s", default-features = false }\n' "${crate%=*}" "${crate#*=}"
        done
    } >"$folder/.fetch/Cargo.toml"
    : >"$folder/.fetch/src/lib.rs"
    (cd "$folder/.fetch" && cargo vendor --quiet --versioned-dirs vendor) || return 1
    for crate in "$@"; do
        mv "$folder/.fetch/vendor/${crate%=*}-${crate#*=}" "$folder/" || return 1
    done
    rm -rf "$folder/.fetch"
}

# from_deb FOLDER PACKAGE [ARCHIVE]: the files of a Debian binary package that holds sources, or of
# the one archive in it.
from_deb() {
    have apt-get && have dpkg-deb || return 1
    if ! pack=$(last "$packs/$2"_*.deb); then
        (cd "$packs" && apt-get -o APT::Sandbox::User=root download --quiet "$2") || return 1
        pack=$(last "$packs/$2"_*.deb) || return 1
    fi
    if [ $# -lt 3 ]; then
        dpkg-deb -x "$pack" "$1"
        return
    fi
    mkdir "$1/.deb"
    dpkg-deb -x "$pack" "$1/.deb" || return 1
    archive=$(find "$1/.deb" -type f -name "$3" | head -n 1)
    case "$archive" in
    *.zip) unzip -q -d "$1" "$archive" || return 1 ;;
    *) tar -xf "$archive" -C "$1" || return 1 ;;
    esac
    rm -rf "$1/.deb"
    # Debian's packaging of the kernel ignores everything at the top; here that everything is what
    # is measured.
    find "$1" -maxdepth 2 -name .gitignore -exec sed -i '/^\/\*$/d' {} +
}

# from_apt FOLDER PACKAGE: a Debian source package. Few machines list source packages, so the
# machine's own list is read again as one of sources, in a folder of ours; the system's stays as it
# is.
from_apt() {
    have apt-get || return 1
    if ! last "$packs/$2"_*.orig.tar.[gx]z; then
        lists=$packs/apt
        mkdir -p "$lists/parts" "$lists/lists/partial" "$lists/cache/archives/partial"
        for list in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
            if [ -f "$list" ]; then sed -n 's/^deb /deb-src /p' "$list" >"$lists/parts/$(basename "$list" .list).list"; fi
        done
        for list in /etc/apt/sources.list.d/*.sources; do
            if [ -f "$list" ]; then sed 's/^Types:.*/Types: deb-src/' "$list" >"$lists/parts/$(basename "$list")"; fi
        done
        set -- "$1" "$2" -o "Dir::Etc::SourceList=/dev/null" -o "Dir::Etc::SourceParts=$lists/parts" \
            -o "Dir::State::Lists=$lists/lists" -o "Dir::Cache=$lists/cache" -o "APT::Sandbox::User=root"
        folder=$1 package=$2
        shift 2
        if [ ! -f "$lists/fresh" ]; then
            apt-get "$@" update --quiet || return 1
            : >"$lists/fresh"
        fi
        (cd "$packs" && apt-get "$@" source --download-only --quiet "$package") || return 1
        set -- "$folder" "$package"
    fi
    tar -xf "$(last "$packs/$2"_*.orig.tar.[gx]z)" -C "$1"
}

# The parts: name, fetcher, what to fetch. Pinned where the registry keeps old versions; Debian
# keeps only its newest.
parts() {
    cat <<'TABLE'
django      from_pip    django==5.2.19
sympy       from_pip    sympy==1.14.0
sqlalchemy  from_pip    sqlalchemy==2.1.9
rust        from_cargo  tokio=1.54.1 serde_core=1.0.229 regex-automata=0.4.18 syn=3.0.9 clap_builder=4.6.7 rayon=1.12.0 hyper=1.12.0 egui=0.37.0
typescript  from_npm    rxjs@7.8.2 @tldraw/editor@5.5.2 zod@4.6.7 @angular/core@22.2.6
javascript  from_npm    three@0.187.0 react-dom@19.3.1
redis       from_apt    redis
git         from_apt    git
go          from_deb    golang-1.19-src
java        from_deb    openjdk-17-source src.zip
boost       from_deb    libboost1.74-dev
linux       from_deb    linux-source-6.1 linux-source-6.1.tar.xz
TABLE
}

part=''
trap 'rm -rf ${part:+"$part"}' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

fetch() {
    name=$1 fetcher=$2
    shift 2
    if [ -d "$corpus/$name" ]; then return 0; fi
    part=$corpus/.$name.$$
    mkdir "$part"
    say "$name: $*"
    # Unpacked beside its place and moved there whole: a folder that exists is complete.
    if "$fetcher" "$part" "$@" >"$log" 2>&1; then
        mv "$part" "$corpus/$name"
        part=''
    else
        say "$name: left out, '$fetcher $*' failed:"
        tail -n 3 "$log" | sed 's/^/    /' >&2
        rm -rf "$part"
        part=''
        return 1
    fi
}

missing='' every=''
rows=$(parts)
for wanted in "$@"; do
    echo "$rows" | grep -q "^$wanted " || { say "no part is called '$wanted'; there are: $(echo "$rows" | cut -d ' ' -f 1 | tr '\n' ' ')"; exit 2; }
done
if [ $# -eq 0 ]; then
    # shellcheck disable=SC2046 # a name is one word
    set -- $(echo "$rows" | cut -d ' ' -f 1)
    every=1
fi
for name in "$@"; do
    # shellcheck disable=SC2046 # a row is words
    fetch $(echo "$rows" | grep "^$name ") || missing="$missing $name"
done

printf '%-12s %9s %9s\n' part files MB
for folder in "$corpus"/*/; do
    if [ -d "$folder" ]; then
        printf '%-12s %9d %9d\n' "$(basename "$folder")" "$(find "$folder" -type f | wc -l)" "$(($(du -sk "$folder" | cut -f 1) / 1024))"
    fi
done
if [ -n "$missing" ]; then
    say "left out:$missing"
    if [ -z "$every" ] || [ -z "$(ls "$corpus")" ]; then exit 1; fi
fi
