#!/bin/sh
# Runs elcano beside other tools that measure source code, on the same files, and prints medians and
# ratios.
#
#     scripts/bench-peers.sh [PART...]      parts of the corpus (default: django redis); see scripts/corpus.sh
#
# ROUNDS (5) rounds, the tools taking turns within each, all with JOBS (every core) threads, on a
# copy that holds the same files for everybody. elcano starts with an empty store each time; what
# the others print goes to /dev/null, which spares them the writing that elcano does.
#
# The tools are installed into the cache, elcano is $ELCANO (target/release/elcano); nothing is
# written into the repository.
set -eu

cd "$(dirname "$0")/.."
cache=${ELCANO_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/elcano}
peers=$cache/peers
corpus=${ELCANO_CORPUS:-corpus}
export ELCANO="${ELCANO:-target/release/elcano}"
export ROUNDS="${ROUNDS:-5}"
export JOBS="${JOBS:-$(getconf _NPROCESSORS_ONLN)}"
bca_version=2.4.0
lizard_version=1.24.3

say() { echo "bench-peers: $*" >&2; }
fail() {
    say "$*"
    exit 1
}

[ -x "$ELCANO" ] || fail "no $ELCANO: run 'make build' first"

export BCA="$peers/bin/bca"
if [ "$("$BCA" --version 2>/dev/null)" != "bca $bca_version" ]; then
    say "installing big-code-analysis $bca_version with cargo (some minutes, once)"
    cargo install --quiet --locked --force --root "$peers" "big-code-analysis-cli@$bca_version" || say "left out: bca"
fi
export LIZARD="$peers/lizard/bin/lizard"
if [ "$("$LIZARD" --version 2>/dev/null)" != "$lizard_version" ]; then
    say "installing lizard $lizard_version with pip"
    { python3 -m venv "$peers/lizard" && "$peers/lizard/bin/pip" install --quiet "lizard==$lizard_version"; } || say "left out: lizard"
fi

[ $# -gt 0 ] || set -- django redis
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
for part in "$@"; do
    [ -d "$corpus/$part" ] || fail "$corpus/$part is not there: run 'make corpus' first"
    python3 - "$part" "$corpus/$part" "$scratch/$part" <<'PYTHON'
import csv, hashlib, io, json, os, shutil, statistics, subprocess, sys, time

part, corpus, scratch = sys.argv[1:]
source, store = os.path.join(scratch, "src"), os.path.join(scratch, "store")
jobs, rounds = os.environ["JOBS"], int(os.environ["ROUNDS"])
endings = {".py", ".c", ".h", ".cc", ".cpp", ".hpp", ".java", ".js", ".ts", ".tsx", ".go", ".rs"}

# The same files for everybody: in languages that all know; each content once, for elcano measures a
# copy only once; no empty ones, of which bca says nothing; and under plain names, for a folder
# `vendor` means something to some.
contents, size = set(), 0
for folder, _, names in os.walk(corpus):
    for name in names:
        path, ending = os.path.join(folder, name), os.path.splitext(name)[1]
        if ending in endings and os.path.isfile(path) and not os.path.islink(path):
            with open(path, "rb") as file:
                text = file.read()
            digest = hashlib.sha256(text).digest()
            if text and digest not in contents:
                target = os.path.join(source, f"{len(contents) // 200:03}", f"{len(contents):06}{ending}")
                os.makedirs(os.path.dirname(target), exist_ok=True)
                with open(target, "wb") as file:
                    file.write(text)
                contents.add(digest)
                size += len(text) / 1e6

# name -> command, files it measured according to its output. The output is read line by
# line: this process must stay small, for on Linux a child's peak memory starts at its parent's.
tools = {
    "elcano": (
        [os.path.abspath(os.environ["ELCANO"]), "scan", source, "--store", "lmdb:" + store, "--jobs", jobs, "--json"],
        lambda out: json.load(out)["files_parsed"],
    ),
    "bca": (
        [os.environ["BCA"], "metrics", "-O", "json", "--no-config", "--no-ignore", "--no-skip-generated", "-j", jobs, source],
        lambda out: sum(1 for _ in out),
    ),
    "lizard": (
        [os.environ["LIZARD"], "--csv", "--ignore_warnings", "-1", "--no-gitignore", "-t", jobs, source],
        # Only functions are listed, so these are the files that have any.
        lambda out: len({row[6] for row in csv.reader(io.TextIOWrapper(out, errors="replace"))}),
    ),
}
tools = {name: tool for name, tool in tools.items() if os.path.exists(tool[0][0])}


def run(name, out):
    """One run from nothing: seconds of CPU and of the clock, peak memory in MB (children included)."""
    shutil.rmtree(store, ignore_errors=True)
    with open(os.path.join(scratch, "errors"), "wb") as errors:
        start = time.monotonic()
        child = subprocess.Popen(tools[name][0], stdin=subprocess.DEVNULL, stdout=out, stderr=errors, cwd=scratch)
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.monotonic() - start
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        sys.exit(f"{name} ended with {child.returncode}: " + open(os.path.join(scratch, "errors"), errors="replace").read()[-2000:])
    # Linux counts in KiB, macOS in bytes.
    peak = usage.ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)
    return usage.ru_utime + usage.ru_stime, wall, peak


files = {}
for name in tools:  # also fills the page cache
    with open(os.path.join(scratch, "out"), "w+b") as out:
        run(name, out)
        out.seek(0)
        files[name] = tools[name][1](out)

seen = {name: [] for name in tools}
with open(os.devnull, "wb") as nothing:
    for _ in range(rounds):
        for name in tools:
            seen[name].append(run(name, nothing))

print(f"\n{part}: {len(contents)} files, {size:.1f} MB, {jobs} threads, medians of {rounds} rounds")
print(f"{'tool':<8} {'files':>7} {'CPU s':>8} {'wall s':>8} {'peak MB':>8} {'MB/CPU s':>9} {'CPU':>7} {'wall':>7}")
medians = {name: [statistics.median(column) for column in zip(*rows)] for name, rows in seen.items()}
for name, (cpu, wall, peak) in medians.items():
    base = medians["elcano"]
    print(
        f"{name:<8} {files[name]:>7} {cpu:>8.2f} {wall:>8.2f} {peak:>8.0f} {size / cpu:>9.1f}"
        f" {cpu / base[0]:>6.2f}x {wall / base[1]:>6.2f}x"
    )
PYTHON
done
