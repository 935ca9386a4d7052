//! Accepted offenders: the baseline and comments in the source, and what is said of both.

use crate::support::Repo;
use crate::support::gate::{check, function};

const LIMITS: [&str; 6] = ["--limit", "cognitive=20", "--limit", "cyclomatic=off", "--limit", "lloc=off"];

fn baseline(repo: &Repo, what: &str) -> i32 {
    repo.elcano(&[&["baseline", what], &LIMITS[..]].concat()).code
}

fn text(repo: &Repo) -> String {
    std::fs::read_to_string(repo.path("elcano-baseline.jsonl")).expect("the baseline")
}

#[test]
fn a_baseline_accepts_and_ratchets() {
    let repo = Repo::with(&[("b.py", &function("g", 30)), ("a.py", &(function("f", 40) + &function("e", 25)))]);
    assert_eq!(check(&repo, &[]).code, 1);
    assert_eq!(baseline(&repo, "write"), 0);
    let written = text(&repo);
    let lines: Vec<&str> = written.lines().collect();
    assert_eq!(lines.len(), 4);
    assert!(lines[1].contains("\"a.py\"") && lines[1].contains("\"e\"") && lines[1].contains("25"), "{written}");
    assert!(lines.is_sorted_by(|a, b| a.contains("schema") || a <= b), "{written}");
    let ran = check(&repo, &[]);
    assert_eq!((ran.code, ran.found("known").len()), (0, 3), "{}", ran.out);
    // The same bytes again; and no difference.
    assert_eq!((baseline(&repo, "write"), text(&repo)), (0, written.clone()));
    assert_eq!(baseline(&repo, "diff"), 0);
    // Moved by 200 lines: the same.
    repo.file("a.py", "# filler\n".repeat(200) + &function("f", 40) + &function("e", 25));
    assert_eq!((check(&repo, &[]).code, baseline(&repo, "diff")), (0, 0));
    // One better, one worse.
    repo.file("a.py", function("f", 41) + &function("e", 24));
    let ran = check(&repo, &[]);
    assert_eq!((ran.code, ran.found("regressed")), (1, vec!["a.py f cognitive fail".to_owned()]), "{}", ran.out);
    assert_eq!(baseline(&repo, "diff"), 1);
    // Mended ones are said, not red; prune removes them, and takes what got better, but not what
    // got worse.
    repo.file("a.py", function("f", 41) + &function("e", 3)).file("b.py", function("g", 29) + &function("new", 50));
    let ran = check(&repo, &[]);
    assert_eq!(ran.document()["stale"].as_array().map(Vec::len), Some(1), "{}", ran.out);
    assert_eq!(baseline(&repo, "prune"), 0);
    let pruned = text(&repo);
    assert!(!pruned.contains("\"e\"") && !pruned.contains("\"new\""), "{pruned}");
    assert!(pruned.contains("40") && pruned.contains("29"), "{pruned}");
}

#[test]
fn a_swap_within_a_file_is_not_hidden_by_the_baseline() {
    let repo = Repo::with(&[("a.py", &function("f", 40))]);
    assert_eq!(baseline(&repo, "write"), 0);
    repo.file("a.py", function("g", 40));
    let ran = check(&repo, &[]);
    assert_eq!((ran.code, ran.found("new")), (1, vec!["a.py g cognitive fail".to_owned()]), "{}", ran.out);
}

#[test]
fn a_symbol_that_moved_to_another_file_is_still_accepted() {
    let repo = Repo::with(&[("a.py", &function("f", 40))]);
    assert_eq!(baseline(&repo, "write"), 0);
    repo.remove("a.py").file("b.py", function("f", 40));
    assert_eq!(check(&repo, &[]).code, 0);
}

#[test]
fn entries_may_expire_and_damage_is_an_error() {
    let repo = Repo::with(&[("a.py", &function("f", 40))]);
    let header = "{\"schema\":\"elcano.baseline/1\"}\n";
    let entry = |expires: &str| {
        format!(
            "{header}{{\"path\":\"a.py\",\"symbol\":\"f\",\"rule\":\"cognitive\",\"value\":40,\
             \"reason\":\"a parser\",\"expires\":\"{expires}\"}}\n"
        )
    };
    for (expires, code) in [("2999-01-01", 0), ("2020-01-01", 1), ("soon", 2)] {
        repo.file("elcano-baseline.jsonl", entry(expires));
        assert_eq!(check(&repo, &[]).code, code, "{expires}");
    }
    // Reasons and dates stay when it is written again.
    repo.file("elcano-baseline.jsonl", entry("2999-01-01"));
    baseline(&repo, "write");
    assert!(text(&repo).contains("a parser") && text(&repo).contains("2999-01-01"), "{}", text(&repo));
    let whole = text(&repo);
    for damaged in
        ["<<<<<<< HEAD\n".to_owned() + &whole, whole.clone() + "<<<<<<< HEAD\n", whole.replace("/1", "/2"), {
            let twice = whole.lines().last().expect("an entry").to_owned();
            whole.clone() + &twice + "\n"
        }]
    {
        repo.file("elcano-baseline.jsonl", &damaged);
        let ran = check(&repo, &[]);
        assert_eq!(ran.code, 2, "{damaged}: {}", ran.err);
    }
    assert_eq!(check(&repo, &["--baseline", "none.jsonl"]).code, 2, "a file that was named must be there");
}

