//! Keeps the log of runs: an execution is put when it begins and again when it ends. The next run
//! finds one that never ended. Never interprets stages or pipelines.

use super::engine::Store;
use super::lock::RunLock;
use super::record::{Batch, Family, Key, Record};
use crate::error::Result;
use crate::model::{ExecutionId, ExecutionRecord, Outcome};

impl dyn Store + '_ {
    /// A new id: ordered by time, and within one process by the order of these calls.
    #[must_use]
    pub fn new_execution_id(&self) -> ExecutionId {
        ExecutionId(uuid::Uuid::now_v7().into_bytes())
    }

    /// Logs that a run has begun.
    ///
    /// # Errors
    /// [`crate::error::Error::Store`] when the id is there already or the record is not running.
    pub fn begin_execution(&self, record: &ExecutionRecord) -> Result<()> {
        if record.outcome != Outcome::Running {
            return Err(self.url().error(format!("execution {} begins as {}", record.id, record.outcome)));
        }
        if self.fetch::<ExecutionRecord>(&Key::execution(record.id))?.is_some() {
            return Err(self.url().error(format!("execution {} has begun already", record.id)));
        }
        self.write(&Batch::of([record.clone().into()]))
    }

    /// Logs that a run has ended.
    ///
    /// # Errors
    /// [`crate::error::Error::Store`] when no run of the id has begun, it has ended already, or the
    /// record is still running.
    pub fn finish_execution(&self, record: &ExecutionRecord) -> Result<()> {
        if record.outcome == Outcome::Running {
            return Err(self.url().error(format!("execution {} ends as {}", record.id, record.outcome)));
        }
        match self.fetch::<ExecutionRecord>(&Key::execution(record.id))? {
            None => Err(self.url().error(format!("execution {} has never begun", record.id))),
            Some(begun) if begun.outcome != Outcome::Running => {
                Err(self.url().error(format!("execution {} has ended already: {}", record.id, begun.outcome)))
            }
            Some(_) => self.write(&Batch::of([record.clone().into()])),
        }
    }

    /// Marks every run that never ended as aborted and returns them. The run lock proves that none
    /// of them is alive, but for `own`, which may have begun already.
    pub fn abort_unfinished(&self, _held: &RunLock, own: Option<ExecutionId>) -> Result<Vec<ExecutionRecord>> {
        let mut aborted = Vec::new();
        self.scan(Family::Executions, &Key::default(), &mut |record| {
            if let Record::Executions(record) = record
                && record.outcome == Outcome::Running
                && Some(record.id) != own
            {
                let mut record = ExecutionRecord { outcome: Outcome::Aborted, ..record };
                let open = record.stages.iter_mut().filter(|stage| stage.outcome == Outcome::Running);
                open.for_each(|stage| stage.outcome = Outcome::Aborted);
                aborted.push(record);
            }
            Ok(())
        })?;
        if !aborted.is_empty() {
            self.write(&Batch::of(aborted.iter().cloned().map(Record::from)))?;
        }
        Ok(aborted)
    }
}
