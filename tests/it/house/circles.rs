//! No file uses another one that uses it in turn, directly or through others: `imports.rs` defines
//! a use.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::imports::{Crate, Edge};
use super::source::{SourceFile, sources};

/// The shortest circle through each file that lies on one, each circle once, with an item of each
/// step.
fn circles(edges: &BTreeSet<Edge>) -> Vec<String> {
    let mut steps: BTreeMap<&str, BTreeMap<&str, &str>> = BTreeMap::new();
    for (from, to, item) in edges {
        steps.entry(from).or_default().entry(to).or_insert(item);
    }
    let mut circles = BTreeSet::new();
    for start in steps.keys() {
        if let Some(mut circle) = shortest(&steps, start) {
            // Each circle begins with the first of its files.
            let first = (0..circle.len()).min_by_key(|at| circle[*at]).unwrap_or(0);
            circle.rotate_left(first);
            circles.insert(circle);
        }
    }
    circles.into_iter().map(|circle| describe(&steps, &circle)).collect()
}

/// The files of the shortest way from a file back to it.
fn shortest<'a>(steps: &BTreeMap<&'a str, BTreeMap<&'a str, &str>>, start: &'a str) -> Option<Vec<&'a str>> {
    let mut came_from: BTreeMap<&str, &str> = BTreeMap::new();
    let mut pending = VecDeque::from([start]);
    while let Some(file) = pending.pop_front() {
        for next in steps.get(file).into_iter().flat_map(BTreeMap::keys) {
            if *next == start {
                let mut way = vec![file];
                while let Some(before) = way.last().filter(|file| **file != start).map(|file| came_from[*file]) {
                    way.push(before);
                }
                way.reverse();
                return Some(way);
            }
            if !came_from.contains_key(next) {
                came_from.insert(next, file);
                pending.push_back(next);
            }
        }
    }
    None
}

fn describe(steps: &BTreeMap<&str, BTreeMap<&str, &str>>, circle: &[&str]) -> String {
    let next = |at: usize| circle[(at + 1) % circle.len()];
    let step = |(at, file): (usize, &&str)| format!("{file} uses `{}` of {}", steps[*file][next(at)], next(at));
    circle.iter().enumerate().map(step).collect::<Vec<_>>().join(", ")
}

/// The uses within the library.
fn edges() -> BTreeSet<Edge> {
    let library: Vec<_> = sources(&["src"]).into_iter().filter(|file| file.path != "src/main.rs").collect();
    let edges = Crate::new(&library).edges();
    assert!(edges.len() > library.len(), "only {} uses were found", edges.len());
    edges
}

/// Whether one of two files is the room that the other lies in: `src/lang.rs` and
/// `src/lang/kinds.rs`.
fn are_room_and_file(one: &str, other: &str) -> bool {
    let lies_in = |file: &str, room: &str| {
        room == "src/lib.rs"
            || file.strip_prefix(room.trim_end_matches(".rs")).is_some_and(|rest| rest.starts_with('/'))
    };
    lies_in(one, other) || lies_in(other, one)
}

fn between_files(mut edges: BTreeSet<Edge>) -> BTreeSet<Edge> {
    edges.retain(|(from, to, _)| !are_room_and_file(from, to));
    edges
}

#[test]
fn files_beside_each_other_form_no_circle() {
    let circles = circles(&between_files(edges()));
    assert!(circles.is_empty(), "{} circles:\n{}", circles.len(), circles.join("\n"));
}

/// A room that uses what a file in it defines, in more than `mod` and `pub use`, defines nothing
/// for that file.
#[test]
fn a_room_and_the_files_in_it_form_no_circle() {
    let edges = edges();
    let beside = circles(&between_files(edges.clone()));
    let circles: Vec<_> = circles(&edges).into_iter().filter(|circle| !beside.contains(circle)).collect();
    assert!(circles.is_empty(), "{} circles:\n{}", circles.len(), circles.join("\n"));
}

#[test]
fn a_room_is_no_file_beside_its_own() {
    assert!(are_room_and_file("src/lang.rs", "src/lang/kinds.rs") && are_room_and_file("src/a/b/c.rs", "src/a.rs"));
    assert!(!are_room_and_file("src/lang.rs", "src/language.rs") && !are_room_and_file("src/a/b.rs", "src/a/c.rs"));
}

fn found(files: &[(&str, &str)]) -> Vec<String> {
    let file = |(path, text): &(&str, &str)| SourceFile::new(path, (*text).to_owned());
    circles(&Crate::new(&files.iter().map(file).collect::<Vec<_>>()).edges())
}

#[test]
fn a_room_may_hand_on_what_its_files_define() {
    let root = ("src/lib.rs", "pub mod a;\npub mod b;\n");
    let child = ("src/a/c.rs", "use super::{A, d::D};\npub fn c(a: A) -> D { D(a) }\n");
    let other = ("src/a/d.rs", "use super::super::a::A;\npub(super) struct D(pub A);\n");
    let user = ("src/b.rs", "use crate::a::{self, c};\nfn b() { a::c(a::A); c(crate::a::A) }\n");
    let room = ("src/a.rs", "//! `c` is mentioned.\nmod c;\nmod d;\npub use c::c;\npub struct A;\n");
    assert_eq!(found(&[root, child, other, user, room]), [""; 0]);
    let calls = ("src/a.rs", "mod c;\nmod d;\npub use c::c;\npub struct A;\nfn e() { c(A); }\n");
    let step = "src/a.rs uses `c` of src/a/c.rs, src/a/c.rs uses";
    let expected =
        [format!("{step} `A` of src/a.rs"), format!("{step} `D` of src/a/d.rs, src/a/d.rs uses `A` of src/a.rs")];
    assert_eq!(found(&[root, child, other, user, calls]), expected);
    let inline = ("src/a.rs", "mod c;\nmod d;\npub struct A;\nfn e() { d::D(A); }\n");
    assert_eq!(found(&[root, other, inline]), ["src/a.rs uses `D` of src/a/d.rs, src/a/d.rs uses `A` of src/a.rs"]);
}

#[test]
fn circles_are_found_through_aliases_globs_and_re_exports() {
    let root = ("src/lib.rs", "mod a;\nmod b;\nmod c;\n");
    let a = ("src/a.rs", "use crate::b::*;\npub struct A(B);\n");
    let b = ("src/b.rs", "pub use crate::c::C as D;\nuse crate::{c as other};\npub struct B(other::C);\n");
    let c = ("src/c.rs", "pub struct C;\nfn c() -> super::a::A { panic!() }\n");
    let expected = "src/a.rs uses `B` of src/b.rs, src/b.rs uses `C` of src/c.rs, src/c.rs uses `A` of src/a.rs";
    assert_eq!(found(&[root, a, b, c]), [expected]);
    let through = ("src/c.rs", "pub struct C;\nfn c(d: crate::b::D) {}\n");
    assert_eq!(found(&[root, a, b, through]), [""; 0], "what `b` hands on is defined in `c` itself");
    let tests = ("src/c.rs", "pub struct C;\n#[cfg(test)]\nmod tests {\n    use crate::a::A;\n}\n");
    assert_eq!(found(&[root, a, b, tests]), [""; 0], "a module of tests may use any file");
}
