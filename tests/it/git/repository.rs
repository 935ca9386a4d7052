//! Finding a repository, its name, its head; its trees and blobs.

use std::collections::BTreeSet;

use elcano::git::{FileChange, Repository};
use elcano::model::{ContentId, RepoPath};
use proptest::prelude::*;

use crate::support::Repo;

pub fn open(repo: &Repo, path: &str) -> Repository {
    Repository::discover(&repo.path(path)).expect("no error").expect("a repository")
}

#[test]
fn outside_of_git_there_is_none() {
    let repo = Repo::with(&[("a/b.rs", "")]);
    assert!(Repository::discover(&repo.path("a")).expect("no error").is_none());
    assert!(Repository::discover(&repo.path("a/b.rs")).expect("no error").is_none());
    assert_eq!(Repository::discover(&repo.path("gone")).err().expect("an error").exit_code(), 3);
}

#[test]
fn a_bare_repository_has_no_work_tree_to_look_at() {
    let repo = Repo::new();
    repo.git(&["init", "--quiet", "--bare", "bare.git"]);
    repo.git(&["init", "--quiet", "--bare", "x/.git"]);
    assert!(Repository::discover(&repo.path("bare.git")).expect("no error").is_none());
    assert!(Repository::discover(&repo.path("x")).expect("no error").is_none());
}

#[test]
fn a_broken_repository_is_an_error_with_its_causes() {
    let broken: [fn(&Repo) -> &Repo; 4] = [
        |repo| repo.init().remove(".git/HEAD"),
        |repo| repo.folder(".git"),
        |repo| repo.file(".git", "gitdir: nowhere\n"),
        |repo| repo.init().file(".git/config", "[core\nbroken"),
    ];
    for (index, breaking) in broken.iter().enumerate() {
        let repo = Repo::new();
        breaking(&repo);
        let error = Repository::discover(repo.root()).err().unwrap_or_else(|| panic!("no error from {index}"));
        assert_eq!(error.exit_code(), 3);
        let chain = error.chain();
        assert!(chain.len() > 1 && chain[0].contains("opening the git repository of"), "{index}: {chain:?}");
    }
}

#[test]
fn a_head_that_names_nothing_is_an_error() {
    let repo = Repo::with(&[("a", "")]);
    repo.init().commit("one");
    repo.file(".git/HEAD", "1111111111111111111111111111111111111111\n");
    let error = open(&repo, ".").head().expect_err("no such commit");
    assert!(error.chain().len() > 1, "{error:?}");
}

#[test]
fn name_head_and_prefix() {
    let repo = Repo::with(&[("src/deep/a.rs", "")]);
    repo.init();
    let before = open(&repo, ".");
    assert_eq!(before.name(), None);
    let head = before.head().expect("a head");
    assert_eq!((head.commit, head.reference.as_deref()), (None, Some("refs/heads/main")));

    let commit = repo.commit("one");
    repo.git(&["remote", "add", "origin", "https://user:secret@Example.org/owner/name.git"]);
    let after = open(&repo, "src/deep");
    assert_eq!(after.name().as_deref(), Some("example.org/owner/name"));
    assert_eq!(
        (after.prefix(), after.workdir()),
        (b"src/deep/".as_slice(), repo.root().canonicalize().expect("a path").as_path())
    );
    let head = after.head().expect("a head");
    assert_eq!(
        (head.commit.map(|id| id.to_string()), head.reference.as_deref()),
        (Some(commit.clone()), Some("refs/heads/main"))
    );
    assert_eq!(open(&repo, "src/deep/a.rs").prefix(), b"src/deep/", "a file's folder");

    repo.git(&["checkout", "--quiet", "--detach"]);
    let head = open(&repo, ".").head().expect("a head");
    assert_eq!((head.commit.map(|id| id.to_string()), head.reference), (Some(commit), None));
}

#[test]
fn linked_work_trees_and_submodules_are_repositories_of_their_own() {
    let repo = Repo::with(&[("main/a.rs", "1"), ("other/b.rs", "2")]);
    for folder in ["main", "other"] {
        repo.git(&["init", "--quiet", "--initial-branch=main", folder]);
        repo.git(&["-C", folder, "add", "."]);
        repo.git(&["-C", folder, "commit", "--quiet", "--message", "one"]);
    }
    repo.git(&["-C", "main", "worktree", "add", "--quiet", "../linked", "-b", "linked"]);
    let source = repo.path("other");
    let source = source.to_str().expect("UTF-8");
    repo.git(&["-C", "main", "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", source, "module"]);
    let linked = open(&repo, "linked");
    assert_eq!(linked.head().expect("a head").reference.as_deref(), Some("refs/heads/linked"));
    let module = open(&repo, "main/module");
    assert_eq!(module.workdir(), repo.path("main/module").canonicalize().expect("a path"));
    let files = module.tree_files(module.resolve("HEAD").expect("a commit")).expect("files");
    assert_eq!(files.iter().map(|file| file.path.to_string()).collect::<Vec<_>>(), ["b.rs"]);
    let main = open(&repo, "main");
    repo.git(&["-C", "main", "commit", "--quiet", "--message", "module"]);
    let files = main.tree_files(main.resolve("HEAD").expect("a commit")).expect("files");
    let paths: Vec<_> = files.iter().map(|file| file.path.to_string()).collect();
    assert_eq!(paths, [".gitmodules", "a.rs"], "a submodule is no file");
}

