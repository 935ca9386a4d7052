//! A pipeline as data: a list of stages with options, read from TOML and checked before anything
//! runs. Never executes a stage.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result, suggestion};
use crate::model::{Level, RepoPath};
use crate::report::formats::SummaryOutput;
use crate::report::gate::{GateOutput, text_output};
use crate::store::{NamedBy, read_text};

/// The pipelines that are part of the program: name and text.
pub const EMBEDDED: [(&str, &str); 3] = [
    ("ci", include_str!("../../pipelines/ci.toml")),
    ("nightly", include_str!("../../pipelines/nightly.toml")),
    ("report", include_str!("../../pipelines/report.toml")),
];

/// What people write is far smaller.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// A pipeline that may run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// `ci`, or the path of its file.
    pub name: String,
    /// One sentence.
    pub about: String,
    /// What is done, in order.
    #[serde(rename = "stage")]
    pub stages: Vec<Stage>,
}

/// One stage with its options.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "use", rename_all = "snake_case", deny_unknown_fields)]
pub enum Stage {
    /// Walks, measures and stores: makes the snapshot that later stages read.
    Scan {
        /// What is kept.
        #[serde(default = "metrics")]
        level: Level,
        /// Files that may fail (unreadable, too large, out of budget, panicked) before the run
        /// counts as partial.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        files_failed_max: Option<u64>,
    },
    /// Gates what differs from the base that the CI environment names; without one it gates nothing
    /// and reports that.
    Gate {
        /// Formats of the answer, each also as `FORMAT=FILE`. In GitHub Actions annotations,
        /// summary and outputs come on top.
        #[serde(default = "gate_text")]
        formats: Vec<GateOutput>,
        /// The base in place of the environment's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        base: Option<String>,
    },
    /// Copies the store into databases or files.
    Export {
        /// Targets: `duckdb:FILE`, `sqlite:FILE`, `parquet:DIR`, `csv:DIR`.
        to: Vec<String>,
        /// Replaces what is there.
        #[serde(default)]
        force: bool,
    },
    /// Reports on the snapshot.
    Report {
        /// `text`, `markdown`, `json`, each also as `FORMAT=FILE`.
        formats: Vec<SummaryOutput>,
        /// How many of the hardest functions are listed.
        #[serde(default = "twenty")]
        worst: usize,
    },
}

fn metrics() -> Level {
    Level::Metrics
}

fn gate_text() -> Vec<GateOutput> {
    vec![text_output()]
}

fn twenty() -> usize {
    20
}

impl Stage {
    /// The name in pipelines, logs and reports.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Scan { .. } => "scan",
            Self::Gate { .. } => "gate",
            Self::Export { .. } => "export",
            Self::Report { .. } => "report",
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    about: String,
    stage: Vec<Stage>,
}

impl Plan {
    /// The pipeline of that name, or of that TOML file.
    ///
    /// # Errors
    /// An unknown name (with a suggestion), an unreadable file, or a pipeline that is not well
    /// formed: the message names file, line and key.
    pub fn load(word: &OsStr) -> Result<Self> {
        let name = &RepoPath::new(word.as_bytes()).to_string();
        if let Some((_, text)) = EMBEDDED.iter().find(|(known, _)| *known == name) {
            return Self::parse(name, text);
        }
        let is_file = Path::new(word).extension().is_some_and(|extension| extension == "toml");
        if !is_file {
            let hint = suggestion(name, EMBEDDED.iter().map(|(known, _)| *known));
            return Err(Error::Usage(format!("unknown pipeline `{name}`{hint}; a pipeline file ends in .toml")));
        }
        let text = read_text(Path::new(word), NamedBy::User, FILE_BYTES_MAX)
            .map_err(|error| Error::Usage(format!("cannot read pipeline `{name}`: {error}")))?;
        Self::parse(name, &text)
    }

    /// Reads and checks a pipeline.
    ///
    /// # Errors
    /// As [`Plan::load`].
    pub fn parse(name: &str, text: &str) -> Result<Self> {
        let usage = |problem: &dyn std::fmt::Display| Error::Usage(format!("pipeline {name}: {problem}"));
        let written: Written = toml::from_str(text).map_err(|error| usage(&error))?;
        let plan = Self { name: name.to_owned(), about: written.about, stages: written.stage };
        plan.check().map_err(|problem| usage(&problem))?;
        Ok(plan)
    }

    fn check(&self) -> Result<(), String> {
        if self.stages.is_empty() {
            return Err("it has no stage".into());
        }
        for (at, stage) in self.stages.iter().enumerate() {
            let wrong = |problem: &str| Err(format!("stage {} ({}): {problem}", at + 1, stage.name()));
            match stage {
                Stage::Scan { .. } if at > 0 => return wrong("a scan comes first"),
                Stage::Gate { formats, .. } if formats.is_empty() => return wrong("`formats` is empty"),
                Stage::Export { to, .. } if to.is_empty() => return wrong("`to` names no target"),
                Stage::Report { formats, .. } if formats.is_empty() => return wrong("`formats` is empty"),
                Stage::Report { formats, .. } if formats.iter().filter(|output| output.file.is_none()).count() > 1 => {
                    return wrong("two formats go to standard output; give one a file: FORMAT=FILE");
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The plan as TOML.
    ///
    /// # Errors
    /// A path that TOML cannot hold.
    pub fn to_toml(&self) -> Result<String> {
        toml::to_string(self).map_err(|error| Error::Usage(format!("pipeline {}: {error}", self.name)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn embedded_pipelines_are_well_formed_and_print_as_themselves() {
        for (name, text) in EMBEDDED {
            let plan = Plan::parse(name, text).unwrap();
            let printed: toml::Table = plan.to_toml().unwrap().parse().unwrap();
            assert_eq!(printed["stage"].as_array().map(Vec::len), Some(plan.stages.len()));
        }
    }

    #[test]
    fn mistakes_are_named_with_line_and_key() {
        let error = |text| Plan::parse("x.toml", text).unwrap_err().to_string();
        let message = error("about = \"a\"\n[[stage]]\nuse = \"scan\"\nlevle = \"full\"\n");
        assert!(message.contains("x.toml") && message.contains("levle"), "{message}");
        let message = error("about = \"a\"\n[[stage]]\nuse = \"scna\"\n");
        assert!(message.contains("scna") && message.contains("scan"), "{message}");
        let message = error("about = \"a\"\nstage = [\n");
        assert!(message.contains("line 2") || message.contains("line 3"), "{message}");
        assert!(
            error("about = \"a\"\n[[stage]]\nuse=\"report\"\nformats=[\"text\",\"json\"]").contains("standard output")
        );
    }
}
