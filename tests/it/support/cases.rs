//! Reads the conformance cases of `tests/conformance/`: `LANGUAGE.txt`, or `LANGUAGE/TOPIC.txt`
//! where one file would be long. A case is a source, indented by four spaces, and below it what is
//! expected of it, one line each:
//!
//! ```text
//!     def f(a):
//!         return 1 if a else 2
//! cognitive(f) = 1: a conditional expression
//! loc.sloc = 2: two rows
//! ```
//!
//! That is `METRIC(SPACE) = VALUE: REASON`; without a space it is the file's value. A blank line
//! ends a case. Between cases a line may begin with `#`, which is a comment. Any other line is an
//! error.

use std::fs;
use std::path::{Path, PathBuf};

use super::languages::{files, tests};

/// A source, verbatim, and what is expected of it.
#[derive(Debug, Default, PartialEq)]
pub struct Case {
    pub source: String,
    pub expectations: Vec<Expectation>,
}

/// A value of a metric that was derived by hand.
#[derive(Debug, PartialEq)]
pub struct Expectation {
    /// Id in the catalog.
    pub metric: String,
    /// Name or qualified name; empty for the file.
    pub space: String,
    pub value: f64,
    pub reason: String,
}

const INDENT: &str = "    ";

/// The files of cases, each with the language that its path names.
pub fn tables() -> Vec<(String, PathBuf)> {
    let mut tables = Vec::new();
    for path in files(&tests().join("conformance")) {
        let language = stem(&path);
        match path.is_dir() {
            true => tables.extend(files(&path).into_iter().map(|topic| (language.clone(), topic))),
            false => tables.push((language, path)),
        }
    }
    tables
}

fn stem(path: &Path) -> String {
    path.file_stem().and_then(|stem| stem.to_str()).expect("a plain name").to_owned()
}

/// The cases of a language, in the order of its files.
pub fn of(language: &str) -> Vec<Case> {
    let tables = tables().into_iter().filter(|(of, _)| of == language);
    tables.flat_map(|(_, path)| read(&path).unwrap_or_else(|error| panic!("{error}"))).collect()
}

/// The cases of a file.
pub fn read(path: &Path) -> Result<Vec<Case>, String> {
    let name = path.strip_prefix(tests()).unwrap_or(path).display().to_string();
    let text = fs::read_to_string(path).map_err(|error| format!("{name}: {error}"))?;
    parse(&name, &text)
}

/// The cases of a text; an error begins with the name and the line.
pub fn parse(name: &str, text: &str) -> Result<Vec<Case>, String> {
    let text = text.strip_suffix('\n').ok_or_else(|| format!("{name}: the last line has no end"))?;
    let (mut cases, mut case) = (Vec::new(), Case::default());
    for (number, line) in (1..).zip(text.split('\n').chain([""])) {
        take(line, &mut case, &mut cases).map_err(|problem| format!("{name}:{number}: {problem}"))?;
    }
    match case.source.is_empty() {
        true => Ok(cases),
        false => Err(format!("{name}: the last source has no expectation")),
    }
}

fn take(line: &str, case: &mut Case, cases: &mut Vec<Case>) -> Result<(), String> {
    if let Some(row) = line.strip_prefix(INDENT) {
        if !case.expectations.is_empty() {
            return Err("a blank line must stand before the next source".to_owned());
        }
        case.source.push_str(row);
        case.source.push('\n');
    } else if line.is_empty() {
        match (case.source.is_empty(), case.expectations.is_empty()) {
            // A blank row within a source.
            (false, true) => case.source.push('\n'),
            (false, false) => cases.push(std::mem::take(case)),
            (true, _) => return Err("a blank line that ends nothing".to_owned()),
        }
    } else if line.starts_with('#') {
        if !case.source.is_empty() {
            return Err("a comment within a case".to_owned());
        }
    } else if case.source.is_empty() {
        return Err(format!("`{line}` belongs to no source"));
    } else if case.source.ends_with("\n\n") {
        return Err("a source ends in a blank row".to_owned());
    } else {
        case.expectations.push(expectation(line)?);
    }
    Ok(())
}

fn expectation(line: &str) -> Result<Expectation, String> {
    let broken = || format!("`{line}` is no `METRIC(SPACE) = VALUE: REASON`");
    let is_metric = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
    let (metric, rest) = line.split_at(line.find(|c| !is_metric(c)).ok_or_else(broken)?);
    let (space, rest) = match rest.strip_prefix('(') {
        Some(rest) => rest.split_once(") = ").filter(|(space, _)| !space.is_empty()).ok_or_else(broken)?,
        None => ("", rest.strip_prefix(" = ").ok_or_else(broken)?),
    };
    let (value, reason) = rest.split_once(": ").ok_or_else(broken)?;
    let value = value.parse::<f64>().ok().filter(|value| value.is_finite()).ok_or_else(broken)?;
    if metric.is_empty() || reason.trim() != reason || reason.is_empty() {
        return Err(broken());
    }
    Ok(Expectation { metric: metric.to_owned(), space: space.to_owned(), value, reason: reason.to_owned() })
}
