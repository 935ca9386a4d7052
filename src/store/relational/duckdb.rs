//! Exports to DuckDB files and imports from them. Never lives on one. The tables are those of the
//! other engines. A foreign file is opened so that it cannot reach outside: no extensions, no other
//! files, no settings.

use std::fs::File;
use std::sync::{Mutex, PoisonError};

use duckdb::types::{ToSql, ToSqlOutput, ValueRef};
use duckdb::{AccessMode, Config, Connection, appender_params_from_iter, params};

use super::manifest::{self, Manifest};
use super::table::{self, Assembler, Cell, Column, Kind, Row, Seal, project};
use crate::error::{Error, Result};
use crate::interrupt;
use crate::metric::METRICS_VERSION;
use crate::store::record::check_format;
use crate::store::{Digest, Family, Key, Record, Sink, Source, StoreUrl, Temporary, Visit, atomic_replace};

/// Readable by every DuckDB from 1.2 on; newer ones would write what older ones refuse.
const STORAGE_VERSION: &str = "v1.2.0";
const MEMORY: &str = "1GB";
const THREADS: i64 = 2;
/// Rows that are read at a time: a result is held in memory as a whole.
const RECORDS_AT_A_TIME: usize = 20_000;

fn explain(url: &StoreUrl, error: duckdb::Error) -> Error {
    let text = error.to_string();
    let problem = if text.contains("Could not set lock") {
        "another process has it open"
    } else if text.contains("No space left") {
        "the disk is full; nothing was written"
    } else {
        "DuckDB refused"
    };
    url.because(problem, error)
}

/// Files that DuckDB opens at the same time to begin with.
const FILES: usize = 8;

/// Makes sure that files can be opened: where DuckDB cannot open those that it looks at when it
/// starts, it ends the process.
///
/// # Errors
/// The process has no descriptors left.
pub fn can_start() -> Result<()> {
    let files = (0..FILES).map(|_| File::open("/dev/null")).collect::<std::io::Result<Vec<_>>>();
    files.map(drop).map_err(Error::io("opening files for", "DuckDB"))
}

fn config() -> duckdb::Result<Config> {
    Config::default().enable_autoload_extension(false)?.max_memory(MEMORY)?.threads(THREADS)
}

fn definition(column: &Column) -> String {
    let kind = match column.kind {
        Kind::Integer => "BIGINT",
        Kind::Real => "DOUBLE",
        Kind::Text => "VARCHAR",
        Kind::Blob => "BLOB",
    };
    format!(", \"{}\" {kind}{}", column.name, if column.nullable { "" } else { " NOT NULL" })
}

