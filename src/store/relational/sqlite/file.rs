//! Opens SQLite files: recognises them by their first bytes, trusts nothing in them, checks their
//! tables. Never writes a record.

use std::fs::File;
use std::io::Read as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::{Connection, OpenFlags, OptionalExtension as _};
use rustix::fs::OFlags;

use super::failure::explain;
use super::schema::{APPLICATION_ID, CHECKSUM, CHECKSUMS, Shape};
use crate::error::{Error, Result};
use crate::interrupt;
use crate::store::record::check_format;
use crate::store::relational::table;
use crate::store::url::beside;
use crate::store::{Durability, Family, StoreUrl};

/// No text or blob is longer.
const VALUE_BYTES_MAX: i32 = 512 << 20;
/// How long a writer waits for another process.
const BUSY_WAIT: Duration = Duration::from_secs(60);

/// Checks the first bytes: SQLite takes an empty file for an empty database.
pub(super) fn recognise(url: &StoreUrl) -> Result<()> {
    let mut start = [0; 16];
    // Anything but a regular file is refused, and does not make this wait.
    let mut options = File::options();
    let mut file = match options.read(true).custom_flags(OFlags::NONBLOCK.bits().cast_signed()).open(url.path()) {
        Ok(file) if file.metadata().is_ok_and(|found| found.is_file()) => file,
        Ok(_) => return Err(url.error("it is no regular file")),
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

/// Opens a file that may be foreign: nothing in its schema is run, and no value is larger than it
/// may be.
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

/// The path itself, or as a URI when the flags ask for it.
fn location(path: &Path, flags: OpenFlags) -> PathBuf {
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

/// Checks that the file is a store of this format and that each family is a table. Returns whether
/// the derived columns are there and defined as they are today, and whether records have checksums.
pub(super) fn check(url: &StoreUrl, connection: &Connection, metrics_version: u32) -> Result<Shape> {
    let failed = |error| explain(url, error);
    let pragma = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).map_err(failed);
    if pragma("application_id")? != i64::from(APPLICATION_ID) {
        return Err(url.error("it is a SQLite file of another program"));
    }
    check_format(Some(pragma("user_version")?)).map_err(|problem| url.error(problem))?;
    let sealed = meta(url, connection, CHECKSUMS)?.is_some();
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
        if sealed && !there.iter().any(|name| name == CHECKSUM) {
            return Err(url.error(format!("the store is damaged: `{family}` has no column `{CHECKSUM}`")));
        }
    }
    Ok(Shape { derived, sealed })
}

pub(super) fn column_names(connection: &Connection, family: Family) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare("SELECT name FROM pragma_table_info(?1)")?;
    let names = statement.query_map([family.name()], |row| row.get(0))?;
    names.collect()
}

/// Checks the file's structure: every page, every row, and that each index has every row.
///
/// # Errors
/// [`Error::Store`] with the first things that are wrong.
pub(super) fn integrity(url: &StoreUrl, connection: &Connection) -> Result<()> {
    let handle = connection.get_interrupt_handle();
    let check = || {
        let mut statement = connection.prepare("PRAGMA integrity_check(3)")?;
        let found = statement.query_map([], |row| row.get::<_, String>(0))?;
        found.collect::<rusqlite::Result<Vec<_>>>()
    };
    let found = interrupt::passing_on(|| handle.interrupt(), check)?.map_err(|error| explain(url, error))?;
    if found == ["ok"] { Ok(()) } else { Err(url.error(format!("it is damaged: {}", found.join("; ")))) }
}

/// A value of table `meta`.
pub(super) fn meta(url: &StoreUrl, connection: &Connection, key: &str) -> Result<Option<String>> {
    connection
        .query_row("SELECT value FROM meta WHERE key = ?1", [key], |row| row.get(0))
        .optional()
        .map_err(|error| explain(url, error))
}

/// A write-ahead log stands beside the file: it was not closed, or is open just now.
pub(super) fn has_log(url: &StoreUrl) -> bool {
    beside(url.path(), "-wal").exists()
}

/// The folder of the file can be written.
pub(super) fn can_write_beside(url: &StoreUrl) -> bool {
    let parent = url.path().parent().filter(|parent| !parent.as_os_str().is_empty());
    rustix::fs::access(parent.unwrap_or(Path::new(".")), rustix::fs::Access::WRITE_OK).is_ok()
}
