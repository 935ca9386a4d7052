//! The values of the conformance cases, which are derived by hand from the definitions, are what is
//! measured.

use elcano::metric::catalog;
use elcano::model::{FileFacts, Level};

use crate::support::cases::{Case, read, tables};
use crate::support::languages::{engine, facts, registry};

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

/// What is measured of a case and not expected.
fn problems(case: &Case, facts: &FileFacts) -> Vec<String> {
    let source = &case.source;
    let mut problems = Vec::new();
    if !facts.notes.is_empty() {
        problems.push(format!("{:?} of\n{source}", facts.notes));
    }
    for expected in &case.expectations {
        let (metric, space, wanted) = (&expected.metric, &expected.space, expected.value);
        let got = match value(facts, space, metric) {
            Ok(found) if (found - wanted).abs() <= 1e-9 * wanted.abs() => continue,
            Ok(found) => found.to_string(),
            Err(error) => error,
        };
        problems.push(format!("{metric} of {space:?}: {wanted} ({}), got {got}:\n{source}", expected.reason));
    }
    problems
}

#[test]
fn values_are_what_the_definitions_say() {
    let registry = registry();
    let mut found = Vec::new();
    let mut checked = 0;
    for (name, path) in tables() {
        let Some(language) = registry.ids().find(|id| *id == name) else {
            found.push(format!("{}: no such language in this build", path.display()));
            continue;
        };
        let engine = engine(&registry, language);
        let cases = read(&path).unwrap_or_else(|error| {
            found.push(error);
            Vec::new()
        });
        for case in cases {
            checked += case.expectations.len();
            let facts = facts(&engine, case.source.as_bytes(), Level::Metrics);
            found.extend(problems(&case, &facts).into_iter().map(|problem| format!("{language}: {problem}")));
        }
    }
    assert!(found.is_empty(), "{} of {checked} failed\n{}", found.len(), found.join("\n"));
    assert!(checked > 0, "no table was found");
}

#[test]
fn every_language_has_cases_and_no_file_is_too_long_to_review() {
    let tables = tables();
    for id in registry().ids() {
        assert!(tables.iter().any(|(language, _)| language == id), "{id} has no cases");
    }
    for (_, path) in &tables {
        let rows = std::fs::read_to_string(path).expect("a table can be read").lines().count();
        assert!(rows <= 1_500, "{} has {rows} lines: split it by topic", path.display());
    }
}