#[test]
fn a_comment_with_a_reason_accepts_its_function_only() {
    let allowed = |comment: &str| comment.to_owned() + "\n" + &function("f", 30);
    let comment = "# elcano:allow(cognitive) reason=\"a table of cases\"";
    let repo = Repo::with(&[("a.py", &(allowed(comment) + &function("g", 31)))]);
    let ran = check(&repo, &[]);
    assert_eq!(
        (ran.found("new"), ran.found("known")),
        (vec!["a.py g cognitive fail".to_owned()], vec!["a.py f cognitive fail".to_owned()])
    );
    let listed = repo.elcano(&["exemptions", "--json"]).document();
    let one = &listed["exemptions"][0];
    assert_eq!((&one["symbol"], &one["reason"], &one["line"]), (&"f".into(), &"a table of cases".into(), &1.into()));
    let inside = function("f", 30).replacen("\n", "\n    # elcano:allow(cognitive) reason=\"inside\"\n", 1);
    repo.file("a.py", &inside);
    assert_eq!(check(&repo, &[]).code, 0);
    repo.file("a.py", allowed("# elcano:allow(nargs) reason=\"another rule\""));
    assert_eq!(check(&repo, &[]).code, 1);
    for wrong in ["# elcano:allow(cognitive)", "# elcano:allow(cognitve) reason=\"x\"", "# elcano:allow reason=\"x\""] {
        repo.file("a.py", allowed(wrong));
        let ran = check(&repo, &[]);
        assert_eq!((ran.code, ran.err.contains("a.py:1:")), (2, true), "{wrong}: {}", ran.err);
    }
}

#[test]
fn the_configuration_sets_limits_and_paths_and_flags_beat_it() {
    let repo = Repo::with(&[
        (
            "elcano.toml",
            "[limits]\ncognitive = 10\ncyclomatic = \"off\"\n\n[[override]]\npaths = [\"tests/\"]\ngated = false\n",
        ),
        ("a.py", &function("f", 12)),
        ("tests/t.py", &function("t", 90)),
        ("sub/b.py", &function("g", 3)),
    ]);
    let new = |args: &[&str]| {
        let ran = repo.elcano(&[&["check", "--format", "json"], args].concat());
        (ran.code, ran.found("new"))
    };
    assert_eq!(new(&[]), (1, vec!["a.py f cognitive fail".to_owned()]));
    assert_eq!(new(&["--limit", "cognitive=12"]).0, 0);
    let shown = repo.elcano(&["config", "show", "--origin", "--limit", "nargs=3"]).out;
    let origin = |rule: &str| shown.lines().find(|line| line.trim().starts_with(rule)).unwrap_or_default().to_owned();
    assert!(origin("cognitive").contains("elcano.toml") && origin("nargs").contains("--limit"), "{shown}");
    assert!(origin("loc.lloc").contains("default"), "{shown}");
    assert!(repo.elcano(&["exemptions"]).out.contains("tests/t.py"));
    repo.file("elcano.toml", "[limts]\n");
    let ran = repo.elcano(&["check"]);
    assert_eq!((ran.code, ran.err.contains("limits")), (2, true), "{}", ran.err);
    assert_eq!(repo.elcano(&["config", "schema"]).document()["additionalProperties"], false);
}

#[test]
fn two_revisions_are_compared_function_by_function() {
    let repo = Repo::new();
    repo.init();
    repo.file("a.py", ["worse", "better", "gone", "same"].map(|name| function(name, 9)).concat());
    repo.commit("a");
    let after = function("worse", 10) + &function("better", 8) + &function("same", 9) + &function("added", 2);
    repo.file("a.py", "").file("b.py", after);
    repo.commit("b");
    let json = repo.elcano(&["diff", "HEAD^", "HEAD", "--json"]).document();
    let all = json["functions"].as_array().expect("functions").iter();
    let mut all: Vec<_> = all.map(|one| (one["change"].to_string(), one["symbol"].to_string())).collect();
    all.sort();
    let text = |word: &str| format!("\"{word}\"");
    let expected = [("better", "better"), ("new", "added"), ("removed", "gone"), ("worse", "worse")];
    assert_eq!(all, expected.map(|(change, symbol)| (text(change), text(symbol))), "{json:#}");
    assert!(repo.elcano(&["diff", "HEAD^", "HEAD"]).out.contains("9 -> 10"));
    assert_eq!(repo.elcano(&["diff", "nope", "HEAD"]).code, 3);
}

