//! Writes a SQLite export in one go: one file beside its destination, one transaction, indexes
//! last, no journal (an unfinished file is thrown away), synced once, then renamed. Never changes
//! an existing file.

use rusqlite::Connection;

use super::failure::explain;
use super::file::log_path;
use super::rows::insert_record;
use super::schema::{self, Statements};
use crate::error::Result;
use crate::store::relational::manifest::Manifest;
use crate::store::{Family, Put, PutValue, Record, Sink, StoreUrl, Temporary, atomic_replace};

/// A file that is not yet in its place.
pub(in crate::store) struct SqliteBulkWriter {
    url: StoreUrl,
    // Dropped first: the file is closed before its folder is removed.
    connection: Connection,
    temporary: Temporary,
    statements: Vec<Statements>,
    manifest: Manifest,
    epilogue: Vec<String>,
}

const PRAGMAS: &str = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE; \
                       PRAGMA cache_size = -65536; BEGIN;";

impl SqliteBulkWriter {
    /// Begins beside the destination. The statements of `epilogue` run when all records are in.
    pub(in crate::store) fn start(url: &StoreUrl, epilogue: Vec<String>) -> Result<Self> {
        let temporary = Temporary::beside(url.path())?;
        let opened = Connection::open(temporary.path()).and_then(|connection| {
            connection.set_prepared_statement_cache_capacity(Family::COUNT * 2);
            connection.execute_batch(&schema::page_size())?;
            connection.execute_batch(PRAGMAS)?;
            connection.execute_batch(&schema::tables(true))?;
            Ok(connection)
        });
        Ok(Self {
            url: url.clone(),
            connection: opened.map_err(|error| explain(url, error))?,
            temporary,
            statements: Family::ALL.iter().map(|family| Statements::of(*family, true)).collect(),
            manifest: Manifest::new(),
            epilogue,
        })
    }

    fn complete(connection: Connection, manifest: Manifest, epilogue: &[String]) -> rusqlite::Result<()> {
        connection.execute_batch(&schema::indexes())?;
        let engine = ("sqlite".to_owned(), rusqlite::version().to_owned());
        for (key, value) in manifest.finish().into_iter().chain([engine]) {
            connection.execute("INSERT INTO meta VALUES (?1, ?2)", [key, value])?;
        }
        epilogue.iter().try_for_each(|statement| connection.execute_batch(statement))?;
        connection.execute_batch("COMMIT; PRAGMA optimize;")?;
        connection.execute_batch(&schema::marks())?;
        connection.close().map_err(|(_, error)| error)
    }
}

impl Sink for SqliteBulkWriter {
    fn put(&mut self, records: Vec<Record>) -> Result<()> {
        for record in records {
            self.manifest.add(&record)?;
            let put = Put { family: record.family(), key: record.key(), value: PutValue::Record(Box::new(record)) };
            let insert = &self.statements[put.family.index()].insert;
            let mut insert = self.connection.prepare_cached(insert).map_err(|error| explain(&self.url, error))?;
            insert_record(&self.url, &mut insert, &put, true)?;
        }
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<()> {
        let Self { url, connection, temporary, manifest, epilogue, .. } = *self;
        Self::complete(connection, manifest, &epilogue).map_err(|error| explain(&url, error))?;
        atomic_replace::sync(&temporary.path())?;
        checkpoint_log(&url)?;
        temporary.place(url.path())
    }
}

/// The log of an old file would be applied to the new one: SQLite writes it back first.
fn checkpoint_log(url: &StoreUrl) -> Result<()> {
    let log = log_path(url.path(), "-wal");
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
