//! Which files are walked, and by which rule.

use elcano::model::{NoteKind, RepoPath, Skip};
use elcano::walk::{Detect, WalkOptions, Walked, walk};

use crate::support::Repo;

/// A few languages, by ending; `make` files by name.
pub struct Few;

const ENDINGS: &[(&str, &str)] =
    &[(".rs", "rust"), (".py", "python"), (".js", "javascript"), (".go", "go"), (".cs", "c-sharp"), (".h", "c")];

impl Detect for Few {
    fn by_name(&self, file_name: &[u8]) -> Option<&'static str> {
        ENDINGS.iter().find(|(ending, _)| file_name.ends_with(ending.as_bytes())).map(|(_, language)| *language)
    }

    fn by_shebang(&self, interpreter: &str) -> Option<&'static str> {
        interpreter.starts_with("python").then_some("python")
    }

    fn by_linguist(&self, name: &str) -> Option<&'static str> {
        ENDINGS.iter().map(|(_, language)| *language).find(|language| language.eq_ignore_ascii_case(name))
    }
}

/// Options in which nothing of this machine is.
pub fn options() -> WalkOptions {
    WalkOptions {
        include: Vec::new(),
        exclude: Vec::new(),
        only: Vec::new(),
        global_excludes: None,
        left_out: Vec::new(),
    }
}

pub fn walked(repo: &Repo) -> Walked {
    walk(repo.root(), &options(), &Few).expect("a walk")
}

pub fn paths(walked: &Walked) -> Vec<String> {
    walked.entries.iter().map(|entry| entry.path.to_string()).collect()
}

fn skipped(walked: &Walked, skip: Skip) -> u64 {
    walked.skipped.get(&skip).copied().unwrap_or_default()
}

#[test]
fn every_kind_of_ignore_file_holds_with_and_without_git() {
    for git in [false, true] {
        let repo = Repo::with(&[
            (".gitignore", "git.rs\nfolder/\n"),
            (".ignore", "ignore.rs\n"),
            (".elcanoignore", "elcano.rs\n!git-kept.rs\n"),
            ("git.rs", ""),
            ("git-kept.rs", ""),
            ("ignore.rs", ""),
            ("elcano.rs", ""),
            ("folder/a.rs", ""),
            ("folder/deep/b.rs", ""),
            ("src/.gitignore", "/local.rs\n!git.rs\n*-kept.rs"),
            ("src/local.rs", ""),
            ("src/git.rs", ""),
            ("src/sub/local.rs", ""),
            ("src/git-kept.rs", ""),
            (".hidden/x.rs", ""),
        ]);
        if git {
            repo.init();
        }
        let walked = walked(&repo);
        let expected = [".hidden/x.rs", "git-kept.rs", "src/git-kept.rs", "src/git.rs", "src/sub/local.rs"];
        assert_eq!(paths(&walked), expected, "git: {git}");
        assert_eq!(skipped(&walked, Skip::Ignored), 6);
        assert_eq!(skipped(&walked, Skip::NoLanguage), 4, "the ignore files themselves");
    }
}

#[test]
fn excludes_of_the_repository_and_of_the_user_hold() {
    let repo = Repo::with(&[("a.rs", ""), ("private.rs", ""), ("user.rs", ""), ("kept.rs", "")]);
    repo.init().file(".git/info/exclude", "private.rs\n").file(".gitignore", "!kept.rs\n");
    let user = Repo::with(&[("excludes", "user.rs\nkept.rs\n")]);
    let options = WalkOptions { global_excludes: Some(user.path("excludes")), ..options() };
    let found = walk(repo.root(), &options, &Few).expect("a walk");
    assert_eq!(paths(&found), ["a.rs", "kept.rs"]);
}

#[test]
fn rules_between_the_top_of_the_work_tree_and_the_root_hold_and_none_above() {
    let repo = Repo::with(&[
        (".gitignore", "everything-here\n*.rs\n"),
        ("top/.gitignore", "/part/src/anchored.rs\nany.rs\n"),
        ("top/part/.gitattributes", "src/vendored.rs linguist-vendored\n"),
        ("top/part/src/anchored.rs", ""),
        ("top/part/src/any.rs", ""),
        ("top/part/src/vendored.rs", ""),
        ("top/part/src/in.rs", ""),
    ]);
    repo.git(&["init", "--quiet", "top"]);
    let walk = |path: &str| walk(&repo.path(path), &options(), &Few).expect("a walk");
    assert_eq!(paths(&walk("top/part/src")), ["in.rs"]);
    assert_eq!(paths(&walk("top")), ["part/src/in.rs"]);
    repo.remove("top/.git");
    assert_eq!(paths(&walk("top/part/src")), ["anchored.rs", "any.rs", "in.rs", "vendored.rs"]);
}

