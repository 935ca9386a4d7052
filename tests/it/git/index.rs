//! What the index spares reading, and whether a work tree is dirty: never wrong, beside git itself.

use std::fs;
use std::time::{Duration, UNIX_EPOCH};

use elcano::git::{Index, IndexedContent, KnownFile};
use elcano::model::{ContentId, RepoPath, Stat};
use proptest::prelude::*;

use super::repository::open;
use crate::support::Repo;

fn index(repo: &Repo) -> Index {
    open(repo, ".").index().expect("an index")
}

fn stat(repo: &Repo, path: &str) -> Stat {
    Stat::from(&repo.path(path).symlink_metadata().expect("a file"))
}

fn known(repo: &Repo, path: &str) -> Option<ContentId> {
    same(index(repo).content(&path.into(), &stat(repo, path)))
}

/// The content that the index knows without a doubt.
fn same(content: Option<IndexedContent>) -> Option<ContentId> {
    match content {
        Some(IndexedContent::Same(content)) => Some(content),
        Some(IndexedContent::SameIfSameLength(_)) | None => None,
    }
}

/// Whether the index knows the content of a file, given the length of its blob.
fn is_known_by_length(repo: &Repo, path: &str) -> bool {
    let Some(IndexedContent::SameIfSameLength(id)) = index(repo).content(&path.into(), &stat(repo, path)) else {
        return false;
    };
    let is_same = blob_bytes(repo, id) == stat(repo, path).bytes;
    let bytes = fs::read(repo.path(path)).expect("a file");
    assert!(!is_same || ContentId::of(&bytes) == id, "{path}: equal lengths and other bytes");
    is_same
}

fn blob_bytes(repo: &Repo, id: ContentId) -> u64 {
    repo.git(&["cat-file", "-s", &id.to_string()]).trim().parse().expect("a size")
}

/// Something done to a tree.
type Change = fn(&Repo) -> &Repo;

fn dirty(repo: &Repo) -> bool {
    index(repo).is_dirty(&|_| None).expect("an answer")
}

/// Gives a file another time than it has.
fn touch(repo: &Repo, path: &str, seconds: u64) {
    let file = fs::File::options().write(true).open(repo.path(path)).expect("a file");
    file.set_modified(UNIX_EPOCH + Duration::from_secs(seconds)).expect("a time");
}

/// A committed file of a time that is settled.
fn settled(files: &[(&str, &str)]) -> Repo {
    let repo = Repo::with(files);
    for (path, _) in files {
        repo.age(*path);
    }
    repo.init().commit("one");
    repo
}

#[test]
fn unchanged_files_are_known_and_others_are_not() {
    let repo = settled(&[
        ("a.rs", "fn a() {}\n"),
        ("src/b.rs", "b"),
        ("empty.rs", ""),
        ("ends.rs", "x\r\n"),
        (".gitattributes", "ends.rs -text\n"),
    ]);
    assert_eq!(known(&repo, "a.rs"), Some(ContentId::of(b"fn a() {}\n")));
    assert_eq!(known(&repo, "empty.rs"), Some(ContentId::of(b"")));
    assert_eq!(known(&repo, "ends.rs"), Some(ContentId::of(b"x\r\n")), "`-text` lets bytes be");
    let below = open(&repo, "src").index().expect("an index");
    assert_eq!(same(below.content(&"b.rs".into(), &stat(&repo, "src/b.rs"))), Some(ContentId::of(b"b")));
    assert_eq!((below.len(), below.content(&"a.rs".into(), &stat(&repo, "a.rs"))), (1, None));
    repo.file("new.rs", "");
    assert_eq!(known(&repo, "new.rs"), None);

    let before = stat(&repo, "a.rs");
    repo.file("a.rs", "fn b() {}\n").age("a.rs");
    let after = stat(&repo, "a.rs");
    assert_eq!((before.bytes, before.mtime_ns, before.ino), (after.bytes, after.mtime_ns, after.ino));
    assert_eq!(known(&repo, "a.rs"), None, "the change time differs");
    assert_eq!(same(index(&repo).content(&"a.rs".into(), &before)), Some(ContentId::of(b"fn a() {}\n")));
    for other in [
        Stat { bytes: before.bytes + 1, ..before },
        Stat { mtime_ns: before.mtime_ns + 1, ..before },
        Stat { ctime_ns: before.ctime_ns - 1, ..before },
        Stat { ino: before.ino + 1, ..before },
        Stat { uid: before.uid + 1, ..before },
        Stat { gid: before.gid + 1, ..before },
        Stat { bytes: before.bytes + (1 << 33) + 1, ..before },
    ] {
        assert_eq!(index(&repo).content(&"a.rs".into(), &other), None, "{other:?}");
    }
}

