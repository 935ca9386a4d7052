//! A run: a plan's stages one after the other over one workspace and one store, with the execution
//! log written on the way. Never parses, stores or formats by itself.

use std::sync::Arc;

use super::base::{Against, DetectedBase, Environment};
use super::check::{self, GateOptions};
use super::execution_log::{ExecutionLog, died_measuring};
use super::measurer::{Measurer, StoreFault};
use super::plan::{Plan, Stage};
use super::progress::{Monitor, Verbosity, say};
use super::recheck::Recheck;
use super::scan::{ScanOptions, Scanned, scan};
use super::workspace::Workspace;
use super::{outputs, report};
use crate::error::{Error, Result};
use crate::export::{self, ExportOptions};
use crate::isolate::{Isolation, When};
use crate::measure::{FileLimits, Options};
use crate::model::{ExecutionRecord, Level, Outcome, RepoPath, Verdict};
use crate::report::gate::{GATE_FORMATS, GateFormat, GateOutput};
use crate::store::{self, Access, Durability, OpenOptions, RunLock, Store, StoreUrl};

/// A run: a plan and all it is given.
pub struct Run<'a> {
    /// What is done.
    pub plan: &'a Plan,
    /// As typed, for the log.
    pub args: Vec<String>,
    /// On what.
    pub workspace: &'a Workspace<'a>,
    /// Where everything is kept.
    pub store: &'a StoreUrl,
    /// The counting policy.
    pub policy: &'a str,
    /// What must not be exceeded by one file to be measured.
    pub limits: FileLimits,
    /// The share of stored facts that is measured again, in percent.
    pub recheck: f64,
    /// When files are measured in supervised processes.
    pub isolate: When,
    /// Those processes.
    pub isolation: &'a Isolation,
    /// By what gate stages evaluate, if there are any.
    pub gate: Option<GateOptions<'a>>,
    /// Whether git may fetch a base that is not in this clone.
    pub fetch_base: bool,
    /// The environment, in which CI names the change's base.
    pub environment: Environment<'a>,
    /// Whether the execution log is written.
    pub log: bool,
    /// Progress and interrupt.
    pub monitor: Monitor<'a>,
    /// Takes what goes to standard output.
    pub print: &'a dyn Fn(&str) -> Result<()>,
}

/// What a run came to.
pub struct RunOutcome {
    /// As it is in the log.
    pub execution: ExecutionRecord,
    /// What the scan stage made.
    pub scanned: Option<Scanned>,
    /// Whether a gate stage failed.
    pub gate_failed: bool,
}

/// What the stages so far came to.
#[derive(Default)]
struct Progressed {
    scanned: Option<Scanned>,
    gate_failed: bool,
    partial: bool,
}