/// The tables, with comments on tables and columns.
fn tables() -> String {
    let mut sql = "CREATE TABLE meta (key VARCHAR NOT NULL, value VARCHAR NOT NULL);\n".to_owned();
    for family in Family::ALL {
        let columns = table::columns(*family, true);
        let definitions = columns.iter().map(definition).collect::<String>();
        sql += &format!("CREATE TABLE \"{family}\" (key BLOB NOT NULL, ordinal BIGINT NOT NULL{definitions});\n");
        sql += &format!("COMMENT ON TABLE \"{family}\" IS {};\n", quoted(family.about()));
        for column in columns {
            sql += &format!("COMMENT ON COLUMN \"{family}\".\"{}\" IS {};\n", column.name, quoted(column.about));
        }
    }
    sql
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

impl ToSql for Cell<'_> {
    fn to_sql(&self) -> duckdb::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(value) => ValueRef::BigInt(*value),
            Self::Real(value) => ValueRef::Double(*value),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

/// A file that is not yet in its place.
pub(in crate::store) struct DuckdbBulkWriter {
    url: StoreUrl,
    // Dropped first: the file is closed before its folder is removed.
    connection: Connection,
    temporary: Temporary,
    manifest: Manifest,
    epilogue: Vec<String>,
}

impl DuckdbBulkWriter {
    /// Begins beside the destination. The statements of `epilogue` run when all records are in.
    pub(in crate::store) fn start(url: &StoreUrl, epilogue: Vec<String>) -> Result<Self> {
        can_start()?;
        let temporary = Temporary::beside(url.path())?;
        let path = temporary.path();
        let path = path.to_str().ok_or_else(|| url.error("DuckDB takes paths in UTF-8 only"))?;
        // The name `target` is written into the file with each view; another one would change its
        // bytes.
        let attach = format!("ATTACH {} AS target (STORAGE_VERSION '{STORAGE_VERSION}'); USE target;", quoted(path));
        let opened = config().and_then(Connection::open_in_memory_with_flags).and_then(|connection| {
            connection.execute_batch(&attach)?;
            connection.execute_batch("BEGIN;")?;
            connection.execute_batch(&tables())?;
            Ok(connection)
        });
        let connection = opened.map_err(|error| explain(url, error))?;
        Ok(Self { url: url.clone(), connection, temporary, manifest: Manifest::new(), epilogue })
    }

    fn complete(connection: Connection, manifest: Manifest, epilogue: &[String]) -> duckdb::Result<()> {
        let engine = ("duckdb".to_owned(), connection.version()?);
        let storage = ("storage".to_owned(), STORAGE_VERSION.to_owned());
        for (key, value) in manifest.finish().into_iter().chain([engine, storage]) {
            connection.execute("INSERT INTO meta VALUES (?, ?)", params![key, value])?;
        }
        epilogue.iter().try_for_each(|statement| connection.execute_batch(statement))?;
        connection.execute_batch("COMMIT; CHECKPOINT target; USE memory; DETACH target;")?;
        connection.close().map_err(|(_, error)| error)
    }

    fn append(&mut self, records: &[Record]) -> Result<()> {
        for records in records.chunk_by(|a, b| a.family() == b.family()) {
            let failed = |error| explain(&self.url, error);
            let mut appender = self
                .connection
                .appender_to_catalog_and_db(records[0].family().name(), "target", "main")
                .map_err(failed)?;
            for record in records {
                self.manifest.add(record)?;
                let (key, mut ordinal) = (record.key(), 0_i64);
                project(record, true, &mut |cells| {
                    let head = [Cell::Blob(key.as_bytes().into()), Cell::Int(ordinal)];
                    ordinal += 1;
                    appender.append_row(appender_params_from_iter(head.iter().chain(cells))).map_err(failed)
                })?;
            }
            appender.flush().map_err(failed)?;
        }
        Ok(())
    }
}

impl Sink for DuckdbBulkWriter {
    fn put(&mut self, records: Vec<Record>) -> Result<()> {
        self.append(&records)
    }

    fn finish(self: Box<Self>) -> Result<()> {
        let Self { url, connection, temporary, manifest, epilogue } = *self;
        let handle = connection.interrupt_handle();
        let completed =
            interrupt::passing_on(|| handle.interrupt(), || Self::complete(connection, manifest, &epilogue))?;
        completed.map_err(|error| interrupt::or_else(|| explain(&url, error)))?;
        atomic_replace::sync(&temporary.path())?;
        temporary.place(url.path())
    }
}

/// A file that is read. One connection, one moment: it cannot be written while it is open.
pub(in crate::store) struct DuckdbReader {
    url: StoreUrl,
    connection: Mutex<Connection>,
    derived: bool,
}

impl DuckdbReader {
    /// Opens an export.
    pub(in crate::store) fn open(url: &StoreUrl) -> Result<Self> {
        let failed = |error| explain(url, error);
        if !url.path().is_file() {
            return Err(url.error("there is no store here"));
        }
        can_start()?;
        let locked_down = |config: Config| {
            config
                .access_mode(AccessMode::ReadOnly)?
                .enable_external_access(false)?
                .with("allow_community_extensions", "false")?
                .with("lock_configuration", "true")
        };
        let connection = config()
            .and_then(locked_down)
            .and_then(|config| Connection::open_with_flags(url.path(), config))
            .map_err(failed)?;
        let derived = check(url, &connection)?;
        Ok(Self { url: url.clone(), connection: Mutex::new(connection), derived })
    }

    /// Visits at most [`RECORDS_AT_A_TIME`] rows from a key on; returns the key from which to go
    /// on.
    fn page(
        &self,
        family: Family,
        from: &[u8],
        end: Option<&[u8]>,
        assembler: &mut Assembler<'_>,
    ) -> Result<Option<Vec<u8>>> {
        let names = table::columns(family, self.derived)
            .iter()
            .map(|column| format!(", \"{}\"", column.name))
            .collect::<String>();
        let range = "key >= ? AND (? IS NULL OR key < ?)";
        let failed = |error| explain(&self.url, error);
        let rows = {
            let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
            // The key at which the next page begins: whole records only.
            let next = format!(
                "SELECT key FROM \"{family}\" WHERE {range} AND ordinal = 0 ORDER BY key LIMIT 1 OFFSET {RECORDS_AT_A_TIME}"
            );
            let mut statement = connection.prepare_cached(&next).map_err(failed)?;
            let mut found = statement.query(params![from, end, end]).map_err(failed)?;
            let next: Option<Vec<u8>> =
                found.next().map_err(failed)?.map(|row| row.get(0)).transpose().map_err(failed)?;
            let end = next.as_deref().or(end);
            let select = format!("SELECT key, ordinal{names} FROM \"{family}\" WHERE {range} ORDER BY key, ordinal");
            let mut statement = connection.prepare_cached(&select).map_err(failed)?;
            let mut rows = statement.query(params![from, end, end]).map_err(failed)?;
            let mut all = Vec::new();
            let width = table::columns(family, self.derived).len() + 2;
            while let Some(row) = rows.next().map_err(failed)? {
                all.push(read_row(row, width).map_err(failed)?);
            }
            (all, next)
        };
        // No lock is held while records are handed over: their receiver may read more.
        let (rows, next) = rows;
        for (key, ordinal, row) in rows {
            interrupt::check()?;
            assembler.push(&key, ordinal, row, Seal::Without)?;
        }
        Ok(next)
    }
}

/// The format, and that each family is a table of its columns. Returns whether derived columns are
/// defined as they are today.
fn check(url: &StoreUrl, connection: &Connection) -> Result<bool> {
    let failed = |error| explain(url, error);
    let is_table = |name: &str| -> Result<bool> {
        let sql = "SELECT count(*) FROM information_schema.tables WHERE table_name = ? AND table_type = 'BASE TABLE'";
        Ok(connection.query_row(sql, [name], |row| row.get::<_, i64>(0)).map_err(failed)? == 1)
    };
    if !is_table("meta")? {
        return Err(url.error("it is a DuckDB file of another program"));
    }
    let format = meta(url, connection, "format")?.and_then(|text| text.parse::<u32>().ok());
    check_format(format.map(i64::from)).map_err(|problem| url.error(problem))?;
    let mut derived = meta(url, connection, "metrics")?.is_some_and(|version| version == METRICS_VERSION.to_string());
    for family in Family::ALL {
        if !is_table(family.name())? {
            return Err(url.error(format!("the file is damaged: `{family}` is not a table")));
        }
        let sql = "SELECT column_name FROM information_schema.columns WHERE table_name = ?";
        let mut statement = connection.prepare(sql).map_err(failed)?;
        let there = statement.query_map([family.name()], |row| row.get::<_, String>(0)).map_err(failed)?;
        let there = there.collect::<duckdb::Result<Vec<_>>>().map_err(failed)?;
        for column in table::columns(*family, true) {
            let is_there = there.iter().any(|name| name == column.name);
            if !is_there && !column.derived {
                return Err(url.error(format!("the file is damaged: `{family}` has no column `{}`", column.name)));
            }
            derived &= is_there;
        }
    }
    Ok(derived)
}

fn meta(url: &StoreUrl, connection: &Connection, key: &str) -> Result<Option<String>> {
    let failed = |error| explain(url, error);
    let mut statement = connection.prepare("SELECT value FROM meta WHERE key = ?").map_err(failed)?;
    let mut rows = statement.query([key]).map_err(failed)?;
    rows.next().map_err(failed)?.map(|row| row.get(0)).transpose().map_err(failed)
}

/// Key, ordinal and cells. A value of a type that no table has becomes NULL, which is then found
/// not to belong there.
fn read_row(row: &duckdb::Row<'_>, width: usize) -> duckdb::Result<(Vec<u8>, i64, Row)> {
    let mut cells = Vec::with_capacity(width);
    for index in 2..width {
        cells.push(match row.get_ref(index)? {
            ValueRef::BigInt(value) => Cell::Int(value),
            ValueRef::Double(value) => Cell::Real(value),
            ValueRef::Text(bytes) => std::str::from_utf8(bytes)
                .map_or_else(|_| Cell::Blob(bytes.to_vec().into()), |text| Cell::Text(text.to_owned().into())),
            ValueRef::Blob(bytes) => Cell::Blob(bytes.to_vec().into()),
            _ => Cell::Null,
        });
    }
    Ok((row.get(0)?, row.get(1)?, cells))
}

impl Source for DuckdbReader {
    fn url(&self) -> &StoreUrl {
        &self.url
    }

    fn walk(&self, family: Family, prefix: &Key, visit: &mut Visit<'_>) -> Result<()> {
        let mut assembler = Assembler::new(family, self.derived, visit);
        let end = prefix.successor();
        let mut from = prefix.as_bytes().to_vec();
        while let Some(next) = self.page(family, &from, end.as_ref().map(Key::as_bytes), &mut assembler)? {
            from = next;
        }
        assembler.end()
    }

    fn count(&self, family: Family) -> Result<u64> {
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let sql = format!("SELECT count(*) FROM \"{family}\" WHERE ordinal = 0");
        let count = connection.query_row(&sql, [], |row| row.get::<_, i64>(0));
        count.map(i64::cast_unsigned).map_err(|error| explain(&self.url, error))
    }

    fn stated(&self, family: Family) -> Result<Option<Digest>> {
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let text = meta(&self.url, &connection, &manifest::digest_key(family))?;
        text.map(|text| manifest::parse_digest(&text).ok_or_else(|| self.url.error("a digest in `meta` is damaged")))
            .transpose()
    }
}