/// A closure of so many branches, without a name.
fn closure(branches: usize) -> String {
    format!("  run(function (x) {{\n{}  }});\n", format!("    if (x == {branches}) {{ x(); }}\n").repeat(branches))
}

#[test]
fn functions_without_a_name_are_told_apart_by_their_text() {
    let repo = Repo::new();
    repo.init();
    let write = |branches: &[usize]| {
        let inside: String = branches.iter().map(|branches| closure(*branches)).collect();
        repo.file("a.js", format!("function f(run) {{\n{inside}}}\n"));
    };
    let limit = ["--limit", "cognitive=3"];
    let closures = || {
        let document = repo.elcano(&[&["check", "--format", "json"], &limit[..]].concat()).document();
        let findings = document["findings"].as_array().unwrap().clone();
        let of_closure = |finding: &&serde_json::Value| finding["symbol"].as_str().unwrap().contains('<');
        let one = |finding: &serde_json::Value| {
            let text = |key: &str| finding[key].as_str().unwrap().to_owned();
            (finding["value"].as_u64().unwrap(), text("status"), text("fingerprint"))
        };
        let mut all: Vec<_> = findings.iter().filter(of_closure).map(one).collect();
        all.sort();
        all
    };
    let statuses = |found: &[(u64, String, String)]| {
        found.iter().map(|(value, status, _)| format!("{value} {status}")).collect::<Vec<_>>()
    };
    write(&[4, 6, 4]);
    repo.elcano(&[&["baseline", "write"], &limit[..]].concat());
    let before = closures();
    assert_eq!(statuses(&before), ["4 known", "4 known", "6 known"]);
    write(&[5, 4, 6, 4]);
    let after = closures();
    assert_eq!(statuses(&after), ["4 known", "4 known", "5 new", "6 known"]);
    let prints = |found: &[(u64, String, String)], value: u64| -> Vec<String> {
        found.iter().filter(|(other, ..)| *other == value).map(|(.., print)| print.clone()).collect()
    };
    assert_eq!((prints(&before, 4), prints(&before, 6)), (prints(&after, 4), prints(&after, 6)));
    write(&[4, 7, 4]);
    assert_eq!(statuses(&closures()), ["4 known", "4 known", "7 regressed"], "the one that is left was edited");
    write(&[4, 7, 8]);
    assert_eq!(statuses(&closures()), ["4 known", "7 new", "8 new"], "nobody knows which of two was which");
}

#[test]
fn functions_of_one_name_do_not_shift_each_other() {
    let repo = Repo::new();
    repo.init();
    let overload = |parameters: &str, branches: usize| {
        let inside = format!("    if (a == {branches}) {{ a++; }}\n").repeat(branches);
        format!("  int f({parameters}) {{\n{inside}    return a;\n  }}\n")
    };
    let (one, two, three) = (overload("int a", 4), overload("int a, int b", 6), overload("long a", 5));
    let write = |all: &[&str]| _ = repo.file("A.java", format!("class A {{\n{}}}\n", all.concat()));
    let limit = ["--limit", "cognitive=3"];
    write(&[&one, &two, &three]);
    repo.elcano(&[&["baseline", "write"], &limit[..]].concat());
    let statuses = || {
        let document = repo.elcano(&[&["check", "--format", "json"], &limit[..]].concat()).document();
        let one = |finding: &serde_json::Value| format!("{} {}", finding["value"], finding["status"].as_str().unwrap());
        let mut all: Vec<_> = document["findings"].as_array().unwrap().iter().map(one).collect();
        all.sort();
        all
    };
    assert_eq!(statuses(), ["4 known", "5 known", "6 known"]);
    write(&[&three, &two, &one]);
    assert_eq!(statuses(), ["4 known", "5 known", "6 known"], "swapped");
    write(&[&two, &three]);
    assert_eq!(statuses(), ["5 known", "6 known"], "the first is gone");
    write(&[&two]);
    assert_eq!(statuses(), ["6 known"], "only the second is left");
    let added = overload("byte a", 7);
    write(&[&added, &one, &two, &three]);
    assert_eq!(statuses(), ["4 known", "5 known", "6 known", "7 new"], "one more before them");
}
