//! Exports a store: databases and files with the tables of every family, and the views that people
//! ask for. Copies records. Never computes a number.

pub mod document;
pub mod query;
pub mod views;

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::error::{Error, Result};
use crate::store::{self, Existing, Family, Source, Store, StoreUrl};
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

impl FromStr for Target {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        const FORMS: &str = "duckdb:FILE, sqlite:FILE, parquet:DIR or csv:DIR";
        let (name, path) =
            text.split_once(':').ok_or_else(|| Error::Usage(format!("`{text}` is no target: {FORMS}")))?;
        if path.is_empty() {
            return Err(Error::Usage(format!("`{text}` names no path: {FORMS}")));
        }
        let path = PathBuf::from(path);
        match name {
            "sqlite" => Ok(Self::Sqlite(path)),
            "duckdb" => Ok(Self::Duckdb(path)),
            "parquet" => Ok(Self::Parquet(path)),
            "csv" => Ok(Self::Csv(path)),
            _ => {
                let hint = crate::error::suggestion(name, ["sqlite", "duckdb", "parquet", "csv"]);
                Err(Error::Usage(format!("unknown kind of target `{name}`{hint}: {FORMS}")))
            }
        }
    }
}

/// Exports a store to some targets. Each target is complete or untouched; one that exists is
/// replaced only by `force`.
///
/// # Errors
/// A target exists or cannot be written, or the store cannot be read.
pub fn export(store: &dyn Store, targets: &[Target], force: bool) -> Result<()> {
    let source = store.view()?;
    targets.iter().try_for_each(|target| one(source.as_ref(), target, force))
}

fn one(source: &dyn Source, target: &Target, force: bool) -> Result<()> {
    let existing = if force { Existing::Replace } else { Existing::Refuse };
    let database = |url: StoreUrl, dialect| {
        store::copy(source, store::export_to(&url, existing, views::statements(dialect))?).map(drop)
    };
    match target {
        Target::Sqlite(path) => database(StoreUrl::Sqlite(path.clone()), Dialect::Sqlite),
        Target::Duckdb(path) => database(StoreUrl::Duckdb(path.clone()), Dialect::Duckdb),
        Target::Parquet(path) => folder(source, target, path, force, "parquet", "FORMAT parquet, COMPRESSION zstd"),
        Target::Csv(path) => folder(source, target, path, force, "csv", "FORMAT csv, HEADER true"),
    }
}

/// A folder with one file a table and view, written by DuckDB in key order; made beside the target
/// and moved into its place.
fn folder(
    source: &dyn Source,
    target: &Target,
    path: &Path,
    force: bool,
    extension: &str,
    options: &str,
) -> Result<()> {
    let path = std::path::absolute(path).map_err(Error::io("resolving", path))?;
    let is_empty = || path.read_dir().is_ok_and(|mut entries| entries.next().is_none());
    if !force && path.symlink_metadata().is_ok() && !is_empty() {
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
        let rows = format!("SELECT * FROM \"{name}\" ORDER BY {order}");
        let file = folder.join(format!("{name}.{extension}"));
        connection.execute_batch(&copy_statement(&rows, &file, options)).map_err(failed)?;
    }
    connection.close().map_err(|(_, error)| failed(error))?;
    drop(database);
    temporary.place(&path)
}

fn copy_statement(rows: &str, file: &Path, options: &str) -> String {
    format!("COPY ({rows}) TO '{}' ({options})", file.display().to_string().replace('\'', "''"))
}
