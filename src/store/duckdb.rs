//! DuckDB: tables to export to, ask questions of and import from; never lived on. The tables are those of
//! [`super::table`]; nothing here knows a record's fields.

use duckdb::types::{ToSqlOutput, Value as SqlValue, ValueRef};
use duckdb::{AccessMode, Config, Connection, appender_params_from_iter, params_from_iter};

use super::place::Place;
use super::table::{self, Cell, Gather, Row, Type};
use super::{FORMAT, Family, Key, Record, Sink, Source, StoreUrl, Visit};
use crate::error::{Error, Result};

const fn type_name(of: Type) -> &'static str {
    match of {
        Type::Int | Type::Uint | Type::Bool => "BIGINT",
        Type::Real => "DOUBLE",
        Type::Text | Type::Json => "VARCHAR",
        Type::Blob => "BLOB",
    }
}

impl duckdb::ToSql for Cell {
    fn to_sql(&self) -> duckdb::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Null => ToSqlOutput::Owned(SqlValue::Null),
            Self::Int(value) => ToSqlOutput::Owned(SqlValue::BigInt(*value)),
            Self::Real(value) => ToSqlOutput::Owned(SqlValue::Double(*value)),
            Self::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Self::Blob(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
        })
    }
}

fn failed(url: &StoreUrl, error: duckdb::Error) -> Error {
    let text = error.to_string();
    let problem = if text.contains("Could not set lock") {
        "it is in use by another process"
    } else if text.contains("not a valid DuckDB database file") {
        "this is no DuckDB file"
    } else {
        "DuckDB failed"
    };
    url.because(problem, error)
}

/// DuckDB never asks the network for an extension.
fn config() -> duckdb::Result<Config> {
    Config::default().with("autoinstall_known_extensions", "false")?.with("autoload_known_extensions", "false")
}

/// The tables of all families in a database that is being filled.
pub struct Tables {
    url: StoreUrl,
    connection: Connection,
}

impl Tables {
    /// Tables in memory, to ask questions of.
    ///
    /// # Errors
    /// DuckDB fails.
    pub fn in_memory() -> Result<Self> {
        Self::make(StoreUrl::Duckdb(":memory:".into()), Connection::open_in_memory_with_flags)
    }

    /// Tables in a new file.
    ///
    /// # Errors
    /// The file cannot be made.
    pub fn at(path: &std::path::Path) -> Result<Self> {
        Self::make(StoreUrl::Duckdb(path.to_owned()), |config| Connection::open_with_flags(path, config))
    }

    fn make(url: StoreUrl, open: impl FnOnce(Config) -> duckdb::Result<Connection>) -> Result<Self> {
        let fail = |error| failed(&url, error);
        let connection = config().and_then(open).map_err(fail)?;
        let mut sql = String::from("BEGIN;\nCREATE TABLE meta (\"key\" VARCHAR PRIMARY KEY, \"value\" VARCHAR);\n");
        sql +=
            &format!("INSERT INTO meta VALUES ('format', '{FORMAT}'), ('elcano', '{}');\n", env!("CARGO_PKG_VERSION"));
        for family in Family::ALL {
            sql += &format!("{};\n", table::create_statement(*family, type_name));
        }
        connection.execute_batch(&sql).map_err(fail)?;
        Ok(Self { url, connection })
    }

    fn append(&self, records: &[Record]) -> Result<()> {
        let fail = |error| failed(&self.url, error);
        for run in records.chunk_by(|a, b| a.family() == b.family()) {
            let mut appender = self.connection.appender(run[0].family().name()).map_err(fail)?;
            for record in run {
                for row in table::rows(record)? {
                    appender.append_row(appender_params_from_iter(row)).map_err(fail)?;
                }
            }
            appender.flush().map_err(fail)?;
        }
        Ok(())
    }

    /// Runs closing statements and makes everything visible.
    ///
    /// # Errors
    /// DuckDB fails.
    pub fn commit(self, sql: &str) -> Result<Connection> {
        self.connection.execute_batch(&format!("{sql}\nCOMMIT;")).map_err(|error| failed(&self.url, error))?;
        Ok(self.connection)
    }
}

impl Sink for Tables {
    fn put(&mut self, records: Vec<Record>) -> Result<()> {
        self.append(&records)
    }

    fn finish(self: Box<Self>) -> Result<()> {
        self.commit("").map(drop)
    }
}

/// A new file, made beside its place and put there whole.
pub struct DuckdbSink {
    tables: Tables,
    place: Place,
    sql: String,
}

