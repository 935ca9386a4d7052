//! Every file on disk is accounted for once, whatever it is called and whatever it is.

use std::fs;
use std::path::Path;

use elcano::model::{NoteKind, RepoPath, Skip};
use elcano::walk::{WalkOptions, Walked, walk};
use proptest::prelude::*;

use super::rules::{Few, options, paths, walked};
use crate::support::Repo;

/// Files below a folder, counted the plain way.
fn count(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry"));
    entries
        .map(|entry| match entry.file_type().expect("a type") {
            _ if entry.file_name() == ".git" => 0,
            kind if kind.is_dir() && entry.file_name() == ".elcano" => 0,
            kind if kind.is_dir() => count(&entry.path()),
            _ => 1,
        })
        .sum()
}

pub fn accounted(walked: &Walked) -> u64 {
    walked.entries.len() as u64 + walked.notes.len() as u64 + walked.skipped.values().sum::<u64>()
}

#[test]
fn names_of_any_bytes_survive() {
    let repo = Repo::new();
    let names: [&[u8]; 6] =
        [b"latin-\xE9.rs", b"line\nbreak.rs", b"tab\t\".rs", b"back\\slash.rs", b" .rs", b"\xFF/\xFE\x80.rs"];
    for name in names {
        repo.file(name, name);
    }
    let walked = walked(&repo);
    let mut expected = names.map(RepoPath::new).to_vec();
    expected.sort();
    assert_eq!(walked.entries.iter().map(|entry| entry.path.clone()).collect::<Vec<_>>(), expected);
    for entry in &walked.entries {
        assert_eq!(entry.read(100).expect("its bytes"), entry.path.as_bytes());
        assert_eq!(entry.stat.bytes, entry.path.as_bytes().len() as u64);
    }
}

#[test]
fn links_pipes_and_sockets_are_never_opened() {
    let repo = Repo::with(&[("src/a.rs", ""), ("outside-not.rs", "")]);
    repo.symlink("link.rs", "src/a.rs").symlink("loop", ".").symlink("src/dangling.rs", "nowhere").symlink("up", "..");
    repo.fifo("pipe").fifo("pipe.rs").socket("socket.rs").symlink("etc", "/etc");
    let walked = walked(&repo);
    assert_eq!(paths(&walked), ["outside-not.rs", "src/a.rs"]);
    assert_eq!(walked.skipped.get(&Skip::Symlink), Some(&5));
    assert_eq!(walked.skipped.get(&Skip::Special), Some(&3));
    assert_eq!((walked.files_on_disk, accounted(&walked)), (10, 10));
}

#[test]
fn stores_and_git_folders_are_not_part_of_the_tree() {
    let repo = Repo::with(&[
        ("a.rs", ""),
        (".elcano/data.rs", ""),
        ("sub/.elcano/data.rs", ""),
        ("sub/.git", "gitdir: nowhere\n"),
        ("other-store/data.rs", ""),
        ("other-store/x/y", ""),
        (".gitignore", "ignored/\n"),
        ("ignored/.git/HEAD", ""),
        ("ignored/x", ""),
    ]);
    repo.init();
    let options = WalkOptions { left_out: vec!["other-store".into()], ..options() };
    let found = walk(repo.root(), &options, &Few).expect("a walk");
    assert_eq!(paths(&found), ["a.rs"]);
    assert_eq!((found.files_on_disk, accounted(&found)), (3, 3));
}

#[test]
fn an_empty_folder_is_no_error() {
    let repo = Repo::new();
    repo.folder("a/b/c");
    assert_eq!(walked(&repo), Walked::default());
}

