//! Languages of which only the lines are counted: found, stored and reported like all others, and
//! marked by their ids.

use std::collections::BTreeSet;

use elcano::lang::{LineOnly, Registry};
use serde_json::Value;

use crate::support::Repo;

fn sample() -> Repo {
    Repo::with(&[
        ("Makefile", "# all of it\nall: a\n\n\tcc a.c # not a comment row\n"),
        ("a.css", "/* two\nrows */\n\nbody { color: red }\n"),
        ("page.html", "<!-- a comment -->\n<p>text</p>\n<script>\n// in JavaScript\nlet a = 1;\n</script>\n"),
        ("q.sql", "-- one\nSELECT 1;\n"),
        ("conf.yaml", "a: 1\n# b\n"),
        ("a.py", "def f():\n    return 1\n"),
        ("notes.txt", "prose\n"),
    ])
}

fn lines(report: &Value, language: &str) -> [u64; 4] {
    let all = report["languages"].as_array().unwrap();
    let of = all.iter().find(|of| of["language"] == language).unwrap_or_else(|| panic!("no {language} in {report}"));
    ["sloc", "ploc", "cloc", "blank"].map(|column| of[column].as_u64().unwrap())
}

#[test]
fn a_scan_counts_their_lines() {
    let repo = sample();
    let scanned: Value = serde_json::from_str(&repo.elcano(&["scan", "--json"]).out).unwrap();
    assert_eq!(scanned["skipped"]["no_language"], 1, "prose is no code: {scanned}");
    let report: Value = serde_json::from_str(&repo.elcano(&["report", "--format", "json"]).out).unwrap();
    assert_eq!(lines(&report, "tokei:makefile"), [4, 2, 1, 1]);
    assert_eq!(lines(&report, "tokei:css"), [4, 1, 2, 1]);
    assert_eq!(lines(&report, "tokei:html"), [6, 4, 2, 0], "the script's rows are rows of the page");
    assert_eq!(lines(&report, "tokei:sql"), [2, 1, 1, 0]);
    assert_eq!(lines(&report, "tokei:yaml"), [2, 1, 1, 0]);
    assert_eq!(lines(&report, "python"), [2, 2, 0, 0]);
    for format in ["text", "markdown"] {
        let out = repo.elcano(&["report", "--format", format]).out;
        let at = |word: &str| out.find(word).unwrap_or_else(|| panic!("no {word} in {out}"));
        assert!(!out.contains("tokei:"), "people read labels:\n{out}");
        let group = at("lines only");
        assert!(at("Python") < group && group < at("CSS") && at("YAML") < at("total"), "{out}");
        // Of lines alone no functions are known.
        let row = out.lines().find(|line| line.contains("CSS")).unwrap();
        let cells: Vec<_> = row.split(['|', ' ']).filter(|cell| !cell.is_empty()).collect();
        assert_eq!(cells, ["CSS", "1", "4", "1", "2", "1"], "{out}");
    }
}

#[test]
fn what_did_not_change_is_not_counted_again() {
    let repo = sample();
    repo.elcano(&["scan"]);
    repo.file("a.css", "body { color: blue }\n");
    let again: Value = serde_json::from_str(&repo.elcano(&["scan", "--json"]).out).unwrap();
    assert_eq!((&again["files_parsed"], &again["files_cached"]), (&1.into(), &5.into()), "{again}");
}

#[test]
fn exports_and_single_files_say_who_counted() {
    let repo = sample();
    repo.elcano(&["scan"]);
    let sql = "SELECT path, language, counter, sloc, nom_functions FROM file_metrics ORDER BY path";
    let csv = repo.elcano(&["query", sql, "--format", "csv"]);
    let rows: Vec<_> = csv.out.lines().skip(1).collect();
    let expected = [
        "Makefile,tokei:makefile,tokei,4,0",
        "a.css,tokei:css,tokei,4,0",
        "a.py,python,elcano,2,1",
        "conf.yaml,tokei:yaml,tokei,2,0",
        "page.html,tokei:html,tokei,6,0",
        "q.sql,tokei:sql,tokei,2,0",
    ];
    assert_eq!(rows, expected, "{}", csv.err);
    let measured = repo.elcano(&["measure", "q.sql"]);
    assert!(measured.out.contains("\"tokei:sql\""), "{}{}", measured.out, measured.err);
    let explained = repo.elcano(&["explain", "q.sql", "--metric", "cognitive"]);
    assert_eq!(explained.code, 2, "{}", explained.err);
    assert!(explained.err.contains("only lines are counted"), "{}", explained.err);
}

#[test]
fn files_of_languages_that_are_parsed_are_not_counted() {
    let registry = Registry::new().unwrap();
    let parsed: BTreeSet<_> = registry.ids().collect();
    for counted in LineOnly::all() {
        assert!(!parsed.contains(counted.id), "{}", counted.id);
    }
    for id in registry.ids() {
        for ending in &registry.spec(id).unwrap().0.extensions {
            assert_eq!(registry.by_name(format!("a.{ending}").as_bytes()), Some(id));
        }
    }
    assert_eq!(registry.by_name(b"Makefile"), Some("tokei:makefile"));
    assert_eq!(registry.by_name(b"a.txt"), None);
    assert_eq!(registry.by_linguist("HTML"), Some("tokei:html"));
    assert_eq!(registry.by_linguist("Python"), Some("python"));
    assert_eq!(registry.by_shebang("perl"), Some("perl"));
}

#[test]
fn the_gate_judges_code_only() {
    let repo = sample();
    repo.init().file("package-lock.json", "{\n".to_owned() + &"\"a\": 1,\n".repeat(5000) + "\"b\": 2 }\n");
    let all = repo.elcano(&["check", "--format", "json"]);
    assert_eq!(all.code, 0, "{}{}", all.out, all.err);
    assert!(all.out.contains("\"files_gated\": 1"), "{}", all.out);
    repo.commit("before");
    repo.file("package-lock.json", "{}\n").remove("q.sql").file("a.py", "def f():\n    return 2\n");
    let change = repo.elcano(&["check", "--base", "HEAD", "--format", "json"]);
    assert!(change.out.contains("\"files_gated\": 1"), "{}{}", change.out, change.err);
}