#[test]
fn a_file_of_the_same_instant_as_the_index_is_not_known() {
    let repo = settled(&[("a.rs", "1")]);
    assert_eq!(known(&repo, "a.rs"), Some(ContentId::of(b"1")));
    for (seconds, expected) in [(1_000_000_000, None), (999_999_999, None), (1_000_000_001, Some(ContentId::of(b"1")))]
    {
        touch(&repo, ".git/index", seconds);
        assert_eq!(known(&repo, "a.rs"), expected, "index of {seconds}");
    }
}

#[test]
fn a_size_of_zero_marks_what_git_could_not_tell() {
    let repo = settled(&[("a.rs", "12345")]);
    // As git does when it writes an index over an entry that changed in the same instant.
    let path = repo.path(".git/index");
    let mut bytes = fs::read(&path).expect("an index");
    let at = bytes.windows(4).rposition(|window| window == 5_u32.to_be_bytes()).expect("the size");
    bytes[at..at + 4].fill(0);
    let end = bytes.len() - 20;
    bytes[end..].fill(0);
    fs::write(&path, &bytes).expect("an index");
    let empty = Stat { bytes: 0, ..stat(&repo, "a.rs") };
    assert_eq!(index(&repo).content(&"a.rs".into(), &empty), None);
}

#[test]
fn files_under_a_filter_are_not_known() {
    let attributes =
        ["text", "text=auto", "eol=crlf", "eol=lf", "crlf", "filter=lfs", "working-tree-encoding=UTF-16", "ident"];
    for attribute in attributes {
        let repo = settled(&[("a.rs", "x\n"), ("b.py", "y\n")]);
        assert!(known(&repo, "a.rs").is_some());
        repo.file(".gitattributes", format!("*.rs {attribute}\n"));
        assert_eq!((known(&repo, "a.rs"), known(&repo, "b.py")), (None, Some(ContentId::of(b"y\n"))), "{attribute}");
        repo.remove(".gitattributes").file(".git/info/attributes", format!("*.rs {attribute}\n"));
        assert_eq!(known(&repo, "a.rs"), None, "{attribute}");
    }
    let repo = settled(&[("a.rs", "x\n")]);
    for (value, expected) in [("true", false), ("input", false), ("false", true)] {
        repo.git(&["config", "core.autocrlf", value]);
        assert_eq!(known(&repo, "a.rs").is_some(), expected, "core.autocrlf={value}");
    }
}

