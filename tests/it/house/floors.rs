//! The drawing of the house in ARCHITECTURE.md holds: a file uses only floors below its own, rooms on one floor do not see
//! each other, and nothing below the disk's floor touches the disk.

use std::fs;
use std::path::{Path, PathBuf};

/// The rooms, each with its floor. A new room is drawn here and in ARCHITECTURE.md.
const ROOMS: &[(&str, u8)] = &[
    ("error", 0),
    ("model", 0),
    ("lang", 1),
    ("cfg", 2),
    ("link", 2),
    ("metric", 2),
    ("measure", 3),
    ("git", 4),
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

/// Whether a file of room `from` may name room `to`. The ground floor is one: errors speak of the nouns, nouns fail.
fn allowed(from: &str, to: &str) -> bool {
    match (floor(from), floor(to)) {
        (Some(from_floor), Some(to_floor)) => from == to || to_floor < from_floor || (from_floor, to_floor) == (0, 0),
        _ => false,
    }
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a source folder can be read") {
        let path = entry.expect("its entries can be read").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// Every source file but the library's root, which only lists the rooms: its path below `src`, its room, its text.
fn files() -> Vec<(String, String, String)> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    sources(&src, &mut paths);
    paths.sort();
    let mut files = Vec::new();
    for path in paths {
        let below = path.strip_prefix(&src).expect("it lies below src").display().to_string();
        let room = below.split(['/', '.']).next().unwrap_or_default().to_owned();
        if below != "lib.rs" {
            files.push((below, room, fs::read_to_string(&path).expect("a source file can be read")));
        }
    }
    files
}

/// The text without comments: a link in documentation is no dependency.
fn code(text: &str) -> String {
    text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

fn leading_word(text: &str) -> &str {
    let text = text.trim_start();
    text.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default()
}

/// The rooms that code names, through `crate::room`, `crate::{room, room::..}`, or the library's name in the binary.
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
    for (path, room, text) in files() {
        let code = code(&text);
        for target in named(&code) {
            if !allowed(&room, target) {
                wrong.push(format!("src/{path} names `{target}`"));
            }
        }
    }
    wrong.dedup();
    assert!(wrong.is_empty(), "against the drawing of the floors:\n{}", wrong.join("\n"));
}

#[test]
fn every_room_is_drawn() {
    let files = files();
    assert!(files.len() > 10, "src has {} files: is this the repository?", files.len());
    let missing: Vec<_> = files.iter().filter(|(_, room, _)| floor(room).is_none()).map(|(path, ..)| path).collect();
    assert!(missing.is_empty(), "these rooms are on no floor: {missing:?}");
}

#[test]
fn the_disk_is_touched_from_its_floor_upwards_alone() {
    let mut wrong = Vec::new();
    for (path, room, text) in files() {
        if floor(&room).is_some_and(|floor| floor < DISK) {
            let code = code(&text);
            for word in TOUCHES {
                if code.contains(word) {
                    wrong.push(format!("src/{path} has `{word}`"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "below floor {DISK}:\n{}", wrong.join("\n"));
}

#[test]
fn every_module_says_what_it_is() {
    let silent: Vec<_> =
        files().into_iter().filter(|(.., text)| !text.starts_with("//! ")).map(|(path, ..)| path).collect();
    assert!(silent.is_empty(), "these begin without a `//!` paragraph: {silent:?}");
}

#[test]
fn the_reader_of_edges_sees_every_spelling() {
    let source = "use crate::store;\nuse crate::{error::{Error, Result}, model::Level, walk};\nlet x = crate::git::Index;\n\
                  // crate::report\nuse elcano::cli::Cli;\nmy_crate::walk()";
    assert_eq!(named(&code(source)), ["store", "error", "model", "walk", "git", "cli"]);
    assert!(allowed("pipeline", "store") && allowed("store", "store") && allowed("error", "model"));
    assert!(!allowed("walk", "store") && !allowed("measure", "walk") && !allowed("store", "nowhere"));
}
