//! The gate on real repositories: what is new, regressed, mended and known, against which base, and
//! what is said when there is none.

use std::process::Command;

use serde_json::Value;

use crate::support::Repo;
use crate::support::gate::{COGNITIVE, check, function};

fn fixture(files: &[(&str, String)]) -> Repo {
    let repo = Repo::new();
    repo.init();
    for (path, text) in files {
        repo.file(*path, text);
    }
    repo
}

#[test]
fn everything_is_gated_without_a_base() {
    let repo = fixture(&[("a.py", function("good", 20) + &function("bad", 21)), ("b.py", function("fine", 3))]);
    let ran = check(&repo, &[]);
    assert_eq!(ran.found("new"), ["a.py bad cognitive fail"], "{}", ran.out);
    assert_eq!(ran.code, 1);
    assert_eq!(ran.document()["schema"], "elcano.check/1");
    assert_eq!(check(&repo, &["--limit", "cognitive=21"]).code, 0);
    assert_eq!(check(&repo, &["--fail-on", "none"]).code, 0);
}

#[test]
fn a_change_has_exactly_its_new_regressed_fixed_and_known_findings() {
    let before = [("worse", 25), ("same", 30), ("better", 40), ("mended", 30), ("crossing", 10), ("removed", 50)];
    let text = |all: &[(&str, usize)]| all.iter().map(|(name, size)| function(name, *size)).collect::<String>();
    let repo = fixture(&[("a.py", text(&before)), ("untouched.py", function("awful", 90))]);
    repo.commit("before");
    let after = [("worse", 26), ("same", 30), ("better", 39), ("mended", 20), ("crossing", 21), ("added", 22)];
    repo.file("a.py", text(&after));
    let ran = check(&repo, &["--base", "HEAD"]);
    assert_eq!(ran.found("new"), ["a.py added cognitive fail", "a.py crossing cognitive fail"], "{}", ran.out);
    assert_eq!(ran.found("regressed"), ["a.py worse cognitive fail"]);
    assert_eq!(ran.found("fixed"), ["a.py mended cognitive fail", "a.py removed cognitive fail"]);
    assert_eq!(ran.found("known"), ["a.py better cognitive fail", "a.py same cognitive fail"]);
    assert_eq!(ran.code, 1);
    let json = ran.document();
    assert_eq!((&json["files_gated"], &json["files_parsed"]), (&1.into(), &2.into()), "the other file is not read");
    // The change may be committed, and the base an older commit.
    repo.commit("after");
    let again = check(&repo, &["--base", "HEAD^"]);
    assert_eq!(again.document()["findings"], json["findings"]);
    assert_eq!(check(&repo, &["--base", "HEAD"]).code, 0, "nothing differs");
}

#[test]
fn improved_and_still_over_passes() {
    let repo = fixture(&[("a.py", function("f", 40))]);
    repo.commit("before");
    repo.file("a.py", function("f", 39));
    let ran = check(&repo, &["--base", "HEAD"]);
    assert_eq!((ran.code, ran.found("known")), (0, vec!["a.py f cognitive fail".to_owned()]), "{}", ran.out);
}

#[test]
fn what_moved_or_was_renamed_is_not_new() {
    let filler: String = (0..70).map(|at| function(&format!("filler_{at}"), 1)).collect();
    let repo = fixture(&[("a.py", function("f", 40) + &function("g", 41)), ("b.py", filler.clone())]);
    repo.commit("before");
    let nothing_new = |repo: &Repo, what: &str| {
        let ran = check(repo, &["--base", "HEAD"]);
        assert_eq!((ran.code, ran.found("new"), ran.found("regressed")), (0, vec![], vec![]), "{what}: {}", ran.out);
    };
    repo.file("a.py", filler.clone() + &function("g", 41) + &function("f", 40));
    nothing_new(&repo, "down by more than 200 lines");
    repo.file("a.py", "").file("b.py", filler.clone() + &function("f", 40)).file("c.py", function("g", 41));
    nothing_new(&repo, "to other files");
    repo.remove("a.py")
        .remove("c.py")
        .file("b.py", filler.clone())
        .file("moved.py", function("g", 41) + &function("f", 40));
    nothing_new(&repo, "with its file");
    repo.remove("moved.py").file("a.py", function("f", 40) + &function("renamed", 41));
    nothing_new(&repo, "renamed");
    // As a method of a class in another file its text is indented.
    let method: String = function("f", 40).lines().map(|line| format!("    {line}\n")).collect();
    repo.file("a.py", function("g", 41)).file("d.py", format!("class C:\n{method}"));
    nothing_new(&repo, "into a class");
}

