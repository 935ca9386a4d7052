//! The walk beside git itself: on generated trees both see the same files and the same attributes.

use std::collections::BTreeSet;

use elcano::walk::{Detect, walk};
use proptest::prelude::*;

use super::rules::options;
use crate::support::Repo;

/// Claims every file.
struct All;

impl Detect for All {
    fn by_name(&self, _: &[u8]) -> Option<&'static str> {
        Some("any")
    }

    fn by_shebang(&self, _: &str) -> Option<&'static str> {
        None
    }

    fn by_linguist(&self, name: &str) -> Option<&'static str> {
        (name == "other").then_some("other")
    }
}

const FOLDERS: &[&str] = &["src", "out", "doc", ".hidden"];
const NAMES: &[&str] = &["a.rs", "b.rs", "a.txt", "out", "deep.out.rs", "#x", "!y", "z "];

fn files() -> impl Strategy<Value = Vec<String>> {
    let path = (prop::collection::vec(prop::sample::select(FOLDERS), 0..4), prop::sample::select(NAMES));
    prop::collection::vec(path.prop_map(|(folders, name)| format!("{}{name}", slashed(&folders))), 1..25)
}

fn slashed(folders: &[&str]) -> String {
    folders.iter().flat_map(|folder| [*folder, "/"]).collect()
}

fn rule_files(lines: &'static [&'static str]) -> impl Strategy<Value = Vec<(String, String)>> {
    let folder = prop::collection::vec(prop::sample::select(FOLDERS), 0..3);
    let content = prop::collection::vec(prop::sample::select(lines), 1..6).prop_map(|lines| lines.join("\n") + "\n");
    prop::collection::vec((folder.prop_map(|folders| slashed(&folders)), content), 0..4)
}

const IGNORE_LINES: &[&str] = &[
    "*.rs",
    "!a.rs",
    "out",
    "out/",
    "/out",
    "src/",
    "/src/*",
    "!/src/doc",
    "**/doc/b.rs",
    "src/**",
    "doc/**/a.rs",
    "# note",
    "\\#x",
    "\\!y",
    "z\\ ",
    "*.txt ",
    "!out/",
    ".*",
    "*",
    "!*/",
    "deep.*",
    "[ab].rs",
    "?.txt",
    "/src/out/a.rs",
    "src/out",
];

const ATTRIBUTE_LINES: &[&str] = &[
    "*.rs linguist-vendored",
    "a.rs -linguist-vendored",
    "out/** linguist-vendored",
    "/src/*.rs linguist-generated",
    "src/b.rs linguist-generated=false",
    "* !linguist-vendored",
    "doc/ linguist-vendored",
    "doc linguist-generated",
    "**/a.txt linguist-generated",
    "*.txt linguist-language=other",
    "a.* -linguist-language",
    "\"z \" linguist-generated",
    "b.rs linguist-generated -linguist-generated",
    "[attr]mine linguist-vendored -linguist-generated",
    "*.out.rs mine",
    "x y z",
    "src/**/b.rs !linguist-generated linguist-documentation",
];

fn build(repo: &Repo, files: &[String], rules: &[(String, String)], name: &str) {
    for path in files.iter().cloned().chain(rules.iter().map(|(folder, _)| format!("{folder}{name}"))) {
        let taken = |path: &str| repo.path(path).is_dir();
        let under_a_file = path.match_indices('/').any(|(at, _)| repo.path(&path[..at]).is_file());
        if !taken(&path) && !under_a_file {
            let content = rules.iter().find(|(folder, _)| format!("{folder}{name}") == path);
            repo.file(&path, content.map_or("", |(_, content)| content.as_str()));
        }
    }
}

fn listed(bytes: &[u8]) -> BTreeSet<Vec<u8>> {
    bytes.split(|byte| *byte == 0).filter(|path| !path.is_empty()).map(<[u8]>::to_vec).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn git_ignores_the_same_files(files in files(), rules in rule_files(IGNORE_LINES)) {
        let repo = Repo::new();
        build(&repo, &files, &rules, ".gitignore");
        repo.init();
        let found = walk(repo.root(), &options(), &All).expect("a walk");
        let ours: BTreeSet<_> = found.entries.iter().map(|entry| entry.path.as_bytes().to_vec()).collect();
        let theirs = listed(&repo.git_bytes(&["ls-files", "-z", "--others", "--exclude-standard"]));
        prop_assert_eq!(ours, theirs);
    }

    #[test]
    fn git_sees_the_same_attributes(files in files(), rules in rule_files(ATTRIBUTE_LINES)) {
        let repo = Repo::new();
        build(&repo, &files, &rules, ".gitattributes");
        repo.init();
        let found = walk(repo.root(), &options(), &All).expect("a walk");
        let ours: BTreeSet<_> = found.entries.iter().map(|entry| entry.path.as_bytes().to_vec()).collect();
        let others: BTreeSet<_> =
            found.entries.iter().filter(|entry| entry.detected.language == "other").map(|entry| entry.path.as_bytes().to_vec()).collect();
        for path in listed(&repo.git_bytes(&["ls-files", "-z", "--others"])) {
            let text = String::from_utf8(path.clone()).expect("UTF-8");
            let args = ["check-attr", "-z", "linguist-vendored", "linguist-generated", "linguist-documentation", "linguist-language", "--", &text];
            let output = repo.git_bytes(&args);
            let values: Vec<&[u8]> = output.split(|byte| *byte == 0).skip(2).step_by(3).collect();
            let yes = |value: &[u8]| !matches!(value, b"unspecified" | b"unset" | b"false");
            let out = values[..3].iter().any(|value| yes(value));
            prop_assert_eq!(!out, ours.contains(&path), "{}: {}", text, String::from_utf8_lossy(&output));
            prop_assert_eq!(!out && values[3] == b"other", others.contains(&path), "{}", text);
        }
    }
}
