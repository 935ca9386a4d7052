//! The statements of the SQLite tables, and how a file is recognised, opened and trusted.

use std::fs::File;
use std::io::Read as _;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension as _};

use crate::error::{Error, Result};
use crate::store::table::{self, Column, Kind};
use crate::store::{Durability, FORMAT, Family, StoreUrl};

/// "ELCN": what `file` and other programs know an elcano store by.
pub(super) const APPLICATION_ID: i32 = 0x454C_434E;
/// No text or blob is longer.
const VALUE_BYTES_MAX: i32 = 512 << 20;
/// How long a writer waits for another process.
const BUSY_WAIT: Duration = Duration::from_secs(60);
const PAGE_BYTES: u32 = 8192;

/// The statements of one family.
pub(super) struct Statements {
    pub(super) insert: String,
    pub(super) delete: String,
    pub(super) delete_range: String,
    pub(super) get: String,
    pub(super) scan: String,
    pub(super) last: String,
    pub(super) count: String,
    pub(super) width: usize,
}

impl Statements {
    /// For tables with or without derived columns.
    pub(super) fn of(family: Family, derived: bool) -> Self {
        let columns = table::columns(family, derived);
        let names = columns.iter().map(|column| format!(", \"{}\"", column.name)).collect::<String>();
        let marks = (3..columns.len() + 3).map(|mark| format!(", ?{mark}")).collect::<String>();
        let select = format!("SELECT key, ordinal{names} FROM \"{family}\"");
        // A range without an end has NULL there.
        let range = "key >= ?1 AND (?2 IS NULL OR key < ?2)";
        Self {
            insert: format!("INSERT INTO \"{family}\" (key, ordinal{names}) VALUES (?1, ?2{marks})"),
            delete: format!("DELETE FROM \"{family}\" WHERE key = ?1"),
            delete_range: format!("DELETE FROM \"{family}\" WHERE {range}"),
            get: format!("{select} WHERE key = ?1 ORDER BY ordinal"),
            scan: format!("{select} WHERE {range} ORDER BY key, ordinal"),
            last: format!("SELECT DISTINCT key FROM \"{family}\" WHERE {range} ORDER BY key DESC LIMIT ?3"),
            count: format!("SELECT count(*) FROM \"{family}\" WHERE ordinal = 0"),
            width: columns.len() + 2,
        }
    }
}

/// The tables, without indexes.
pub(super) fn tables(derived: bool) -> String {
    let tables = Family::ALL.iter().map(|family| {
        let columns = table::columns(*family, derived).iter().map(definition).collect::<String>();
        format!("CREATE TABLE \"{family}\" (key BLOB NOT NULL, ordinal INTEGER NOT NULL{columns}) STRICT;\n")
    });
    let meta = "CREATE TABLE meta (key TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL) STRICT;\n";
    std::iter::once(meta.to_owned()).chain(tables).collect()
}

/// What finds a record. In exports they are made after the rows.
pub(super) fn indexes() -> String {
    Family::ALL
        .iter()
        .map(|family| format!("CREATE UNIQUE INDEX \"{family}_key\" ON \"{family}\" (key, ordinal);\n"))
        .collect()
}

/// Marks a file as elcano's.
pub(super) fn marks() -> String {
    format!("PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {FORMAT};")
}

/// What a new file begins with.
pub(super) fn page_size() -> String {
    format!("PRAGMA page_size = {PAGE_BYTES};")
}

fn definition(column: &Column) -> String {
    let kind = match column.kind {
        Kind::Integer => "INTEGER",
        Kind::Real => "REAL",
        Kind::Text => "TEXT",
        Kind::Blob => "BLOB",
    };
    format!(", \"{}\" {kind}{}", column.name, if column.nullable { "" } else { " NOT NULL" })
}

/// Looks at the first bytes: SQLite takes an empty file for an empty database.
pub(super) fn recognise(url: &StoreUrl) -> Result<()> {
    let mut start = [0; 16];
    let mut file = match File::open(url.path()) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Err(url.error("there is no store here")),
        Err(error) => return Err(Error::io("opening", url.path())(error)),
    };
    match file.read_exact(&mut start) {
        Ok(()) if start == *b"SQLite format 3\0" => Ok(()),
        Ok(()) => Err(url.error("it is not a SQLite file")),
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            Err(url.error("it is not a SQLite file: it is too short"))
        }
        Err(error) => Err(Error::io("reading", url.path())(error)),
    }
}

