//! What users of other gates complain of, one test each: the gate of elcano does none of it.

use serde_json::Value;

use crate::support::Repo;
use crate::support::gate::{check, function};

const LIMITS: [&str; 6] = ["--limit", "cognitive=20", "--limit", "cyclomatic=off", "--limit", "lloc=off"];
const BASELINE: &str = "elcano-baseline.jsonl";

fn write_baseline(repo: &Repo) -> String {
    let ran = repo.elcano(&[&["baseline", "write"], &LIMITS[..]].concat());
    assert_eq!(ran.code, 0, "{}", ran.err);
    std::fs::read_to_string(repo.path(BASELINE)).expect("the baseline")
}

fn offenders(names: &[&str]) -> String {
    names.iter().map(|name| function(name, 30)).collect()
}

/// A work tree with a baseline of these files, all committed.
fn accepted(files: &[(&str, &str)]) -> Repo {
    let repo = Repo::with(files);
    repo.init();
    write_baseline(&repo);
    repo.commit("before");
    repo
}

#[test]
fn baselines_of_two_branches_merge_without_a_conflict() {
    let names: Vec<String> = (0..9).map(|at| format!("f{at}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let repo = accepted(&[("m.py", &offenders(&names))]);
    repo.git(&["branch", "other"]);
    repo.file("a.py", offenders(&["g"]));
    write_baseline(&repo);
    repo.commit("one more at the front");
    repo.git(&["checkout", "-q", "other"]);
    repo.file("z.py", offenders(&["h"]));
    write_baseline(&repo);
    repo.commit("one more at the end");
    repo.git(&["merge", "-q", "--no-edit", "@{-1}"]);
    let merged = std::fs::read_to_string(repo.path(BASELINE)).expect("the baseline");
    assert_eq!(merged, write_baseline(&repo), "and it is the one that would be written");
    assert_eq!(check(&repo, &[]).code, 0);
}

#[test]
fn stale_entries_are_not_mixed_with_what_is_new() {
    let repo = accepted(&[("a.py", &offenders(&["f", "g"]))]);
    repo.file("a.py", offenders(&["f", "new"]));
    let ran = check(&repo, &[]);
    let json = ran.document();
    assert_eq!(ran.found("new"), ["a.py new cognitive fail"]);
    assert_eq!(json["stale"].as_array().map(Vec::len), Some(1), "{}", ran.out);
    let text = repo.elcano(&[&["check"], &LIMITS[..]].concat()).out;
    let at = |word: &str| text.find(word).unwrap_or_else(|| panic!("no {word}: {text}"));
    assert!(at("\nNew\n") < at("\nStale: "), "{text}");
}

#[test]
fn everything_that_is_let_pass_can_be_seen() {
    let repo = accepted(&[("a.py", &offenders(&["f"]))]);
    repo.file("b.py", format!("# elcano:allow(cognitive) reason=\"a table\"\n{}", offenders(&["g"])));
    let ran = repo.elcano(&["exemptions", "--json"]);
    let all = ran.document();
    let seen: Vec<_> = all["exemptions"].as_array().expect("a list").iter().map(|one| one["by"].clone()).collect();
    assert!(seen.contains(&"baseline".into()) && seen.contains(&"comment".into()), "{}", ran.out);
}

#[test]
fn another_layout_of_the_same_code_is_not_new() {
    let repo = accepted(&[("a.py", &offenders(&["f"])), ("b.c", "int g(int a) { return a; }\n")]);
    let wider = offenders(&["f"]).replace("    ", "        ").replace("():", "(\n):");
    repo.file("a.py", format!("# moved down\n\n\n{wider}"));
    assert_eq!(check(&repo, &[]).code, 0);
    assert_eq!(check(&repo, &["--base", "HEAD"]).code, 0);
}

#[test]
fn a_third_offender_of_the_same_name_is_not_hidden_by_the_other_two() {
    let repo = accepted(&[("a.py", &offenders(&["f", "f"]))]);
    repo.file("a.py", offenders(&["f", "f", "f"]));
    assert_eq!(check(&repo, &[]).found("new"), ["a.py f cognitive fail"]);
}

#[test]
fn mending_something_does_not_fail_until_somebody_prunes() {
    let repo = accepted(&[("a.py", &offenders(&["f", "g"]))]);
    repo.file("a.py", offenders(&["f"]) + &function("g", 2));
    let ran = check(&repo, &[]);
    assert_eq!((ran.code, ran.document()["stale"].as_array().map(Vec::len)), (0, Some(1)), "{}", ran.out);
}

#[test]
fn an_exit_code_never_comes_without_a_message() {
    let repo = Repo::with(&[("a.py", &offenders(&["f"]))]);
    repo.file("bad.toml", "[limits]\nx = 1\n").file("empty/readme.txt", "").file("bad.jsonl", "no");
    let cases: [(&[&str], i32); 7] = [
        (&["check", "--config", "bad.toml"], 2),
        (&["check", "--config", "none.toml"], 2),
        (&["check", "--baseline", "bad.jsonl"], 2),
        (&["check", "--limit", "x=1"], 2),
        (&["check", "nowhere"], 2),
        (&["check", "empty"], 3),
        (&["check", "--base", "HEAD"], 3),
    ];
    for (args, code) in cases {
        let ran = repo.elcano(args);
        assert_eq!(ran.code, code, "{args:?}: {}", ran.err);
        assert!(ran.err.trim().len() > 20, "{args:?}: {}", ran.err);
    }
}

#[test]
fn markers_of_a_conflict_in_the_baseline_are_an_error_with_their_line() {
    let repo = accepted(&[("a.py", &offenders(&["f"]))]);
    let text = std::fs::read_to_string(repo.path(BASELINE)).expect("the baseline");
    repo.file(BASELINE, text + "<<<<<<< HEAD\n");
    let ran = check(&repo, &[]);
    assert_eq!(ran.code, 2, "{}", ran.err);
    assert!(ran.err.contains("line 3") && ran.err.contains(BASELINE), "{}", ran.err);
}

#[test]
fn what_got_worse_never_passes() {
    let repo = accepted(&[("a.py", &offenders(&["f"]))]);
    repo.file("a.py", function("f", 31));
    for args in [&[][..], &["--base", "HEAD"]] {
        let ran = check(&repo, args);
        assert_eq!((ran.code, ran.found("regressed").len()), (1, 1), "{}", ran.out);
    }
}

#[test]
fn a_base_that_is_not_there_is_neither_everything_nor_nothing() {
    let repo = accepted(&[("a.py", &offenders(&["f"]))]);
    let ran = check(&repo, &["--base", "0123456789012345678901234567890123456789"]);
    assert_eq!((ran.code, ran.out.as_str()), (3, ""), "{}", ran.err);
    assert!(ran.err.contains("0123456789"), "{}", ran.err);
}

#[test]
fn moved_code_does_not_bring_its_offences_back() {
    let repo = accepted(&[("a.py", &offenders(&["f", "g"]))]);
    repo.file("a.py", "x = 1\n".repeat(200) + &offenders(&["g", "f"]));
    assert_eq!(check(&repo, &[]).code, 0);
    repo.remove("a.py").file("far/away.py", offenders(&["g", "f"]));
    assert_eq!(check(&repo, &[]).code, 0);
    assert_eq!(check(&repo, &["--base", "HEAD"]).code, 0);
}

#[test]
fn the_same_commit_in_another_place_is_the_same() {
    let texts = [("a.py", offenders(&["f"])), ("src/b.py", offenders(&["g"]))];
    let files = texts.each_ref().map(|(path, text)| (*path, text.as_str()));
    let (one, two) = (accepted(&files), Repo::with(&files));
    two.file(BASELINE, std::fs::read(one.path(BASELINE)).expect("the baseline"))
        .file("src/deep/c.py", function("h", 3));
    let ran = check(&two, &[]);
    assert_eq!((ran.code, ran.found("new").len()), (0, 0), "{}", ran.out);
    let fingerprints = |repo: &Repo| {
        let json = check(repo, &[]).document();
        let findings = json["findings"].as_array().expect("findings").clone();
        findings.iter().map(|finding| finding["fingerprint"].clone()).collect::<Vec<Value>>()
    };
    assert_eq!(fingerprints(&one), fingerprints(&two));
    assert!(!ran.out.contains(two.root().to_str().expect("UTF-8")), "no path of this machine: {}", ran.out);
}

#[test]
fn writing_again_changes_no_byte() {
    let repo = accepted(&[("b.py", &offenders(&["z", "a"])), ("a.py", &offenders(&["f", "f"]))]);
    let first = std::fs::read_to_string(repo.path(BASELINE)).expect("the baseline");
    for jobs in ["1", "4"] {
        let args = [&["--jobs", jobs, "baseline", "write"], &LIMITS[..]].concat();
        assert_eq!(repo.elcano(&args).code, 0);
        assert_eq!(std::fs::read_to_string(repo.path(BASELINE)).expect("the baseline"), first);
    }
}

#[test]
fn a_change_of_one_line_is_gated_like_a_large_one() {
    let repo = accepted(&[("a.py", &function("f", 20))]);
    let text = function("f", 20).replacen("        call(3)", "        call(3) if f else call(4)", 1);
    repo.file("a.py", text);
    assert_eq!(check(&repo, &["--base", "HEAD"]).found("new"), ["a.py f cognitive fail"]);
}

#[test]
fn a_new_repository_is_gated_as_a_whole() {
    let repo = Repo::with(&[("a.py", &offenders(&["f"]))]);
    repo.init();
    assert_eq!(check(&repo, &[]).code, 1);
    repo.commit("the first");
    assert_eq!(check(&repo, &[]).found("new"), ["a.py f cognitive fail"]);
}

#[test]
fn there_is_a_warning_before_the_failure_and_it_says_its_limit() {
    let repo = Repo::with(&[("a.py", &function("f", 16))]);
    let ran = repo.elcano(&["check", "--limit", "cyclomatic=off", "--format", "json"]);
    assert_eq!(ran.found("new"), ["a.py f cognitive warn"], "{}", ran.out);
    assert_eq!(ran.code, 0);
    let text = repo.elcano(&["check"]).out;
    assert!(text.contains("16") && text.contains("15"), "{text}");
}

#[test]
fn totals_inform_and_do_not_fail() {
    let repo = accepted(&[("a.py", &function("f", 3))]);
    let more: String = (0..20).map(|at| function(&format!("g{at}"), 10)).collect();
    repo.file("a.py", function("f", 3) + &more);
    let ran = check(&repo, &["--base", "HEAD"]);
    assert_eq!((ran.code, ran.found("new").len()), (0, 0), "{}", ran.out);
    let json = ran.document();
    let deltas = json["deltas"].as_array().expect("deltas");
    assert!(
        deltas.iter().any(|delta| delta["head"].as_u64() > delta["base"].as_u64()),
        "the trend is said: {}",
        ran.out
    );
}

#[test]
fn a_newer_baseline_is_refused_with_a_hint() {
    let repo = accepted(&[("a.py", &offenders(&["f"]))]);
    let text = std::fs::read_to_string(repo.path(BASELINE)).expect("the baseline");
    let newer = text.replacen("/1\"", "/2\"", 1);
    assert_ne!(text, newer);
    repo.file(BASELINE, newer);
    let ran = check(&repo, &[]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("/2") && ran.err.contains("reads"), "{}", ran.err);
}

#[test]
fn annotations_are_capped_over_all_metrics_together() {
    let many: String = (0..30).map(|at| function(&format!("f{at}"), 40)).collect();
    let repo = Repo::with(&[("a.py", &many)]);
    let limits = ["cognitive=1", "cyclomatic=1", "lloc=1"].map(|limit| ["--limit", limit]).concat();
    let ran = repo.elcano_in(".", &[&["check", "--format", "github"], &limits[..]].concat(), &[]);
    let errors = ran.out.lines().filter(|line| line.starts_with("::error")).count();
    assert_eq!(errors, 10, "{}", ran.out);
}