#[test]
fn a_swap_of_one_offender_for_another_is_seen() {
    let repo = fixture(&[("a.py", function("old", 40))]);
    repo.commit("before");
    repo.file("a.py", function("other", 33));
    let ran = check(&repo, &["--base", "HEAD"]);
    assert_eq!((ran.code, ran.found("new")), (1, vec!["a.py other cognitive fail".to_owned()]), "{}", ran.out);
    assert_eq!(ran.found("fixed"), ["a.py old cognitive fail"]);
}

#[test]
fn a_finding_points_to_the_first_line_that_changed() {
    let repo = fixture(&[("a.py", function("f", 40))]);
    repo.commit("before");
    let text = function("f", 40).replace("f_7:", "f_7 and other:");
    repo.file("a.py", text);
    let ran = check(&repo, &["--base", "HEAD"]);
    let finding = ran.document()["findings"][0].clone();
    assert_eq!((&finding["status"], &finding["line"]), (&"regressed".into(), &16.into()), "{finding:#}");
    assert_eq!((&finding["value"], &finding["base_value"]), (&41.into(), &40.into()));
}

#[test]
fn what_cannot_be_compared_ends_with_what_mends_it() {
    let repo = Repo::new();
    repo.git(&["init", "--quiet", "--initial-branch=main", "full"]);
    repo.file("full/a.py", function("f", 30));
    repo.git(&["-C", "full", "add", "."]);
    repo.git(&["-C", "full", "commit", "--quiet", "-m", "one"]);
    repo.file("full/a.py", function("f", 30) + &function("g", 31));
    repo.git(&["-C", "full", "commit", "--quiet", "-a", "-m", "two"]);
    let url = format!("file://{}", repo.path("full").display());
    for (depth, code) in [("1", 3), ("2", 1)] {
        let name = format!("depth-{depth}");
        repo.git(&["clone", "--quiet", "--depth", depth, &url, &name]);
        let ran = repo.elcano_in(&name, &[&["check", "--base", "HEAD^1"], &COGNITIVE[..]].concat(), &[]);
        assert_eq!(ran.code, code, "depth {depth}: {} {}", ran.out, ran.err);
        assert_eq!(ran.err.contains("fetch-depth: 2"), depth == "1", "{}", ran.err);
        if depth == "2" {
            assert_eq!(ran.found("new"), ["a.py g cognitive fail"]);
        }
    }
    let plain = Repo::with(&[("a.py", "x = 1\n")]);
    assert_eq!(check(&plain, &["--base", "HEAD"]).code, 3, "not a repository");
    assert_eq!(check(&plain, &[]).code, 0);
    assert_eq!(check(&Repo::new(), &[]).code, 3, "nothing to gate");
}