/// A tree whose paths are longer than any system call takes: no one can open its depths by path,
/// not even root.
#[test]
fn what_cannot_be_opened_becomes_a_note() {
    use rustix::fs::{CWD, Mode, OFlags, mkdirat, openat};
    let repo = Repo::with(&[("a.rs", "")]);
    let (name, mode) = ("d".repeat(250), Mode::from_raw_mode(0o700));
    let open = |dir: &rustix::fd::OwnedFd| {
        mkdirat(dir, &name, mode).expect("a folder");
        openat(dir, &name, OFlags::DIRECTORY, Mode::empty()).expect("the folder")
    };
    let mut dir = openat(CWD, repo.root(), OFlags::DIRECTORY, Mode::empty()).expect("the root");
    let mut length = repo.root().canonicalize().expect("the root").as_os_str().len();
    while length + 251 < 4096 {
        dir = open(&dir);
        length += 251;
    }
    // The folder can be listed; a file whose name takes its path over the limit cannot be looked
    // at.
    let file = format!("{}.rs", "f".repeat(252));
    let create = OFlags::CREATE | OFlags::WRONLY;
    for name in [file.as_str(), "g.rs"] {
        openat(&dir, name, create, Mode::from_raw_mode(0o600)).expect("a file");
    }
    let below = open(&dir);
    openat(&below, "lost.rs", create, Mode::from_raw_mode(0o600)).expect("a file");
    let found = walked(&repo);
    let notes: Vec<_> = found.notes.iter().map(|(path, note)| (path.file_name().to_vec(), note.kind)).collect();
    let expected = [(name.into_bytes(), NoteKind::Unreadable), (file.into_bytes(), NoteKind::Unreadable)];
    assert_eq!(notes, expected, "the folder and the file");
    assert!(found.notes.iter().all(|(_, note)| note.detail.contains("name too long")), "{:?}", found.notes[0].1);
    assert_eq!(found.entries.len(), 2);
    assert_eq!((found.files_on_disk, accounted(&found)), (4, 4), "the folder counts as one");
}

#[test]
fn the_number_of_threads_does_not_show() {
    let repo = Repo::with(&[(".gitignore", "*3.rs\n"), (".gitattributes", "*5.rs linguist-vendored\n-bad\n")]);
    for index in 0..300 {
        repo.file(&format!("d{}/e{}/f{index}.rs", index % 7, index % 5), "");
    }
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        pool.install(|| walked(&repo))
    };
    let one = on(1);
    assert_eq!(one.entries.len(), 240);
    assert!(one.entries.is_sorted_by_key(|entry| &entry.path));
    assert_eq!(one, on(4));
    assert_eq!(one, on(16));
}

/// What a generated tree is made of.
#[derive(Debug, Clone)]
enum Item {
    File(&'static str),
    Link,
    Pipe,
}

fn items() -> impl Strategy<Value = Vec<(Vec<&'static str>, &'static str, Item)>> {
    let folder = prop::sample::select(vec!["src", "node_modules", "out", ".hidden", "vendor", "a b", ".elcano"]);
    let name = prop::sample::select(vec![
        "a.rs",
        "b.py",
        "run",
        "x.txt",
        "y.pb.go",
        "z.min.js",
        "é.rs",
        ".gitignore",
        ".ignore",
        ".elcanoignore",
        ".gitattributes",
        ".git",
    ]);
    let content = prop::sample::select(vec![
        "",
        "*.rs\n",
        "out/\n!a.rs\n",
        "/src\n*\n!*/\n",
        "#!/usr/bin/python\n",
        "*.rs linguist-vendored\n",
        "* -linguist-vendored linguist-generated\n",
    ]);
    let item = prop_oneof![8 => content.prop_map(Item::File), 1 => Just(Item::Link), 1 => Just(Item::Pipe)];
    prop::collection::vec((prop::collection::vec(folder, 0..4), name, item), 0..30)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn found_and_skipped_add_up_to_the_files_on_disk(items in items(), exclude in prop::option::of("src|\\*\\.py|vendor/")) {
        let repo = Repo::new();
        for (folders, name, item) in items {
            let path = [folders.as_slice(), &[name]].concat().join("/");
            if repo.path(&path).symlink_metadata().is_err() {
                match item {
                    Item::File(content) => repo.file(&path, content),
                    Item::Link => repo.symlink(&path, "."),
                    Item::Pipe => repo.fifo(&path),
                };
            }
        }
        let options = WalkOptions { exclude: exclude.into_iter().collect(), ..options() };
        let found = walk(repo.root(), &options, &Few).expect("a walk");
        prop_assert_eq!(found.files_on_disk, count(repo.root()));
        prop_assert_eq!(found.files_on_disk, accounted(&found));
        prop_assert!(found.entries.is_sorted_by_key(|entry| &entry.path));
    }
}
