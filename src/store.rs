//! The store: all that elcano keeps, in families of records. One list of families, two small traits ([`Source`] and
//! [`Sink`]) that every engine has, and [`Store`] for the engines that a run can live on. It never interprets what it keeps.

mod atomic_replace;
mod batch;
pub mod codec;
mod copy;
mod digest;
mod doctor;
mod duckdb;
mod executions;
mod family;
mod gc;
mod key;
mod lmdb;
mod lock;
mod manifest;
mod pack;
mod quarantine;
mod sqlite;
mod sync;
pub mod table;
mod url;
mod writer;

use std::fmt;
use std::sync::Arc;

pub use atomic_replace::Temporary;
pub use batch::{Batch, Put, Value};
pub use codec::Encoding;
pub use copy::{Counts, Existing, copy, export_to, read_from, write_to};
pub use digest::{
    DIFFERENCES_MAX, Difference, Digest, Digester, FamilyDigest, Verification, content_root, digest, digest_all, root,
    verify,
};
pub use doctor::{Diagnosis, diagnose};
pub use family::{Family, Record, Stored};
pub use gc::{Collected, collect};
pub use key::{KEY_BYTES_MAX, Key};
pub use lock::RunLock;
pub use pack::{pack, unpack};
pub use quarantine::quarantine;
pub use url::StoreUrl;
pub use writer::{Limits, Sender, Writer, Written};

use crate::error::{Error, Result};
use crate::model::{
    AnalyzerId, ChunkRecord, ContentId, ExecutionRecord, FactsRecord, FileRecord, RepoPath, SnapshotId, SnapshotRecord,
};

/// Version of the layout of stores. A store of a newer one is refused and not touched.
pub const FORMAT: u32 = 1;

/// What a source calls with each key and what was found under it.
pub type Visit<'a> = dyn FnMut(&[u8], Result<Record>) -> Result<()> + 'a;

/// What records come out of.
pub trait Source {
    /// Which store it is.
    fn url(&self) -> &StoreUrl;

    /// Visits the records of a family whose key starts with `prefix`, in key order and at one moment of the store. A
    /// damaged record is handed over as its error. The first error that `visit` returns ends the walk and is returned.
    fn walk(&self, family: Family, prefix: &Key, visit: &mut Visit<'_>) -> Result<()>;

    /// How many records a family has.
    fn count(&self, family: Family) -> Result<u64>;

    /// The digest that the store itself states of a family, where it does: exports do, stores that change do not.
    fn stated(&self, _family: Family) -> Result<Option<Digest>> {
        Ok(None)
    }

    /// Like [`Source::walk`], ended by the first damaged record.
    fn scan(&self, family: Family, prefix: &Key, visit: &mut dyn FnMut(Record) -> Result<()>) -> Result<()> {
        self.walk(family, prefix, &mut |_, record| visit(record?))
    }
}

/// What records go into: nothing of it is to be seen before `finish`.
pub trait Sink {
    /// Takes records: families in the order of [`Family::ALL`], keys ascending.
    fn put(&mut self, records: Vec<Record>) -> Result<()>;

    /// Makes all that was put visible at once, or nothing.
    fn finish(self: Box<Self>) -> Result<()>;
}

/// A store that a run can live on. One writer at a time, any number of readers, several processes.
pub trait Store: Source + Send + Sync {
    /// The record of a key; none means that there is none, and nothing else.
    fn get(&self, family: Family, key: &Key) -> Result<Option<Record>>;

    /// The last `n` records whose key starts with `prefix`, in descending key order.
    fn last(&self, family: Family, prefix: &Key, n: usize) -> Result<Vec<Record>>;

    /// Turns records into what [`Store::write`] takes quickest; meant for the threads that make them.
    fn prepare(&self, records: Vec<Record>) -> Result<Batch>;

    /// Does all of a batch in one transaction, or nothing.
    fn write(&self, batch: &Batch) -> Result<()>;

    /// Makes everything written so far survive a power cut; see [`Durability`].
    fn flush(&self) -> Result<()>;

    /// A source that stays at this moment of the store over all families.
    ///
    /// Keep it short: the space of records that are replaced meanwhile is not used again before it ends.
    fn view(&self) -> Result<Box<dyn Source + '_>>;

    /// Bytes on disk.
    fn bytes(&self) -> Result<u64>;
}

impl dyn Store + '_ {
    /// The typed record of a key.
    pub fn fetch<T: Stored>(&self, key: &Key) -> Result<Option<T>> {
        Ok(self.get(T::FAMILY, key)?.and_then(T::from_record))
    }

    /// All typed records whose key starts so, in key order.
    pub fn list<T: Stored>(&self, prefix: &Key) -> Result<Vec<T>> {
        let mut all = Vec::new();
        self.scan(T::FAMILY, prefix, &mut |record| {
            all.extend(T::from_record(record));
            Ok(())
        })?;
        Ok(all)
    }

