//! The drawing of the house in ARCHITECTURE.md holds: a file uses only floors below its own, rooms
//! on one floor do not see each other, and nothing below the disk's floor touches the disk.

use std::collections::BTreeSet;

use super::source::{SourceFile, sources};

/// The rooms, each with its floor. A new room is drawn here and in ARCHITECTURE.md.
const ROOMS: &[(&str, u8)] = &[
    ("error", 0),
    ("interrupt", 0),
    ("model", 0),
    ("lang", 1),
    ("cfg", 2),
    ("link", 2),
    ("metric", 2),
    ("measure", 3),
    ("git", 4),
    ("isolate", 4),
    ("store", 4),
    ("walk", 4),
    ("export", 5),
    ("gate", 5),
    ("report", 5),
    ("pipeline", 6),
    ("cli", 7),
    // The binary stands on the library.
    ("main", 8),
];

/// The lowest floor that may touch the disk.
const DISK: u8 = 4;

/// What touches it. Types of `std::fs` are only data.
const TOUCHES: &[&str] = &[
    "fs::canonicalize",
    "fs::copy",
    "fs::create",
    "fs::metadata",
    "fs::read",
    "fs::remove",
    "fs::rename",
    "fs::symlink_metadata",
    "fs::write",
    "File::",
    "OpenOptions",
    "std::net",
    "std::process",
    "stdin()",
    "stdout()",
    "stderr()",
    ".exists()",
    ".is_file()",
    ".is_dir()",
];

fn floor(room: &str) -> Option<u8> {
    ROOMS.iter().find(|(name, _)| *name == room).map(|(_, floor)| *floor)
}

/// Whether a file of room `from` may name room `to`. The ground floor is one: errors speak of the
/// nouns, nouns fail.
fn allowed(from: &str, to: &str) -> bool {
    match (floor(from), floor(to)) {
        (Some(from_floor), Some(to_floor)) => from == to || to_floor < from_floor || (from_floor, to_floor) == (0, 0),
        _ => false,
    }
}

/// Every source file but the library's root, which only lists the rooms.
fn files() -> Vec<SourceFile> {
    sources(&["src"]).into_iter().filter(|file| file.path != "src/lib.rs").collect()
}

fn leading_word(text: &str) -> &str {
    let text = text.trim_start();
    text.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default()
}

/// The rooms that code names, through `crate::room`, `crate::{room, room::..}`, or the library's
/// name in the binary.
fn named(code: &str) -> Vec<&str> {
    let mut rooms = Vec::new();
    for root in ["crate::", "elcano::"] {
        for (at, _) in code.match_indices(root) {
            let rest = &code[at + root.len()..];
            if code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_') {
                continue;
            }
            match rest.strip_prefix('{') {
                None => rooms.push(leading_word(rest)),
                Some(group) => rooms.extend(heads(group)),
            }
        }
    }
    rooms
}

/// The first word of each element of a `use` group, whose opening brace is behind us.
fn heads(group: &str) -> Vec<&str> {
    let (mut depth, mut start, mut heads) = (0, 0, Vec::new());
    for (at, character) in group.char_indices() {
        let ends = match character {
            '{' => {
                depth += 1;
                false
            }
            '}' if depth > 0 => {
                depth -= 1;
                false
            }
            ',' => depth == 0,
            '}' => true,
            _ => false,
        };
        if ends {
            heads.push(leading_word(&group[start..at]));
            start = at + 1;
            if character == '}' {
                break;
            }
        }
    }
    heads.retain(|head| !head.is_empty());
    heads
}

#[test]
fn files_use_only_floors_below_their_own() {
    let mut wrong = Vec::new();
    for file in files() {
        for target in named(&file.code) {
            if !allowed(file.room(), target) {
                wrong.push(format!("{} names `{target}`", file.path));
            }
        }
    }
    wrong.dedup();
    assert!(wrong.is_empty(), "against the drawing of the floors:\n{}", wrong.join("\n"));
}

#[test]
fn every_room_is_drawn_and_every_drawn_room_is_there() {
    let files = files();
    assert!(files.len() > 10, "src has {} files: is this the repository?", files.len());
    let rooms: BTreeSet<_> = files.iter().map(SourceFile::room).collect();
    let drawn: BTreeSet<_> = ROOMS.iter().map(|(room, _)| *room).collect();
    assert_eq!(rooms, drawn, "the rooms of src, and those on a floor");
    assert_eq!(drawn.len(), ROOMS.len(), "a room is drawn twice");
}

#[test]
fn the_disk_is_touched_from_its_floor_upwards_alone() {
    let mut wrong = Vec::new();
    for file in files() {
        if floor(file.room()).is_some_and(|floor| floor < DISK) {
            let touches = TOUCHES.iter().filter(|word| file.code.contains(**word));
            wrong.extend(touches.map(|word| format!("{} has `{word}`", file.path)));
        }
    }
    assert!(wrong.is_empty(), "below floor {DISK}:\n{}", wrong.join("\n"));
}

#[test]
fn every_module_opens_with_what_it_is() {
    let silent: Vec<_> =
        sources(&["src", "tests/it", "benches"]).into_iter().filter(|file| !file.text.starts_with("//! ")).collect();
    let silent: Vec<_> = silent.iter().map(|file| &file.path).collect();
    assert!(silent.is_empty(), "these begin without a `//!` paragraph: {silent:?}");
}

#[test]
fn the_reader_of_edges_sees_every_spelling() {
    let source = "use crate::store;\nuse crate::{error::{Error, Result}, model::Level, walk};\nlet x = crate::git::Index;\n\
                  // crate::report\nuse elcano::cli::Cli;\nmy_crate::walk()";
    let file = SourceFile::new("src/a.rs", source.to_owned());
    assert_eq!(named(&file.code), ["store", "error", "model", "walk", "git", "cli"]);
    assert!(allowed("pipeline", "store") && allowed("store", "store") && allowed("error", "model"));
    assert!(!allowed("walk", "store") && !allowed("measure", "walk") && !allowed("store", "nowhere"));
}
