//! Formats of repositories: SHA-256 is read; references in tables and unknown extensions are not,
//! and the work goes on without git.

use std::collections::BTreeMap;

use super::{COGNITIVE, Repo, check, function, is_clean, scan, snapshot};

/// A repository of two commits and a change on disk.
fn history(init: &[&str]) -> Repo {
    let repo = Repo::with(&[
        ("a.py", &(function("worse", 30) + &function("mended", 30))),
        ("moved.py", &function("moved", 40)),
        ("same.py", &function("same", 50)),
        ("gone.py", &function("gone", 60)),
    ]);
    repo.git(&[&["init", "--quiet", "--initial-branch=main"], init].concat());
    repo.git(&["config", "core.autocrlf", "false"]);
    repo.commit("one");
    repo.file("a.py", function("worse", 31) + &function("mended", 3)).remove("gone.py");
    std::fs::rename(repo.path("moved.py"), repo.path("to.py")).expect("a move");
    repo
}

fn findings(repo: &Repo, args: &[&str]) -> BTreeMap<&'static str, Vec<String>> {
    let ran = check(repo, args);
    ["new", "regressed", "fixed", "known"].map(|status| (status, ran.found(status))).into()
}

#[test]
fn a_sha256_repository_gives_the_same_answers() {
    let (old, new) = (history(&[]), history(&["--object-format=sha256"]));
    assert_eq!(new.git(&["rev-parse", "HEAD"]).len(), 64);
    let expected = findings(&old, &["--base", "HEAD"]);
    assert_eq!(expected["regressed"], ["a.py worse cognitive fail"]);
    assert_eq!(expected["fixed"], ["a.py mended cognitive fail", "gone.py gone cognitive fail"]);
    assert_eq!(expected["new"].len(), 0, "a move is none");
    assert_eq!(findings(&new, &["--base", "HEAD"]), expected);
    // By the whole id, and after the change is committed.
    let id = new.git(&["rev-parse", "HEAD"]);
    assert_eq!(findings(&new, &["--base", &id]), expected);
    assert_eq!(check(&new, &["--base", "HEAD"]).document()["base"]["commit"], id.as_str());
    for repo in [&old, &new] {
        repo.commit("two");
        assert_eq!(findings(repo, &["--base", "HEAD^"]), expected);
        is_clean(&check(repo, &["--base", "HEAD"]), "nothing differs");
    }
    let functions = |repo: &Repo| repo.elcano(&["diff", "HEAD^", "HEAD", "--json"]).json()["functions"].clone();
    assert_eq!(functions(&new), functions(&old));
}

#[test]
fn contents_of_a_sha256_repository_have_the_ids_that_they_have_everywhere() {
    let (old, new) = (history(&[]), history(&["--object-format=sha256"]));
    for repo in [&old, &new] {
        repo.commit("two");
        scan(repo);
    }
    let content = |repo: &Repo| repo.elcano(&["get", "file:path:same.py"]).json()["content"].clone();
    assert_eq!(content(&new), content(&old));
    assert_eq!(content(&new), old.git(&["rev-parse", "HEAD:same.py"]).as_str());
    let made = snapshot(&new);
    assert_eq!(made["commit"], new.git(&["rev-parse", "HEAD"]).as_str());
    assert_eq!((&made["reference"], &made["dirty"]), (&"refs/heads/main".into(), &false.into()), "{made:#}");
    assert_eq!(scan(&new)["files_parsed"], 0);
    new.file("same.py", function("same", 51));
    assert_eq!(snapshot(&new)["dirty"], true);
}

#[test]
fn a_sha256_repository_may_be_sparse_shallow_bare_of_commits_or_have_links_and_submodules() {
    let repo = Repo::with(&[("d/x.py", "x = 1\n"), ("e/y.py", &function("f", 30))]);
    repo.git(&["init", "--quiet", "--initial-branch=main", "--object-format=sha256"]);
    assert_eq!(snapshot(&repo)["commit"], serde_json::Value::Null);
    repo.symlink("link.py", "d/x.py").commit("one");
    repo.file("d/x.py", "x = 2\n").commit("two");
    assert_eq!(snapshot(&repo)["dirty"], false);
    repo.git(&["sparse-checkout", "set", "--cone", "--sparse-index", "d"]);
    is_clean(&check(&repo, &["--base", "HEAD^"]), "sparse");
    assert_eq!(snapshot(&repo)["dirty"], false);
    let shallow = Repo::new();
    shallow.git(&["clone", "--quiet", "--depth=1", &format!("file://{}", repo.root().display()), "."]);
    shallow.elcano(&["check", "--base", "HEAD^"]).fails(3, &["cannot compare", "fetch-depth: 2"]);
    is_clean(&check(&shallow, &["--base", "HEAD"]), "shallow");
}