/// Opens a file that others may have made: nothing in its schema is run, and no value is larger than it may be.
pub(super) fn connect(url: &StoreUrl, flags: OpenFlags, durability: Durability) -> Result<Connection> {
    let failed = |error| explain(url, error);
    let connection = Connection::open_with_flags(location(url.path(), flags), flags).map_err(failed)?;
    connection.busy_timeout(BUSY_WAIT).map_err(failed)?;
    connection.set_prepared_statement_cache_capacity(Family::COUNT * 8);
    connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, VALUE_BYTES_MAX).map_err(failed)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true).map_err(failed)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false).map_err(failed)?;
    let synchronous = if durability == Durability::Commit { "FULL" } else { "NORMAL" };
    let pragmas = format!("PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0; PRAGMA synchronous = {synchronous};");
    connection.execute_batch(&pragmas).map_err(failed)?;
    Ok(connection)
}

/// The path itself, or as a URI when that is what the flags say.
fn location(path: &Path, flags: OpenFlags) -> std::path::PathBuf {
    if !flags.contains(OpenFlags::SQLITE_OPEN_URI) {
        return path.to_owned();
    }
    let mut uri = String::from("file:");
    for byte in path.as_os_str().as_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' => uri.push(char::from(*byte)),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri.push_str("?immutable=1");
    uri.into()
}

/// Checks that the file is a store of this format and that each family is a table. Says whether the derived columns are
/// there and defined as they are today.
pub(super) fn check(url: &StoreUrl, connection: &Connection, metrics_version: u32) -> Result<bool> {
    let failed = |error| explain(url, error);
    let pragma = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).map_err(failed);
    if pragma("application_id")? != i64::from(APPLICATION_ID) {
        return Err(url.error("it is a SQLite file of another program"));
    }
    let format = pragma("user_version")?;
    if format > i64::from(FORMAT) {
        return Err(url.error(format!("it is of a newer elcano (format {format}; this one knows {FORMAT})")));
    }
    if format != i64::from(FORMAT) {
        return Err(url.error(format!("its format {format} is unknown")));
    }
    let mut derived = meta(url, connection, "metrics")?.is_some_and(|version| version == metrics_version.to_string());
    for family in Family::ALL {
        let kind: Option<String> = connection
            .query_row("SELECT type FROM sqlite_schema WHERE name = ?1", [family.name()], |row| row.get(0))
            .optional()
            .map_err(failed)?;
        if kind.as_deref() != Some("table") {
            return Err(url.error(format!("the store is damaged: `{family}` is not a table")));
        }
        let there = column_names(connection, *family).map_err(failed)?;
        for column in table::columns(*family, true) {
            let is_there = there.iter().any(|name| name == column.name);
            if !is_there && !column.derived {
                return Err(url.error(format!("the store is damaged: `{family}` has no column `{}`", column.name)));
            }
            derived &= is_there;
        }
    }
    Ok(derived)
}

fn column_names(connection: &Connection, family: Family) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare("SELECT name FROM pragma_table_info(?1)")?;
    let names = statement.query_map([family.name()], |row| row.get(0))?;
    names.collect()
}

/// A value of table `meta`.
pub(super) fn meta(url: &StoreUrl, connection: &Connection, key: &str) -> Result<Option<String>> {
    connection
        .query_row("SELECT value FROM meta WHERE key = ?1", [key], |row| row.get(0))
        .optional()
        .map_err(|error| explain(url, error))
}

/// What an error of SQLite means for a person.
pub(super) fn explain(url: &StoreUrl, error: rusqlite::Error) -> Error {
    let problem = match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => "another process has locked it for too long",
        Some(ErrorCode::DiskFull) => "the disk is full; nothing of the last batch was written",
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            "the store is damaged; `elcano store doctor` says where"
        }
        Some(ErrorCode::ReadOnly) => "it is read-only",
        Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => "it cannot be opened",
        _ => "SQLite refused",
    };
    url.because(problem, error)
}
