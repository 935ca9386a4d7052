//! The execution log: writes the record of a run when it starts, after every stage and when it
//! ends. Never decides what a run does.
//!
//! Durations are monotonic; the wall clock only dates the start. A record left `running` by a
//! process that died is closed as aborted by the next run that takes the store's lock.

use std::sync::Arc;
use std::time::Instant;

use crate::error::{Error, Result};
use crate::model::{ExecutionId, ExecutionRecord, Outcome, RepoPath, SnapshotId, StageRecord, Tally};
use crate::store::{Batch, Store};

/// The record of a run that is going on.
pub struct ExecutionLog {
    store: Option<Arc<dyn Store>>,
    record: ExecutionRecord,
    started: Instant,
}

/// Microseconds since the epoch.
pub(super) fn now_us() -> i64 {
    jiff::Timestamp::now().as_microsecond()
}

impl ExecutionLog {
    /// Begins a run's record; without a store (`--no-log`) it is kept in memory only.
    ///
    /// # Errors
    /// The store cannot be written.
    pub fn start(
        id: ExecutionId,
        store: Option<Arc<dyn Store>>,
        pipeline: &str,
        args: Vec<String>,
        root: RepoPath,
    ) -> Result<Self> {
        let record = ExecutionRecord {
            id,
            pipeline: pipeline.to_owned(),
            args,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            root,
            outcome: Outcome::Running,
            started_us: now_us(),
            duration_us: 0,
            snapshot: None,
            tally: Tally::default(),
            error: Vec::new(),
            stages: Vec::new(),
        };
        if let Some(store) = &store {
            store.begin_execution(&record)?;
        }
        Ok(Self { store, record, started: Instant::now() })
    }

    /// The id of the run.
    #[must_use]
    pub const fn id(&self) -> ExecutionId {
        self.record.id
    }

    /// The record so far.
    #[must_use]
    pub const fn record(&self) -> &ExecutionRecord {
        &self.record
    }

    /// What the scan went through, and the snapshot it made.
    pub fn scanned(&mut self, snapshot: SnapshotId, tally: Tally) {
        self.record.snapshot = Some(snapshot);
        self.record.tally = tally;
    }

    /// Runs a stage and records it. The closure gives a sentence on the result, and the result.
    ///
    /// # Errors
    /// That of the stage, or of writing the record.
    pub fn stage<T>(&mut self, name: &str, work: impl FnOnce(&mut Self) -> Result<(String, T)>) -> Result<T> {
        let start_us = micros(self.started.elapsed());
        let at = self.record.stages.len();
        self.record.stages.push(StageRecord {
            name: name.to_owned(),
            outcome: Outcome::Running,
            start_us,
            duration_us: 0,
            detail: String::new(),
        });
        self.write()?;
        let result = work(self);
        let duration_us = micros(self.started.elapsed()) - start_us;
        let stage = &mut self.record.stages[at];
        stage.duration_us = duration_us;
        match result {
            Ok((detail, value)) => {
                stage.outcome = Outcome::Success;
                stage.detail = detail;
                self.write()?;
                Ok(value)
            }
            Err(error) => {
                stage.outcome = outcome_of(&error);
                stage.detail = error.to_string();
                Err(error)
            }
        }
    }

    /// Ends the run.
    ///
    /// # Errors
    /// The record cannot be written.
    pub fn finish(mut self, result: Result<Outcome, &Error>) -> Result<ExecutionRecord> {
        self.record.duration_us = micros(self.started.elapsed());
        match result {
            Ok(outcome) => self.record.outcome = outcome,
            Err(error) => {
                self.record.outcome = outcome_of(error);
                self.record.error = error.chain();
            }
        }
        if let Some(store) = &self.store {
            store.finish_execution(&self.record)?;
        }
        Ok(self.record)
    }

    fn write(&self) -> Result<()> {
        let Some(store) = &self.store else { return Ok(()) };
        store.write(&Batch::of([self.record.clone().into()]))
    }
}

/// How many runs are looked through for the last one that measured.
const RUNS: usize = 100;

/// Whether the last run that measured died at it: what it had in hand may be what killed it. A run
/// is known to have died when the next one has taken the store's lock.
///
/// # Errors
/// The store cannot be read.
pub fn died_measuring(store: &dyn Store) -> Result<bool> {
    let measures =
        |run: &ExecutionRecord| run.stages.iter().any(|stage| ["scan", "gate"].contains(&stage.name.as_str()));
    let last = store.recent_executions(RUNS)?.into_iter().find(measures);
    Ok(last.is_some_and(|run| run.outcome == Outcome::Aborted))
}

fn outcome_of(error: &Error) -> Outcome {
    if matches!(error, Error::Interrupted) { Outcome::Cancelled } else { Outcome::Failure }
}

fn micros(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
