//! The pages in `docs/` say what the catalog, the specs and the policies say. `ELCANO_BLESS=1`
//! writes them anew. Their worked examples come from the conformance cases, so each of them is a
//! test already.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use elcano::report::document::{self, Documented, Example};

use crate::support::cases;
use crate::support::languages::{files, registry};

/// Examples on one page.
const EXAMPLES_MAX: usize = 8;

/// Rows of an example; longer ones are no examples.
const ROWS_MAX: usize = 16;

/// The cases of a language that show both complexities of one function, each pair of values once.
fn examples(language: &str) -> Vec<Example> {
    let mut seen = BTreeSet::new();
    let mut examples = Vec::new();
    for case in cases::of(language) {
        let Some(space) = case.expectations.first().map(|first| first.space.clone()) else { continue };
        let same = case.expectations.into_iter().filter(|expected| expected.space == space);
        let mut values: Vec<_> = same.map(|expected| (expected.metric, expected.value, expected.reason)).collect();
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
        // Of each language another one, so that the page of the metrics does not show the same
        // thing again and again.
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
    assert!(stale.is_empty(), "these differ from what the program generates; ELCANO_BLESS=1 writes them: {stale:?}");
}

#[test]
fn no_page_without_its_language() {
    let registry = registry();
    for path in files(&docs().join("languages")) {
        let id = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default().to_owned();
        assert!(registry.ids().any(|known| known == id), "{} is of no language", path.display());
    }
}
