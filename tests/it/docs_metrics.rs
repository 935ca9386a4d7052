//! The pages in `docs/` say what the catalog, the specs and the policies say. `ELCANO_BLESS=1` writes them anew. Their
//! worked examples come from the conformance tables, so each of them is a test already.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use elcano::report::document::{self, Documented, Example};
use serde::Deserialize;

use super::lang_fixtures::{files, registry, tests};

#[derive(Deserialize)]
struct Table {
    case: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    metric: String,
    space: String,
    value: f64,
    reason: String,
    source: String,
    #[serde(default)]
    also: Vec<Expectation>,
}

#[derive(Deserialize)]
struct Expectation {
    metric: String,
    space: Option<String>,
    value: f64,
    reason: String,
}

/// Examples on one page.
const EXAMPLES_MAX: usize = 8;

/// Rows of an example; longer ones are no examples.
const ROWS_MAX: usize = 16;

/// The cases of a language that show both complexities of one function, each pair of values once.
fn examples(language: &str) -> Vec<Example> {
    let path = tests().join("conformance").join(format!("{language}.toml"));
    let text = fs::read_to_string(path).expect("every language has a table");
    let table: Table = toml::from_str(&text).expect("a table can be read");
    let mut seen = BTreeSet::new();
    let mut examples = Vec::new();
    for case in table.case {
        let mut values = vec![(case.metric, case.value, case.reason)];
        let same = case.also.into_iter().filter(|other| other.space.as_ref().is_none_or(|space| *space == case.space));
        values.extend(same.map(|other| (other.metric, other.value, other.reason)));
        values.retain(|(metric, ..)| metric == "cyclomatic" || metric == "cognitive");
        values.sort_by(|left, right| left.0.cmp(&right.0));
        let pair: Vec<_> = values.iter().map(|(_, value, _)| value.to_bits()).collect();
        if values.len() == 2 && values[0].1 > 1.0 && case.source.lines().count() <= ROWS_MAX && seen.insert(pair) {
            examples.push(Example { language: language.to_owned(), source: case.source, values });
        }
        if examples.len() == EXAMPLES_MAX {
            break;
        }
    }
    examples
}

/// Path below `docs/` and text of every page.
fn pages() -> Vec<(PathBuf, String)> {
    let registry = registry();
    let languages: Vec<Documented<'_>> = registry
        .ids()
        .map(|id| {
            let (spec, version) = registry.spec(id).expect("a language has a spec");
            (id, spec, version)
        })
        .collect();
    let mut pages = Vec::new();
    let mut first = Vec::new();
    for language in languages.iter().copied() {
        let examples = examples(language.0);
        // A language that only declares has nothing that runs.
        let runs = !language.1.absent.roles.iter().any(|role| role == "function");
        assert!(examples.len() >= 3 || !runs, "{} has {} worked examples", language.0, examples.len());
        let page = document::language(language, &examples).expect("the policies can be read");
        pages.push((Path::new("languages").join(format!("{}.md", language.0)), page));
        // Of each language another one, so that the page of the metrics does not show the same thing again and again.
        let others = first.len();
        first.extend(examples.iter().cycle().nth(others).cloned());
    }
    let page = document::metrics(&languages, &first).expect("the policies can be read");
    pages.push((PathBuf::from("metrics.md"), page));
    pages
}

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs")
}

#[test]
fn the_pages_say_what_the_program_does() {
    let bless = std::env::var_os("ELCANO_BLESS").is_some();
    let mut stale = Vec::new();
    for (name, text) in pages() {
        let path = docs().join(&name);
        if bless {
            fs::create_dir_all(path.parent().expect("a page lies in a folder")).expect("the folder can be made");
            fs::write(&path, &text).expect("a page can be written");
        }
        if fs::read_to_string(&path).ok().as_deref() != Some(text.as_str()) {
            stale.push(name);
        }
    }
    assert!(stale.is_empty(), "these are not what the program says; ELCANO_BLESS=1 writes them: {stale:?}");
}

#[test]
fn no_page_without_its_language() {
    let registry = registry();
    for path in files(&docs().join("languages")) {
        let id = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default().to_owned();
        assert!(registry.ids().any(|known| known == id), "{} is of no language", path.display());
    }
}
