//! Creates what records are copied into: a new store, an export, or a store to merge into. Never
//! shows a part: a new store or export appears whole or not at all.

use std::sync::Arc;

use super::engine::{Sink, Store};
use super::links;
use super::lmdb::LmdbBulkWriter;
use super::open::open;
use super::options::OpenOptions;
use super::record::{Batch, Family, Record};
use super::relational::{DuckdbBulkWriter, Purpose, SqliteBulkWriter};
use super::url::StoreUrl;
use crate::error::{Error, Result};
use crate::model::{FactsRecord, Outcome};

/// What to do with a destination that exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Existing {
    /// Leave it and fail.
    #[default]
    Refuse,
    /// Put the new one in its place, at once.
    Replace,
    /// Add to it; only for stores that a run can live on.
    Merge,
}

/// A sink that makes or completes a store. It is temporary until it is finished, and gone when it
/// is dropped before.
///
/// # Errors
/// [`Error::Usage`] when the destination exists and `existing` refuses it.
pub fn write_to(url: &StoreUrl, existing: Existing, options: OpenOptions) -> Result<Box<dyn Sink>> {
    if existing == Existing::Merge {
        return Ok(Box::new(Merge { store: open(url, options)?, snapshots: Vec::new() }));
    }
    let url = &links::followed(url)?;
    if existing == Existing::Refuse && is_there(url)? {
        return Err(Error::Usage(format!("{url} is there already; --force replaces it")));
    }
    match url {
        StoreUrl::Lmdb(_) => Ok(Box::new(LmdbBulkWriter::start(url, options)?)),
        StoreUrl::Sqlite(_) => Ok(Box::new(SqliteBulkWriter::start(url, Purpose::Store)?)),
        StoreUrl::Duckdb(_) => database(url, Vec::new()),
    }
}

/// A sink that makes a database for other programs; the statements of `epilogue` run when all
/// records are in.
///
/// # Errors
/// [`Error::Usage`] when the destination exists and `existing` is not [`Existing::Replace`], or it
/// is no database.
pub fn export_to(url: &StoreUrl, existing: Existing, epilogue: Vec<String>) -> Result<Box<dyn Sink>> {
    let url = &links::followed(url)?;
    if existing != Existing::Replace && is_there(url)? {
        return Err(Error::Usage(format!("{url} is there already; --force replaces it")));
    }
    database(url, epilogue)
}

fn database(url: &StoreUrl, epilogue: Vec<String>) -> Result<Box<dyn Sink>> {
    match url {
        StoreUrl::Sqlite(_) => Ok(Box::new(SqliteBulkWriter::start(url, Purpose::Export(epilogue))?)),
        StoreUrl::Duckdb(_) => Ok(Box::new(DuckdbBulkWriter::start(url, epilogue)?)),
        StoreUrl::Lmdb(_) => Err(Error::Usage(format!("{url} is no database for others"))),
    }
}

/// Something is at the destination. An empty folder is nothing.
fn is_there(url: &StoreUrl) -> Result<bool> {
    let path = url.path();
    match std::fs::read_dir(path) {
        Ok(mut entries) => Ok(entries.next().is_some()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) if error.kind() == std::io::ErrorKind::NotADirectory => Ok(true),
        Err(error) => Err(Error::io("looking at", path)(error)),
    }
}

/// Adds records to an existing store. Snapshots come last: one is there only when it is complete.
struct Merge {
    store: Arc<dyn Store>,
    snapshots: Vec<Record>,
}

impl Sink for Merge {
    fn put(&mut self, records: Vec<Record>) -> Result<()> {
        let mut batch = Batch::default();
        for record in records {
            if let Some(held) = self.store.get(record.family(), &record.key())?
                && !supersedes(&record, &held)
            {
                continue;
            }
            if record.family() == Family::Snapshots {
                self.snapshots.push(record);
            } else {
                batch.put(record);
            }
        }
        self.store.write(&batch)
    }

    fn finish(mut self: Box<Self>) -> Result<()> {
        self.store.write(&Batch::of(std::mem::take(&mut self.snapshots)))?;
        self.store.flush()
    }
}

/// Which of two records of one key stays when stores are merged: the one that keeps more, else the
/// newer.
fn supersedes(new: &Record, held: &Record) -> bool {
    match (new, held) {
        (Record::Facts(new), Record::Facts(held)) => keeps_more(new, held),
        (Record::Snapshots(new), Record::Snapshots(held)) => new.time_us > held.time_us,
        (Record::Executions(new), Record::Executions(held)) => {
            held.outcome == Outcome::Running && new.outcome != Outcome::Running
        }
        _ => new != held,
    }
}

fn keeps_more(new: &FactsRecord, held: &FactsRecord) -> bool {
    new.level > held.level
}
