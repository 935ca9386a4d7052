//! Reads baselines: lines of JSON that people and merges edit. What is read is written to the same
//! bytes however often, and never accepts what it does not name. Never a panic.

#![no_main]

#[path = "../edited_text.rs"]
mod edited_text;

use std::sync::LazyLock;

use edited_text::EditedText;
use elcano::gate::baseline::Baseline;
use libfuzzer_sys::fuzz_target;

static SOUND: LazyLock<Vec<String>> = LazyLock::new(|| {
    let head = r#"{"schema":"elcano.baseline/1"}"#;
    let entry = |rest: &str| format!(r#"{{"path":"src/a.py","symbol":"A::f","rule":"cognitive","value":31{rest}}}"#);
    let second = entry("").replace("A::f", "g").replace("cognitive", "file:loc.ploc").replace("31", "12.5");
    let reasons = entry(r#","ordinal":2,"reason":"old","expires":"2027-01-31""#);
    vec![head.to_owned(), format!("{head}\n{}\n{second}\n", entry("")), format!("{head}\n{reasons}\n")]
});

fuzz_target!(|input: EditedText| {
    let Ok(baseline) = Baseline::parse(&input.of(&SOUND)) else { return };
    let written = baseline.to_text().expect("what was read is written");
    let again = Baseline::parse(&written).expect("what was written is read");
    assert_eq!(again.to_text().expect("it is written"), written);
    assert_eq!(again.entries().count(), baseline.entries().count());
    for (entry, same) in baseline.entries().zip(again.entries()) {
        assert!(entry.is_of(same), "{entry:?} {same:?}");
        assert!(entry.value.to_bits() == same.value.to_bits() || entry.value == same.value, "{entry:?} {same:?}");
        assert!(!entry.describe().is_empty());
    }
    assert!(again.clone().capped(&baseline).entries().count() == again.entries().count());
});
