"""Runs elcano and the other tools over a sample, keeps every pair of values, classes the differences by
scripts/agreement.toml, and writes docs/agreement.md. Run by scripts/compare.sh."""

import csv, hashlib, io, json, os, re, shutil, subprocess, sys, tempfile, textwrap, time, tomllib

import duckdb

HERE = os.path.dirname(os.path.abspath(__file__))
ELCANO, PEERS, CORPUS = (os.path.abspath(os.environ[name]) for name in ("ELCANO", "PEERS", "CORPUS"))
DATABASE = os.environ["DATABASE"]
FILES, LINE_FILES = int(os.environ["FILES"]), int(os.environ["LINE_FILES"])
LANGUAGES = {
    ".py": "python", ".c": "c", ".cpp": "cpp", ".cc": "cpp", ".hpp": "cpp", ".java": "java", ".js": "javascript",
    ".ts": "typescript", ".tsx": "tsx", ".go": "go", ".rs": "rust",
}
# Tool -> the policy that counts as it does, and its metrics.
TOOLS = {
    "lizard": ("lizard", ("cyclomatic", "nargs", "ploc")),
    "radon": ("radon", ("cyclomatic",)),
    "complexipy": ("default", ("cognitive",)),
    "bca": ("rca", ("cyclomatic", "cognitive", "nargs", "nexits", "sloc", "ploc", "cloc")),
    "tokei": ("default", ("code", "comment", "blank")),
}
METRICS = sorted({metric for _, metrics in TOOLS.values() for metric in metrics} - {"code", "comment"})


def say(text):
    print("compare:", text, file=sys.stderr, flush=True)


def run(command, may_fail=False, show=False):
    """Standard output; with `show` what the command says on standard error stays visible."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=None if show else subprocess.PIPE)
    if done.returncode != 0 and not may_fail:
        sys.exit(f"{command[0]} ended with {done.returncode}: {(done.stderr or b'').decode(errors='replace')[-2000:]}")
    return done.stdout.decode(errors="replace")


def sample(parts, source, limit):
    """Copies the files under plain names, for a folder `vendor` means something to some; gives name -> (part, path, language)."""
    chosen = {}
    for part in parts:
        found = {}
        for folder, folders, names in os.walk(os.path.join(CORPUS, part)):
            folders.sort()
            for name in sorted(names):
                path, ending = os.path.join(folder, name), os.path.splitext(name)[1]
                if ending in LANGUAGES and os.path.isfile(path) and not os.path.islink(path) and 0 < os.path.getsize(path) < 500_000:
                    with open(path, "rb") as file:
                        text = file.read()
                    # Not UTF-8: peers decode it each in its own way.
                    try:
                        text.decode()
                    except UnicodeDecodeError:
                        continue
                    found[hashlib.sha256(text).hexdigest()] = (path, LANGUAGES[ending], ending)
        for language in sorted(set(LANGUAGES.values())):
            of_language = sorted((digest, *where) for digest, where in found.items() if where[1] == language)
            for digest, path, _, ending in of_language[:limit]:
                name = f"{part}/{digest[:2]}/{digest[:16]}{ending}"
                os.makedirs(os.path.dirname(os.path.join(source, name)), exist_ok=True)
                shutil.copyfile(path, os.path.join(source, name))
                chosen[name] = (part, os.path.relpath(path, CORPUS), language)
    return chosen


def elcano(source, policy, scratch):
    """Functions of all files, and files, as dictionaries."""
    os.makedirs(scratch, exist_ok=True)
    store = "lmdb:" + os.path.join(scratch, policy)
    run([ELCANO, "scan", source, "--store", store, "--policy", policy, "--quiet"])
    ask = lambda sql: csv.DictReader(io.StringIO(run([ELCANO, "query", "--store", store, "--format", "csv", sql])))
    metrics = ", ".join(METRICS)
    functions = list(ask(f"SELECT path, space, parent, kind, name, start_line, end_line, error_bytes, {metrics} FROM spaces ORDER BY path, space"))
    files = list(ask("SELECT path, sloc, ploc, cloc, blank, error_bytes FROM file_metrics ORDER BY path"))
    return functions, files


def inner(spaces):
    """For each space: `inner`, decisions of the closures in it, which some tools count in the function around them; `nested`,
    the functions and closures in it; `outer`, those around it."""
    by_number = {(row["path"], row["space"]): row for row in spaces}
    for row in spaces:
        row["inner"] = row["nested"] = row["outer"] = 0
    for row in spaces:
        above = by_number.get((row["path"], row["parent"]))
        while row["kind"] in ("function", "closure") and above:
            above["nested"] += 1
            row["outer"] += above["kind"] in ("function", "closure")
            above = by_number.get((above["path"], above["parent"]))
        if row["kind"] == "closure":
            above = by_number.get((row["path"], row["parent"]))
            while above and above["kind"] == "closure":
                above = by_number.get((above["path"], above["parent"]))
            if above:
                above["inner"] += int(row["cyclomatic"]) - 1
    return spaces


def plain(name):
    """The last part of a name: `C::m`, `a.b`, `f( int )`."""
    return re.split(r"::|\.", name.split("(")[0].strip())[-1].strip()


# Through its documented interface file by file: one file that it cannot read ends a run of its
# command line.
LIZARD = """
import json, os, sys, lizard
for folder, _, names in os.walk(sys.argv[1]):
    for name in names:
        path = os.path.join(folder, name)
        try:
            functions = lizard.analyze_file(path).function_list
        except Exception as error:
            print(f"compare: lizard: {os.path.relpath(path, sys.argv[1])}: {error!r}", file=sys.stderr)
            continue
        for one in functions:
            values = {"ploc": one.nloc, "cyclomatic": one.cyclomatic_complexity, "nargs": one.parameter_count}
            print(json.dumps([os.path.relpath(path, sys.argv[1]), one.name, one.start_line, one.end_line, values]))
