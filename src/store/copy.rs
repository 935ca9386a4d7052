//! Copying: export, import, migration, merging and backup are this one operation. A target appears whole or not at all.

use std::sync::Arc;

use super::{
    Batch, Digester, Family, Key, OpenOptions, Record, Sink, Source, Store, StoreUrl, duckdb, lmdb, open, sqlite,
};
use crate::error::{Error, Result};
use crate::model::{FactsRecord, Outcome};

/// Records that go to a sink at a time.
const RECORDS: usize = 2_000;
/// Or so many bytes, roughly.
const BYTES: usize = 8 << 20;

/// How many records of each family were copied, in the order of [`Family::ALL`].
pub type Counts = Vec<(Family, u64)>;

/// What to do with a target that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Existing {
    /// Leave it and fail.
    #[default]
    Refuse,
    /// Put the new one in its place, at once.
    Replace,
    /// Add to it; only for stores to live on.
    Merge,
}

/// Copies everything and makes it visible.
///
/// # Errors
/// Whatever either side says; the target is as it was before then (but for what [`Existing::Merge`] had added, which is
/// harmless: no snapshot refers to it).
pub fn copy(source: &dyn Source, mut sink: Box<dyn Sink>) -> Result<Counts> {
    let mut counts = Counts::new();
    for family in Family::ALL {
        let (mut waiting, mut bytes, mut count) = (Vec::new(), 0, 0);
        let mut stated = source.stated(*family)?.map(|digest| (digest, Digester::new(*family)));
        source.scan(*family, &Key::default(), &mut |record| {
            if let Some((_, digester)) = &mut stated {
                digester.add(&record)?;
            }
            bytes += record.bytes();
            count += 1;
            waiting.push(record);
            if waiting.len() >= RECORDS || bytes >= BYTES {
                bytes = 0;
                sink.put(std::mem::take(&mut waiting))?;
            }
            Ok(())
        })?;
        if let Some((stated, found)) = stated.map(|(stated, digester)| (stated, digester.finish().digest))
            && stated != found
        {
            return Err(source
                .url()
                .error(format!("family {family} has digest {found} and states {stated}: it was altered")));
        }
        if !waiting.is_empty() {
            sink.put(waiting)?;
        }
        counts.push((*family, count));
    }
    sink.finish()?;
    Ok(counts)
}

/// Reads from a store of any engine, at one moment of it.
///
/// # Errors
/// When it cannot be opened for reading, or what `work` returns.
pub fn read_from<R>(url: &StoreUrl, work: impl FnOnce(&dyn Source) -> Result<R>) -> Result<R> {
    match url {
        StoreUrl::Lmdb(_) => {}
        StoreUrl::Sqlite(_) => sqlite::Sqlite::check_structure(url, true)?,
        StoreUrl::Duckdb(_) => return work(&duckdb::Reading::open(url)?),
    }
    let store = open(url, OpenOptions::read())?;
    let view = store.view()?;
    work(&*view)
}

/// A sink that makes or completes a store. It is temporary until it is finished, and gone when it is dropped before.
///
/// # Errors
/// [`Error::Usage`] when the target is there and `existing` says so.
pub fn write_to(url: &StoreUrl, existing: Existing, options: OpenOptions) -> Result<Box<dyn Sink>> {
    if existing == Existing::Merge {
        return Ok(Box::new(Merge { store: open(url, options)?, snapshots: Vec::new() }));
    }
    if existing == Existing::Refuse && is_there(url)? {
        return Err(Error::Usage(format!("{url} is there already; --force replaces it")));
    }
    match url {
        StoreUrl::Lmdb(_) => Ok(Box::new(lmdb::BulkWriter::start(url, options)?)),
        StoreUrl::Sqlite(_) | StoreUrl::Duckdb(_) => database(url, Vec::new()),
    }
}

/// A sink that makes a database for others; the statements of `epilogue` run when all records are in.
///
/// # Errors
/// [`Error::Usage`] when the target is there and `existing` is not [`Existing::Replace`], or it is no database.
pub fn export_to(url: &StoreUrl, existing: Existing, epilogue: Vec<String>) -> Result<Box<dyn Sink>> {
    if existing != Existing::Replace && is_there(url)? {
        return Err(Error::Usage(format!("{url} is there already; --force replaces it")));
    }
    database(url, epilogue)
}

fn database(url: &StoreUrl, epilogue: Vec<String>) -> Result<Box<dyn Sink>> {
    match url {
        StoreUrl::Sqlite(_) => Ok(Box::new(sqlite::BulkWriter::start(url, epilogue)?)),
        StoreUrl::Duckdb(_) => Ok(Box::new(duckdb::BulkWriter::start(url, epilogue)?)),
        StoreUrl::Lmdb(_) => Err(Error::Usage(format!("{url} is no database for others"))),
    }
}

/// Something is at the target. An empty folder is nothing.
fn is_there(url: &StoreUrl) -> Result<bool> {
    let path = url.path();
    match std::fs::read_dir(path) {
        Ok(mut entries) => Ok(entries.next().is_some()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) if error.kind() == std::io::ErrorKind::NotADirectory => Ok(true),
        Err(error) => Err(Error::io("looking at", path)(error)),
    }
}

/// Adds records to a store that is lived on. Snapshots come last: one is there only when it is complete.
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

/// Which of two records of one key stays when stores are merged: the one that knows more, else the newer.
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