impl DuckdbSink {
    /// Begins a file; `sql` runs at its end (views). An existing file is replaced only by `force`.
    ///
    /// # Errors
    /// The file exists, or cannot be made.
    pub fn create(url: &StoreUrl, force: bool, sql: &str) -> Result<Self> {
        let place = Place::new(url, force)?;
        let tables = Tables { url: url.clone(), ..Tables::at(place.beside())? };
        Ok(Self { tables, place, sql: sql.to_owned() })
    }
}

impl Sink for DuckdbSink {
    fn put(&mut self, records: Vec<Record>) -> Result<()> {
        self.tables.put(records)
    }

    fn finish(self: Box<Self>) -> Result<()> {
        let Self { tables, place, sql } = *self;
        let url = tables.url.clone();
        let connection = tables.commit(&sql)?;
        connection.execute_batch("CHECKPOINT").map_err(|error| failed(&url, error))?;
        connection.close().map_err(|(_, error)| failed(&url, error))?;
        place.take()
    }
}

/// A DuckDB file that is read; it may be of anybody's making.
pub struct Duckdb {
    url: StoreUrl,
    connection: Connection,
}

impl Duckdb {
    /// Opens a file for reading: no extension, no other file and no setting is within its reach.
    ///
    /// # Errors
    /// It is missing, no file of elcano, of a newer format, or in use.
    pub fn open(url: &StoreUrl) -> Result<Self> {
        let fail = |error| failed(url, error);
        if !url.path().is_file() {
            return Err(url.error("there is no such file"));
        }
        let config = config()
            .and_then(|config| config.access_mode(AccessMode::ReadOnly))
            .and_then(|config| config.enable_external_access(false))
            .and_then(|config| config.with("lock_configuration", "true"))
            .map_err(fail)?;
        let connection = Connection::open_with_flags(url.path(), config).map_err(fail)?;
        let opened = Self { url: url.clone(), connection };
        opened.check()?;
        Ok(opened)
    }

    fn check(&self) -> Result<()> {
        let is_table = "SELECT count(*) FROM information_schema.tables \
                        WHERE table_name = ? AND table_schema = 'main' AND table_type = 'BASE TABLE'";
        let names = std::iter::once("meta").chain(Family::ALL.iter().map(|family| family.name()));
        for name in names {
            let count: i64 = self
                .connection
                .query_row(is_table, [name], |row| row.get(0))
                .map_err(|error| failed(&self.url, error))?;
            if count != 1 {
                return Err(self.url.error(format!("it has no table `{name}`: no export of elcano")));
            }
        }
        let sql = "SELECT \"value\" FROM meta WHERE \"key\" = 'format'";
        let format: String =
            self.connection.query_row(sql, [], |row| row.get(0)).map_err(|error| failed(&self.url, error))?;
        if format == FORMAT.to_string() {
            return Ok(());
        }
        Err(self.url.error(format!("its format is {format}, this elcano knows {FORMAT}; use the newer elcano")))
    }
}

impl Source for Duckdb {
    fn url(&self) -> &StoreUrl {
        &self.url
    }

    fn walk(&self, family: Family, prefix: &Key, visit: &mut Visit<'_>) -> Result<()> {
        let fail = |error| failed(&self.url, error);
        let width = table::columns(family).len();
        let end = prefix.successor();
        let mut statement = self.connection.prepare(&table::select_statement(family, end.is_some())).map_err(fail)?;
        let bounds = std::iter::once(prefix).chain(&end).map(Key::as_bytes);
        let mut rows = statement.query(params_from_iter(bounds)).map_err(fail)?;
        let mut visit = |key: &[u8], record: Result<Record>| visit(key, record);
        let mut gather = Gather::new(family, &mut visit);
        while let Some(row) = rows.next().map_err(fail)? {
            gather.row(cells(row, width).map_err(fail)?)?;
        }
        gather.end()
    }

    fn count(&self, family: Family) -> Result<u64> {
        let sql = format!("SELECT count(DISTINCT \"key\") FROM \"{}\"", family.name());
        let count: i64 =
            self.connection.query_row(&sql, [], |row| row.get(0)).map_err(|error| failed(&self.url, error))?;
        u64::try_from(count).map_err(|error| self.url.because("a count is negative", error))
    }
}

fn cells(row: &duckdb::Row<'_>, width: usize) -> duckdb::Result<Row> {
    (0..width)
        .map(|at| {
            Ok(match row.get_ref(at)? {
                ValueRef::Null => Cell::Null,
                ValueRef::BigInt(value) => Cell::Int(value),
                ValueRef::Double(value) => Cell::Real(value),
                ValueRef::Text(text) => Cell::Text(String::from_utf8_lossy(text).into_owned()),
                ValueRef::Blob(bytes) => Cell::Blob(bytes.to_vec()),
                other => return Err(duckdb::Error::InvalidColumnType(at, "column".to_owned(), other.data_type())),
            })
        })
        .collect()
}