#[test]
fn where_line_ends_may_be_converted_the_length_decides() {
    // Attributes, what is in the repository, whether a checkout leaves its length as it is.
    let cases: [(&str, &str, bool); 9] = [
        ("* text=auto", "x\ny\n", true),
        ("* text", "x\ny\n", true),
        ("* eol=lf", "x\ny\n", true),
        ("* text=auto eol=crlf", "x\ny\n", false),
        ("* eol=crlf", "no line end", true),
        ("* eol=crlf", "x\ry\n", false),
        // As it was committed before there were attributes: `text=auto` leaves it alone.
        ("* text=auto", "x\r\ny\r\n", true),
        ("* text=auto", "x\r\ny\n", true),
        ("* text=auto", "", true),
    ];
    for (attributes, content, expected) in cases {
        let repo = Repo::with(&[("a.rs", content)]);
        repo.init().commit("all");
        repo.file(".git/info/attributes", format!("{attributes}\n")).remove("a.rs");
        repo.git(&["checkout", "--", "a.rs"]);
        touch(&repo, ".git/index", 4_000_000_000);
        assert_eq!(is_known_by_length(&repo, "a.rs"), expected, "{attributes}: {content:?}");
    }
    for (autocrlf, content, expected) in [("true", "x\n", false), ("input", "x\n", true), ("true", "x\r\n", true)] {
        let repo = Repo::with(&[("a.rs", content)]);
        repo.init().commit("all");
        repo.git(&["config", "core.autocrlf", autocrlf]);
        repo.remove("a.rs");
        repo.git(&["checkout", "--", "a.rs"]);
        touch(&repo, ".git/index", 4_000_000_000);
        assert_eq!(is_known_by_length(&repo, "a.rs"), expected, "core.autocrlf={autocrlf}: {content:?}");
    }
}

#[test]
fn a_file_that_was_added_with_other_line_ends_is_not_known() {
    let repo = Repo::with(&[("a.rs", "x\r\ny\r\n")]);
    repo.init().file(".gitattributes", "* text=auto\n").commit("all");
    touch(&repo, ".git/index", 4_000_000_000);
    assert!(!is_known_by_length(&repo, "a.rs"), "the blob is shorter");
}

/// Configuration that only the environment names may name attributes as well, and with them a filter
/// that keeps the length.
#[test]
fn the_length_decides_nothing_where_other_configuration_may_name_filters() {
    let (plain, filtered) = ("def nop():\n    pass\n", "qrs abc():\n    cnff\n");
    let repo = Repo::with(&[("a.py", plain), ("b.py", filtered)]);
    repo.file(".gitignore", ".elcano\n").init();
    let attributes = repo.path(".git/other-attributes");
    repo.file(".git/other-attributes", "a.py filter=rot13\n");
    repo.file(".git/other-config", format!("[core]\n\tattributesFile = {}\n", attributes.display()));
    repo.git(&["config", "filter.rot13.clean", "tr a-z n-za-m"]);
    repo.age("a.py").age("b.py");
    let other = repo.path(".git/other-config");
    let other = other.to_str().expect("UTF-8");
    for args in [&["add", "--all"][..], &["commit", "--quiet", "--message", "one"]] {
        assert!(repo.git_command(args).env("GIT_CONFIG_GLOBAL", other).status().expect("git").success());
    }
    assert_eq!(repo.git(&["show", "HEAD:a.py"]), filtered.trim_end(), "of the same length, and not what is on disk");
    for run in 1..=2 {
        let output = repo.elcano_in(".", &["run", "ci", "-vv"], &[("GIT_CONFIG_GLOBAL", other)]);
        assert!(output.err.contains("read a.py"), "run {run} took the facts of b.py: {}", output.err);
    }
}

#[test]
fn what_git_does_not_watch_is_not_known() {
    let repo = settled(&[("a.rs", "a"), ("b.rs", "b"), ("link-target.rs", "c")]);
    for flag in ["--assume-unchanged", "--skip-worktree"] {
        repo.git(&["update-index", flag, "a.rs"]);
        assert_eq!((known(&repo, "a.rs"), known(&repo, "b.rs").is_some()), (None, true), "{flag}");
        repo.git(&["update-index", &flag.replace("--", "--no-"), "a.rs"]);
    }
    repo.file("intent.rs", "").age("intent.rs");
    repo.git(&["add", "--intent-to-add", "intent.rs"]);
    assert_eq!(known(&repo, "intent.rs"), None);
}