/// What CI systems say of themselves, and the base that follows from it.
#[test]
fn the_base_is_found_from_the_environment() {
    let repo = fixture(&[("a.py", function("f", 30))]);
    let first = repo.commit("first");
    repo.git(&["checkout", "--quiet", "-b", "topic"]);
    repo.file("b.py", function("g", 31));
    let topic = repo.commit("topic");
    repo.git(&["checkout", "--quiet", "main"]);
    repo.file("c.py", function("h", 32));
    let main = repo.commit("main goes on");
    repo.git(&["update-ref", "refs/remotes/origin/main", &main]);
    repo.git(&["merge", "--quiet", "--no-ff", "-m", "merge", "topic"]);
    let event = |json: Value| {
        repo.file(".git/event.json", json.to_string());
    };
    let path = repo.path(".git/event.json");
    let path = path.to_str().expect("UTF-8");
    let base = |name: &str, more: &[(&str, &str)]| {
        let variables = [&[("GITHUB_EVENT_NAME", name), ("GITHUB_EVENT_PATH", path)], more].concat();
        let ran = repo.elcano_in(".", &[&["check", "--base", "auto"], &COGNITIVE[..]].concat(), &variables);
        assert!(ran.code < 2, "{}", ran.err);
        (ran.document()["base"]["commit"].as_str().map(str::to_owned), ran.found("new"))
    };
    let new = |names: &[&str]| names.iter().map(|name| format!("{name} cognitive fail")).collect::<Vec<_>>();
    event(serde_json::json!({ "pull_request": { "head": { "sha": topic }, "base": { "ref": "main" } } }));
    assert_eq!(base("pull_request", &[]), (Some(main.clone()), new(&["b.py g"])), "the merge's first parent");
    event(serde_json::json!({ "merge_group": { "base_sha": main } }));
    assert_eq!(base("merge_group", &[]), (Some(main.clone()), new(&["b.py g"])));
    event(serde_json::json!({ "before": first, "repository": { "default_branch": "main" } }));
    assert_eq!(base("push", &[("GITHUB_REF_NAME", "main")]), (Some(first.clone()), new(&["b.py g", "c.py h"])));
    assert_eq!(base("push", &[("ELCANO_BASE", "HEAD^2")]).0, Some(topic.clone()), "what was said goes first");
    event(serde_json::json!({}));
    assert_eq!(base("schedule", &[]), (None, new(&["a.py f", "b.py g", "c.py h"])), "no base");
    // The head of the request itself is checked out, not the merge.
    repo.git(&["checkout", "--quiet", "topic"]);
    event(serde_json::json!({ "pull_request": { "head": { "sha": topic }, "base": { "ref": "main" } } }));
    assert_eq!(base("pull_request", &[("GITHUB_BASE_REF", "main")]), (Some(first), new(&["b.py g"])));
    let zero = "0".repeat(40);
    event(serde_json::json!({ "before": zero, "repository": { "default_branch": "main" } }));
    assert_eq!(base("push", &[("GITHUB_REF_NAME", "topic")]).1, new(&["b.py g"]), "a new branch");
}

#[test]
fn what_others_did_since_is_neither_blame_nor_praise() {
    let repo = fixture(&[("a.py", function("f", 40) + &function("h", 40))]);
    let parted = repo.commit("before");
    repo.git(&["checkout", "--quiet", "-b", "topic"]);
    repo.file("b.py", function("g", 31));
    repo.commit("topic");
    repo.git(&["checkout", "--quiet", "main"]);
    repo.file("a.py", function("f", 30) + &function("h", 50));
    repo.commit("main goes on");
    repo.git(&["checkout", "--quiet", "topic"]);
    let ran = check(&repo, &["--base", "main"]);
    assert_eq!(ran.found("new"), ["b.py g cognitive fail"], "{}", ran.out);
    assert_eq!(ran.document()["findings"].as_array().map(Vec::len), Some(1));
    assert_eq!(ran.document()["base"]["commit"], parted);
}

#[test]
fn a_folder_of_a_repository_is_compared_with_that_folder() {
    let repo = fixture(&[("sub/a.py", function("f", 30)), ("other/b.py", function("g", 30))]);
    repo.commit("before");
    repo.file("sub/a.py", function("f", 31)).file("other/b.py", function("g", 31));
    let ran = check(&repo, &["sub", "--base", "HEAD"]);
    assert_eq!(ran.found("regressed"), ["a.py f cognitive fail"], "{}", ran.out);
    assert_eq!(ran.document()["prefix"], "sub/");
    let github = repo.elcano(&["check", "sub", "--base", "HEAD", "--limit", "cognitive=20", "--format", "github"]);
    assert!(github.out.starts_with("::error file=sub/a.py,line="), "{}", github.out);
}

#[test]
fn the_last_line_gives_the_same_answer() {
    let repo = fixture(&[("a b.py", function("f", 30))]);
    repo.commit("before");
    repo.file("a b.py", function("f", 31));
    let first = repo.elcano(&["check", "--base", "HEAD", "--limit", "cognitive=20", "--exclude", "it's/*"]);
    assert_eq!(first.code, 1);
    let command = first.out.trim_end().lines().last().expect("a last line");
    let folder = std::path::Path::new(env!("CARGO_BIN_EXE_elcano")).parent().expect("a folder");
    let path = format!("{}:/usr/bin:/bin", folder.display());
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", command]).current_dir(repo.root()).env_clear().env("PATH", path);
    let again = shell.output().expect("a shell");
    let text = String::from_utf8(again.stdout).expect("UTF-8");
    let without_head = |text: &str| text.lines().skip(1).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(without_head(&text), without_head(&first.out), "{}", String::from_utf8_lossy(&again.stderr));
    assert_eq!(again.status.code(), Some(1));
}