    /// The facts of a content.
    pub fn facts(&self, content: ContentId, analyzer: AnalyzerId) -> Result<Option<FactsRecord>> {
        self.fetch(&Key::facts(content, analyzer))
    }

    /// The chunks of a content, by start.
    pub fn chunks(&self, content: ContentId) -> Result<Vec<ChunkRecord>> {
        self.list(&Key::content(content))
    }

    /// The files of a snapshot, by path.
    pub fn files(&self, snapshot: SnapshotId) -> Result<Vec<FileRecord>> {
        self.list(&Key::snapshot(snapshot))
    }

    /// One file of a snapshot.
    pub fn file(&self, snapshot: SnapshotId, path: &RepoPath) -> Result<Option<FileRecord>> {
        self.fetch(&Key::file(snapshot, path))
    }

    /// A snapshot. It is there if and only if it is complete.
    pub fn snapshot(&self, id: SnapshotId) -> Result<Option<SnapshotRecord>> {
        self.fetch(&Key::snapshot(id))
    }

    /// Every snapshot, newest first.
    pub fn snapshots(&self) -> Result<Vec<SnapshotRecord>> {
        let mut all: Vec<SnapshotRecord> = self.list(&Key::default())?;
        all.sort_by_key(|snapshot| std::cmp::Reverse((snapshot.time_us, snapshot.execution, snapshot.id)));
        Ok(all)
    }

    /// The newest snapshot, of one repository if it is named.
    pub fn latest_snapshot(&self, repository: Option<&str>) -> Result<Option<SnapshotRecord>> {
        let wanted = |snapshot: &SnapshotRecord| repository.is_none_or(|name| snapshot.repository == name);
        Ok(self.snapshots()?.into_iter().find(wanted))
    }

    /// The last `n` executions, newest first.
    pub fn recent_executions(&self, n: usize) -> Result<Vec<ExecutionRecord>> {
        let last = self.last(Family::Executions, &Key::default(), n)?;
        Ok(last.into_iter().filter_map(ExecutionRecord::from_record).collect())
    }
}

/// What a store is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Access {
    /// Reading; the store must be there.
    #[default]
    Read,
    /// Reading and writing; the store must be there.
    Write,
    /// Reading and writing; a new store is made where none is.
    Create,
}

/// When what was written survives a power cut. A process that dies loses nothing either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Durability {
    /// From the end of each transaction on.
    #[default]
    Commit,
    /// From [`Store::flush`] on; a power cut before it may cost the whole store. For stores that can be made again.
    Flush,
}

/// How a store is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OpenOptions {
    /// For reading, for writing, or to be made.
    pub access: Access,
    /// How new values are written.
    pub encoding: Encoding,
    /// When they are safe.
    pub durability: Durability,
    /// LMDB's first map in bytes; it grows when it is full. By default as much as the address space gives, up to 64 GiB.
    pub map_bytes: Option<u64>,
    /// Go ahead on a network file system, where locks may not work.
    pub allow_network: bool,
}

impl OpenOptions {
    /// Reading only.
    #[must_use]
    pub fn read() -> Self {
        Self::default()
    }

    /// Reading and writing, made where it is missing.
    #[must_use]
    pub fn create() -> Self {
        Self { access: Access::Create, ..Self::default() }
    }
}

/// Opens a store to live on.
///
/// # Errors
/// [`Error::Store`] when it is missing, damaged, of a newer format or not accessible; [`Error::Usage`] for a DuckDB file.
pub fn open(url: &StoreUrl, options: OpenOptions) -> Result<Arc<dyn Store>> {
    match url {
        StoreUrl::Lmdb(_) => Ok(Arc::new(lmdb::Lmdb::open(url, options)?)),
        StoreUrl::Sqlite(_) => Ok(Arc::new(sqlite::Sqlite::open(url, options)?)),
        StoreUrl::Duckdb(_) => Err(Error::Usage(format!(
            "{url}: elcano does not live on DuckDB; export to it, import from it, and live on lmdb:DIR or sqlite:FILE"
        ))),
    }
}

/// Checks the structure that an engine itself trusts, without opening the store and without writing.
///
/// # Errors
/// [`Error::Store`] with what is damaged. Of a DuckDB file nothing is checked: it checks its blocks whenever it reads.
pub fn check_structure(url: &StoreUrl) -> Result<()> {
    match url {
        StoreUrl::Lmdb(_) => lmdb::Lmdb::check_pages(url),
        StoreUrl::Sqlite(_) => sqlite::Sqlite::check_structure(url, false),
        StoreUrl::Duckdb(_) => Ok(()),
    }
}

impl fmt::Debug for dyn Store + '_ {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Store({})", self.url())
    }
}