/// Repositories that this elcano does not read, and a word of the reason.
fn unread() -> Vec<(&'static str, &'static str, Repo)> {
    let files = [("a.py", function("f", 30))].map(|(path, text)| (path, text));
    let made = |init: &[&str], then: &[&[&str]]| {
        let repo = Repo::with(&files.each_ref().map(|(path, text)| (*path, text.as_str())));
        repo.git(&[&["init", "--quiet", "--initial-branch=main"], init].concat());
        repo.commit("one");
        then.iter().for_each(|args| drop(repo.git(args)));
        repo
    };
    let version = ["config", "core.repositoryFormatVersion", "1"];
    let with = |key: &str| made(&[], &[&version, &["config", key, "true"]]);
    vec![
        ("reftable", "reftable", made(&["--ref-format=reftable"], &[])),
        ("both", "reftable", made(&["--ref-format=reftable", "--object-format=sha256"], &[])),
        ("extension", "quantumStorage", with("extensions.quantumStorage")),
        ("hash", "object", made(&[], &[&version, &["config", "extensions.objectFormat", "sha999"]])),
        ("version", "version", made(&[], &[&["config", "core.repositoryFormatVersion", "99"]])),
    ]
}

#[test]
fn a_repository_in_an_unknown_format_is_measured_without_git_and_said_so() {
    for (name, word, repo) in unread() {
        let scanned = repo.elcano(&["scan", "--json"]);
        assert_eq!((scanned.code, &scanned.json()["files_found"]), (0, &1.into()), "{name}: {}", scanned.err);
        assert!(scanned.err.contains("without git") && scanned.err.contains(word), "{name}: {}", scanned.err);
        assert!(repo.path(".elcano").is_dir(), "{name}: at the top, as ever");
        assert_eq!(repo.elcano(&["report"]).code, 0, "{name}");
        assert_eq!(check(&repo, &[]).found("new"), ["a.py f cognitive fail"], "{name}");
        // A question about git is not answered without it.
        let based = check(&repo, &["--base", "HEAD"]);
        based.fails(3, &["cannot compare with base `HEAD`", word]);
        repo.elcano(&["diff", "HEAD", "HEAD"]).fails(3, &[word]);
        let variables = [("ELCANO_BASE", "HEAD")];
        repo.elcano_in(".", &["run", "ci"], &variables).fails(3, &["cannot compare", word]);
        assert_eq!(repo.elcano(&["run", "ci"]).code, 0, "{name}: nothing names a base");
    }
}

#[test]
fn extensions_that_change_nothing_are_none() {
    let repo = Repo::with(&[("a.py", "x = 1\n")]);
    repo.init().commit("one");
    repo.git(&["config", "extensions.somethingNew", "1"]);
    is_clean(&check(&repo, &["--base", "HEAD"]), "before version 1 git ignores them");
    repo.git(&["config", "--unset", "extensions.somethingNew"]);
    repo.git(&["config", "core.repositoryFormatVersion", "1"]);
    for (key, value) in
        [("noop", "1"), ("preciousObjects", "true"), ("worktreeConfig", "true"), ("refStorage", "files")]
    {
        repo.git(&["config", &format!("extensions.{key}"), value]);
    }
    is_clean(&check(&repo, &["--base", "HEAD"]), "known ones");
    // What holds for all repositories of a user is no format of this one.
    repo.file(".gitconfig", "[extensions]\n\trefStorage = reftable\n\tunheardOf = 1\n");
    is_clean(&check(&repo, &["--base", "HEAD"]), "of the user");
}

#[test]
fn every_version_and_extension_of_the_index_is_read() {
    let ways: [(&str, &[&[&str]]); 7] = [
        ("version 2", &[&["update-index", "--index-version", "2"]]),
        ("version 3", &[&["update-index", "--index-version", "3"], &["update-index", "--skip-worktree", "marked.py"]]),
        ("version 4", &[&["update-index", "--index-version", "4"]]),
        ("split", &[&["update-index", "--split-index"]]),
        ("untracked cache", &[&["update-index", "--untracked-cache"], &["status"]]),
        ("no hash", &[&["config", "index.skipHash", "true"], &["update-index", "--force-write-index"]]),
        ("threads", &[&["config", "index.threads", "8"], &["update-index", "--force-write-index"]]),
    ];
    for (name, commands) in ways {
        let repo = Repo::new();
        for at in 0..300 {
            repo.file(&format!("folder{}/file{at}.py", at % 7), function(&format!("f{at}"), 21 + at % 3));
        }
        repo.file("marked.py", "x = 1\n").init().commit("one");
        commands.iter().for_each(|args| drop(repo.git(args)));
        let ran = repo.elcano(&[&["check", "--base", "HEAD"], &COGNITIVE[..]].concat());
        is_clean(&ran, name);
        assert_eq!(ran.err, "", "{name}");
        assert_eq!(snapshot(&repo)["dirty"], false, "{name}");
        repo.file("folder1/file1.py", function("f1", 40));
        assert_eq!(check(&repo, &["--base", "HEAD"]).found("regressed").len(), 1, "{name}");
        assert_eq!(snapshot(&repo)["dirty"], true, "{name}");
    }
}
