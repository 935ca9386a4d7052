//! The order of things: a plan's stages run one after the other over one store, and the execution log is written on the
//! way. Nothing here parses, stores or formats by itself.

pub mod address;
pub mod base;
pub mod check;
pub mod diff;
pub mod discovery;
pub mod execution_log;
pub mod exemptions;
pub mod graph;
mod link;
mod locate;
pub mod outputs;
pub mod plan;
pub mod progress;
pub mod report;
pub mod scan;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::error::{Error, Result};

use crate::export;
use crate::lang::Registry;
use crate::model::{ExecutionRecord, Outcome, RepoPath, SnapshotId};
use crate::store::{self, Access, Durability, OpenOptions, RunLock, Store, StoreUrl};
use execution_log::ExecutionLog;
use plan::{Plan, Stage};
use scan::{ScanOptions, Scanned};

/// A run: a plan and all it is given.
pub struct Run<'a> {
    /// What is done.
    pub plan: &'a Plan,
    /// As typed, for the log.
    pub args: Vec<String>,
    /// The languages.
    pub registry: &'a Registry,
    /// Where everything is kept.
    pub store: &'a StoreUrl,
    /// What a scan stage scans, and how; its level is the stage's.
    pub scan: ScanOptions,
    /// Overrides the level of scan stages.
    pub level: Option<crate::model::Level>,
    /// Overrides the failures that scan stages allow.
    pub files_failed_max: Option<u64>,
    /// What gate stages are told, if there is one; base and formats are the stage's.
    pub gate: Option<check::CheckOptions<'a>>,
    /// What CI says of itself.
    pub environment: base::Environment<'a>,
    /// Whether the execution log is written.
    pub log: bool,
    /// Set when the user wants an end.
    pub cancelled: &'a AtomicBool,
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

impl Run<'_> {
    /// Runs the plan. A run that ends by an error is in the log, too.
    ///
    /// # Errors
    /// That of the stage that failed, or of the store.
    pub fn run(mut self) -> Result<RunOutcome> {
        let scans = self.plan.stages.iter().any(|stage| matches!(stage, Stage::Scan { .. }));
        let access = if scans { Access::Create } else { Access::Write };
        let mut options = OpenOptions { access, ..OpenOptions::default() };
        // A scan can be made again; the log and the snapshot at its end are what must last.
        options.durability = Durability::Flush;
        let lock = RunLock::acquire(self.store)?;
        let store = store::open(self.store, options)?;
        for dead in store.abort_unfinished(&lock, None)? {
            tracing::warn!("run {} did not end; the log now says aborted", dead.id);
        }
        let root = {
            use std::os::unix::ffi::OsStrExt as _;
            RepoPath::new(self.scan.root.as_os_str().as_bytes())
        };
        let log = self.log.then(|| Arc::clone(&store));
        let mut log =
            ExecutionLog::start(store.new_execution_id(), log, &self.plan.name, std::mem::take(&mut self.args), root)?;
        let (mut scanned, mut gate_failed) = (None, false);
        let result = self.stages(&store, &mut log, &mut scanned, &mut gate_failed);
        let execution = log.finish(&result)?;
        store.flush()?;
        result.map(|_| RunOutcome { execution, scanned, gate_failed })
    }

    fn stages(
        &mut self,
        store: &Arc<dyn Store>,
        log: &mut ExecutionLog,
        scanned: &mut Option<Scanned>,
        gate_failed: &mut bool,
    ) -> Result<Outcome> {
        let plan = self.plan;
        let mut outcome = Outcome::Success;
        for stage in &plan.stages {
            if self.cancelled.load(std::sync::atomic::Ordering::Relaxed) {
                return Err(Error::Interrupted);
            }
            log.stage(stage.name(), |log| match stage {
                Stage::Scan { level, files_failed_max } => {
                    self.scan.level = self.level.unwrap_or(*level);
                    let execution = self.log.then(|| log.id());
                    let made = scan::scan(self.registry, store, &self.scan, execution, self.cancelled)?;
                    log.scanned(made.snapshot.id, made.snapshot.tally.clone());
                    if self.files_failed_max.or(*files_failed_max).is_some_and(|max| made.files_failed > max) {
                        outcome = Outcome::Partial;
                    }
                    let tally = &made.snapshot.tally;
                    let said = format!(
                        "{} files: {} parsed, {} from the store",
                        tally.files_found, tally.files_parsed, tally.files_cached
                    );
                    *scanned = Some(made);
                    Ok(said)
                }
                Stage::Gate { formats, base } => {
                    let (failed, said) = self.gate(store, formats, base.as_deref(), scanned.as_ref())?;
                    *gate_failed |= failed;
                    Ok(said)
                }
                Stage::Export { to, force } => {
                    let targets = to.iter().map(|target| target.parse()).collect::<Result<Vec<_>>>()?;
                    export::export(store.as_ref(), &targets, *force).map(|()| to.join(", "))
                }
                Stage::Report { formats, worst } => {
                    let id = scanned.as_ref().map(|made| made.snapshot.id);
                    let summary = report::summary(store.as_ref(), id, Some(log.record().clone()), *worst)?;
                    report::write(&summary, formats, self.print)
                }
            })?;
        }
        Ok(outcome)
    }
}

