//! Every fixture against the numbers written down beside it. `ELCANO_BLESS=1` writes them anew:
//! read them before you commit them.

use std::fs;

use elcano::model::{FileFacts, Level, Space};
use serde_json::{Value, json};

use crate::support::languages::{engine, facts, files, fixtures, registry, tests};

/// One metric a line, counts only: what is derived from them is computed elsewhere.
fn golden(facts: &FileFacts) -> String {
    let spaces: Vec<_> = facts.spaces.iter().map(golden_space).collect();
    format!(
        "{{\n  \"language\": {},\n  \"notes\": {},\n  \"spaces\": [\n{}\n  ]\n}}\n",
        json!(facts.language),
        json!(facts.notes),
        spaces.join(",\n")
    )
}

fn golden_space(space: &Space) -> String {
    let metrics = json!(space.metrics);
    let metrics = metrics.as_object().expect("metrics have names").iter();
    let metrics: Vec<_> = metrics.map(|(id, value)| format!("        \"{id}\": {value}")).collect();
    let (name, kind, visibility) = (json!(space.qualified_name), json!(space.kind), json!(space.visibility));
    format!(
        "    {{\n      \"space\": {name}, \"kind\": {kind}, \"lines\": [{}, {}], \"visibility\": {visibility},\n      \
         \"metrics\": {{\n{}\n      }}\n    }}",
        space.start_line,
        space.end_line,
        metrics.join(",\n")
    )
}

#[test]
fn fixtures_measure_as_written_down() {
    let bless = std::env::var_os("ELCANO_BLESS").is_some();
    let registry = registry();
    let mut problems = Vec::new();
    for id in registry.ids() {
        let engine = engine(&registry, id);
        let fixtures = fixtures(id);
        if fixtures.is_empty() {
            problems.push(format!("{id} has no fixtures"));
        }
        for fixture in fixtures {
            let found = golden(&facts(&engine, &fixture.bytes, Level::Metrics));
            let mut path = fixture.path.clone().into_os_string();
            path.push(".golden.json");
            if bless {
                fs::write(&path, &found).expect("a golden can be written");
            }
            let Ok(expected) = fs::read_to_string(&path) else {
                problems.push(format!("{} has no golden; ELCANO_BLESS=1 writes it", fixture.name()));
                continue;
            };
            if expected != found {
                let read =
                    |text: &str| serde_json::from_str::<Value>(text).unwrap_or_else(|error| json!(error.to_string()));
                let before = problems.len();
                differences(&fixture.name(), &read(&expected), &read(&found), &mut problems);
                if problems.len() == before {
                    problems.push(format!("{}: the same values, written otherwise", fixture.name()));
                }
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn no_golden_without_its_fixture() {
    for folder in files(&tests().join("fixtures")) {
        for path in files(&folder) {
            if let Some(fixture) = path.to_string_lossy().strip_suffix(".golden.json") {
                assert!(fs::exists(fixture).expect("the folder can be read"), "{fixture} is gone, its golden is not");
            }
        }
    }
}

/// Where two documents differ, each place with both values.
fn differences(place: &str, expected: &Value, found: &Value, problems: &mut Vec<String>) {
    match (expected, found) {
        (Value::Object(left), Value::Object(right)) if left.keys().eq(right.keys()) => {
            for (key, value) in left {
                differences(&format!("{place}, {key}"), value, &right[key], problems);
            }
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            for (at, (left, right)) in left.iter().zip(right).enumerate() {
                let name = left["space"].as_str().map_or_else(|| at.to_string(), |space| format!("{space:?}"));
                differences(&format!("{place}, {name}"), left, right, problems);
            }
        }
        _ if expected == found => {}
        _ => problems.push(format!("{place}: {expected}, now {found}")),
    }
}
