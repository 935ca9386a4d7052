//! Measures anything: the first byte chooses the language, the rest is the file. The corpus begins
//! with the fixtures. Never a crash, and never a panic that becomes a note.

#![no_main]

use std::sync::LazyLock;

use elcano::measure::{Analyzer, FileLimits, Options};
use elcano::model::{ContentId, Level, NoteKind};
use elcano::Registry;
use libfuzzer_sys::fuzz_target;

static ANALYZERS: LazyLock<Vec<Analyzer>> = LazyLock::new(|| {
    let registry = Registry::new().expect("the specs are sound");
    let ids: Vec<_> = registry.ids().collect();
    let analyzer = |id| Analyzer::new(&registry, id, "default").expect("the specs fit their grammars");
    ids.into_iter().map(|id| analyzer(id).with_generated()).collect()
});

fuzz_target!(|input: &[u8]| {
    let Some((language, bytes)) = input.split_first() else { return };
    let analyzer = &ANALYZERS[usize::from(*language) % ANALYZERS.len()];
    let options = Options { level: Level::Full, limits: FileLimits::default() };
    let facts = analyzer.measure(ContentId::of(bytes), bytes, options);
    let dead = [NoteKind::Panicked, NoteKind::TimedOut];
    assert!(!facts.notes.iter().any(|note| dead.contains(&note.kind)), "{:?}", facts.notes);
    assert!(facts.error_bytes <= facts.bytes);
});
