//! The order of things: a plan's stages run one after the other over one store, and the execution log is written on the
//! way. Nothing here parses, stores or formats by itself.

pub mod address;
pub mod base;
pub mod check;
pub mod journal;
pub mod plan;
pub mod progress;
pub mod report;
pub mod scan;
pub mod verdict;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::error::{Error, Result};

use crate::export;
use crate::lang::Registry;
use crate::model::{ExecutionRecord, Outcome, RepoPath, SnapshotId};
use crate::store::{self, Access, Durability, OpenOptions, RunLock, Store, StoreUrl};
use journal::Journal;
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
    /// Whether the execution log is written.
    pub log: bool,
    /// Set when the user wants an end.
    pub cancelled: &'a AtomicBool,
    /// Takes what goes to standard output.
    pub print: &'a dyn Fn(&str) -> Result<()>,
}

/// What a run came to.
pub struct Ran {
    /// As it is in the log.
    pub execution: ExecutionRecord,
    /// What the scan stage made.
    pub scanned: Option<Scanned>,
}

impl Run<'_> {
    /// Runs the plan. A run that ends by an error is in the log, too.
    ///
    /// # Errors
    /// That of the stage that failed, or of the store.
    pub fn run(mut self) -> Result<Ran> {
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
        let mut journal =
            Journal::start(store.new_execution_id(), log, &self.plan.name, std::mem::take(&mut self.args), root)?;
        let mut scanned = None;
        let result = self.stages(&store, &mut journal, &mut scanned);
        let execution = journal.finish(&result)?;
        store.flush()?;
        result.map(|_| Ran { execution, scanned })
    }

    fn stages(
        &mut self,
        store: &Arc<dyn Store>,
        journal: &mut Journal,
        scanned: &mut Option<Scanned>,
    ) -> Result<Outcome> {
        let plan = self.plan;
        let mut outcome = Outcome::Success;
        for stage in &plan.stages {
            if self.cancelled.load(std::sync::atomic::Ordering::Relaxed) {
                return Err(Error::Interrupted);
            }
            journal.stage(stage.name(), |journal| match stage {
                Stage::Scan { level, files_failed_max } => {
                    self.scan.level = self.level.unwrap_or(*level);
                    let execution = self.log.then(|| journal.id());
                    let made = scan::scan(self.registry, store, &self.scan, execution, self.cancelled)?;
                    journal.scanned(made.snapshot.id, made.snapshot.tally.clone());
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
                Stage::Export { to, force } => {
                    let targets = to.iter().map(|target| target.parse()).collect::<Result<Vec<_>>>()?;
                    export::export(store.as_ref(), &targets, *force).map(|()| to.join(", "))
                }
                Stage::Report { formats, worst } => {
                    let id = scanned.as_ref().map(|made| made.snapshot.id);
                    let summary = report::summary(store.as_ref(), id, Some(journal.record().clone()), *worst)?;
                    report::write(&summary, formats, self.print)
                }
            })?;
        }
        Ok(outcome)
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
