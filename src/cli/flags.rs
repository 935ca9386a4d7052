//! Options that several commands share: which files, how they are measured, by what they are gated.
//! Decides nothing.

use std::path::{Path, PathBuf};
use std::str::FromStr as _;

use clap::Args;

use super::environment::in_ci;
use super::words::{parsed, quoted};
use crate::gate::limits::LimitChange;
use crate::isolate::When;
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
    #[command(flatten)]
    pub(super) file: FileFlags,
    /// Files that may fail before the run counts as partial (exit code 4) [default: any number]
    #[arg(long, value_name = "N")]
    pub(super) files_failed_max: Option<u64>,
    /// Do not write the execution log
    #[arg(long)]
    pub(super) no_log: bool,
    #[command(flatten)]
    pub(super) recheck: RecheckFlag,
}

/// How far a store is believed.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct RecheckFlag {
    /// Measure this share of the files that the store knows again, chosen at random and about eight
    /// at least, and compare; a difference shows that the store is wrong: `check` goes on without
    /// it, other runs end, and where CI is set it is put aside and all is measured anew [default: 1
    /// where CI is set, else 0]
    #[arg(long, value_name = "PERCENT", value_parser = percent, env = "ELCANO_RECHECK")]
    recheck: Option<f64>,
}

impl RecheckFlag {
    /// The share in percent.
    pub(super) fn percent(&self) -> f64 {
        self.recheck.unwrap_or(if in_ci() { 1.0 } else { 0.0 })
    }
}

fn percent(text: &str) -> Result<f64, String> {
    let percent = text.parse().ok().filter(|percent| (0.0..=100.0).contains(percent));
    percent.ok_or_else(|| format!("`{text}` is not a number from 0 to 100"))
}

/// Whether files are measured in processes of their own, and what one of them may take.
#[derive(Debug, Clone, Args)]
pub(super) struct FileFlags {
    /// Measure in supervised processes, so that a file can crash nothing but its own: auto (in CI,
    /// and after a run that died), always or never
    #[arg(long, value_name = "WHEN", value_parser = When::from_str, default_value_t = When::Auto, env = "ELCANO_ISOLATE")]
    isolate: When,
    /// Seconds of a processor that one file may take; a file that takes more is noted
    #[arg(long, value_name = "N", default_value_t = FileLimits::default().seconds_max)]
    #[arg(value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) file_seconds_max: u64,
    /// Megabytes of memory that one file may take where it is isolated; a file that takes more is
    /// noted
    #[arg(long, value_name = "N", default_value_t = FileLimits::default().megabytes_max)]
    #[arg(value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) file_megabytes_max: u64,
}

impl Default for FileFlags {
    fn default() -> Self {
        let FileLimits { seconds_max, megabytes_max, .. } = FileLimits::default();
        Self { isolate: When::Auto, file_seconds_max: seconds_max, file_megabytes_max: megabytes_max }
    }
}

impl FileFlags {
    /// When files are measured in supervised processes: in CI always, if nothing else was said.
    pub(super) fn when(&self) -> When {
        if self.isolate == When::Auto && in_ci() { When::Always } else { self.isolate }
    }

    /// What one file must not exceed.
    pub(super) fn limits(&self) -> FileLimits {
        let (seconds_max, megabytes_max) = (self.file_seconds_max, self.file_megabytes_max);
        FileLimits { seconds_max, megabytes_max, ..FileLimits::default() }
    }
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
    #[arg(long, value_name = "FORMAT", value_parser = parsed(GateOutput::parse), help_heading = "Gate")]
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
    #[command(flatten)]
    pub(super) file: FileFlags,
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
    words.extend(path.map(|path| quoted(path.as_os_str())));
    for change in &limits.limit {
        let limit = change.fail.flatten().map_or_else(|| "off".to_owned(), number_text);
        words.push(format!("--limit {}={limit}", change.id()));
    }
    for (flag, file) in [("--baseline", &limits.baseline), ("--config", &limits.config)] {
        words.extend(file.iter().map(|file| format!("{flag} {}", quoted(file.as_os_str()))));
    }
    for (flag, globs) in [("--include", &walk.include), ("--exclude", &walk.exclude)] {
        words.extend(globs.iter().map(|glob| format!("{flag} {}", quoted(glob.as_ref()))));
    }
    if policy.policy != "default" {
        words.push(format!("--policy {}", quoted(policy.policy.as_ref())));
    }
    if fail_on != FailOn::New {
        words.push(format!("--fail-on {fail_on}"));
    }
    words.join(" ")
}