#[test]
fn a_nested_work_tree_has_rules_of_its_own() {
    let repo = Repo::with(&[
        (".gitignore", "x.rs\n"),
        (".ignore", "y.rs\n"),
        (".gitattributes", "*.rs linguist-vendored\n"),
        ("module/x.rs", ""),
        ("module/y.rs", ""),
        ("module/z.rs", ""),
    ]);
    repo.init().file(".gitmodules", "[submodule \"module\"]\n\tpath = module\n\turl = ../module\n");
    repo.git(&["init", "--quiet", "module"]);
    repo.file("module/.git/info/exclude", "z.rs\n");
    assert_eq!(paths(&walked(&repo)), ["module/x.rs"], "git's rules end at the border, others do not");
}

#[test]
fn what_lies_in_another_work_tree_is_left_out_and_submodules_are_not() {
    let library = Repo::with(&[("library.rs", "")]);
    library.init().commit("library");
    let repo = Repo::with(&[("a.rs", ""), ("sub/b.rs", "")]);
    repo.init();
    let url = library.root().to_str().expect("UTF-8");
    repo.git(&["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", url, "mods/module"]);
    repo.commit("first");
    repo.git(&["worktree", "add", "--quiet", "sub/linked"]);
    repo.git(&["clone", "--quiet", ".", "sub/clone"]);
    let found = walked(&repo);
    assert_eq!(paths(&found), ["a.rs", "mods/module/library.rs", "sub/b.rs"]);
    // Of each of the two: `a.rs`, `b.rs`, `.gitmodules`.
    assert_eq!(skipped(&found, Skip::OtherWorkTree), 6);
    // A root is never another one.
    for root in ["sub/linked", "sub/clone", "sub/clone/sub"] {
        let found = walk(&repo.path(root), &options(), &Few).expect("a walk");
        assert_eq!(skipped(&found, Skip::OtherWorkTree), 0, "{root}");
        assert!(!paths(&found).is_empty(), "{root}");
    }
    // Outside of a work tree clones are what is there; a linked one is there twice all the same.
    let folder = Repo::with(&[]);
    for name in ["one", "two"] {
        folder.git(&["clone", "--quiet", url, name]);
    }
    folder.git(&["-C", "one", "worktree", "add", "--quiet", "../three"]);
    let found = walked(&folder);
    assert_eq!(paths(&found), ["one/library.rs", "two/library.rs"]);
    assert_eq!(skipped(&found, Skip::OtherWorkTree), 1);
}

#[test]
fn a_linked_work_tree_uses_the_excludes_of_its_repository() {
    let repo = Repo::with(&[("main/a.rs", "")]);
    repo.git(&["init", "--quiet", "main"]);
    repo.git(&["-C", "main", "add", "."]);
    repo.git(&["-C", "main", "commit", "--quiet", "--message", "a"]);
    repo.git(&["-C", "main", "worktree", "add", "--quiet", "../linked"]);
    repo.file("linked/b.rs", "").file("linked/c.rs", "");
    repo.file("main/.git/info/exclude", "b.rs\n").file("main/.git/info/attributes", "c.rs linguist-vendored\n");
    let found = walk(&repo.path("linked"), &options(), &Few).expect("a walk");
    assert_eq!(paths(&found), ["a.rs"]);
    assert_eq!((skipped(&found, Skip::Ignored), skipped(&found, Skip::Vendored)), (1, 1));
}

