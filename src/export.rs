//! Exports a store: databases and files with the tables of every family, and the views that people
//! ask for. Copies records. Never computes a number.

mod csv;
pub mod document;
pub mod query;
pub mod views;

use std::ffi::OsStr;
use std::fmt;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use bstr::ByteSlice as _;

use crate::error::{Error, Result};
use crate::interrupt;
use crate::store::{self, Existing, Family, NamedBy, Source, Store, StoreUrl};
use views::Dialect;

/// Where an export goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A SQLite file.
    Sqlite(PathBuf),
    /// A DuckDB file.
    Duckdb(PathBuf),
    /// A folder of Parquet files, one a table or view.
    Parquet(PathBuf),
    /// A folder of CSV files, one a table or view.
    Csv(PathBuf),
}

impl Target {
    fn parts(&self) -> (&'static str, &Path) {
        match self {
            Self::Sqlite(path) => ("sqlite", path),
            Self::Duckdb(path) => ("duckdb", path),
            Self::Parquet(path) => ("parquet", path),
            Self::Csv(path) => ("csv", path),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, path) = self.parts();
        write!(f, "{name}:{}", path.display())
    }
}

impl Target {
    /// Reads what was typed; a path need not be UTF-8.
    ///
    /// # Errors
    /// No known kind, or no path.
    pub fn parse(text: &OsStr) -> Result<Self> {
        const FORMS: &str = "duckdb:FILE, sqlite:FILE, parquet:DIR or csv:DIR";
        let shown = text.display();
        let parts = text.as_bytes().split_once_str(":");
        let (name, path) = parts.ok_or_else(|| Error::Usage(format!("`{shown}` is no target: {FORMS}")))?;
        if path.is_empty() {
            return Err(Error::Usage(format!("`{shown}` names no path: {FORMS}")));
        }
        let path = PathBuf::from(OsStr::from_bytes(path));
        match name {
            b"sqlite" => Ok(Self::Sqlite(path)),
            b"duckdb" => Ok(Self::Duckdb(path)),
            b"parquet" => Ok(Self::Parquet(path)),
            b"csv" => Ok(Self::Csv(path)),
            _ => {
                let name = String::from_utf8_lossy(name);
                let hint = crate::error::suggestion(&name, ["sqlite", "duckdb", "parquet", "csv"]);
                Err(Error::Usage(format!("unknown kind of target `{name}`{hint}: {FORMS}")))
            }
        }
    }
}

impl FromStr for Target {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::parse(text.as_ref())
    }
}

/// How an export is made.
#[derive(Debug, Clone, Copy, Default)]
pub struct ExportOptions {
    /// Targets that exist are replaced.
    pub force: bool,
    /// In CSV no text is a formula to a spreadsheet.
    pub csv_safe: bool,
}

/// Exports a store to some targets. Each target is complete or untouched; one that exists is
/// replaced only by force.
///
/// # Errors
/// A target exists or cannot be written, or the store cannot be read.
pub fn export(store: &dyn Store, targets: &[Target], options: ExportOptions) -> Result<()> {
    let source = store.view()?;
    targets.iter().try_for_each(|target| interrupt::check().and_then(|()| one(source.as_ref(), target, options)))
}

fn one(source: &dyn Source, target: &Target, options: ExportOptions) -> Result<()> {
    let existing = if options.force { Existing::Replace } else { Existing::Refuse };
    let database = |url: StoreUrl, dialect| {
        store::copy(source, store::export_to(&url, existing, views::statements(dialect))?).map(drop)
    };
    match target {
        Target::Sqlite(path) => database(StoreUrl::Sqlite(path.clone()), Dialect::Sqlite),
        Target::Duckdb(path) => database(StoreUrl::Duckdb(path.clone()), Dialect::Duckdb),
        Target::Parquet(path) => folder(source, target, path, options, &PARQUET),
        Target::Csv(path) => folder(source, target, path, options, &CSV),
    }
}

/// A format of files that DuckDB writes.
struct FileFormat {
    extension: &'static str,
    /// Behind `COPY ... TO`.
    options: &'static str,
}

const PARQUET: FileFormat = FileFormat { extension: "parquet", options: "FORMAT parquet, COMPRESSION zstd" };
const CSV: FileFormat = FileFormat { extension: "csv", options: "FORMAT csv, HEADER true" };

/// A folder with one file a table and view, written by DuckDB in key order; made beside the target
/// and moved into its place.
fn folder(
    source: &dyn Source,
    target: &Target,
    path: &Path,
    options: ExportOptions,
    format: &FileFormat,
) -> Result<()> {
    let path = std::path::absolute(path).map_err(Error::io("resolving", path))?;
    let path = store::destination(&path, NamedBy::User)?;
    let is_empty = || path.read_dir().is_ok_and(|mut entries| entries.next().is_none());
    if !options.force && path.symlink_metadata().is_ok() && !is_empty() {
        return Err(Error::Usage(format!("{target} is there already; --force replaces it")));
    }
    let temporary = store::Temporary::beside(&path)?;
    let folder = temporary.path();
    fs::create_dir(&folder).map_err(Error::io("making", &folder))?;
    let database = query::Database::make(source, &folder, &|_| true)?;
    let failed = |error: duckdb::Error| Error::Store {
        store: target.to_string(),
        problem: "DuckDB failed".to_owned(),
        source: Some(Box::new(error)),
    };
    let connection = database.connect()?;
    let tables = Family::ALL.iter().map(|family| (family.name(), "\"key\", \"ordinal\""));
    for (name, order) in tables.chain(views::VIEWS.iter().map(|view| (view.name, "ALL"))) {
        let is_safe = options.csv_safe && format.extension == CSV.extension;
        let columns = if is_safe { safe_columns(&connection, name).map_err(failed)? } else { "*".to_owned() };
        // The order is that of the rows as they are.
        let rows = format!("SELECT {columns} FROM (SELECT * FROM \"{name}\" ORDER BY {order})");
        let file = folder.join(format!("{name}.{}", format.extension));
        let handle = connection.interrupt_handle();
        let copy = || connection.execute_batch(&copy_statement(&rows, &file, format.options));
        interrupt::passing_on(|| handle.interrupt(), copy)?.map_err(|error| interrupt::or_else(|| failed(error)))?;
    }
    connection.close().map_err(|(_, error)| failed(error))?;
    drop(database);
    let end = format!(".{}", format.extension);
    temporary.place_folder(&path, &|name| name.ends_with(end.as_bytes()))
}

/// The columns of a table or view, the texts among them such that none is a formula.
fn safe_columns(connection: &duckdb::Connection, name: &str) -> duckdb::Result<String> {
    let sql = "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = ? ORDER BY column_index";
    let mut statement = connection.prepare(sql)?;
    let columns = statement.query_map([name], |row| {
        let (column, kind): (String, String) = (row.get(0)?, row.get(1)?);
        Ok(csv::safe_column(&column, &kind))
    })?;
    Ok(columns.collect::<duckdb::Result<Vec<_>>>()?.join(", "))
}

fn copy_statement(rows: &str, file: &Path, options: &str) -> String {
    format!("COPY ({rows}) TO '{}' ({options})", file.display().to_string().replace('\'', "''"))
}
