//! The configuration of a monorepo: files on the way down, files in folders below, and the schema
//! of them.

use crate::support::gate::function;
use crate::support::{CommandOutput, Repo};

const QUIET: [&str; 6] = ["--limit", "cyclomatic=off", "--limit", "lloc=off", "--format", "json"];

fn check(repo: &Repo, folder: &str, args: &[&str]) -> CommandOutput {
    repo.elcano_in(folder, &[&["check"], &QUIET[..], args].concat(), &[])
}

fn limits(rest: &str) -> String {
    format!("[limits]\n{rest}\n")
}

/// Functions of 12 everywhere; 10 holds at the top, 15 in `api`, 20 in the tests of all, 5 in
/// `api/core`.
fn monorepo() -> Repo {
    let repo = Repo::new();
    repo.init();
    let other = "[[override]]\npaths = [\"tests/\"]\nlimits = { cognitive = 20 }\n[[override]]\npaths = [\"/api/old/\"]\ngated = false\n";
    repo.file("elcano.toml", limits("cognitive = 10") + other);
    repo.file("api/elcano.toml", limits("cognitive = 15"));
    repo.file("api/core/elcano.toml", limits("cognitive = 5"));
    for folder in ["", "web/", "web/tests/", "api/", "api/core/", "api/old/", "web/api/old/"] {
        repo.file(format!("{folder}a.py").as_str(), function("f", 12));
    }
    repo
}

#[test]
fn a_folder_s_own_file_holds_for_that_folder_wherever_the_check_begins() {
    let repo = monorepo();
    let all = check(&repo, ".", &[]);
    let expected =
        ["a.py", "api/core/a.py", "web/a.py", "web/api/old/a.py"].map(|path| format!("{path} f cognitive fail"));
    assert_eq!(all.found("new"), expected, "{}{}", all.out, all.err);
    assert_eq!(check(&repo, "api", &[]).found("new"), ["core/a.py f cognitive fail"]);
    assert_eq!(check(&repo, "api/core", &[]).found("new"), ["a.py f cognitive fail"]);
    assert_eq!(check(&repo, "web", &[]).found("new").len(), 2);
    assert!(check(&repo, "web/tests", &[]).found("new").is_empty());
    assert!(check(&repo, "api/old", &[]).found("new").is_empty(), "a path from the top");
    assert_eq!(check(&repo, ".", &["api/core/a.py"]).found("new").len(), 1, "a file alone");
}

#[test]
fn what_is_typed_beats_all_files_and_a_named_one_holds_alone() {
    let repo = monorepo();
    assert!(check(&repo, ".", &["--limit", "cognitive=12"]).found("new").is_empty());
    repo.file("other.toml", limits("cognitive = 11"));
    assert_eq!(check(&repo, ".", &["--config", "other.toml"]).found("new").len(), 7);
}

#[test]
fn the_change_s_folder_is_judged_by_its_own_file() {
    let repo = monorepo();
    repo.commit("before");
    repo.file("api/b.py", function("g", 14)).file("web/b.py", function("h", 14));
    let ran = check(&repo, ".", &["--base", "HEAD"]);
    assert_eq!(ran.found("new"), ["web/b.py h cognitive fail"], "{}", ran.out);
}

#[test]
fn a_mistake_in_a_file_below_names_the_file_and_the_key() {
    let repo = monorepo();
    repo.file("web/elcano.toml", limits("cognitve = 15"));
    let ran = check(&repo, ".", &[]);
    assert_eq!(ran.code, 2, "{}", ran.err);
    for word in ["web/elcano.toml", "cognitve", "cognitive"] {
        assert!(ran.err.contains(word), "{}", ran.err);
    }
    // What is ignored, or left out as a dependency, does not matter here.
    repo.remove("web/elcano.toml").file(".gitignore", "dist\n").file("dist/elcano.toml", "no");
    assert_eq!(check(&repo, ".", &[]).code, 1);
}

#[test]
fn show_tells_which_file_has_the_last_word() {
    let repo = monorepo();
    let show = |folder: &str, args: &[&str]| {
        let ran = repo.elcano_in(folder, &[&["config", "show", "--origin"], args].concat(), &[]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        let mut lines = ran.out.lines().map(str::trim);
        let line = lines.find(|line| line.starts_with("cognitive ")).expect("the rule").to_owned();
        (line, ran.out)
    };
    let (line, all) = show("api/core", &[]);
    assert!(line.contains(" 5 ") && line.ends_with("api/core/elcano.toml"), "{line}");
    assert_eq!(all.lines().next().expect("a line").matches("elcano.toml").count(), 3, "{all}");
    assert!(all.lines().any(|line| line.contains("cyclomatic") && line.trim().ends_with("default")), "{all}");
    assert!(show("web", &[]).0.ends_with("elcano.toml"));
    assert!(show("web", &["--limit", "cognitive=3"]).0.ends_with("--limit"));
}
