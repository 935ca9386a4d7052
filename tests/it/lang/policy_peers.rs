//! The policies that count as another tool does, held against what that tool printed:
//! `tests/policies/` records it with the tool's version. A case that no role can express says what
//! elcano gives instead, and why.

use std::fs;

use elcano::lang::Policy;
use elcano::measure::{Analyzer, FileLimits, Options};
use elcano::model::{ContentId, Level};
use serde::Deserialize;

use crate::support::languages::{files, registry, tests};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    tool: String,
    version: String,
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    language: String,
    source: String,
    /// The tool's value of the function `f`.
    cyclomatic: u32,
    cognitive: Option<u32>,
    /// elcano's where it differs.
    differs: Option<Differs>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Differs {
    cyclomatic: u32,
    cognitive: Option<u32>,
    reason: String,
}

#[test]
fn a_policy_counts_as_its_tool() {
    let registry = registry();
    let mut problems = Vec::new();
    let mut checked = 0;
    for path in files(&tests().join("policies")) {
        let id = path.file_stem().and_then(|stem| stem.to_str()).expect("a plain name").to_owned();
        let table: Table = toml::from_str(&fs::read_to_string(&path).expect("a table can be read"))
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        for case in &table.case {
            let language = registry.language(&case.language).expect("a language of this build");
            let engine = Analyzer::of_tree(language, Policy::load(&id, &case.language).expect("a policy"));
            let bytes = case.source.as_bytes();
            let options = Options { level: Level::Metrics, limits: FileLimits::default() };
            let facts = engine.measure(ContentId::of(bytes), bytes, options);
            let metrics = &facts.spaces.iter().find(|space| space.name == "f").expect("a function f").metrics;
            let tool = (case.cyclomatic, case.cognitive.unwrap_or(metrics.cognitive));
            let expected = case.differs.as_ref().map_or(tool, |differs| {
                assert!(!differs.reason.is_empty(), "{}", case.source);
                (differs.cyclomatic, differs.cognitive.unwrap_or(metrics.cognitive))
            });
            let found = (metrics.cyclomatic, metrics.cognitive);
            if found != expected {
                let Table { tool, version, .. } = &table;
                problems.push(format!("{tool} {version}: {expected:?}, {id}: {found:?}\n{}", case.source));
            }
            checked += 1;
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(checked >= 100, "only {checked} cases");
}