impl Run<'_> {
    /// Runs the plan. A run that ends by an error is in the log, too.
    ///
    /// # Errors
    /// That of the stage that failed, or of the store.
    pub fn run(mut self) -> Result<RunOutcome> {
        use std::os::unix::ffi::OsStrExt as _;
        let scans = self.plan.stages.iter().any(|stage| matches!(stage, Stage::Scan { .. }));
        let access = if scans { Access::Create } else { Access::Write };
        // A scan can be made again; the log and the snapshot at its end are what must last.
        let options = OpenOptions { access, durability: Durability::Flush, ..OpenOptions::default() };
        let lock = RunLock::acquire(self.store)?;
        let store = store::open(self.store, options)?;
        for dead in store.abort_unfinished(&lock, None)? {
            tracing::warn!("run {} did not end; the log now says aborted", dead.id);
        }
        if self.isolate == When::Auto && died_measuring(store.as_ref())? {
            tracing::warn!("the last run died while it measured: files are isolated from this one");
            self.isolate = When::Always;
        }
        let root = RepoPath::new(self.workspace.root().as_os_str().as_bytes());
        let args = std::mem::take(&mut self.args);
        let kept = self.log.then(|| Arc::clone(&store));
        let mut log = ExecutionLog::start(store.new_execution_id(), kept, &self.plan.name, args, root)?;
        let result = self.stages(&store, &mut log);
        let outcome = match &result {
            Ok(done) if done.partial => Ok(Outcome::Partial),
            Ok(_) => Ok(Outcome::Success),
            Err(error) => Err(error),
        };
        let execution = log.finish(outcome)?;
        store.flush()?;
        let Progressed { scanned, gate_failed, .. } = result?;
        Ok(RunOutcome { execution, scanned, gate_failed })
    }

    fn stages(&self, store: &Arc<dyn Store>, log: &mut ExecutionLog) -> Result<Progressed> {
        let mut done = Progressed::default();
        for stage in &self.plan.stages {
            self.monitor.go_on()?;
            done = log.stage(stage.name(), |log| self.stage(stage, store, log, done))?;
        }
        Ok(done)
    }

    /// One stage: a sentence on its result, and what all stages came to with it.
    fn stage(
        &self,
        stage: &Stage,
        store: &Arc<dyn Store>,
        log: &mut ExecutionLog,
        mut done: Progressed,
    ) -> Result<(String, Progressed)> {
        let detail = match stage {
            Stage::Scan { level, files_failed_max } => {
                let made = self.scan(*level, store, log)?;
                done.partial |= files_failed_max.is_some_and(|max| made.files_failed > max);
                let tally = &made.snapshot.tally;
                let detail = format!(
                    "{} files: {} parsed, {} from the store",
                    tally.files_found, tally.files_parsed, tally.files_cached
                );
                done.scanned = Some(made);
                detail
            }
            Stage::Gate { formats, base } => {
                let (failed, detail) = self.gate(store, formats, base.as_deref(), done.scanned.as_ref())?;
                done.gate_failed |= failed;
                detail
            }
            Stage::Export { to, force } => {
                let targets = to.iter().map(|target| target.parse()).collect::<Result<Vec<_>>>()?;
                let options = ExportOptions { force: *force, ..ExportOptions::default() };
                export::export(store.as_ref(), &targets, options)?;
                to.join(", ")
            }
            Stage::Report { formats, worst } => {
                let id = done.scanned.as_ref().map(|made| made.snapshot.id);
                let summary = report::summary(store.as_ref(), id, Some(log.record().clone()), *worst)?;
                report::write(&summary, self.workspace.registry, formats, self.print)?
            }
        };
        Ok((detail, done))
    }

    fn scan(&self, level: Level, store: &Arc<dyn Store>, log: &mut ExecutionLog) -> Result<Scanned> {
        let measure = Options { level, limits: self.limits };
        let isolation = self.isolated();
        let options = ScanOptions { policy: self.policy, measure, recheck: self.recheck, isolation };
        let execution = self.log.then(|| log.id());
        let made = scan(self.workspace, store, options, execution, self.monitor)?;
        log.scanned(made.snapshot.id, made.snapshot.tally.clone());
        Ok(made)
    }

    fn isolated(&self) -> Option<&Isolation> {
        (self.isolate == When::Always).then_some(self.isolation)
    }

    /// A gate stage: whether it fails, and a sentence on its result.
    fn gate(
        &self,
        store: &Arc<dyn Store>,
        formats: &[GateOutput],
        base: Option<&str>,
        scanned: Option<&Scanned>,
    ) -> Result<(bool, String)> {
        let gate = self.gate.as_ref().ok_or_else(|| Error::Usage("a gate stage without limits".into()))?;
        let against = match base {
            Some(base) => Against::Revision(base.to_owned(), "the pipeline".to_owned()),
            None => Against::Environment(self.environment),
        };
        let found = against.find(self.workspace, self.fetch_base)?;
        if found == DetectedBase::Nothing {
            let why = "no base, nothing gated: set ELCANO_BASE, or `elcano check` gates everything";
            if self.monitor.verbosity != Verbosity::Quiet {
                say(&format!("gate: {why}"));
            }
            return Ok((false, why.to_owned()));
        }
        let options = Options { level: Level::Metrics, limits: self.limits };
        let measurer = Measurer::new(self.workspace.registry, self.policy, options, self.monitor)
            .with_isolation(self.isolated())
            .with_index(self.workspace.index()?)
            .with_store(Some(store.as_ref()), StoreFault::Warns)
            .with_recheck(Recheck::of(self.recheck, self.workspace.files()?.entries.len()));
        let contents = scanned.map(|scanned| scanned.contents.as_slice());
        let checked = check::check(self.workspace, &measurer, gate, found.base(), contents)?;
        outputs::write(&checked, &self.with_those_of_github(formats), self.environment, self.print)?;
        let raised = checked.raised().count();
        let detail = format!("{}: {raised} new or regressed in {} files", checked.verdict, checked.files_gated);
        Ok((checked.verdict == Verdict::Fail, detail))
    }

    /// In GitHub Actions annotations, summary and outputs come on top.
    fn with_those_of_github(&self, formats: &[GateOutput]) -> Vec<GateOutput> {
        let mut outputs = formats.to_vec();
        if (self.environment)("GITHUB_ACTIONS").is_none() {
            return outputs;
        }
        let has_place = |format: &&GateFormat| {
            format.variable.is_none_or(|variable| (self.environment)(variable).is_some_and(|file| !file.is_empty()))
        };
        for format in GATE_FORMATS.iter().filter(|format| format.on_github).filter(has_place) {
            if !outputs.iter().any(|output| output.format == format) {
                outputs.push(GateOutput::of(format));
            }
        }
        outputs
    }
}
