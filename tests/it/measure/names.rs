//! Names lead back to one place: accessors of two properties never share one, whatever bytes the
//! properties are named by.

use std::collections::BTreeSet;

use elcano::model::Level;

use crate::support::languages::{engine, facts, registry};

#[test]
fn accessors_of_two_properties_never_share_a_name() {
    let registry = registry();
    // Names in UTF-8, and in Latin-1 that differ in bytes that are no UTF-8.
    let names: [[&[u8]; 2]; 2] = [["größe".as_bytes(), "gräße".as_bytes()], [b"gr\xF6sse", b"gr\xE4sse"]];
    for (language, before, after) in [
        ("csharp", "class A { int ", " { get { return 1; } set { } } int "),
        ("javascript", "class A { get ", "() { return 1; } get "),
        ("kotlin", "class A {\n  var ", ": Int = 1\n    get() = 1\n  var "),
    ] {
        let end = match language {
            "csharp" => " { get { return 1; } } }",
            "javascript" => "() { return 1; } }",
            _ => ": Int = 1\n    get() = 1\n}",
        };
        let engine = engine(&registry, language);
        // Kotlin's grammar does not read on behind a byte that is no UTF-8.
        for [one, other] in names.into_iter().take(if language == "kotlin" { 1 } else { 2 }) {
            let source = [before.as_bytes(), one, after.as_bytes(), other, end.as_bytes()].concat();
            let facts = facts(&engine, &source, Level::Metrics);
            let functions = facts.spaces.iter().filter(|space| space.kind.is_function());
            let all: Vec<_> = functions.map(|space| space.qualified_name.as_str()).collect();
            let distinct: BTreeSet<_> = all.iter().collect();
            assert!(all.len() >= 2 && distinct.len() == all.len(), "{language}: {all:?} of {}", source.escape_ascii());
        }
    }
}
