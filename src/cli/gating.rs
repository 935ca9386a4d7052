//! The limits and the baseline of a command that gates: the command line over the configuration
//! files. Never gates.

use std::path::PathBuf;

use super::configuration::Configs;
use super::flags::LimitFlags;
use crate::error::{Error, Result};
use crate::gate::Limits;
use crate::gate::baseline::Baseline;
use crate::gate::limits::LimitChange;
use crate::model::{FailOn, RepoPath};
use crate::pipeline::check::GateOptions;
use crate::pipeline::workspace::Workspace;
use crate::store::{NamedBy, read_text};

/// The baseline's file when the configuration names none; used when it is there.
const BASELINE: &str = "elcano-baseline.jsonl";

/// Some hundred thousand entries.
const BASELINE_BYTES_MAX: u64 = 64 << 20;

/// What the flags and the configuration come to.
#[derive(Clone)]
pub(super) struct Gating {
    pub(super) configs: Configs,
    typed: Vec<LimitChange>,
    pub(super) baseline: PathBuf,
    baseline_named: bool,
    /// The top of the tree that the baseline is inside of; none where the user named it.
    baseline_top: Option<PathBuf>,
}

impl Gating {
    /// What holds for a workspace.
    ///
    /// # Errors
    /// A configuration that cannot be read or applied.
    pub(super) fn of(workspace: &Workspace<'_>, flags: &LimitFlags) -> Result<Self> {
        let configs = Configs::find(workspace.folder(), workspace.top(), flags.config.as_deref())?;
        // An error in what is written comes before any work is done.
        configs.limits(&[])?;
        let named = flags.baseline.clone().map(|file| (file, None)).or_else(|| configs.baseline());
        let baseline_named = named.is_some();
        let default = || (workspace.folder().join(BASELINE), Some(workspace.top().to_owned()));
        let (baseline, baseline_top) = named.unwrap_or_else(default);
        Ok(Self { configs, typed: flags.limit.clone(), baseline, baseline_named, baseline_top })
    }

    /// Who names the baseline's file.
    pub(super) fn baseline_by(&self) -> NamedBy<'_> {
        self.baseline_top.as_deref().map_or(NamedBy::User, NamedBy::Repository)
    }

    /// What fails the gate.
    pub(super) fn fail_on(&self, typed: Option<FailOn>) -> FailOn {
        typed.or(self.configs.fail_on()).unwrap_or(FailOn::New)
    }

    /// The options of a check.
    pub(super) fn options(self, fail_on: FailOn, baseline: Baseline, command: String) -> GateOptions<'static> {
        GateOptions { limits: Box::new(move |below| self.limits(below)), fail_on, baseline, command }
    }

    /// The limits of the root, given the configuration files below it: what was typed beats what is
    /// written.
    pub(super) fn limits(&self, below: &[RepoPath]) -> Result<Limits> {
        let mut limits = self.configs.limits(below)?;
        self.typed.iter().for_each(|change| limits.set(change));
        Ok(limits)
    }

    /// The accepted offenders; none when no file was named and none is there.
    pub(super) fn read_baseline(&self) -> Result<Baseline> {
        let wrong = |problem: String| Error::Usage(format!("baseline `{}`: {problem}", self.baseline.display()));
        match read_text(&self.baseline, self.baseline_by(), BASELINE_BYTES_MAX) {
            Ok(text) => Baseline::parse(&text).map_err(wrong),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && !self.baseline_named => {
                Ok(Baseline::default())
            }
            Err(error) => Err(wrong(error.to_string())),
        }
    }
}
