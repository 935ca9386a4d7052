//! Reads and writes a store in a SQLite file: reading connections, one writing connection,
//! transactions. Never replaces a file; that is the bulk writer's.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::failure::{SqliteFailure, explain};
use super::file::{can_write_beside, check, connect, has_log, integrity, meta, recognise};
use super::rows::{cells, insert_record, seal};
use super::schema::{self, CHECKSUMS, Shape, Statements};
use super::seals;
use crate::error::{Error, Result};
use crate::interrupt;
use crate::metric::METRICS_VERSION;
use crate::store::checked::Checked;
use crate::store::relational::manifest;
use crate::store::relational::table::Assembler;
use crate::store::url::beside;
use crate::store::{
    Access, Batch, Digest, Family, Key, OpenOptions, Record, Source, Store, StoreUrl, Temporary, Visit, atomic_replace,
};

/// A store in a file of SQLite.
pub(in crate::store) struct Sqlite {
    url: StoreUrl,
    options: OpenOptions,
    flags: OpenFlags,
    shape: Shape,
    statements: Vec<Statements>,
    /// None when the store is open for reading.
    writer: Mutex<Option<Connection>>,
    /// Connections that are not in use.
    readers: Mutex<Vec<Connection>>,
    /// Something was committed.
    written: AtomicBool,
}

/// A moment of the store; the connection goes back when it ends.
struct SqliteView<'s> {
    store: &'s Sqlite,
    connection: Option<Connection>,
}

impl Sqlite {
    /// Opens or makes the store; see [`crate::store::open`].
    pub(in crate::store) fn open(url: &StoreUrl, options: OpenOptions) -> Result<Self> {
        Self::open_checked(url, options, |connection| checked(url).once(|| integrity(url, connection)))
    }

    /// Checks the file's structure, whether or not it was found sound before.
    ///
    /// # Errors
    /// [`Error::Store`] with the first things that are wrong.
    pub(in crate::store) fn check_structure(url: &StoreUrl) -> Result<()> {
        Self::open_checked(url, OpenOptions::read(), |connection| integrity(url, connection)).map(drop)
    }

    fn open_checked(
        url: &StoreUrl,
        options: OpenOptions,
        integrity: impl FnOnce(&Connection) -> Result<()>,
    ) -> Result<Self> {
        if options.access == Access::Create {
            create(url)?;
        }
        recognise(url)?;
        let mut flags = OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let writable = options.access != Access::Read;
        flags |= if writable { OpenFlags::SQLITE_OPEN_READ_WRITE } else { OpenFlags::SQLITE_OPEN_READ_ONLY };
        let opened = connect(url, flags, options.durability)
            .and_then(|connection| Ok((check(url, &connection, METRICS_VERSION)?, connection)));
        let (mut shape, mut connection) = match opened {
            // In a folder that cannot be written SQLite can share nothing with others, and has to
            // be opened as immutable.
            Err(Error::Store { .. }) if !writable && !has_log(url) && !can_write_beside(url) => {
                flags |= OpenFlags::SQLITE_OPEN_URI;
                let connection = connect(url, flags, options.durability)?;
                (check(url, &connection, METRICS_VERSION)?, connection)
            }
            opened => opened?,
        };
        integrity(&connection)?;
        if writable && shape.derived {
            return Err(url.error("it is an export, which cannot be written; import it into a store"));
        }
        let unsealed = writable && !shape.sealed;
        if unsealed {
            seals::add(url, &mut connection)?;
            shape = schema::STORE;
        }
        let statements = Family::ALL.iter().map(|family| Statements::of(*family, shape)).collect();
        let (writer, readers) = if writable { (Some(connection), Vec::new()) } else { (None, vec![connection]) };
        Ok(Self {
            url: url.clone(),
            options,
            flags,
            shape,
            statements,
            writer: Mutex::new(writer),
            readers: Mutex::new(readers),
            written: AtomicBool::new(unsealed),
        })
    }

    fn statements(&self, family: Family) -> &Statements {
        &self.statements[family.index()]
    }

    fn reader(&self) -> Result<Connection> {
        let free = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let flags = (self.flags - OpenFlags::SQLITE_OPEN_READ_WRITE) | OpenFlags::SQLITE_OPEN_READ_ONLY;
        free.map_or_else(|| connect(&self.url, flags, self.options.durability), Ok)
    }

    fn give_back(&self, connection: Connection) {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
    }

    fn reading<R>(&self, work: impl FnOnce(&Connection) -> Result<R, SqliteFailure>) -> Result<R> {
        let connection = self.reader()?;
        let result = work(&connection).map_err(|failure| self.error(failure));
        self.give_back(connection);
        result
    }