#[test]
fn attributes_follow_the_precedence_of_git() {
    let repo = Repo::with(&[
        (
            ".gitattributes",
            "[attr]theirs linguist-vendored\n\
             *.gen.rs linguist-generated\n\
             ours.gen.rs -linguist-generated\n\
             false.gen.rs linguist-generated=false\n\
             reset.gen.rs !linguist-generated\n\
             theirs/** theirs\n\
             theirs/ours.rs -linguist-vendored\n\
             folder/ linguist-vendored\n\
             script linguist-language=Python\n\
             data.rs linguist-language=Text\n\
             book/** linguist-documentation\n\
             book/kept.rs linguist-documentation=false\n\
             info.rs linguist-generated\n",
        ),
        ("a.gen.rs", ""),
        ("ours.gen.rs", ""),
        ("false.gen.rs", ""),
        ("reset.gen.rs", ""),
        ("theirs/a.rs", ""),
        ("theirs/ours.rs", ""),
        ("theirs/deep/.gitattributes", "b.rs !linguist-vendored\n"),
        ("theirs/deep/a.rs", ""),
        ("theirs/deep/b.rs", ""),
        ("folder/a.rs", ""),
        ("script", "no shebang"),
        ("data.rs", ""),
        ("book/a.rs", ""),
        ("book/kept.rs", ""),
        ("info.rs", ""),
    ]);
    repo.init().file(".git/info/attributes", "info.rs -linguist-generated\n");
    let walked = walked(&repo);
    let expected = [
        "book/kept.rs",
        "false.gen.rs",
        "folder/a.rs",
        "info.rs",
        "ours.gen.rs",
        "reset.gen.rs",
        "script",
        "theirs/deep/b.rs",
        "theirs/ours.rs",
    ];
    assert_eq!(paths(&walked), expected);
    assert_eq!(skipped(&walked, Skip::Generated), 1);
    assert_eq!(skipped(&walked, Skip::Vendored), 3, "a rule file may be vendored as well");
    assert_eq!(skipped(&walked, Skip::Documentation), 1);
    let denied = walked.entries.iter().filter(|entry| entry.detected.generated).map(|entry| entry.path.to_string());
    assert_eq!(denied.collect::<Vec<_>>(), ["false.gen.rs", "info.rs", "ours.gen.rs"]);
    assert_eq!(walked.warnings, Vec::<String>::new());
}

#[test]
fn conventions_hold_unless_an_attribute_denies_them() {
    let repo = Repo::with(&[
        (
            ".gitattributes",
            "vendor/ours/** -linguist-vendored\nkept.pb.go -linguist-generated\nkept.min.js linguist-generated=false\n",
        ),
        ("vendor/theirs/a.go", ""),
        ("vendor/ours/a.go", ""),
        ("web/node_modules/x/index.js", ""),
        ("web/node_modules/x/README.md", ""),
        ("vendor.go", ""),
        ("a.pb.go", ""),
        ("kept.pb.go", ""),
        ("Form.Designer.cs", ""),
        ("lib.min.js", ""),
        ("kept.min.js", ""),
    ]);
    let walked = walked(&repo);
    assert_eq!(paths(&walked), ["kept.min.js", "kept.pb.go", "vendor.go", "vendor/ours/a.go"]);
    assert_eq!(skipped(&walked, Skip::Vendored), 3);
    assert_eq!(skipped(&walked, Skip::Generated), 2);
    assert_eq!(skipped(&walked, Skip::Minified), 1);
    let inside = walk(&repo.path("vendor"), &options(), &Few).expect("a walk");
    assert_eq!(paths(&inside), ["ours/a.go", "theirs/a.go"], "what is named is wanted");
}

#[test]
fn include_and_exclude_are_relative_to_the_root() {
    let repo = Repo::with(&[("src/a.rs", ""), ("src/tests/b.rs", ""), ("tools/c.rs", ""), ("d.rs", "")]);
    let find = |include: &[&str], exclude: &[&str]| {
        let globs = |globs: &[&str]| globs.iter().map(|glob| (*glob).to_owned()).collect();
        let options = WalkOptions { include: globs(include), exclude: globs(exclude), ..options() };
        walk(repo.root(), &options, &Few)
    };
    let found = find(&["src/", "/d.rs"], &["tests/"]).expect("a walk");
    assert_eq!(paths(&found), ["d.rs", "src/a.rs"]);
    assert_eq!(skipped(&found, Skip::Excluded), 2);
    assert_eq!(paths(&find(&[], &["*.rs", "!/d.rs"]).expect("a walk")), ["d.rs"]);
    let error = find(&["src/{a"], &[]).expect_err("no pattern");
    assert_eq!(error.exit_code(), 2);
    assert!(error.to_string().contains("include pattern `src/{a`"), "{error}");
}

