//! A SQLite export on its way: one file beside its target, one transaction, indexes last, no journal (a file that is not
//! finished is thrown away), synced once, then renamed.

use std::path::PathBuf;

use rusqlite::Connection;

use super::schema::{self, Statements, explain};
use super::{insert_record, log_path};
use crate::error::{Error, Result};
use crate::store::stamp::Stamp;
use crate::store::{Family, Put, Record, Sink, StoreUrl, Value, target};

/// A file that is not yet the target.
pub(in crate::store) struct Filling {
    url: StoreUrl,
    temporary: PathBuf,
    /// None once it is closed.
    connection: Option<Connection>,
    statements: Vec<Statements>,
    stamp: Stamp,
    epilogue: Vec<String>,
}

const PRAGMAS: &str = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE; \
                       PRAGMA cache_size = -65536; BEGIN;";

impl Filling {
    /// Begins beside the target. The statements of `epilogue` run when all records are in.
    pub(in crate::store) fn start(url: &StoreUrl, epilogue: Vec<String>) -> Result<Self> {
        let temporary = target::beside(url.path())?;
        let mut filling = Self {
            url: url.clone(),
            temporary,
            connection: None,
            statements: Family::ALL.iter().map(|family| Statements::of(*family, true)).collect(),
            stamp: Stamp::new(),
            epilogue,
        };
        let opened = Connection::open(&filling.temporary).and_then(|connection| {
            connection.set_prepared_statement_cache_capacity(Family::COUNT * 2);
            connection.execute_batch(&schema::page_size())?;
            connection.execute_batch(PRAGMAS)?;
            connection.execute_batch(&schema::tables(true))?;
            Ok(connection)
        });
        filling.connection = Some(opened.map_err(|error| explain(url, error))?);
        Ok(filling)
    }

    fn complete(&mut self, connection: Connection) -> rusqlite::Result<()> {
        connection.execute_batch(&schema::indexes())?;
        let stamp = std::mem::replace(&mut self.stamp, Stamp::new());
        let engine = ("sqlite".to_owned(), rusqlite::version().to_owned());
        for (key, value) in stamp.finish().into_iter().chain([engine]) {
            connection.execute("INSERT INTO meta VALUES (?1, ?2)", [key, value])?;
        }
        self.epilogue.iter().try_for_each(|statement| connection.execute_batch(statement))?;
        connection.execute_batch("COMMIT; PRAGMA optimize;")?;
        connection.execute_batch(&schema::marks())?;
        connection.close().map_err(|(_, error)| error)
    }
}

impl Sink for Filling {
    fn put(&mut self, records: Vec<Record>) -> Result<()> {
        let Some(connection) = &self.connection else { return Ok(()) };
        for record in records {
            self.stamp.add(&record)?;
            let put = Put { family: record.family(), key: record.key(), value: Value::Record(Box::new(record)) };
            let insert = &self.statements[put.family.index()].insert;
            let mut insert = connection.prepare_cached(insert).map_err(|error| explain(&self.url, error))?;
            insert_record(&self.url, &mut insert, &put, true)?;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<()> {
        if let Some(connection) = self.connection.take() {
            self.complete(connection).map_err(|error| explain(&self.url, error))?;
        }
        target::sync(&self.temporary)?;
        settle_log(&self.url)?;
        target::place(&self.temporary, self.url.path())
    }
}

/// The log of an old target would be applied to the new one: has SQLite work it off first.
fn settle_log(url: &StoreUrl) -> Result<()> {
    let log = log_path(url.path(), "-wal");
    if !log.exists() {
        return Ok(());
    }
    let settled = Connection::open(url.path()).and_then(|connection| {
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        connection.close().map_err(|(_, error)| error)
    });
    settled.map_err(|error| explain(url, error))?;
    if log.exists() { Err(url.error("it is in use and cannot be replaced")) } else { Ok(()) }
}

impl Drop for Filling {
    fn drop(&mut self) {
        self.connection = None;
        // After it took its place there is nothing to remove; otherwise what is left is only litter, and an error is on its way.
        let _: Result<(), Error> =
            std::fs::remove_file(&self.temporary).map_err(Error::io("removing", &self.temporary));
    }
}