    fn error(&self, failure: SqliteFailure) -> Error {
        failure.into_error(&self.url)
    }

    fn walk_in(
        &self,
        connection: &Connection,
        family: Family,
        prefix: &Key,
        visit: &mut Visit<'_>,
    ) -> Result<(), SqliteFailure> {
        let statements = self.statements(family);
        let mut statement = connection.prepare_cached(&statements.scan)?;
        let mut assembler = Assembler::new(family, self.shape.derived, visit);
        let end = prefix.successor();
        let mut rows = statement.query((prefix.as_bytes(), end.as_ref().map(Key::as_bytes)))?;
        while let Some(row) = rows.next()? {
            interrupt::check()?;
            let (ordinal, cells) = (row.get(1)?, cells(row, statements.width)?);
            let seal = seal(row, statements.width, self.shape)?;
            assembler.push(row.get_ref(0)?.as_blob().unwrap_or_default(), ordinal, cells, seal)?;
        }
        Ok(assembler.end()?)
    }

    fn get_in(&self, connection: &Connection, family: Family, key: &[u8]) -> Result<Option<Record>, SqliteFailure> {
        let statements = self.statements(family);
        let mut statement = connection.prepare_cached(&statements.get)?;
        let mut found = None;
        let mut keep = |_: &[u8], record: Result<Record>| {
            found = Some(record?);
            Ok(())
        };
        let mut assembler = Assembler::new(family, self.shape.derived, &mut keep);
        let mut rows = statement.query([key])?;
        while let Some(row) = rows.next()? {
            let seal = seal(row, statements.width, self.shape)?;
            assembler.push(key, row.get(1)?, cells(row, statements.width)?, seal)?;
        }
        assembler.end()?;
        Ok(found)
    }

    fn count_in(&self, connection: &Connection, family: Family) -> Result<u64, SqliteFailure> {
        let count: i64 = connection.prepare_cached(&self.statements(family).count)?.query_row([], |row| row.get(0))?;
        Ok(count.cast_unsigned())
    }

    fn stated_in(&self, connection: &Connection, family: Family) -> Result<Option<Digest>, SqliteFailure> {
        let text = meta(&self.url, connection, &manifest::digest_key(family))?;
        let digest = text
            .map(|text| manifest::parse_digest(&text).ok_or_else(|| self.url.error("a digest in `meta` is damaged")));
        Ok(digest.transpose()?)
    }

    fn writer(&self) -> MutexGuard<'_, Option<Connection>> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write_in(&self, connection: &Connection, batch: &Batch) -> Result<(), SqliteFailure> {
        for (family, prefix) in &batch.prefixes {
            let end = prefix.successor();
            let range = (prefix.as_bytes(), end.as_ref().map(Key::as_bytes));
            connection.prepare_cached(&self.statements(*family).delete_range)?.execute(range)?;
        }
        for (family, key) in &batch.deletes {
            connection.prepare_cached(&self.statements(*family).delete)?.execute([key.as_bytes()])?;
        }
        for puts in batch.sorted_puts().chunk_by(|a, b| a.family == b.family) {
            let statements = self.statements(puts[0].family);
            let mut delete = connection.prepare_cached(&statements.delete)?;
            let mut insert = connection.prepare_cached(&statements.insert)?;
            for put in puts {
                delete.execute([put.key.as_bytes()])?;
                insert_record(&self.url, &mut insert, put, self.shape)?;
            }
        }
        Ok(())
    }
}

impl Drop for Sqlite {
    fn drop(&mut self) {
        if self.written.load(Ordering::Relaxed) {
            // The last connection that is closed writes the log back, which a reader's cannot.
            self.readers.lock().unwrap_or_else(PoisonError::into_inner).clear();
            drop(self.writer().take());
            checked(&self.url).renew();
        }
    }
}

fn checked(url: &StoreUrl) -> Checked {
    Checked::of(url, vec![url.path().to_owned(), beside(url.path(), "-wal")])
}

/// Makes a store where none is; complete or not at all, also when several processes create it at
/// once.
fn create(url: &StoreUrl) -> Result<()> {
    if url.path().exists() {
        return Ok(());
    }
    let temporary = Temporary::beside(url.path())?;
    let made = Connection::open(temporary.path()).and_then(|connection| {
        connection.execute_batch(&schema::page_size())?;
        connection.execute_batch("PRAGMA journal_mode = WAL; BEGIN;")?;
        connection.execute_batch(&schema::tables(schema::STORE))?;
        connection.execute_batch(&schema::indexes())?;
        for (key, value) in manifest::of_store(CHECKSUMS) {
            connection.execute("INSERT INTO meta VALUES (?1, ?2)", [key, value])?;
        }
        connection.execute_batch(&schema::marks())?;
        connection.execute_batch("COMMIT;")?;
        connection.close().map_err(|(_, error)| error)
    });
    made.map_err(|error| explain(url, error))?;
    atomic_replace::sync(&temporary.path())?;
    atomic_replace::place_if_absent(&temporary.path(), url.path())
}

