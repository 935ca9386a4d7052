//! Every fixture against the numbers written down beside it. `ELCANO_BLESS=1` writes them anew: read them before you
//! commit them.

use std::fs;

use elcano::model::{FileFacts, Level};
use serde_json::json;

use super::lang_fixtures::{engine, facts, files, fixtures, registry, tests};

/// One space a line, counts only: what is derived from them is computed elsewhere.
fn golden(facts: &FileFacts) -> String {
    let spaces = facts.spaces.iter().map(|space| {
        let line = json!({
            "space": space.qualified_name,
            "kind": space.kind,
            "lines": [space.start_line, space.end_line],
            "visibility": space.visibility,
            "metrics": space.metrics,
        });
        line.to_string()
    });
    format!(
        "{{\"language\": \"{}\", \"notes\": {}, \"spaces\": [\n{}\n]}}\n",
        facts.language,
        json!(facts.notes),
        spaces.collect::<Vec<_>>().join(",\n")
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
                problems.push(format!("{}:\n{}", fixture.name(), difference(&expected, &found)));
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

fn difference(expected: &str, found: &str) -> String {
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    let (expected, found) = (lines(expected), lines(found));
    let gone = expected.iter().filter(|line| !found.contains(line)).map(|line| format!("- {line}"));
    let new = found.iter().filter(|line| !expected.contains(line)).map(|line| format!("+ {line}"));
    gone.chain(new).collect::<Vec<_>>().join("\n")
}
