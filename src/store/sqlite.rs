//! SQLite: relational tables that a run can live on, and that a store can be exported to. The tables are those of
//! [`super::table`]; nothing here knows a record's fields.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::types::{ToSqlOutput, Value as SqlValue, ValueRef};
use rusqlite::{Connection, OpenFlags, TransactionBehavior, params_from_iter};

use super::table::{self, Cell, Gather, Row, Type};
use super::{
    Access, Batch, Durability, FORMAT, Family, Key, OpenOptions, Record, Sink, Source, Store, StoreUrl, Value, Visit,
    codec,
};
use crate::error::{Error, Result};

/// `ELCN`: tells our files from others.
const APPLICATION_ID: i64 = 0x454C_434E;
/// How long a writer waits for another process's transaction.
const BUSY_WAIT: Duration = Duration::from_secs(30);
/// A larger value in a file of somebody else's making is not read.
const VALUE_BYTES_MAX: i32 = 1 << 30;

const fn type_name(of: Type) -> &'static str {
    match of {
        Type::Int | Type::Uint | Type::Bool => "INTEGER",
        Type::Real => "REAL",
        Type::Text | Type::Json => "TEXT",
        Type::Blob => "BLOB",
    }
}

impl rusqlite::ToSql for Cell {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Null => ToSqlOutput::Owned(SqlValue::Null),
            Self::Int(value) => ToSqlOutput::Owned(SqlValue::Integer(*value)),
            Self::Real(value) => ToSqlOutput::Owned(SqlValue::Real(*value)),
            Self::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Self::Blob(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
        })
    }
}

fn failed(url: &StoreUrl, error: rusqlite::Error) -> Error {
    use rusqlite::ErrorCode as Code;
    let problem = match error.sqlite_error_code() {
        Some(Code::DatabaseBusy | Code::DatabaseLocked) => "it is in use by another process",
        Some(Code::ReadOnly | Code::PermissionDenied) => "it cannot be written",
        Some(Code::DiskFull) => "the disk is full",
        Some(Code::NotADatabase) => "this is no SQLite file",
        Some(Code::DatabaseCorrupt) => "the file is damaged",
        Some(Code::CannotOpen) => "it cannot be opened",
        _ => "SQLite failed",
    };
    url.because(problem, error)
}

/// A SQLite file that is open for reading and, if so opened, for writing.
pub struct Sqlite {
    url: StoreUrl,
    access: Access,
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
}

impl Sqlite {
    /// Opens a file to live on, or to read.
    ///
    /// # Errors
    /// It is missing (unless it may be made), no file of elcano, of a newer format, or not accessible.
    pub fn open(url: &StoreUrl, options: OpenOptions) -> Result<Self> {
        let exists = url.path().exists();
        if !exists && options.access != Access::Create {
            return Err(url.error("there is no such file; `elcano scan` makes a store"));
        }
        let connection = connect(url, options.access)?;
        if options.access != Access::Read {
            let synchronous = if options.durability == Durability::Commit { "FULL" } else { "NORMAL" };
            let set = |sql: &str| connection.execute_batch(sql).map_err(|error| failed(url, error));
            if is_blank(&connection, url)? {
                set("PRAGMA page_size=8192; PRAGMA journal_mode=WAL;")?;
                make_tables(&connection, url, true)?;
            }
            set(&format!("PRAGMA journal_mode=WAL; PRAGMA synchronous={synchronous};"))?;
        }
        check_format(&connection, url)?;
        Ok(Self { url: url.clone(), access: options.access, writer: Mutex::new(connection), readers: Mutex::default() })
    }

