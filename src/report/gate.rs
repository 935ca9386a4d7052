//! What the gate found, for every consumer: one table of writers, each a pure function of the check. Whether and where a
//! text is written is decided above.

mod checkstyle;
mod gauges;
mod junit;
mod markdown;
mod quality;
mod rdjson;
mod sarif;
mod sonar;
mod text;
mod workflow;

use crate::metric::{Direction, catalog};
use crate::model::{Check, Finding, Status, number_text};

/// A format.
#[derive(Debug, Clone, Copy)]
pub struct Writer {
    /// Its name on the command line.
    pub name: &'static str,
    /// For whom.
    pub about: &'static str,
    /// The whole text, given what the file holds already (only [`Writer::merges`] looks at it).
    pub write: fn(&Check, &str) -> String,
    /// Keeps what others wrote to the file.
    pub merges: bool,
    /// The variable that names the file when none is given.
    pub variable: Option<&'static str>,
}

const fn plain(name: &'static str, about: &'static str, write: fn(&Check, &str) -> String) -> Writer {
    Writer { name, about, write, merges: false, variable: None }
}

/// Every format, in the order of the documentation.
pub const WRITERS: [Writer; 15] = [
    plain("text", "for a terminal", |check, _| text::write(check)),
    plain("json", "for programs: elcano.check/1", |check, _| json(check)),
    plain("markdown", "for a comment or a wiki", |check, _| markdown::write(check, usize::MAX)),
    plain("sarif", "for code scanning: SARIF 2.1.0", |check, _| sarif::write(check)),
    plain("github", "annotations of a GitHub Actions step", |check, _| workflow::write(check)),
    Writer {
        merges: true,
        variable: Some("GITHUB_STEP_SUMMARY"),
        ..plain("summary", "the summary of a GitHub Actions step", markdown::summary)
    },
    Writer {
        merges: true,
        variable: Some("GITHUB_OUTPUT"),
        ..plain("outputs", "the outputs of a GitHub Actions step", workflow::outputs)
    },
    plain("gitlab", "GitLab code quality", |check, _| quality::gitlab(check)),
    plain("codeclimate", "Code Climate issues", |check, _| quality::codeclimate(check)),
    plain("checkstyle", "Checkstyle XML", |check, _| checkstyle::write(check)),
    plain("junit", "JUnit XML", |check, _| junit::write(check)),
    plain("rdjson", "reviewdog", |check, _| rdjson::write(check)),
    plain("sonar", "SonarQube generic issues", |check, _| sonar::write(check)),
    plain("badge", "shields.io endpoint", |check, _| gauges::badge(check)),
    plain("prometheus", "Prometheus text file", |check, _| gauges::prometheus(check)),
];

/// The writer of a name.
///
/// # Errors
/// An unknown name, with a suggestion.
pub fn writer(name: &str) -> Result<&'static Writer, String> {
    WRITERS.iter().find(|writer| writer.name == name).ok_or_else(|| {
        let known = WRITERS.iter().map(|writer| writer.name);
        format!("unknown format `{name}`{}", crate::error::suggestion(name, known))
    })
}

fn json(check: &Check) -> String {
    let count = |status| check.count(status);
    let document = serde_json::json!({
        "schema": "elcano.check/1",
        "verdict": check.verdict,
        "base": check.base,
        "rules": check.rules,
        "counts": {
            "new": count(Status::New), "regressed": count(Status::Regressed),
            "fixed": count(Status::Fixed), "known": count(Status::Known), "stale": check.stale.len(),
        },
        "prefix": check.prefix,
        "findings": check.findings,
        "stale": check.stale,
        "files_gated": check.files_gated,
        "files_parsed": check.files_parsed,
        "files_failed": check.files_failed.iter()
            .map(|(path, why)| serde_json::json!({ "path": path, "problem": why })).collect::<Vec<_>>(),
        "deltas": check.deltas,
        "reproduce": check.reproduce,
    });
    format!("{document:#}\n")
}

/// `Cognitive of `f` is 30, limit 25 (was 20)`.
fn message(finding: &Finding) -> String {
    let what = if finding.symbol.is_empty() { "the file".to_owned() } else { format!("`{}`", finding.symbol) };
    format!("{} of {what} is {}", label(finding), against(finding))
}

/// `30, limit 25 (was 20)`.
fn against(finding: &Finding) -> String {
    let value = finding.value.map_or_else(|| "gone".to_owned(), number_text);
    let was = finding.base_value.map(|value| format!(" (was {})", number_text(value))).unwrap_or_default();
    let bound = if is_floor(finding) { "least" } else { "limit" };
    format!("{value}, {bound} {}{was}", number_text(finding.limit))
}

fn is_floor(finding: &Finding) -> bool {
    catalog::metric(finding.metric).is_ok_and(|metric| metric.direction == Direction::Higher)
}

fn label(finding: &Finding) -> &'static str {
    catalog::metric(finding.metric).map_or(finding.metric, |metric| metric.label)
}

/// How to fix_hint it, as the catalog says.
fn remedy(finding: &Finding) -> &'static str {
    catalog::metric(finding.metric).map_or("", |metric| metric.remedy)
}

/// Text inside XML: markup escaped, characters that XML cannot hold replaced.
fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' => out += "&quot;",
            '\'' => out += "&apos;",
            '\n' => out += "&#10;",
            '\r' => out += "&#13;",
            '\t' => out += "&#9;",
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push(char::REPLACEMENT_CHARACTER),
            other => out.push(other),
        }
    }
    out
}