#[test]
fn a_store_spares_parsing_and_a_broken_one_changes_nothing() {
    let repo = fixture(&[("a.py", function("f", 30)), ("b.py", function("g", 30))]);
    repo.commit("before");
    assert_eq!(repo.elcano(&["scan"]).code, 0);
    repo.file("a.py", function("f", 31));
    let ran = check(&repo, &["--base", "HEAD"]);
    assert_eq!((ran.found("regressed").len(), &ran.document()["files_parsed"]), (1, &1.into()), "{}", ran.out);
    repo.file(".elcano/data.mdb", "not a database at all");
    let broken = check(&repo, &["--base", "HEAD"]);
    assert_eq!(
        (broken.code, broken.document()["findings"].clone()),
        (1, ran.document()["findings"].clone()),
        "{}",
        broken.err
    );
}

#[test]
fn the_main_job_gates_a_pull_request_and_only_informs_elsewhere() {
    let repo = fixture(&[("a.py", function("f", 30))]);
    let main = repo.commit("main");
    repo.git(&["checkout", "--quiet", "-b", "topic"]);
    repo.file("b.py", function("g", 31));
    repo.commit("topic");
    repo.git(&["checkout", "--quiet", "main"]);
    repo.git(&["merge", "--quiet", "--no-ff", "-m", "merge", "topic"]);
    let local = repo.elcano(&["run"]);
    assert_eq!(local.code, 0, "{}", local.err);
    assert!(
        local.err.contains("no base, nothing gated") && local.out.contains("no base"),
        "{}{}",
        local.err,
        local.out
    );
    let path = |name: &str| repo.path(&format!(".git/{name}")).to_str().expect("UTF-8").to_owned();
    let (summary, outputs) = (path("summary"), path("outputs"));
    let variables = [
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_EVENT_NAME", "pull_request"),
        ("GITHUB_STEP_SUMMARY", &*summary),
        ("GITHUB_OUTPUT", &*outputs),
    ];
    let ran = repo.elcano_in(".", &["run"], &variables);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.out.contains("::error file=b.py,line=") && !ran.out.contains("file=a.py"), "{}", ran.out);
    let read = |file: &str| std::fs::read_to_string(file).expect("what was written");
    assert!(read(&summary).contains("FAIL") && read(&outputs).contains(&format!("base-sha={main}\n")));
    assert!(read(&outputs).contains("gate=fail\nnew="), "{}", read(&outputs));
    let log = repo.elcano(&["log", "--json"]).document();
    assert_eq!(log["executions"][0]["stages"][1]["name"], "gate", "{log:#}");
    assert_eq!(repo.elcano_in(".", &["run"], &[("ELCANO_BASE", "nope")]).code, 3);
}

/// The messages of a run at the highest verbosity that contain a word.
fn messages<'a>(err: &'a str, word: &str) -> Vec<&'a str> {
    err.lines().filter(|line| line.contains(word)).collect()
}

#[test]
fn an_unchanged_repository_is_opened_once_and_none_of_its_files_is_read() {
    let repo = Repo::with(&[("a.py", "def f():\n    pass\n"), ("b/c.rs", "fn f() {}\n"), ("d.md", "# d\n")]);
    repo.file(".gitattributes", "* text=auto\n").file(".gitignore", ".elcano\n").init().commit("one");
    repo.file("b/c.rs", "fn f() {}\nfn g() {}\n").commit("two");
    for path in ["a.py", "b/c.rs", "d.md", ".gitattributes", ".gitignore"] {
        repo.age(path);
    }
    repo.git(&["update-index", "--refresh"]);
    let run = |base: &str| repo.elcano_in(".", &["run", "ci", "-vv"], &[("ELCANO_BASE", base)]);
    let first = run("HEAD~1").err;
    assert_eq!((messages(&first, " read a.py").len(), messages(&first, " read ").len()), (1, 3), "{first}");
    for base in ["HEAD", "HEAD~1"] {
        let second = run(base);
        assert_eq!(messages(&second.err, "opened the repository").len(), 1, "{}", second.err);
        assert_eq!(messages(&second.err, "found the base").len(), 1, "{}", second.err);
        assert_eq!(messages(&second.err, " read "), Vec::<&str>::new());
    }
}