    fn writer(&self) -> Result<MutexGuard<'_, Connection>> {
        if self.access == Access::Read {
            return Err(self.url.error("it was opened for reading"));
        }
        Ok(self.writer.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads on a connection of its own, so that readers wait for nobody.
    fn reading<T>(&self, read: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let idle = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = idle.map_or_else(|| connect(&self.url, Access::Read), Ok)?;
        let result = read(&connection);
        self.readers.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        result
    }
}

fn connect(url: &StoreUrl, access: Access) -> Result<Connection> {
    let flags = match access {
        Access::Read => OpenFlags::SQLITE_OPEN_READ_ONLY,
        Access::Write => OpenFlags::SQLITE_OPEN_READ_WRITE,
        Access::Create => OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
    } | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let fail = |error| failed(url, error);
    let connection = Connection::open_with_flags(url.path(), flags).map_err(fail)?;
    connection.busy_timeout(BUSY_WAIT).map_err(fail)?;
    // The file may be of anybody's making: nothing in its schema may run.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false).map_err(fail)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true).map_err(fail)?;
    connection.set_limit(rusqlite::limits::Limit::SQLITE_LIMIT_LENGTH, VALUE_BYTES_MAX).map_err(fail)?;
    connection.execute_batch("PRAGMA cell_size_check=1;").map_err(fail)?;
    connection.set_prepared_statement_cache_capacity(Family::COUNT * 4);
    Ok(connection)
}

fn pragma(connection: &Connection, url: &StoreUrl, name: &str) -> Result<i64> {
    connection.query_row(&format!("PRAGMA {name}"), [], |row| row.get(0)).map_err(|error| failed(url, error))
}

fn is_blank(connection: &Connection, url: &StoreUrl) -> Result<bool> {
    let count: i64 = connection
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .map_err(|error| failed(url, error))?;
    Ok(count == 0 && pragma(connection, url, "application_id")? == 0)
}

/// Makes the tables of all families in one transaction; `indexed` also their unique indexes.
fn make_tables(connection: &Connection, url: &StoreUrl, indexed: bool) -> Result<()> {
    let mut sql = String::from("BEGIN IMMEDIATE;\n");
    for family in Family::ALL {
        sql += &format!("{} STRICT;\n", table::create_statement(*family, type_name));
        if indexed {
            sql += &index_statement(*family);
        }
    }
    sql += &format!("PRAGMA application_id={APPLICATION_ID}; PRAGMA user_version={FORMAT}; COMMIT;");
    connection.execute_batch(&sql).map_err(|error| failed(url, error))
}

fn index_statement(family: Family) -> String {
    format!("CREATE UNIQUE INDEX \"{0}_key\" ON \"{0}\" (\"key\", \"ordinal\");\n", family.name())
}

fn check_format(connection: &Connection, url: &StoreUrl) -> Result<()> {
    if pragma(connection, url, "application_id")? != APPLICATION_ID {
        return Err(url.error("this SQLite file is not one of elcano's"));
    }
    let format = pragma(connection, url, "user_version")?;
    if format != i64::from(FORMAT) {
        return Err(url.error(format!("its format is {format}, this elcano knows {FORMAT}; use the newer elcano")));
    }
    // A view in a table's place would run code of somebody else's.
    let mut statement = connection
        .prepare("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = ?")
        .map_err(|error| failed(url, error))?;
    for family in Family::ALL {
        let count: i64 = statement.query_row([family.name()], |row| row.get(0)).map_err(|error| failed(url, error))?;
        if count != 1 {
            return Err(url.error(format!("it has no table `{}`", family.name())));
        }
    }
    Ok(())
}

fn cells(row: &rusqlite::Row<'_>, width: usize) -> rusqlite::Result<Row> {
    (0..width)
        .map(|at| {
            Ok(match row.get_ref(at)? {
                ValueRef::Null => Cell::Null,
                ValueRef::Integer(value) => Cell::Int(value),
                ValueRef::Real(value) => Cell::Real(value),
                ValueRef::Text(text) => Cell::Text(String::from_utf8_lossy(text).into_owned()),
                ValueRef::Blob(bytes) => Cell::Blob(bytes.to_vec()),
            })
        })
        .collect()
}

fn walk(connection: &Connection, url: &StoreUrl, family: Family, prefix: &Key, visit: &mut Visit<'_>) -> Result<()> {
    let fail = |error| failed(url, error);
    let width = table::columns(family).len();
    let end = prefix.successor();
    let mut statement = connection.prepare_cached(&table::select_statement(family, end.is_some())).map_err(fail)?;
    let bounds = std::iter::once(prefix).chain(&end).map(Key::as_bytes);
    let mut rows = statement.query(params_from_iter(bounds)).map_err(fail)?;
    let mut visit = |key: &[u8], record: Result<Record>| visit(key, record);
    let mut gather = Gather::new(family, &mut visit);
    while let Some(row) = rows.next().map_err(fail)? {
        gather.row(cells(row, width).map_err(fail)?)?;
    }
    gather.end()
}

/// Records, not keys: a record without any row is none.
fn count(connection: &Connection, url: &StoreUrl, family: Family) -> Result<u64> {
    let sql = format!("SELECT count(DISTINCT \"key\") FROM \"{}\"", family.name());
    let count: i64 = connection.query_row(&sql, [], |row| row.get(0)).map_err(|error| failed(url, error))?;
    u64::try_from(count).map_err(|error| url.because("a count is negative", error))
}

impl Source for Sqlite {
    fn url(&self) -> &StoreUrl {
        &self.url
    }

