//! The tables of `tests/conformance/`: small sources whose values are derived by hand from the definitions, with the
//! reason. `also` holds further expectations of the same source.

use std::fs;

use elcano::metric::catalog;
use elcano::model::{FileFacts, Level};
use serde::Deserialize;

use super::lang_fixtures::{engine, facts, files, registry, tests};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// Id in the catalog.
    metric: String,
    /// Name or qualified name; empty for the file.
    space: String,
    value: f64,
    reason: String,
    source: String,
    #[serde(default)]
    also: Vec<Expectation>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expectation {
    metric: String,
    /// That of the case where it is not said.
    space: Option<String>,
    value: f64,
    reason: String,
}

/// The value of a metric in the one space of that name.
fn value(facts: &FileFacts, space: &str, metric: &str) -> Result<f64, String> {
    let metric = catalog::metric(metric)?;
    let mut named = facts.spaces.iter().filter(|known| known.qualified_name == space).collect::<Vec<_>>();
    if named.is_empty() {
        named = facts.spaces.iter().filter(|known| known.name == space).collect();
    }
    match named[..] {
        [space] => Ok(metric.value(&space.metrics).as_f64()),
        _ => {
            let all = facts.spaces.iter().map(|space| format!("{:?}", space.qualified_name)).collect::<Vec<_>>();
            Err(format!("{} spaces are named {space:?} among {}", named.len(), all.join(", ")))
        }
    }
}

#[test]
fn values_are_what_the_definitions_say() {
    let registry = registry();
    let mut problems = Vec::new();
    let mut checked = 0;
    for path in files(&tests().join("conformance")) {
        let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default().to_owned();
        let Some(language) = registry.ids().find(|id| *id == stem) else {
            problems.push(format!("{}: no such language in this build", path.display()));
            continue;
        };
        let text = fs::read_to_string(&path).expect("a table can be read");
        let table: Table = match toml::from_str(&text) {
            Ok(table) => table,
            Err(error) => {
                problems.push(format!("{language}: {error}"));
                continue;
            }
        };
        let engine = engine(&registry, language);
        for case in table.case {
            let facts = facts(&engine, case.source.as_bytes(), Level::Metrics);
            if !facts.notes.is_empty() {
                problems.push(format!("{language}: {:?} of\n{}", facts.notes, case.source));
            }
            let first = Expectation { metric: case.metric, space: None, value: case.value, reason: case.reason };
            for expected in std::iter::once(first).chain(case.also) {
                checked += 1;
                let space = expected.space.as_deref().unwrap_or(&case.space);
                let (metric, reason, wanted) = (&expected.metric, &expected.reason, expected.value);
                let got = match value(&facts, space, metric) {
                    Ok(found) if (found - wanted).abs() <= 1e-9 * wanted.abs() => continue,
                    Ok(found) => found.to_string(),
                    Err(error) => error,
                };
                let source = &case.source;
                problems.push(format!("{language}: {metric} of {space:?}: {wanted} ({reason}), got {got}:\n{source}"));
            }
        }
    }
    assert!(problems.is_empty(), "{} of {checked} failed\n{}", problems.len(), problems.join("\n"));
    assert!(checked > 0, "no table was found");
}
