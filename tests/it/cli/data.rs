//! Exports, queries, addresses and copies from the command line.

use serde_json::Value;

use crate::support::sample;

#[test]
fn both_engines_and_the_store_tell_the_same_sums() {
    let repo = sample();
    repo.elcano(&["scan", "--level", "full"]);
    let done = repo.elcano(&[
        "export",
        "--to",
        "duckdb:f.duckdb",
        "--to",
        "sqlite:f.sqlite",
        "--to",
        "parquet:pq",
        "--to",
        "csv:csv",
    ]);
    assert_eq!(done.code, 0, "{}", done.err);
    let sums = "SELECT count(*), sum(sloc), sum(cyclomatic), sum(cognitive), sum(halstead_operands) FROM functions";
    let sqlite = rusqlite::Connection::open(repo.path("f.sqlite")).unwrap();
    let from_sqlite: Vec<i64> = sqlite.query_row(sums, [], |row| (0..5).map(|at| row.get(at)).collect()).unwrap();
    let duckdb = duckdb::Connection::open(repo.path("f.duckdb")).unwrap();
    let from_duckdb: Vec<i64> = duckdb.query_row(sums, [], |row| (0..5).map(|at| row.get(at)).collect()).unwrap();
    assert_eq!(from_sqlite, from_duckdb);
    assert_eq!(from_sqlite[0], 4);
    let parquet = format!("SELECT count(*) FROM '{}'", repo.path("pq/functions.parquet").display());
    assert_eq!(duckdb.query_row(&parquet, [], |row| row.get::<_, i64>(0)).unwrap(), 4);
    // DuckDB locks a file for one process.
    duckdb.close().unwrap();
    let csv = std::fs::read_to_string(repo.path("csv/languages.csv")).unwrap();
    assert_eq!(csv.lines().count(), 4, "{csv}");
    for file in ["duckdb:f.duckdb", "sqlite:f.sqlite"] {
        let verified = repo.elcano(&["verify", "lmdb:.elcano", file]);
        assert_eq!(verified.code, 0, "{}{}", verified.out, verified.err);
    }
    repo.elcano(&["export", "--to", "sqlite:f.sqlite"]).fails(2, &["--force"]);
    assert_eq!(repo.elcano(&["export", "--to", "sqlite:f.sqlite", "--force"]).code, 0);
}

#[test]
fn a_changed_column_dropped_row_or_added_row_is_named() {
    let repo = sample();
    repo.elcano(&["scan", "--level", "full"]);
    for (family, change) in [
        ("facts", "UPDATE facts SET mi_sei = mi_sei + 0.001 WHERE ordinal = 0"),
        ("facts", "UPDATE facts SET cognitive = cognitive + 1"),
        ("chunks", "UPDATE chunks SET text = CAST('x' AS BLOB)"),
        ("files", "DELETE FROM files WHERE path = 'src/a.py'"),
        ("executions", "UPDATE executions SET duration_us = duration_us + 1"),
        ("ast", "UPDATE ast SET nodes = nodes - 1"),
        (
            "files",
            "INSERT INTO files SELECT CAST(x'00' || key AS BLOB), ordinal, snapshot, path || 'x', content, engine, language, bytes, skip, notes FROM files LIMIT 1",
        ),
    ] {
        assert_eq!(repo.elcano(&["export", "--to", "sqlite:x.sqlite", "--force"]).code, 0);
        let sqlite = rusqlite::Connection::open(repo.path("x.sqlite")).unwrap();
        assert!(sqlite.execute(change, []).unwrap() > 0, "{change}");
        drop(sqlite);
        let verified = repo.elcano(&["verify", "lmdb:.elcano", "sqlite:x.sqlite"]);
        assert_eq!(verified.code, 1, "{change}: {}{}", verified.out, verified.err);
        assert!(verified.out.contains(family), "{change}: {}", verified.out);
    }
}

