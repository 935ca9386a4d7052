//! Options that several commands share: which files, how they are measured, by what they are gated.
//! Decides nothing.

use std::path::{Path, PathBuf};
use std::str::FromStr as _;

use clap::Args;

use crate::gate::limits::LimitChange;
use crate::measure::FileLimits;
use crate::model::{FailOn, Level, number_text};
use crate::report::gate::GateOutput;
use crate::walk::WalkOptions;

/// Which files of a root take part.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct WalkFlags {
    /// Only files that match; written as in .gitignore
    #[arg(long, value_name = "GLOB")]
    pub(super) include: Vec<String>,
    /// No files that match; written as in .gitignore
    #[arg(long, value_name = "GLOB")]
    pub(super) exclude: Vec<String>,
}

impl WalkFlags {
    /// The options of the walk.
    pub(super) fn options(&self) -> WalkOptions {
        WalkOptions { include: self.include.clone(), exclude: self.exclude.clone(), ..WalkOptions::default() }
    }
}

/// How files are counted.
#[derive(Debug, Clone, Args)]
pub(super) struct PolicyFlag {
    /// The counting policy
    #[arg(long, value_name = "ID", default_value = "default", env = "ELCANO_POLICY")]
    pub(super) policy: String,
}

impl Default for PolicyFlag {
    fn default() -> Self {
        Self { policy: "default".to_owned() }
    }
}

/// What a scan keeps and reads.
#[derive(Debug, Clone, Args)]
pub(super) struct ScanFlags {
    /// What is stored: metrics, chunks or full
    #[arg(long, value_name = "LEVEL", value_parser = Level::from_str)]
    pub(super) level: Option<Level>,
    #[command(flatten)]
    pub(super) walk: WalkFlags,
    #[command(flatten)]
    pub(super) policy: PolicyFlag,
    /// Files larger than this are noted, not measured
    #[arg(long, value_name = "BYTES", default_value_t = FileLimits::default().file_bytes_max)]
    pub(super) file_bytes_max: u64,
    /// Files that may fail before the run counts as partial (exit code 4) [default: any number]
    #[arg(long, value_name = "N")]
    pub(super) files_failed_max: Option<u64>,
    /// Do not write the execution log
    #[arg(long)]
    pub(super) no_log: bool,
}

/// By what is gated, and what is accepted.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct LimitFlags {
    /// Another limit: METRIC=N or METRIC=off, also `class:METRIC` and `file:METRIC`; may repeat
    #[arg(long, value_name = "METRIC=N", value_parser = LimitChange::parse)]
    pub(super) limit: Vec<LimitChange>,
    /// Accepted offenders [default: elcano-baseline.jsonl, if it is there]
    #[arg(long, value_name = "FILE")]
    pub(super) baseline: Option<PathBuf>,
    /// The only configuration [default: every elcano.toml from the top of the work tree down]
    #[arg(long, value_name = "FILE", env = "ELCANO_CONFIG")]
    pub(super) config: Option<PathBuf>,
}

/// The gate of `run` and `check`.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct GateFlags {
    /// The revision to compare with; `auto` asks the CI environment [default: the pipeline's, else
    /// `ELCANO_BASE`]
    #[arg(long, value_name = "REV", help_heading = "Gate")]
    pub(super) base: Option<String>,
    /// Let git fetch the base from origin when its id is known and this clone does not hold it
    #[arg(long, help_heading = "Gate")]
    pub(super) fetch_base: bool,
    /// A format of the gate's answer, also as FORMAT=FILE; may repeat [default: the pipeline's,
    /// else text]
    #[arg(long, value_name = "FORMAT", value_parser = GateOutput::from_str, help_heading = "Gate")]
    pub(super) format: Vec<GateOutput>,
    /// What fails: new (and regressed) findings, any, or none
    #[arg(long, value_name = "WHICH", value_parser = FailOn::from_str, help_heading = "Gate")]
    pub(super) fail_on: Option<FailOn>,
    #[command(flatten)]
    pub(super) limits: LimitFlags,
}

/// What a command that gates looks at, and by what.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct GatedFlags {
    /// The folder or file [default: .]
    #[arg(value_name = "PATH")]
    pub(super) path: Option<PathBuf>,
    #[command(flatten)]
    pub(super) limits: LimitFlags,
    #[command(flatten)]
    pub(super) walk: WalkFlags,
    #[command(flatten)]
    pub(super) policy: PolicyFlag,
}

impl GatedFlags {
    /// The folder or file.
    pub(super) fn root(&self) -> &Path {
        self.path.as_deref().unwrap_or(Path::new("."))
    }
}

impl LimitFlags {
    /// Whether a limit of this rule was typed.
    pub(super) fn has_typed(&self, rule: &str) -> bool {
        self.limit.iter().any(|change| change.id() == rule)
    }
}

/// `elcano check` with these options and without its base, as it may be typed elsewhere.
pub(super) fn check_command(
    path: Option<&PathBuf>,
    limits: &LimitFlags,
    walk: &WalkFlags,
    policy: &PolicyFlag,
    fail_on: FailOn,
) -> String {
    let mut words = vec!["elcano".to_owned(), "check".to_owned()];
    words.extend(path.map(|path| quoted(&path.to_string_lossy())));
    for change in &limits.limit {
        let limit = change.fail.flatten().map_or_else(|| "off".to_owned(), number_text);
        words.push(format!("--limit {}={limit}", change.id()));
    }
    for (flag, file) in [("--baseline", &limits.baseline), ("--config", &limits.config)] {
        words.extend(file.iter().map(|file| format!("{flag} {}", quoted(&file.to_string_lossy()))));
    }
    for (flag, globs) in [("--include", &walk.include), ("--exclude", &walk.exclude)] {
        words.extend(globs.iter().map(|glob| format!("{flag} {}", quoted(glob))));
    }
    if policy.policy != "default" {
        words.push(format!("--policy {}", quoted(&policy.policy)));
    }
    if fail_on != FailOn::New {
        words.push(format!("--fail-on {fail_on}"));
    }
    words.join(" ")
}

/// A word as a shell reads it back.
fn quoted(word: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:=@,+".contains(&byte);
    if !word.is_empty() && word.bytes().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}
