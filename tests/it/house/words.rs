//! Words that do not belong into Rust: a grammar's kinds, which are data of a spec, the ids of
//! metrics, which are rows of the catalog, and names that were replaced.

use std::collections::{BTreeMap, BTreeSet};

use elcano::metric::CATALOG;

use super::source::{line_of, sources, words};
use crate::support::languages::registry;

/// Kinds of some grammar that are also names of something here, each with what it names.
const ALSO_NAMES: &[(&str, &str)] = &[("qualified_name", "a space's name, a key of reports and a column of stores")];

/// Ids of metrics that mean something else where they stand: file, id, and what it is there.
const NO_METRIC: &[(&str, &str, &str)] = &[("src/report/explain.rs", "nesting", "a key of an increment")];

/// Names that were replaced by the field's term. `ARCHITECTURE.md` has the glossary.
const REPLACED: &[(&str, &str)] = &[
    ("judge", "evaluate, filter"),
    ("Gravity", "Severity"),
    ("Turned", "ChangeKind"),
    ("journal", "execution_log"),
    ("survey", "discovery"),
    ("Ran", "RunOutcome"),
    ("tells", "has_base"),
    ("mend", "fix_hint"),
    ("stamp", "manifest"),
    ("endless", "unsafe_to_parse"),
    ("mere", "plain_token"),
    ("Meter", "Analyzer"),
    ("contest", "disambiguation"),
    ("settle", "record"),
];

/// Every named kind of every grammar that is not an everyday word, with a language that has it.
fn kinds() -> BTreeMap<String, &'static str> {
    let registry = registry();
    let mut kinds = BTreeMap::new();
    for id in registry.ids() {
        let grammar = &registry.language(id).expect("the spec fits its grammar").grammar;
        let count = u16::try_from(grammar.node_kind_count()).expect("kinds are numbered by 16 bits");
        for kind in (0..count).filter(|kind| grammar.node_kind_is_named(*kind)) {
            // A leading underscore hides a rule.
            let name = grammar.node_kind_for_id(kind).unwrap_or_default();
            if name.trim_start_matches('_').contains('_') {
                kinds.entry(name.to_owned()).or_insert(id);
            }
        }
    }
    kinds
}

#[test]
fn no_rust_file_names_a_kind_of_a_grammar() {
    let kinds = kinds();
    assert!(kinds.contains_key("parenthesized_declarator") && kinds.len() > 1000, "{} kinds", kinds.len());
    let mut wrong = Vec::new();
    for file in sources(&["src"]) {
        for (line, literal) in &file.literals {
            let excepted = ALSO_NAMES.iter().any(|(name, _)| name == literal);
            if let Some(language) = kinds.get(literal.as_str()).filter(|_| !excepted) {
                wrong.push(format!("{}:{line}: `{literal}` of {language}", file.path));
            }
        }
    }
    assert!(wrong.is_empty(), "kinds belong into specs:\n{}", wrong.join("\n"));
}

#[test]
fn every_exception_for_a_kind_is_needed() {
    let (kinds, files) = (kinds(), sources(&["src"]));
    for (name, what) in ALSO_NAMES {
        let written = files.iter().any(|file| file.literals.iter().any(|(_, literal)| literal == name));
        assert!(kinds.contains_key(*name) && written && !what.is_empty(), "`{name}` needs no exception");
    }
}

#[test]
fn metrics_are_named_by_their_own_files_and_rows_alone() {
    let mut wrong = Vec::new();
    let mut needed = BTreeSet::new();
    for file in sources(&["src"]).iter().filter(|file| file.room() != "metric") {
        for (line, literal) in &file.literals {
            let excepted = NO_METRIC.iter().find(|(path, id, _)| *path == file.path && id == literal);
            if let Some((path, id, _)) = excepted {
                needed.insert((*path, *id));
            } else if CATALOG.iter().any(|metric| metric.id == literal) {
                wrong.push(format!("{}:{line} names `{literal}`", file.path));
            }
        }
    }
    assert!(wrong.is_empty(), "what differs by metric is a column of the catalog:\n{}", wrong.join("\n"));
    assert_eq!(needed.len(), NO_METRIC.len(), "only these exceptions are needed: {needed:?}");
}

#[test]
fn replaced_words_are_no_identifiers() {
    let mut wrong = Vec::new();
    for file in sources(&["src"]) {
        for (at, word) in words(&file.code) {
            if let Some((_, now)) = REPLACED.iter().find(|(old, _)| *old == word) {
                wrong.push(format!("{}:{}: `{word}` (now {now})", file.path, line_of(&file.code, at)));
            }
        }
    }
    assert!(wrong.is_empty(), "these were replaced:\n{}", wrong.join("\n"));
}