#[test]
fn round_trips_come_home_equal() {
    let repo = sample();
    repo.file("src/odd.py", "s = '漢字 👩‍👩‍👧 e\u{301} \u{202e}rtl \u{feff}'\ndef f():\r\n    return s\r\n");
    repo.elcano(&["scan", "--level", "full"]);
    let legs = [
        ("lmdb:.elcano", "sqlite:a.sqlite"),
        ("sqlite:a.sqlite", "lmdb:b"),
        ("lmdb:b", "duckdb:c.duckdb"),
        ("duckdb:c.duckdb", "lmdb:d"),
        ("lmdb:d", "sqlite:e.sqlite"),
    ];
    for (from, to) in legs {
        let moved = repo.elcano(&["migrate", "--from", from, "--to", to]);
        assert_eq!(moved.code, 0, "{from} -> {to}: {}", moved.err);
        let verified = repo.elcano(&["verify", "lmdb:.elcano", to]);
        assert_eq!(verified.code, 0, "{from} -> {to}: {}", verified.out);
    }
    repo.elcano(&["migrate", "--from", "lmdb:missing", "--to", "lmdb:z"]).fails(3, &["missing"]);
    repo.elcano(&["migrate", "--from", "sqlite:missing", "--to", "lmdb:z", "--json"]).fails(3, &["missing"]);
    let dry = repo.elcano(&["migrate", "--from", "lmdb:b", "--to", "lmdb:z", "--dry-run", "--json"]).json();
    assert_eq!(dry["families"]["facts"], 4);
    assert!(!repo.path("z").exists());
}

