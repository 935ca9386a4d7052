//! Writes what the gate found for every consumer: one table of formats, each a pure function of the
//! check. Never decides where a text goes.

mod checkstyle;
mod gauges;
mod junit;
mod markdown;
mod quality;
mod rdjson;
mod sarif;
mod sonar;
mod text;
mod wording;
mod workflow;
mod xml;

use super::output::{Format, Output};
use crate::model::{Check, Status, json_text};

/// A format of the gate's answer.
#[derive(Debug, Clone, Copy)]
pub struct GateFormat {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it is for.
    pub about: &'static str,
    /// The whole text, given what the file holds already (only [`GateFormat::merges`] reads it).
    pub write: fn(&Check, &str) -> String,
    /// Keeps what other programs wrote to the file.
    pub merges: bool,
    /// The environment variable that names the file when none is given.
    pub variable: Option<&'static str>,
    /// Written in GitHub Actions by itself.
    pub on_github: bool,
}

impl GateFormat {
    const fn plain(name: &'static str, about: &'static str, write: fn(&Check, &str) -> String) -> Self {
        Self { name, about, write, merges: false, variable: None, on_github: false }
    }
}

impl PartialEq for GateFormat {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for GateFormat {}

impl Format for &'static GateFormat {
    fn all() -> impl Iterator<Item = Self> {
        GATE_FORMATS.iter()
    }

    fn name(self) -> &'static str {
        self.name
    }
}

/// Where the gate's answer goes.
pub type GateOutput = Output<&'static GateFormat>;

/// What is written when no format is named.
const TEXT: GateFormat = GateFormat::plain("text", "for a terminal", |check, _| text::write(check));

/// The text, to standard output.
#[must_use]
pub fn text_output() -> GateOutput {
    GateOutput::of(&TEXT)
}

/// Every format, in the order of the documentation.
pub static GATE_FORMATS: &[GateFormat] = &[
    TEXT,
    GateFormat::plain("json", "for programs: elcano.check/1", |check, _| json(check)),
    GateFormat::plain("markdown", "for a comment or a wiki", |check, _| markdown::write(check, usize::MAX)),
    GateFormat::plain("sarif", "for code scanning: SARIF 2.1.0", |check, _| sarif::write(check)),
    GateFormat {
        on_github: true,
        ..GateFormat::plain("github", "annotations of a GitHub Actions step", |check, _| workflow::write(check))
    },
    GateFormat {
        merges: true,
        variable: Some("GITHUB_STEP_SUMMARY"),
        on_github: true,
        ..GateFormat::plain("summary", "the summary of a GitHub Actions step", markdown::summary)
    },
    GateFormat {
        merges: true,
        variable: Some("GITHUB_OUTPUT"),
        on_github: true,
        ..GateFormat::plain("outputs", "the outputs of a GitHub Actions step", workflow::outputs)
    },
    GateFormat::plain("gitlab", "GitLab code quality", |check, _| quality::gitlab(check)),
    GateFormat::plain("codeclimate", "Code Climate issues", |check, _| quality::codeclimate(check)),
    GateFormat::plain("checkstyle", "Checkstyle XML", |check, _| checkstyle::write(check)),
    GateFormat::plain("junit", "JUnit XML", |check, _| junit::write(check)),
    GateFormat::plain("rdjson", "reviewdog", |check, _| rdjson::write(check)),
    GateFormat::plain("sonar", "SonarQube generic issues", |check, _| sonar::write(check)),
    GateFormat::plain("badge", "shields.io endpoint", |check, _| gauges::badge(check)),
    GateFormat::plain("prometheus", "Prometheus text file", |check, _| gauges::prometheus(check)),
];

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
        "skipped": check.skipped,
        "deltas": check.deltas,
        "reproduce": check.reproduce,
    });
    json_text(&document)
}
