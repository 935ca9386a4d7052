//! Damaged files of every language, measured in isolation: each gives facts that hold together, and
//! none crashes, hangs or floods the process that measures it.
//!
//! `ELCANO_MUTATIONS=N` measures N files in place of the usual number, `ELCANO_MUTATIONS_FROM=SEED`
//! others; `ELCANO_MUTATIONS_INTO=DIR` keeps those that were noted.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use elcano::isolate::{Isolation, Subject};
use elcano::lang::Registry;
use elcano::measure::{Analyzer, FileLimits, Options};
use elcano::model::{ContentId, Level, NoteKind};

use crate::support::languages::broken_invariants;
use crate::support::mutations::Sources;

/// How many files a plain run measures.
const FILES: u64 = 1_500;

pub fn isolation() -> Isolation {
    Isolation::new(PathBuf::from(env!("CARGO_BIN_EXE_elcano")), vec!["isolated".into()])
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().expect("a number"))
}

#[test]
fn damaged_files_cost_themselves_alone() {
    let registry = Registry::new().unwrap();
    let sources = Sources::of(registry.ids());
    let isolation = isolation();
    let (first, files) = (number("ELCANO_MUTATIONS_FROM").unwrap_or(1), number("ELCANO_MUTATIONS").unwrap_or(FILES));
    let campaign = number("ELCANO_MUTATIONS").is_some();
    println!("seeds {first} to {}", first + files - 1);
    let into = std::env::var_os("ELCANO_MUTATIONS_INTO").map(PathBuf::from);
    let cancelled = AtomicBool::new(false);
    let analyzers: BTreeMap<_, _> =
        registry.ids().map(|id| (id, Analyzer::new(&registry, id, "default").unwrap())).collect();
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    let mut wrong = Vec::new();
    for seed in first..first + files {
        let (language, bytes) = sources.damaged(seed);
        let content = ContentId::of(&bytes);
        let subject = Subject { language, policy: "default", generated: true, content, bytes: &bytes };
        let options = Options { level: Level::Full, limits: FileLimits::default() };
        let analyzer = &analyzers[language];
        // The analyzer of the other side measures generated code, too.
        let analyzer = analyzer.clone().with_generated();
        let facts = isolation.measure(&analyzer, subject, options, &cancelled).expect("the run goes on");
        let dead = [NoteKind::Crashed, NoteKind::TimedOut, NoteKind::OutOfMemory, NoteKind::Panicked];
        for note in &facts.notes {
            *counts.entry(format!("{language} {}", note.kind)).or_default() += 1;
            if dead.contains(&note.kind) {
                let found = format!("seed {seed}, {language}: {}: {}", note.kind, note.detail);
                // A campaign looks for such files; the usual ones hold none.
                if campaign && note.kind != NoteKind::Panicked {
                    println!("{found}")
                } else {
                    wrong.push(found)
                }
                if let Some(into) = &into {
                    std::fs::write(into.join(format!("{language}-{}-{seed}", note.kind)), &bytes).unwrap();
                }
            }
        }
        let broken = broken_invariants(&facts, &bytes);
        if let (Some(into), false) = (&into, broken.is_empty()) {
            std::fs::write(into.join(format!("{language}-broken-{seed}")), &bytes).unwrap();
        }
        wrong.extend(broken.into_iter().map(|broken| format!("seed {seed}, {language}: {broken}")));
        if seed % 10_000 == 0 {
            println!("{seed}: {} wrong", wrong.len());
        }
    }
    for (what, count) in counts.iter().filter(|(what, _)| !what.contains("not_utf8") && !what.contains("parse_error")) {
        println!("{count:8} {what}");
    }
    wrong.truncate(100);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