#[test]
fn trees_and_blobs() {
    let repo = Repo::with(&[("src/a.rs", "fn a() {}\n"), ("src/b.sh", "#!/bin/sh\n"), ("src.rs", ""), ("top", "x")]);
    repo.file(b"src/\xFF\n.rs", "bytes").symlink("src/link.rs", "a.rs").mode("src/b.sh", 0o755);
    repo.init().commit("one");
    let top = open(&repo, ".");
    let commit = top.resolve("main").expect("a commit");
    let files = top.tree_files(commit).expect("files");
    assert!(files.is_sorted_by_key(|file| &file.path));
    assert_eq!(files.len(), 5, "the link is no file");
    for file in &files {
        let bytes = std::fs::read(repo.path(file.path.as_bytes())).expect("the file");
        assert_eq!(file.content, ContentId::of(&bytes));
        assert_eq!(top.blob(file.content).expect("the blob"), bytes);
        assert_eq!(file.executable, file.path == "src/b.sh".into());
    }
    let below = open(&repo, "src").tree_files(commit).expect("files");
    let paths: Vec<_> = below.into_iter().map(|file| file.path).collect();
    assert_eq!(paths, [RepoPath::from("a.rs"), "b.sh".into(), RepoPath::new(b"\xFF\n.rs".to_vec())]);
}

#[test]
fn contents_of_a_commit_are_the_same_with_and_without_the_help_of_the_index() {
    let repo =
        Repo::with(&[("src/a.rs", "a"), ("src/deep/b.rs", "b"), ("gone.rs", "gone"), ("x.sh", "x"), ("kind.rs", "k")]);
    repo.symlink("link.rs", "x.sh").init();
    let first = repo.commit("first");
    repo.file("src/deep/b.rs", "b2").file("new.rs", "gone").remove("gone.rs").mode("x.sh", 0o755);
    repo.remove("link.rs").file("link.rs", "a file now").remove("kind.rs").symlink("kind.rs", "x.sh");
    let second = repo.commit("second");
    let is_same = |folder: &str, what: &str| {
        let opened = open(&repo, folder);
        let index = opened.index().expect("an index");
        for commit in [&first, &second] {
            let commit = opened.resolve(commit).expect("a commit");
            let all = opened.tree_files(commit).expect("files").into_iter().map(|file| (file.path, file.content));
            assert_eq!(opened.contents(commit, &index).expect("contents"), all.collect(), "{folder}: {what}");
        }
    };
    for folder in [".", "src"] {
        is_same(folder, "nothing staged");
        repo.file("src/a.rs", "changed on disk").file("untracked.rs", "");
        is_same(folder, "changed on disk");
        repo.git(&["add", "--all"]);
        is_same(folder, "staged");
        repo.git(&["reset", "--quiet", "--hard", &first]);
        is_same(folder, "an older commit");
        repo.git(&["update-index", "--assume-unchanged", "src/a.rs"]);
        is_same(folder, "not watched");
        repo.git(&["reset", "--quiet", "--hard", &second]);
    }
    repo.git(&["config", "core.fileMode", "false"]);
    repo.git(&["sparse-checkout", "set", "--cone", "--sparse-index", "src/deep"]);
    is_same(".", "folders that are one entry");
}

#[test]
fn what_is_not_in_the_clone_is_undecided_and_what_is_damaged_is_an_error() {
    let repo = Repo::with(&[("a", "content")]);
    repo.init().commit("one");
    let content = ContentId::of(b"content");
    let object = |id: &str| format!(".git/objects/{}/{}", &id[..2], &id[2..]);
    let path = object(&content.to_string());
    repo.mode(&path, 0o600).file(&path, "no zlib");
    let damaged = open(&repo, ".").blob(content).expect_err("damaged");
    assert!(matches!(damaged, elcano::error::Error::Git { .. }), "{damaged:?}");
    repo.remove(&path);
    let missing = open(&repo, ".").blob(content).expect_err("missing");
    assert_eq!(missing.to_string(), format!("blob {content} is not in this clone"));
    assert!(matches!(missing, elcano::error::Error::Undecided(_)));
    repo.git(&["config", "remote.origin.promisor", "true"]);
    let partial = open(&repo, ".").blob(content).expect_err("missing");
    assert!(partial.to_string().contains("it is partial"), "{partial}");
    let tree = repo.git(&["rev-parse", "HEAD^{tree}"]);
    let opened = open(&repo, ".");
    let commit = opened.resolve("HEAD").expect("a commit");
    repo.remove(&object(&tree));
    assert!(open(&repo, ".").tree_files(commit).expect_err("missing").to_string().contains("the tree of commit"));
}