    fn walk(&self, family: Family, prefix: &Key, visit: &mut Visit<'_>) -> Result<()> {
        self.reading(|connection| walk(connection, &self.url, family, prefix, visit))
    }

    fn count(&self, family: Family) -> Result<u64> {
        self.reading(|connection| count(connection, &self.url, family))
    }
}

/// One moment of the file: a read transaction on a connection of its own.
struct View<'a> {
    url: &'a StoreUrl,
    connection: Connection,
}

impl Source for View<'_> {
    fn url(&self) -> &StoreUrl {
        self.url
    }

    fn walk(&self, family: Family, prefix: &Key, visit: &mut Visit<'_>) -> Result<()> {
        walk(&self.connection, self.url, family, prefix, visit)
    }

    fn count(&self, family: Family) -> Result<u64> {
        count(&self.connection, self.url, family)
    }
}

impl Store for Sqlite {
    fn get(&self, family: Family, key: &Key) -> Result<Option<Record>> {
        self.reading(|connection| {
            let fail = |error| failed(&self.url, error);
            let width = table::columns(family).len();
            let sql = format!("SELECT * FROM \"{}\" WHERE \"key\" = ? ORDER BY \"ordinal\"", family.name());
            let mut statement = connection.prepare_cached(&sql).map_err(fail)?;
            let rows = statement.query_map([key.as_bytes()], |row| cells(row, width)).map_err(fail)?;
            let rows = rows.collect::<rusqlite::Result<Vec<_>>>().map_err(fail)?;
            if rows.is_empty() { Ok(None) } else { table::record(family, &rows).map(Some) }
        })
    }

    fn last(&self, family: Family, prefix: &Key, n: usize) -> Result<Vec<Record>> {
        let keys: Vec<Vec<u8>> = self.reading(|connection| {
            let fail = |error| failed(&self.url, error);
            let end = prefix.successor();
            let bound = if end.is_some() { " AND \"key\" < ?" } else { "" };
            let sql = format!(
                "SELECT DISTINCT \"key\" FROM \"{}\" WHERE \"key\" >= ?{bound} ORDER BY \"key\" DESC LIMIT {}",
                family.name(),
                i64::try_from(n).unwrap_or(i64::MAX)
            );
            let mut statement = connection.prepare(&sql).map_err(fail)?;
            let bounds = std::iter::once(prefix).chain(&end).map(Key::as_bytes);
            let keys = statement.query_map(params_from_iter(bounds), |row| row.get(0)).map_err(fail)?;
            keys.collect::<rusqlite::Result<_>>().map_err(fail)
        })?;
        let found = keys.iter().map(|key| self.get(family, &Key::from_bytes(key)));
        found.filter_map(Result::transpose).collect()
    }

    fn prepare(&self, records: Vec<Record>) -> Result<Batch> {
        Ok(Batch::of(records))
    }

