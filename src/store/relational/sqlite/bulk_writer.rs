//! Writes a new store or export of SQLite in one go: one file beside its destination, one transaction, indexes
//! last, no journal (an unfinished file is thrown away), synced once, then renamed. Never changes
//! an existing file.

use rusqlite::Connection;

use super::failure::explain;
use super::rows::insert_record;
use super::schema::{self, CHECKSUMS, Shape, Statements};
use crate::error::Result;
use crate::interrupt;
use crate::store::relational::manifest::{self, Manifest};
use crate::store::url::beside;
use crate::store::{Family, Put, PutValue, Record, RunLock, Sink, StoreUrl, Temporary, atomic_replace};

/// What the new file is for.
pub(in crate::store) enum Purpose {
    /// A run can live on it.
    Store,
    /// Other programs read it; these statements run when all records are in.
    Export(Vec<String>),
}

/// A file that is not yet in its place.
pub(in crate::store) struct SqliteBulkWriter {
    url: StoreUrl,
    // Dropped first: the file is closed before its folder is removed.
    connection: Connection,
    temporary: Temporary,
    statements: Vec<Statements>,
    shape: Shape,
    /// Of an export, whose digests it states.
    manifest: Manifest,
    purpose: Purpose,
    /// No run writes into a store that is about to be replaced.
    _held: Option<RunLock>,
}

const PRAGMAS: &str = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE; \
                       PRAGMA cache_size = -65536; BEGIN;";

impl SqliteBulkWriter {
    /// Begins beside the destination.
    pub(in crate::store) fn start(url: &StoreUrl, purpose: Purpose) -> Result<Self> {
        let replaces = matches!(purpose, Purpose::Store) && url.path().exists();
        let held = replaces.then(|| RunLock::acquire(url)).transpose()?;
        let shape = if matches!(purpose, Purpose::Store) { schema::STORE } else { schema::EXPORT };
        let temporary = Temporary::beside(url.path())?;
        let opened = Connection::open(temporary.path()).and_then(|connection| {
            connection.set_prepared_statement_cache_capacity(Family::COUNT * 2);
            connection.execute_batch(&schema::page_size())?;
            connection.execute_batch(PRAGMAS)?;
            connection.execute_batch(&schema::tables(shape))?;
            Ok(connection)
        });
        Ok(Self {
            url: url.clone(),
            connection: opened.map_err(|error| explain(url, error))?,
            temporary,
            statements: Family::ALL.iter().map(|family| Statements::of(*family, shape)).collect(),
            shape,
            manifest: Manifest::new(),
            purpose,
            _held: held,
        })
    }

    fn complete(connection: Connection, manifest: Manifest, purpose: &Purpose) -> rusqlite::Result<()> {
        connection.execute_batch(&schema::indexes())?;
        let (mut rows, epilogue) = match purpose {
            Purpose::Store => (manifest::of_store(CHECKSUMS), &[][..]),
            Purpose::Export(epilogue) => (manifest.finish(), epilogue.as_slice()),
        };
        if matches!(purpose, Purpose::Export(_)) {
            rows.push(("sqlite".to_owned(), rusqlite::version().to_owned()));
        }
        for (key, value) in rows {
            connection.execute("INSERT INTO meta VALUES (?1, ?2)", [key, value])?;
        }
        epilogue.iter().try_for_each(|statement| connection.execute_batch(statement))?;
        connection.execute_batch("COMMIT; PRAGMA optimize;")?;
        connection.execute_batch(&schema::marks())?;
        if matches!(purpose, Purpose::Store) {
            connection.execute_batch("PRAGMA locking_mode = NORMAL; PRAGMA journal_mode = WAL;")?;
        }
        connection.close().map_err(|(_, error)| error)
    }
}

impl Sink for SqliteBulkWriter {
    fn put(&mut self, records: Vec<Record>) -> Result<()> {
        for record in records {
            if matches!(self.purpose, Purpose::Export(_)) {
                self.manifest.add(&record)?;
            }
            let put = Put { family: record.family(), key: record.key(), value: PutValue::Record(Box::new(record)) };
            let insert = &self.statements[put.family.index()].insert;
            let mut insert = self.connection.prepare_cached(insert).map_err(|error| explain(&self.url, error))?;
            insert_record(&self.url, &mut insert, &put, self.shape)?;
        }
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<()> {
        let Self { url, connection, temporary, manifest, purpose, _held, .. } = *self;
        let handle = connection.get_interrupt_handle();
        let completed =
            interrupt::passing_on(|| handle.interrupt(), || Self::complete(connection, manifest, &purpose))?;
        completed.map_err(|error| explain(&url, error))?;
        atomic_replace::sync(&temporary.path())?;
        checkpoint_log(&url)?;
        temporary.place(url.path())
    }
}

/// The log of an old file would be applied to the new one: SQLite writes it back first.
fn checkpoint_log(url: &StoreUrl) -> Result<()> {
    let log = beside(url.path(), "-wal");
    if !log.exists() {
        return Ok(());
    }
    let written_back = Connection::open(url.path()).and_then(|connection| {
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        connection.close().map_err(|(_, error)| error)
    });
    written_back.map_err(|error| explain(url, error))?;
    if log.exists() { Err(url.error("it is in use and cannot be replaced")) } else { Ok(()) }
}