impl Run<'_> {
    /// A gate stage: whether it fails, and what it says.
    fn gate(
        &mut self,
        store: &Arc<dyn Store>,
        formats: &[outputs::Output],
        base: Option<&str>,
        scanned: Option<&Scanned>,
    ) -> Result<(bool, String)> {
        let environment = self.environment;
        let Some(gate) = &mut self.gate else {
            return Err(Error::Usage("a gate stage without limits".into()));
        };
        if base.is_none() && !base::has_base(&gate.root, gate.fetch_base, environment)? {
            let said = "no base, nothing gated: set ELCANO_BASE, or `elcano check` gates everything";
            if self.scan.verbosity != progress::Verbosity::Quiet {
                anstream::eprintln!("elcano: gate: {said}");
            }
            return Ok((false, said.to_owned()));
        }
        gate.against = match base {
            Some(base) => check::Against::Revision(base.to_owned(), "the pipeline".to_owned()),
            None => check::Against::Detected(environment),
        };
        let is_same = gate.root.canonicalize().is_ok_and(|root| self.scan.root == root) && gate.walk == self.scan.walk;
        let discovered = scanned.filter(|_| is_same).map(|scanned| &scanned.discovery);
        let checked = check::check(self.registry, Some(store), gate, discovered, self.cancelled)?;
        let mut outputs = formats.to_vec();
        if environment("GITHUB_ACTIONS").is_some() {
            let more = ["github", "summary", "outputs"].into_iter().filter(|name| {
                let format = <&crate::report::gate::GateFormat as crate::report::output::Format>::named(name);
                let named = format.is_ok_and(|writer| {
                    writer.variable.is_none_or(|variable| environment(variable).is_some_and(|file| !file.is_empty()))
                });
                named && !outputs.iter().any(|output| output.writer.name == *name)
            });
            let more: Vec<_> = more.filter_map(|name| name.parse().ok()).collect();
            outputs.extend(more);
        }
        outputs::write(&checked, &outputs, environment, self.print)?;
        let raised = checked.raised().count();
        let failed = checked.verdict == crate::model::Verdict::Fail;
        Ok((failed, format!("{}: {raised} new or regressed in {} files", checked.verdict, checked.files_gated)))
    }
}

/// The snapshot a later command speaks of: of this id, or the newest.
///
/// # Errors
/// There is none.
pub fn snapshot(store: &dyn Store, id: Option<SnapshotId>) -> Result<crate::model::SnapshotRecord> {
    let found = match id {
        Some(id) => store.snapshot(id)?,
        None => store.latest_snapshot(None)?,
    };
    found.ok_or_else(|| Error::Undecided(format!("{} holds no snapshot; `elcano scan` makes one", store.url())))
}