#[test]
fn a_conflict_is_dirty_and_not_known() {
    let repo = settled(&[("a.rs", "base")]);
    repo.git(&["checkout", "--quiet", "-b", "other"]);
    repo.file("a.rs", "other").commit("other");
    repo.git(&["checkout", "--quiet", "main"]);
    repo.file("a.rs", "main").commit("main");
    assert!(!repo.git_command(&["merge", "other"]).output().expect("git").status.success());
    assert!(dirty(&repo));
    assert_eq!(known(&repo, "a.rs"), None);
}

#[test]
fn dirty_is_what_differs_from_the_commit_under_the_root() {
    let repo = settled(&[("a.rs", "a"), ("src/b.rs", "b"), ("tool", "t")]);
    repo.symlink("link", "a.rs").commit("link");
    assert!(!dirty(&repo));
    let below = |repo: &Repo| open(repo, "src").index().expect("an index").is_dirty(&|_| None).expect("an answer");
    let restore = || repo.git(&["reset", "--quiet", "--hard"]);
    let changes: [(&str, Change); 6] = [
        ("edited", |repo| repo.file("a.rs", "z")),
        ("deleted", |repo| repo.remove("a.rs")),
        ("executable", |repo| repo.mode("tool", 0o755)),
        ("another link", |repo| repo.remove("link").symlink("link", "src")),
        ("no more a link", |repo| repo.remove("link").file("link", "a.rs")),
        ("a folder", |repo| repo.remove("a.rs").folder("a.rs/x")),
    ];
    for (what, change) in changes {
        change(&repo);
        assert!(dirty(&repo), "{what}");
        assert!(!below(&repo), "{what} elsewhere");
        restore();
        assert!(!dirty(&repo), "{what}, restored");
    }
    repo.file("a.rs", "staged");
    repo.git(&["add", "a.rs"]);
    repo.file("a.rs", "a");
    assert!(dirty(&repo), "staged, though the file is as committed");
    assert!(!below(&repo));
    restore();
    touch(&repo, "a.rs", 5);
    assert!(!dirty(&repo), "a file that was only touched");
    repo.file("untracked.rs", "");
    assert!(!dirty(&repo), "what is not tracked does not count");
    repo.file("src/b.rs", "B");
    assert!(below(&repo));
}

#[test]
fn what_is_known_is_not_read_again() {
    let repo = settled(&[("a.rs", "a")]);
    touch(&repo, "a.rs", 5);
    let asked = std::sync::Mutex::new(Vec::new());
    let stat = stat(&repo, "a.rs");
    let known = |path: &RepoPath| {
        asked.lock().expect("a lock").push(path.clone());
        Some(KnownFile { stat, content: Some(ContentId::of(b"another")) })
    };
    assert!(!index(&repo).is_dirty(&known).expect("an answer"), "another content than the known one is read");
    assert_eq!(*asked.lock().expect("a lock"), [RepoPath::from("a.rs")]);
    repo.remove("a.rs");
    let known = |_: &RepoPath| Some(KnownFile { stat, content: Some(ContentId::of(b"a")) });
    assert!(!index(&repo).is_dirty(&known).expect("an answer"), "what is known is not looked at again");
}

#[test]
fn line_ends_and_filters_that_git_undoes_are_not_dirty() {
    let repo = settled(&[("a.txt", "x\ny\n"), ("big.bin", "data")]);
    repo.file(".gitattributes", "*.txt text\n*.bin filter=lfs\n").age(".gitattributes").commit("attributes");
    assert!(!dirty(&repo));
    repo.file("a.txt", "x\r\ny\r\n");
    assert!(!dirty(&repo), "only line ends differ");
    repo.file("a.txt", "x\r\nz\r\n");
    assert!(dirty(&repo));
    repo.file("a.txt", "x\ny\n");
    touch(&repo, "big.bin", 5);
    assert!(dirty(&repo), "no program is run to find out");
}