#[test]
fn first_lines_are_read_only_where_the_name_does_not_tell() {
    let repo = Repo::with(&[
        ("tool", "#!/usr/bin/env python3\n"),
        ("tool.rs", "#!/usr/bin/env python3\n"),
        ("tool.txt", "#!/usr/bin/env python3\n"),
        (".profile", "#!/usr/bin/python\n"),
        ("shell", "#!/bin/sh\n"),
        ("empty", ""),
    ]);
    repo.file("bytes", b"#!/usr/bin/\xFFpython\n");
    let walked = walked(&repo);
    let found: Vec<_> = walked.entries.iter().map(|entry| (entry.path.to_string(), entry.detected.language)).collect();
    let expected = [(".profile", "python"), ("tool", "python"), ("tool.rs", "rust")];
    assert_eq!(found, expected.map(|(path, language)| (path.to_owned(), language)));
    assert_eq!(skipped(&walked, Skip::NoLanguage), 4);
}

#[test]
fn a_file_that_is_named_itself_is_kept_out_by_no_rule() {
    let repo = Repo::with(&[
        (".gitignore", "*\n"),
        (".gitattributes", "x linguist-language=rust\n"),
        ("node_modules/a.min.js", "1"),
        ("x", ""),
        ("notes.txt", ""),
    ]);
    repo.symlink("link.js", "node_modules/a.min.js").fifo("pipe.js");
    let walk = |path: &str| walk(&repo.path(path), &options(), &Few);
    let found = walk("node_modules/a.min.js").expect("a walk");
    assert_eq!(paths(&found), ["a.min.js"]);
    assert_eq!(
        (found.files_on_disk, found.entries[0].stat.bytes, found.entries[0].detected.language),
        (1, 1, "javascript")
    );
    assert_eq!(found.entries[0].read(1).expect("its bytes"), b"1");
    assert_eq!(walk("x").expect("a walk").entries[0].detected.language, "rust");
    assert_eq!(paths(&walk("link.js").expect("a walk")), ["a.min.js"], "a link that is named is what it points to");
    let other = walk("notes.txt").expect("a walk");
    assert_eq!((other.files_on_disk, skipped(&other, Skip::NoLanguage), other.entries.len()), (1, 1, 0));
    assert_eq!(walk("pipe.js").expect_err("no file").exit_code(), 2);
    let gone = walk("gone").expect_err("no file");
    assert_eq!(gone.exit_code(), 2);
    assert!(gone.to_string().contains("does not exist"), "{gone}");
}

#[test]
fn broken_rules_are_said_and_the_others_hold() {
    let repo = Repo::with(&[("a.rs", ""), ("b.rs", ""), ("sub/c.rs", "")]);
    repo.file(".gitignore", b"\xEF\xBB\xBFa.rs\r\n\xFF\xFE\n{x\n".as_slice());
    repo.file(".gitattributes", "!b.rs linguist-vendored\n*.rs -\n")
        .file("sub/.gitattributes", "[attr]m linguist-vendored\n");
    repo.fifo("sub/.gitignore").symlink("sub/.ignore", "../.gitignore");
    let walked = walked(&repo);
    assert_eq!(paths(&walked), ["b.rs", "sub/c.rs"]);
    let warned = |what: &str| walked.warnings.iter().filter(|warning| warning.contains(what)).count();
    assert_eq!((warned(".gitignore:2: "), warned(".gitignore:3: ")), (1, 1), "{:?}", walked.warnings);
    assert_eq!((warned("sub/.gitattributes:1: "), warned("/.gitattributes")), (1, 3), "{:?}", walked.warnings);
    assert_eq!(walked.notes, Vec::new());
}

#[test]
fn what_changed_after_the_walk_becomes_a_note() {
    let repo = Repo::with(&[("gone.rs", "x"), ("grown.rs", "x"), ("link.rs", "x"), ("pipe.rs", "x")]);
    let walked = walked(&repo);
    repo.remove("gone.rs").file("grown.rs", "0123456789");
    repo.remove("link.rs").symlink("link.rs", "grown.rs");
    repo.remove("pipe.rs").fifo("pipe.rs");
    let read: Vec<_> =
        walked.entries.iter().map(|entry| (entry.path.clone(), entry.read(9).expect_err("a note").kind)).collect();
    let expected = [
        ("gone.rs", NoteKind::Unreadable),
        ("grown.rs", NoteKind::TooLarge),
        ("link.rs", NoteKind::Unreadable),
        ("pipe.rs", NoteKind::Unreadable),
    ];
    assert_eq!(read, expected.map(|(path, kind)| (RepoPath::from(path), kind)));
    assert_eq!(walked.entries[0].read(0).expect_err("a note").kind, NoteKind::TooLarge);
}