#[test]
fn queries_and_addresses() {
    let repo = sample();
    repo.elcano(&["scan", "--level", "full"]);
    let rows = repo.elcano(&[
        "query",
        "SELECT path, qualified_name, cyclomatic FROM functions ORDER BY path, space",
        "--format",
        "json",
    ]);
    let rows = rows.json();
    let first = &rows[0];
    assert_eq!(
        (&first["path"], &first["qualified_name"], &first["cyclomatic"]),
        (&"src/a.py".into(), &"f".into(), &3.into())
    );
    assert_eq!(repo.elcano(&["query", "FROM runs", "--format", "csv"]).out.lines().count(), 2);
    assert!(repo.elcano(&["query", "SELECT count(*) FROM stages"]).out.contains('1'));
    repo.elcano(&["query", "SELEC 1"]).fails(2, &["SELEC"]);
    let file = repo.elcano(&["get", "file:path:src/a.py"]).json();
    assert_eq!(file["language"], "python");
    let chunk = repo.elcano(&["get", "chunk:src/a.py:0:67"]);
    let spaces = repo.elcano(&["get", "file:sym:src/a.py"]).json();
    let (start, end) = (&spaces["spaces"][0]["start_byte"], &spaces["spaces"][0]["end_byte"]);
    let chunk = if chunk.code == 0 { chunk } else { repo.elcano(&["get", &format!("chunk:src/a.py:{start}:{end}")]) };
    assert!(chunk.json()["text"].as_str().unwrap().starts_with("def f(a, b):"));
    repo.elcano(&["get", "file:path:missing.py"]).fails(3, &["missing.py"]);
    repo.elcano(&["get", "fiel:path:x"]).fails(2, &["no address"]);
    let id = repo.elcano(&["log", "--json"]).json()["executions"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(repo.elcano(&["get", &format!("execlog:{id}")]).json()["pipeline"], "scan");
}

#[test]
fn a_live_sqlite_store_answers_as_lmdb_does() {
    let repo = sample();
    let stores = tempfile::tempdir().unwrap();
    let json = |engine: &str| {
        let store = &format!("{engine}:{}", stores.path().join(engine).display());
        repo.elcano(&["scan", "--store", store, "--json"]).json();
        let again = repo.elcano(&["scan", "--store", store, "--json"]).json();
        assert_eq!(again["files_parsed"], 0, "{store}");
        let mut report = repo.elcano(&["report", "--store", store, "--format", "json"]).json();
        report.as_object_mut().unwrap().remove("run");
        report
    };
    assert_eq!(json("sqlite"), json("lmdb"));
    let stats = repo
        .elcano(&["store", "stats", "--json", "--store", &format!("sqlite:{}", stores.path().join("sqlite").display())])
        .json();
    assert_eq!(stats["families"]["executions"], Value::from(2));
}

#[test]
fn a_store_is_packed_unpacked_diagnosed_and_cleared_of_what_nobody_refers_to() {
    let repo = sample();
    repo.elcano(&["scan", "--level", "full"]);
    let stats = |repo: &crate::support::Repo| repo.elcano(&["store", "stats", "--json"]).json()["families"].clone();
    let first = stats(&repo);
    assert_eq!(repo.elcano(&["store", "pack", "cache.elcano"]).code, 0);
    repo.elcano(&["store", "pack", "cache.elcano"]).fails(2, &["--force"]);
    let unpacked = repo.elcano(&["store", "unpack", "cache.elcano", "--store", "lmdb:copy"]);
    assert_eq!(unpacked.code, 0, "{}", unpacked.err);
    assert_eq!(repo.elcano(&["verify", "lmdb:.elcano", "lmdb:copy"]).code, 0);
    let whole = std::fs::read(repo.path("cache.elcano")).unwrap();
    repo.file("cut.elcano", &whole[..whole.len() / 2]);
    repo.elcano(&["store", "unpack", "cut.elcano", "--store", "lmdb:other"]).fails(3, &[]);
    assert!(!repo.path("other/data.mdb").exists());
    assert_eq!(repo.elcano(&["store", "doctor", "--json"]).json()["sound"], true);
    repo.remove("copy").remove("cache.elcano").remove("cut.elcano");
    repo.file("src/a.py", "def other():\n    return 2\n");
    repo.elcano(&["scan", "--level", "full"]);
    let dry = repo.elcano(&["store", "gc", "--keep", "1", "--dry-run", "--json"]).json();
    assert_eq!(dry["removed"]["snapshots"], 1);
    repo.elcano(&["store", "gc", "--keep", "0"]).fails(2, &["keep at least 1"]);
    assert_eq!(repo.elcano(&["store", "gc", "--keep", "1", "--json"]).json()["removed"], dry["removed"]);
    let after = stats(&repo);
    assert_eq!(after["snapshots"], 1);
    assert_eq!(after["files"], first["files"]);
    repo.elcano(&["scan", "--level", "full"]);
    repo.elcano(&["store", "gc", "--keep", "1"]);
    let mut again = stats(&repo);
    // Runs stay in the log; all else is as it was.
    again["executions"] = after["executions"].clone();
    assert_eq!(again, after);
}

#[test]
fn symbols_names_references_and_links_are_found_by_their_addresses() {
    let repo = crate::support::Repo::with(&[
        ("a.py", "def helper(x):\n    return x\n\ndef top(x):\n    return helper(helper(x))\n"),
        ("b.py", "from a import helper\n\ndef other(y):\n    return helper(y) + unknown(y)\n"),
    ]);
    repo.elcano(&["scan", "--level", "full"]);
    let name = repo.elcano(&["get", "sym:fqn:helper"]).json();
    let id = name["symbols"][0].as_str().unwrap().to_owned();
    assert_eq!(name["symbols"].as_array().unwrap().len(), 1);
    assert_eq!(repo.elcano(&["get", &format!("sym:fqn_of:{id}")]).json()["fqn"], "helper");
    let symbol = repo.elcano(&["get", &format!("sym:id:{id}")]).json();
    assert_eq!((&symbol["path"], &symbol["start_line"]), (&"a.py".into(), &1.into()));
    let metrics = repo.elcano(&["get", &format!("metrics:symbol:{id}")]).json();
    assert_eq!((&metrics["fan_in"], &metrics["fan_out"]), (&2.into(), &0.into()));
    let sources = repo.elcano(&["get", &format!("sym:rev:{id}")]).json();
    let counts: i64 = sources["sources"].as_array().unwrap().iter().map(|one| one["count"].as_i64().unwrap()).sum();
    assert_eq!(counts, 3);
    let graph = repo.elcano(&["get", &format!("cfg:func:{id}")]).json();
    assert!(graph["blocks"].as_array().unwrap().len() >= 2);
    assert!(repo.elcano(&["get", "ast:file:a.py"]).json()["ast"]["nodes"].as_array().unwrap().len() > 5);
    // An edit above a function does not change its id.
    repo.file("a.py", "# a comment\n\ndef helper(x):\n    return x\n\ndef top(x):\n    return helper(helper(x))\n");
    repo.elcano(&["scan", "--level", "full"]);
    assert_eq!(repo.elcano(&["get", "sym:fqn:helper"]).json()["symbols"][0].as_str(), Some(id.as_str()));
    assert_eq!(repo.elcano(&["get", &format!("sym:id:{id}")]).json()["start_line"], 3);
}

#[test]
fn fan_in_and_fan_out_of_files_and_functions_are_views() {
    let repo = crate::support::Repo::with(&[
        ("a.py", "def helper(x):\n    return x\n\ndef top(x):\n    return helper(helper(x))\n"),
        ("b.py", "from a import helper\n\ndef other(y):\n    return helper(y) + unknown(y)\n"),
        ("c.py", "from a import top\nfrom b import other\n\ndef last():\n    return top(other(1))\n"),
    ]);
    let rows = |sql: &str| -> Vec<String> {
        let done = repo.elcano(&["query", sql, "--format", "csv"]);
        assert_eq!(done.code, 0, "{}", done.err);
        done.out.lines().skip(1).map(str::to_owned).collect()
    };
    let files = "SELECT path, fan_in, fan_out FROM file_links ORDER BY path";
    repo.elcano(&["scan"]);
    assert_eq!(rows(files), [""; 0], "level metrics has no links");
    repo.elcano(&["scan", "--level", "full"]);
    assert_eq!(rows(files), ["a.py,2,0", "b.py,1,1", "c.py,0,2"]);
    let functions =
        "SELECT path, qualified_name, fan_in, fan_out, unresolved FROM function_links ORDER BY path, start_line";
    let expected = ["a.py,helper,2,0,0", "a.py,top,1,1,0", "b.py,other,1,1,1", "c.py,last,0,2,0"];
    assert_eq!(rows(functions), expected);
}

#[test]
fn an_explanation_shows_every_increment_and_adds_up() {
    let repo = sample();
    let text = repo.elcano(&["explain", "src/a.py:f", "--metric", "cognitive"]);
    assert_eq!(text.code, 0, "{}", text.err);
    assert!(text.out.contains("if a and b:") && text.out.contains("+1"), "{}", text.out);
    let json = repo.elcano(&["explain", "src/a.py:f", "--metric", "cyclomatic", "--json"]).json();
    assert_eq!(json["value"], 3);
    assert!(repo.elcano(&["explain", "src/a.py", "--metric", "nexits", "--html"]).out.starts_with("<table"));
    repo.file("src/b.js", "function g(a) {\n  try { return a?.b } catch (e) { if (e && a) throw e }\n}\n");
    let value = |policy| {
        repo.elcano(&["explain", "src/b.js:g", "--metric", "cyclomatic", "--policy", policy, "--json"]).json()["value"]
            .clone()
    };
    assert_eq!([value("default"), value("eslint"), value("gocyclo")], [5, 5, 3]);
    let text = repo.elcano(&["explain", "src/b.js:g", "--metric", "cyclomatic", "--policy", "eslint"]).out;
    assert!(text.starts_with("src/b.js:1 g: cyclomatic 5 (policy eslint)\n"), "{text}");
    let group = repo.elcano(&["explain", "src/a.py:f", "--metric", "abc"]).out;
    let named = |part: &str| group.lines().any(|line| line.starts_with(&format!("abc.{part} = ")));
    assert!(["assignments", "branches", "conditions"].into_iter().all(named), "{group}");
    let group = repo.elcano(&["explain", "src/a.py:f", "--metric", "abc", "--json"]).json();
    assert_eq!(group["traces"].as_array().map(Vec::len), Some(3), "{group:#}");
    assert_eq!(repo.elcano(&["explain", "abc", "--json"]).json()["metrics"].as_array().map(Vec::len), Some(4));
    repo.file("src/a", "").file("src/a:1.py", "def h(): pass\n");
    assert!(repo.elcano(&["explain", "src/a:1.py:h", "--metric", "cognitive"]).out.ends_with("cognitive = 0\n"));
    repo.elcano(&["explain", "cyclomatic", "--policy", "nope"]).fails(2, &["unknown policy `nope`"]);
    repo.elcano(&["explain", "src/a.py:g", "--metric", "cognitive"]).fails(2, &["no function `g`"]);
    repo.elcano(&["explain", "src/a.py", "--metric", "sloc"]).fails(2, &["not made of increments"]);
}