impl Source for SqliteView<'_> {
    fn url(&self) -> &StoreUrl {
        &self.store.url
    }

    fn walk(&self, family: Family, prefix: &Key, visit: &mut Visit<'_>) -> Result<()> {
        self.with(|connection| self.store.walk_in(connection, family, prefix, visit))
    }

    fn count(&self, family: Family) -> Result<u64> {
        self.with(|connection| self.store.count_in(connection, family))
    }

    fn stated(&self, family: Family) -> Result<Option<Digest>> {
        self.with(|connection| self.store.stated_in(connection, family))
    }
}

impl SqliteView<'_> {
    fn with<R>(&self, work: impl FnOnce(&Connection) -> Result<R, SqliteFailure>) -> Result<R> {
        let connection = self.connection.as_ref().ok_or_else(|| self.store.url.error("the view has ended"))?;
        work(connection).map_err(|failure| self.store.error(failure))
    }
}

impl Drop for SqliteView<'_> {
    fn drop(&mut self) {
        // A connection whose transaction does not end is closed instead, which ends it.
        if let Some(connection) =
            self.connection.take().filter(|connection| connection.execute_batch("ROLLBACK").is_ok())
        {
            self.store.give_back(connection);
        }
    }
}

impl Source for Sqlite {
    fn url(&self) -> &StoreUrl {
        &self.url
    }

    fn walk(&self, family: Family, prefix: &Key, visit: &mut Visit<'_>) -> Result<()> {
        self.reading(|connection| self.walk_in(connection, family, prefix, visit))
    }

    fn count(&self, family: Family) -> Result<u64> {
        self.reading(|connection| self.count_in(connection, family))
    }

    fn stated(&self, family: Family) -> Result<Option<Digest>> {
        self.reading(|connection| self.stated_in(connection, family))
    }
}

impl Store for Sqlite {
    fn get(&self, family: Family, key: &Key) -> Result<Option<Record>> {
        self.reading(|connection| self.get_in(connection, family, key.as_bytes()))
    }

    fn last(&self, family: Family, prefix: &Key, n: usize) -> Result<Vec<Record>> {
        self.reading(|connection| {
            let mut statement = connection.prepare_cached(&self.statements(family).last)?;
            let end = prefix.successor();
            let n = i64::try_from(n).unwrap_or(i64::MAX);
            let keys =
                statement.query_map((prefix.as_bytes(), end.as_ref().map(Key::as_bytes), n), |row| row.get(0))?;
            let keys = keys.collect::<rusqlite::Result<Vec<Vec<u8>>>>()?;
            let records = keys.iter().map(|key| self.get_in(connection, family, key));
            Ok(records.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
        })
    }

    fn prepare(&self, records: Vec<Record>) -> Result<Batch> {
        Ok(Batch::of(records))
    }

    fn write(&self, batch: &Batch) -> Result<()> {
        let mut writer = self.writer();
        let Some(connection) = writer.as_mut() else { return Err(self.url.error("it is open for reading only")) };
        let done = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(SqliteFailure::from)
            .and_then(|transaction| {
                self.write_in(&transaction, batch)?;
                Ok(transaction.commit()?)
            });
        done.map_err(|failure| self.error(failure))?;
        self.written.store(true, Ordering::Relaxed);
        Ok(())
    }

    fn flush(&self) -> Result<()> {
        let writer = self.writer();
        let Some(connection) = writer.as_ref() else { return Ok(()) };
        let checkpoint = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
        checkpoint.map_err(|error| explain(&self.url, error))
    }

    fn view(&self) -> Result<Box<dyn Source + '_>> {
        let view = SqliteView { store: self, connection: Some(self.reader()?) };
        // A transaction stands still from its first read on.
        view.with(|connection| {
            connection.execute_batch("BEGIN")?;
            Ok(connection.query_row("SELECT count(*) FROM meta", [], |_| Ok(()))?)
        })?;
        Ok(Box::new(view))
    }

    fn bytes(&self) -> Result<u64> {
        let length = |path: &std::path::Path| match std::fs::metadata(path) {
            Ok(found) => Ok(found.len()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(0),
            Err(error) => Err(Error::io("looking at", path)(error)),
        };
        Ok(length(self.url.path())? + length(&beside(self.url.path(), "-wal"))?)
    }
}