"""


def lizard(source):
    for line in run([f"{PEERS}/lizard/bin/python", "-c", LIZARD, source], show=True).splitlines():
        path, name, start, end, values = json.loads(line)
        yield path, plain(name), start, end, values


def radon(source):
    for path, blocks in json.loads(run([f"{PEERS}/radon/bin/radon", "cc", "-j", source])).items():
        waiting = [] if isinstance(blocks, dict) else [block for block in blocks if block["type"] != "class"]
        while waiting:
            block = waiting.pop()
            waiting += block["closures"]
            yield os.path.relpath(path, source), block["name"], block["lineno"], block["endline"], {"cyclomatic": block["complexity"]}


def complexipy(source):
    out = os.path.join(os.path.dirname(source), "complexipy.json")
    run([f"{PEERS}/complexipy/bin/complexipy", source, "--output-format", "json", "--output", out, "--isolated", "--no-ignore", "--quiet"], may_fail=True)
    with open(out) as file:
        rows = json.load(file)
    for row in rows:
        path = os.path.relpath(row["path"], source) if os.path.isabs(row["path"]) else row["path"].removeprefix(os.path.basename(source) + "/")
        yield path, plain(row["function_name"]), None, None, {"cognitive": row["complexity"]}


def bca(source):
    out = run([f"{PEERS}/bin/bca", "metrics", "-O", "json", "--no-config", "--no-ignore", "--no-skip-generated", "-j", "2", source])
    for line in out.splitlines():
        unit = json.loads(line)
        waiting = list(unit["spaces"])
        while waiting:
            space = waiting.pop()
            waiting += space["spaces"]
            if space["kind"] == "function":
                metrics = space["metrics"]
                loc = metrics.get("loc", {})
                values = {name: metrics.get(name, {}).get("value") for name in ("cyclomatic", "cognitive", "nargs")}
                # Its exits are a sum over what is inside; a function's own are what the others
                # compare.
                exits = lambda space: space["metrics"].get("nexits", {}).get("sum", 0)
                values["nexits"] = exits(space) - sum(exits(inside) for inside in space["spaces"])
                values |= {name: loc.get(name) for name in ("sloc", "ploc", "cloc")}
                yield os.path.relpath(unit["name"], source), plain(space["name"] or ""), space["start_line"], space["end_line"], values


def tokei(source):
    for report in json.loads(run([f"{PEERS}/bin/tokei", "--files", "--output", "json", "--no-ignore", "--hidden", source])).items():
        for file in report[1]["reports"] if report[0] != "Total" else []:
            stats = file["stats"]
            inside = stats.get("blobs", {}).values()
            # What is written in a comment in another language is comment all the same.
            comment = stats["comments"] + sum(blob["code"] + blob["comments"] + blob["blanks"] for blob in inside)
            yield os.path.relpath(file["name"], source), "", None, None, {"code": stats["code"], "comment": comment, "blank": stats["blanks"]}


def function_pairs(tool, rows, functions, texts):
    """Pairs of values by file, line and name, else file, name and last line; without lines by file and name if that is one."""
    by_line, by_end, by_name = {}, {}, {}
    for row in functions:
        path, name = row["path"], plain(row["name"])
        by_line.setdefault((path, name, int(row["start_line"])), []).append(row)
        by_end.setdefault((path, name, int(row["end_line"])), []).append(row)
        by_name.setdefault((path, name), []).append(row)
    rows = list(rows)
    times = {}
    for path, name, start, _, _ in rows:
        times[path, name, start] = times.get((path, name, start), 0) + 1
    unmatched = 0
    pairs = []
    for path, name, start, end, values in rows:
        if start is None:
            mine = by_name.get((path, name), [])
        else:
            mine = by_line.get((path, name, start)) or by_end.get((path, name, end)) or []
        if len(mine) != 1 or times[path, name, start] != 1:
            unmatched += 1
            continue
        row = mine[0]
        text = "\n".join(texts(path)[int(row["start_line"]) - 1 : int(row["end_line"])])
        for metric, value in values.items():
            if value is not None:
                pairs.append((tool, metric, path, name, int(row["start_line"]), float(row[metric]), float(value), row["inner"], row["nested"], row["outer"], 0, int(row["error_bytes"]), text))
    return pairs, unmatched


def file_pairs(tool, rows, files, texts):
    mine = {row["path"]: row for row in files}
    pairs, unmatched = [], 0
    for path, _, _, _, values in rows:
        row = mine.get(path)
        if row is None:
            unmatched += 1
            continue
        numbers = {"code": int(row["ploc"]), "blank": int(row["blank"])}
        numbers["comment"] = int(row["sloc"]) - numbers["code"] - numbers["blank"]
        lost = int(row["sloc"]) - sum(values.values())
        for metric, value in values.items():
            pairs.append((tool, metric, path, "", 0, float(numbers[metric]), float(value), 0, 0, 0, lost, int(row["error_bytes"]), "\n".join(texts(path))))
    return pairs, unmatched


def main():
    parts = sys.argv[1:]
    scratch = tempfile.mkdtemp()
    try:
        compare(parts, scratch)
    finally:
        shutil.rmtree(scratch)


def compare(parts, scratch):
    began = time.monotonic()
    source = os.path.join(scratch, "src")
    lines_source = os.path.join(scratch, "lines")
    chosen = sample([part for part in parts if part != "linux"], source, FILES)
    counted = sample(parts, lines_source, LINE_FILES)
    say(f"{len(chosen)} files of {len(parts)} parts; {len(counted)} for rows")
    cache = {}

    def texts(path):
        if path not in cache:
            with open(os.path.join(lines_source, path), encoding="utf-8", newline="") as file:
                lines = file.read().replace("\r\n", "\n").replace("\r", "\n").split("\n")
            cache[path] = lines[:-1] if lines[-1] == "" else lines
        return cache[path]

    mine, all_pairs, runs, whole = {}, [], [], None
    for tool, (policy, _) in TOOLS.items():
        binary = {"bca": "bin/bca", "tokei": "bin/tokei"}.get(tool, f"{tool}/bin/{tool}")
        if not os.path.exists(os.path.join(PEERS, binary)):
            say(f"left out: {tool} is not installed")
            continue
        if policy not in mine:
            spaces, files = elcano(source, policy, scratch)
            functions = [row for row in inner(spaces) if row["kind"] in ("function", "closure")]
            mine[policy] = functions, files
        functions, files = mine[policy]
        start = time.monotonic()
        if tool == "tokei":
            _, files = elcano(lines_source, policy, os.path.join(scratch, "rows"))
            whole = check_rows(files, texts)
            pairs, unmatched = file_pairs(tool, tokei(lines_source), files, texts)
        else:
            pairs, unmatched = function_pairs(tool, globals()[tool](source), functions, texts)
        version = re.search(r"\d+\.\d+\.\d+", run([os.path.join(PEERS, binary), "--version"])).group()
        runs.append((tool, version, policy, unmatched))
        all_pairs += pairs
        say(f"{tool} {version}: {len(pairs)} pairs, {unmatched} without a partner, {time.monotonic() - start:.0f} s")
    database = keep(chosen | counted, all_pairs, runs)
    write(database, parts, chosen, counted, whole)
    database.close()
    say(f"docs/agreement.md and {DATABASE} in {time.monotonic() - began:.0f} s")


def check_rows(files, texts):
    """How many files hold to the identity of rows, against rows that are counted here; says which do not. A row that a backslash
    alone continues has no token."""
    broken = 0
    for row in files:
        sloc, ploc, cloc, blank = (int(row[name]) for name in ("sloc", "ploc", "cloc", "blank"))
        lines = texts(row["path"])
        white = sum(1 for line in lines if not line.strip(" \t\f\v\\\ufeff"))
        if sloc != len(lines) or not max(ploc, cloc) <= sloc - blank <= ploc + cloc or blank > white:
            broken += 1
            say(f"{row['path']}: {sloc} rows, {ploc} code, {cloc} comment, {blank} blank; {len(lines)} and {white} counted here")
    return len(files) - broken, len(files)


def keep(chosen, pairs, runs):
    """The database: every pair with its class."""
    os.makedirs(os.path.dirname(os.path.abspath(DATABASE)), exist_ok=True)
    if os.path.exists(DATABASE):
        os.remove(DATABASE)
    database = duckdb.connect(DATABASE)
    database.execute("CREATE TABLE file (path TEXT, part TEXT, origin TEXT, language TEXT)")
    database.execute("CREATE TABLE run (tool TEXT, version TEXT, policy TEXT, unmatched INTEGER)")
    database.execute(
        "CREATE TABLE raw (tool TEXT, metric TEXT, path TEXT, name TEXT, line INTEGER, elcano DOUBLE, peer DOUBLE, inner_decisions INTEGER, nested INTEGER, outer_functions INTEGER, rows_lost INTEGER,"
        " error_bytes INTEGER, text TEXT)"
    )
    scratch = DATABASE + ".csv"
    for table, rows in (("file", [(path, *rest) for path, rest in chosen.items()]), ("run", runs), ("raw", pairs)):
        with open(scratch, "w", newline="") as file:
            # The texts are wanted of disagreements only.
            writer = csv.writer(file)
            writer.writerow(["x"] * (len(rows[0]) if rows else 1))
            writer.writerows(row if table != "raw" or row[5] != row[6] else (*row[:12], "") for row in rows)
        if rows:
            database.execute(f"INSERT INTO {table} SELECT * FROM read_csv('{scratch}', header=true, all_varchar=true, max_line_size=50000000, parallel=false)")
    os.remove(scratch)
    with open(os.path.join(HERE, "agreement.toml"), "rb") as file:
        classes = tomllib.load(file)["class"]
    cases = "".join(
        f" WHEN tool = '{one['tool']}' AND metric IN ({', '.join(repr(metric) for metric in one['metrics'])})"
        + (f" AND language IN ({', '.join(repr(language) for language in one['languages'])})" if "languages" in one else "")
        + f" AND ({one['where']}) THEN '{one['id']}'"
        for one in classes
    )
    database.execute(
        "CREATE TABLE pair AS SELECT tool, metric, part, language, origin AS path, name, line, elcano, peer, inner_decisions, nested, outer_functions, rows_lost, error_bytes,"
        f" CASE WHEN elcano = peer THEN NULL{cases} ELSE 'unclassed' END AS class, text"
        " FROM raw JOIN file USING (path) ORDER BY ALL"
    )
    database.execute("DROP TABLE raw")
    return database


def floor(some, all):
    """Percent, never rounded up."""
    return f"{10000 * some // all / 100:.2f}"


def table(out, head, rows):
    out.append("| " + " | ".join(head) + " |")
    out.append("|" + "|".join(" --- " for _ in head) + "|")
    out.extend("| " + " | ".join(str(cell) for cell in row) + " |" for row in rows)
    out.append("")


def wrapped(line):
    """A line of prose on lines of at most 100 columns; rows of tables stay as they are."""
    return line if line.startswith(("|", "#")) else textwrap.fill(line, 100, break_long_words=False, break_on_hyphens=False)


def write(database, parts, chosen, counted, whole):
    with open(os.path.join(HERE, "agreement.toml"), "rb") as file:
        document = tomllib.load(file)
    ask = lambda sql: database.execute(sql).fetchall()
    version = run([ELCANO, "--version"]).split()[1]
    out = [document["head"].strip(), ""]
    named = ", ".join(parts)
    out.append(
        f"elcano {version} on {len(chosen):,} files of {named} (functions of linux are left out): at most {FILES} files of each language"
        f" in each part, chosen by the hash of their content; for rows {len(counted):,} files, at most {LINE_FILES:,}. UTF-8, under 500 kB."
    )
    same, of = ask("SELECT count(*) FILTER (n = 0), count(*) FROM (SELECT path, count(class) AS n FROM pair WHERE tool = 'tokei' GROUP BY path)")[0]
    explained = ask(
        "SELECT count(*) FROM (SELECT path FROM pair WHERE tool = 'tokei' GROUP BY path"
        " HAVING count(class) > 0 AND count(*) FILTER (class = 'unclassed') = 0)")[0][0]
    if of:
        out += ["", f"Rows: code, comment and blank are all three those of tokei in {same:,} of {of:,} files ({floor(same, of)} %), in"
                    f" {same:,} of the {of - explained:,} without a difference of a class below ({floor(same, of - explained)} %). In"
                    f" {whole[0]:,} of {whole[1]:,} files each row is code, comment or blank: rows, blank rows and rows with code or comment add"
                    " up to those of the file, counted apart from elcano."]
    out.append("")
    table(out, ["tool", "version", "policy", "compared", "without a partner"], ask(
        "SELECT tool, version, '`' || policy || '`', format('{:,}', (SELECT count(DISTINCT (path, name, line)) FROM pair WHERE pair.tool = run.tool)), format('{:,}', unmatched) FROM run"))
    out.append(document["matching"].strip())
    out += ["", "## Agreement", "", document["agreement"].strip(), ""]
    percent = lambda what: f"printf('%.2f %%', floor(10000.0 * count(*) FILTER ({what}) / count(*)) / 100)"
    classed, unclassed = percent("class IS DISTINCT FROM 'unclassed'"), percent("class = 'unclassed'")
    table(out, ["tool", "metric", "language", "pairs", "equal", "equal or of a class"], ask(
        f"SELECT tool, metric, language, format('{{:,}}', count(*)), {percent('class IS NULL')}, {classed}"
        " FROM pair GROUP BY ALL ORDER BY tool, metric, language"))
    out += ["## Classes of disagreement", "", document["classes"].strip(), ""]
    counts = {(tool, name): (pairs, example) for tool, name, pairs, example in ask(
        "SELECT tool, class, count(*), arg_min(path || CASE WHEN line > 0 THEN ':' || line ELSE '' END, (length(text), path, line)) FROM pair WHERE class IS NOT NULL GROUP BY ALL")}
    table(out, ["tool", "class", "pairs", "right", "why", "for example"], [
        (one["tool"], one["id"], f"{counts[one['tool'], one['id']][0]:,}", one["right"], one["why"].strip(), f"`{counts[one['tool'], one['id']][1]}`")
        for one in document["class"] if (one["tool"], one["id"]) in counts])
    table(out, ["tool", "unclassed", "of all pairs"], ask(
        f"SELECT tool, format('{{:,}}', count(*) FILTER (class = 'unclassed')), {unclassed} FROM pair GROUP BY tool ORDER BY tool"))
    with open(os.path.join(HERE, "..", "docs", "agreement.md"), "w") as file:
        file.write("\n".join(wrapped(line) for line in "\n".join(out).rstrip().split("\n")) + "\n")


main()