fn change(path: &str, old: Option<(&str, &str)>, new: Option<&str>) -> FileChange {
    let id = |content: &str| ContentId::of(content.as_bytes());
    FileChange { path: path.into(), old: old.map(|(path, content)| (path.into(), id(content))), new: new.map(id) }
}

#[test]
fn changes_between_commits() {
    let repo = Repo::with(&[
        ("same", "same"),
        ("edited", "1"),
        ("deleted", "deleted"),
        ("x/moved.rs", "moved"),
        ("twin-a/t.rs", "twin"),
        ("twin-b/u.rs", "twin"),
        ("empty", ""),
        ("mode", "m"),
        ("becomes-link", "file"),
    ]);
    repo.init().commit("one");
    for gone in ["deleted", "x", "twin-a", "twin-b", "empty", "becomes-link"] {
        repo.remove(gone);
    }
    repo.file("edited", "2")
        .file("y/z/moved.rs", "moved")
        .file("c/u.rs", "twin")
        .file("c/other.rs", "twin")
        .file("c/third.rs", "twin");
    repo.file("empty-again", "").mode("mode", 0o755).symlink("becomes-link", "same").file("added", "added");
    repo.commit("two");
    let opened = open(&repo, ".");
    let of = |revision: &str| opened.resolve(revision).expect("a commit");
    let changes = opened.changed(of("HEAD^"), of("HEAD")).expect("changes");
    let expected = [
        change("added", None, Some("added")),
        change("becomes-link", Some(("becomes-link", "file")), None),
        change("c/other.rs", Some(("twin-a/t.rs", "twin")), Some("twin")),
        change("c/third.rs", None, Some("twin")),
        change("c/u.rs", Some(("twin-b/u.rs", "twin")), Some("twin")),
        change("deleted", Some(("deleted", "deleted")), None),
        change("edited", Some(("edited", "1")), Some("2")),
        change("empty", Some(("empty", "")), None),
        change("empty-again", None, Some("")),
        change("y/z/moved.rs", Some(("x/moved.rs", "moved")), Some("moved")),
    ];
    assert_eq!(changes, expected);
    assert_eq!(opened.changed(of("HEAD"), of("HEAD")).expect("changes"), []);
    let below = open(&repo, "c");
    assert_eq!(below.changed(of("HEAD^"), of("HEAD")).expect("changes").len(), 3, "only what is under the root");
}

fn tree() -> impl Strategy<Value = Vec<(String, &'static str)>> {
    let name = prop::sample::select(vec!["a", "b", "d/a", "d/b", "d/e/a", "f", "é", "g h"]);
    let content = prop::sample::select(vec!["", "1", "2", "3"]);
    prop::collection::vec((name.prop_map(str::to_owned), content), 0..8)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn git_sees_the_same_changes(one in tree(), two in tree()) {
        let repo = Repo::new();
        repo.init();
        for (index, files) in [one, two].iter().enumerate() {
            for entry in std::fs::read_dir(repo.root()).expect("the folder") {
                let name = entry.expect("an entry").file_name().into_string().expect("UTF-8");
                if name != ".git" {
                    repo.remove(&name);
                }
            }
            for (path, content) in files {
                repo.file(path, content);
            }
            repo.commit(&index.to_string());
        }
        let opened = open(&repo, ".");
        let of = |revision: &str| opened.resolve(revision).expect("a commit");
        let changes = opened.changed(of("HEAD^"), of("HEAD")).expect("changes");
        let mut ours = BTreeSet::new();
        for change in changes {
            match change.old {
                Some((path, content)) if path != change.path => {
                    prop_assert_eq!(Some(content), change.new, "a move keeps the content");
                    ours.insert((path, Some(content), None));
                    ours.insert((change.path, None, change.new));
                }
                old => {
                    ours.insert((change.path, old.map(|(_, content)| content), change.new));
                }
            }
        }
        let raw = repo.git(&["diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev", "HEAD^", "HEAD"]);
        let fields: Vec<&str> = raw.split('\0').filter(|field| !field.is_empty()).collect();
        let theirs: BTreeSet<_> = fields.chunks(2).map(|pair| {
            let words: Vec<&str> = pair[0].split(' ').collect();
            let id = |word: &str| (!word.starts_with("00000000")).then(|| word.parse::<ContentId>().expect("an id"));
            (RepoPath::from(pair[1]), id(words[2]), id(words[3]))
        }).collect();
        prop_assert_eq!(ours, theirs);
    }
}