    fn write(&self, batch: &Batch) -> Result<()> {
        let mut connection = self.writer()?;
        let fail = |error| failed(&self.url, error);
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(fail)?;
        let delete = |family: Family, bounds: &str, keys: &[&[u8]]| {
            let sql = format!("DELETE FROM \"{}\" WHERE {bounds}", family.name());
            let mut statement = transaction.prepare_cached(&sql).map_err(fail)?;
            statement.execute(params_from_iter(keys)).map_err(fail).map(drop)
        };
        for (family, prefix) in &batch.prefixes {
            match prefix.successor() {
                Some(end) => delete(*family, "\"key\" >= ? AND \"key\" < ?", &[prefix.as_bytes(), end.as_bytes()])?,
                None => delete(*family, "\"key\" >= ?", &[prefix.as_bytes()])?,
            }
        }
        for (family, key) in &batch.deletes {
            delete(*family, "\"key\" = ?", &[key.as_bytes()])?;
        }
        for put in batch.sorted_puts() {
            delete(put.family, "\"key\" = ?", &[put.key.as_bytes()])?;
            match &put.value {
                Value::Record(record) => insert(&transaction, &self.url, record)?,
                Value::Bytes(bytes) => {
                    insert(&transaction, &self.url, &codec::decode(put.family, put.key.as_bytes(), bytes)?)?;
                }
            }
        }
        transaction.commit().map_err(fail)
    }

    fn flush(&self) -> Result<()> {
        let connection = self.writer()?;
        let checkpoint = connection.query_row("PRAGMA wal_checkpoint(FULL)", [], |_| Ok(()));
        checkpoint.map_err(|error| failed(&self.url, error))
    }

    fn view(&self) -> Result<Box<dyn Source + '_>> {
        let connection = connect(&self.url, Access::Read)?;
        // The read transaction begins with the first read.
        connection
            .execute_batch("BEGIN; SELECT count(*) FROM sqlite_schema;")
            .map_err(|error| failed(&self.url, error))?;
        Ok(Box::new(View { url: &self.url, connection }))
    }

    fn bytes(&self) -> Result<u64> {
        let log = PathBuf::from(format!("{}-wal", self.url.path().display()));
        let size = |path: &Path| match path.metadata() {
            Ok(metadata) => Ok(metadata.len()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(0),
            Err(error) => Err(Error::io("looking at", path)(error)),
        };
        Ok(size(self.url.path())? + size(&log)?)
    }
}

fn insert(connection: &Connection, url: &StoreUrl, record: &Record) -> Result<()> {
    let fail = |error| failed(url, error);
    let mut statement = connection.prepare_cached(&table::insert_statement(record.family())).map_err(fail)?;
    for row in table::rows(record)? {
        statement.execute(params_from_iter(row)).map_err(fail)?;
    }
    Ok(())
}

/// A new file, made beside its place and put there whole.
pub struct SqliteSink {
    url: StoreUrl,
    place: super::place::Place,
    connection: Connection,
    sql: String,
}

impl SqliteSink {
    /// Begins a file; `sql` runs at its end (views). An existing file is replaced only by `force`.
    ///
    /// # Errors
    /// The file exists, or cannot be made.
    pub fn create(url: &StoreUrl, force: bool, sql: &str) -> Result<Self> {
        let place = super::place::Place::new(url, force)?;
        let beside = StoreUrl::Sqlite(place.beside().to_owned());
        let connection = connect(&beside, Access::Create)?;
        // Nobody sees the file before it is whole, so nothing need survive a crash.
        connection
            .execute_batch(
                "PRAGMA page_size=8192; PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; \
                 PRAGMA locking_mode=EXCLUSIVE; PRAGMA cache_size=-65536;",
            )
            .map_err(|error| failed(url, error))?;
        make_tables(&connection, url, false)?;
        connection.execute_batch("BEGIN").map_err(|error| failed(url, error))?;
        Ok(Self { url: url.clone(), place, connection, sql: sql.to_owned() })
    }
}

impl Sink for SqliteSink {
    fn put(&mut self, records: Vec<Record>) -> Result<()> {
        records.iter().try_for_each(|record| insert(&self.connection, &self.url, record))
    }

    fn finish(self: Box<Self>) -> Result<()> {
        let Self { url, place, connection, sql } = *self;
        let mut end = String::from("COMMIT;\n");
        end.extend(Family::ALL.iter().map(|family| index_statement(*family)));
        end += &sql;
        end += "\nPRAGMA optimize;";
        connection.execute_batch(&end).map_err(|error| failed(&url, error))?;
        connection.close().map_err(|(_, error)| failed(&url, error))?;
        place.take()
    }
}