#[test]
fn before_the_first_commit() {
    let repo = Repo::with(&[("a.rs", "a")]);
    repo.init();
    assert!(index(&repo).is_empty() && !dirty(&repo));
    repo.git(&["add", "."]);
    assert!(dirty(&repo));
}

#[test]
fn a_damaged_index_is_an_error() {
    let repo = settled(&[("a.rs", "a")]);
    repo.file(".git/index", "DIRC nonsense");
    let error = open(&repo, ".").index().expect_err("damaged");
    assert!(error.chain().len() > 1 && error.exit_code() == 3, "{:?}", error.chain());
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Write(usize, &'static str),
    Delete(usize),
    Touch(usize, u64),
    Executable(usize, bool),
    Git(&'static [&'static str]),
}

const FILES: [&str; 4] = ["a.rs", "b.rs", "d/c.rs", "d/e.rs"];

const GIT: &[&[&str]] = &[
    &["add", "--all"],
    &["add", "--update"],
    &["commit", "--quiet", "--allow-empty", "--all", "--message", "step"],
    &["commit", "--quiet", "--allow-empty", "--message", "what is staged"],
    &["reset", "--quiet", "--hard"],
    &["status"],
];

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let file = 0..FILES.len();
    let content = prop::sample::select(vec!["", "1", "2", "33", "x\r\n", "x\n", "x\r\ny\n", "x\ry\n"]);
    let step = prop_oneof![
        4 => (file.clone(), content).prop_map(|(file, content)| Step::Write(file, content)),
        1 => file.clone().prop_map(Step::Delete),
        2 => (file.clone(), 1..4_u64).prop_map(|(file, seconds)| Step::Touch(file, seconds)),
        1 => (file, any::<bool>()).prop_map(|(file, on)| Step::Executable(file, on)),
        5 => prop::sample::select(GIT).prop_map(Step::Git),
    ];
    prop::collection::vec(step, 1..12)
}

fn apply(repo: &Repo, step: Step) {
    let there = |file: usize| repo.path(FILES[file]).exists();
    match step {
        Step::Write(file, content) => {
            repo.file(FILES[file], content);
        }
        Step::Delete(file) if there(file) => {
            repo.remove(FILES[file]);
        }
        Step::Touch(file, seconds) if there(file) => touch(repo, FILES[file], seconds),
        Step::Executable(file, on) if there(file) => {
            repo.mode(FILES[file], if on { 0o755 } else { 0o644 });
        }
        Step::Git(args) => {
            repo.git(args);
        }
        Step::Delete(_) | Step::Touch(..) | Step::Executable(..) => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn git_agrees_after_any_steps(steps in steps(), attributes in prop::option::of(prop::sample::select(vec!["* text=auto\n", "a.rs text\n", "* text=auto eol=crlf\n", "* eol=crlf\n"]))) {
        let repo = Repo::new();
        repo.init().commit("nothing");
        if let Some(attributes) = attributes {
            repo.file(".git/info/attributes", attributes);
        }
        for step in steps {
            apply(&repo, step);
            let index = index(&repo);
            for path in FILES.iter().filter(|path| repo.path(**path).exists()) {
                let stat = stat(&repo, path);
                let id = match index.content(&(*path).into(), &stat) {
                    Some(IndexedContent::Same(id)) => id,
                    Some(IndexedContent::SameIfSameLength(id)) if blob_bytes(&repo, id) == stat.bytes => id,
                    Some(IndexedContent::SameIfSameLength(_)) | None => continue,
                };
                prop_assert_eq!(id, ContentId::of(&fs::read(repo.path(*path)).expect("a file")), "{} after {:?}", path, step);
            }
            let theirs = repo.git(&["--no-optional-locks", "status", "--porcelain", "--untracked-files=no"]);
            prop_assert_eq!(index.is_dirty(&|_| None).expect("an answer"), !theirs.is_empty(), "{} after {:?}", theirs, step);
        }
    }
}
