//! What the documentation lists as not parsed is not parsed: a list that a newer grammar, or a
//! rewriting, made untrue must shrink.

use elcano::model::{Level, NoteKind};

use crate::support::languages::{engine, facts, registry};

#[test]
fn what_is_listed_as_a_gap_is_parsed_with_errors() {
    let registry = registry();
    let mut problems = Vec::new();
    for id in registry.ids() {
        let engine = engine(&registry, id);
        for gap in &registry.spec(id).expect("a listed language has a spec").0.gaps {
            let facts = facts(&engine, gap.example.as_bytes(), Level::Metrics);
            if !facts.notes.iter().any(|note| note.kind == NoteKind::ParseError) {
                problems.push(format!("{id}: {} ({}) is parsed: {:?}", gap.what, gap.since, facts.notes));
            }
            if gap.what.trim().is_empty() || gap.since.trim().is_empty() {
                problems.push(format!("{id}: a gap without `what` or `since`: {gap:?}"));
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
