//! Why a file is in or out, and where that is said.

use elcano::model::Skip;
use elcano::walk::{Explanation, PathOutcome, WalkOptions, explain, walk};

use super::rules::{Few, options};
use crate::support::Repo;

fn explained(repo: &Repo, path: &str) -> Explanation {
    explain(repo.root(), &repo.path(path), &options(), &Few).expect("an explanation")
}

fn mentions(explanation: &Explanation, what: &str) {
    assert!(explanation.steps.iter().any(|step| step.contains(what)), "no `{what}` in\n{explanation:?}");
}

#[test]
fn the_rule_and_its_line_are_named() {
    let repo = Repo::with(&[
        (".gitignore", "# comment\n\nbuild/\n*.tmp.rs\n"),
        ("sub/.gitignore", "!kept.tmp.rs\n"),
        (".gitattributes", "*.rs text\ntheirs.rs linguist-vendored\n"),
        ("build/deep/a.rs", ""),
        ("x.tmp.rs", ""),
        ("sub/kept.tmp.rs", ""),
        ("theirs.rs", ""),
        ("node_modules/a.js", ""),
        ("api.pb.go", ""),
        ("gen.rs", "// @generated\n"),
        ("tool", "#!/usr/bin/env python3\n"),
        ("a.txt", ""),
    ]);
    repo.init().symlink("link.rs", "gen.rs");
    let ignored = explained(&repo, "build/deep/a.rs");
    assert_eq!(ignored.outcome, PathOutcome::Out(Skip::Ignored));
    mentions(&ignored, "`build`: ignored by `build/` (");
    mentions(&ignored, ".gitignore:3)");
    let text = ignored.text(|id| id);
    assert!(text.starts_with("build/deep/a.rs: not measured: ignored\n"), "{text}");

    mentions(&explained(&repo, "x.tmp.rs"), ".gitignore:4)");
    let kept = explained(&repo, "sub/kept.tmp.rs");
    assert_eq!(kept.outcome, PathOutcome::In("rust"));
    mentions(&kept, "`sub/kept.tmp.rs`: kept by `!kept.tmp.rs` (");
    mentions(&kept, "sub/.gitignore:1)");

    let theirs = explained(&repo, "theirs.rs");
    assert_eq!(theirs.outcome, PathOutcome::Out(Skip::Vendored));
    mentions(&theirs, ".gitattributes:2)");
    let module = explained(&repo, "node_modules/a.js");
    assert_eq!(module.outcome, PathOutcome::Out(Skip::Vendored));
    mentions(&module, "by convention: yes");
    mentions(&explained(&repo, "api.pb.go"), "name: `.pb.go`");
    assert_eq!(explained(&repo, "gen.rs").outcome, PathOutcome::Out(Skip::Generated));
    mentions(&explained(&repo, "gen.rs"), "content: generated");
    mentions(&explained(&repo, "tool"), "first line names `python3`");
    assert_eq!(explained(&repo, "a.txt").outcome, PathOutcome::Out(Skip::NoLanguage));
    assert_eq!(explained(&repo, "link.rs").outcome, PathOutcome::Out(Skip::Symlink));
    assert_eq!(explained(&repo, ".git/HEAD").outcome, PathOutcome::LeftOut);
    repo.git(&["init", "--quiet", "clone"]);
    repo.file("clone/sub/a.rs", "");
    for path in ["clone", "clone/sub/a.rs"] {
        let clone = explained(&repo, path);
        assert_eq!(clone.outcome, PathOutcome::Out(Skip::OtherWorkTree));
        mentions(&clone, "`clone`: another work tree");
    }
    assert_eq!(explained(&repo, "sub").outcome, PathOutcome::Folder);
}

#[test]
fn the_users_excludes_and_patterns_are_named() {
    let repo = Repo::with(&[("a.rs", ""), ("b.rs", ""), ("c.rs", "")]);
    let user = Repo::with(&[("excludes", "a.rs\n")]);
    let options = WalkOptions {
        global_excludes: Some(user.path("excludes")),
        exclude: vec!["b.*".to_owned()],
        include: vec!["[a-c].rs".to_owned()],
        ..options()
    };
    let explained = |path: &str| explain(repo.root(), &repo.path(path), &options, &Few).expect("an explanation");
    mentions(&explained("a.rs"), "excludes:1)");
    assert_eq!(explained("b.rs").outcome, PathOutcome::Out(Skip::Excluded));
    mentions(&explained("b.rs"), "exclude: `b.*`");
    assert_eq!(explained("c.rs").outcome, PathOutcome::In("rust"));
    mentions(&explained("c.rs"), "include: `[a-c].rs`");
}

#[test]
fn paths_that_are_not_of_the_tree_are_errors() {
    let repo = Repo::with(&[("a.rs", "")]);
    let other = Repo::with(&[("a.rs", "")]);
    let error = |path: std::path::PathBuf| explain(repo.root(), &path, &options(), &Few).expect_err("an error");
    assert_eq!(error(repo.path("gone.rs")).exit_code(), 2);
    let outside = error(other.path("a.rs"));
    assert_eq!(outside.exit_code(), 2);
    assert!(outside.to_string().contains("is not under"), "{outside}");
    let itself = explain(&repo.path("a.rs"), &repo.path("a.rs"), &options(), &Few).expect("an explanation");
    assert_eq!(itself.outcome, PathOutcome::In("rust"));
    mentions(&itself, "named itself");
}

/// The explanation is the walk's own decision: they agree on every file.
#[test]
fn explanation_and_walk_agree() {
    let repo = Repo::with(&[
        (".gitignore", "a/*\n!a/b\n"),
        ("a/b/c.rs", ""),
        ("a/x.rs", ""),
        ("vendor/v.rs", ""),
        ("vendor/.gitattributes", "w.rs -linguist-vendored"),
        ("vendor/w.rs", ""),
        ("n.txt", ""),
        ("y.pb.go", ""),
    ]);
    let walked = walk(repo.root(), &options(), &Few).expect("a walk");
    for path in ["a/b/c.rs", "a/x.rs", "vendor/v.rs", "vendor/w.rs", "n.txt", "y.pb.go"] {
        let found = walked.entries.iter().any(|entry| entry.path.as_bytes() == path.as_bytes());
        let explained = explained(&repo, path).outcome;
        assert_eq!(found, matches!(explained, PathOutcome::In(_)), "{path}: {explained:?}");
    }
    assert_eq!(walked.entries.len(), 2);
}
