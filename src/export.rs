//! The store for others: databases and files with the tables of every family, and views people ask for. Copies records,
//! never computes a number.

pub mod query;
pub mod views;

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::error::{Error, Result};
use crate::store::duckdb::{DuckdbSink, Tables};
use crate::store::sqlite::SqliteSink;
use crate::store::{self, Family, Place, Source, Store, StoreUrl};
use views::Engine;

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

/// Exports a store to some targets. Each target is complete or untouched; one that exists is replaced only by `force`.
///
/// # Errors
/// A target exists or cannot be written, or the store cannot be read.
pub fn export(store: &dyn Store, targets: &[Target], force: bool) -> Result<()> {
    let source = store.view()?;
    targets.iter().try_for_each(|target| one(source.as_ref(), target, force))
}

fn one(source: &dyn Source, target: &Target, force: bool) -> Result<()> {
    match target {
        Target::Sqlite(path) => {
            let url = StoreUrl::Sqlite(path.clone());
            let sink = SqliteSink::create(&url, force, &views::statements(Engine::Sqlite))?;
            store::copy(source, Box::new(sink)).map(drop)
        }
        Target::Duckdb(path) => {
            let url = StoreUrl::Duckdb(path.clone());
            let sink = DuckdbSink::create(&url, force, &views::statements(Engine::Duckdb))?;
            store::copy(source, Box::new(sink)).map(drop)
        }
        Target::Parquet(path) => folder(source, target, path, force, "parquet", "FORMAT parquet, COMPRESSION zstd"),
        Target::Csv(path) => folder(source, target, path, force, "csv", "FORMAT csv, HEADER true"),
    }
}

/// A folder with one file a table and view, written by DuckDB in key order.
fn folder(source: &dyn Source, target: &Target, path: &Path, force: bool, ending: &str, options: &str) -> Result<()> {
    // Only its path matters here: the place is a folder.
    let place = Place::new(&StoreUrl::Lmdb(path.to_owned()), force)?;
    fs::create_dir_all(place.beside()).map_err(Error::io("making", place.beside()))?;
    let database = place.beside().join("facts.duckdb");
    let mut tables = Tables::at(&database)?;
    for family in Family::ALL {
        store::copy_family(source, *family, &mut tables)?;
    }
    let connection = tables.commit(&views::statements(Engine::Duckdb))?;
    let failed = |error: duckdb::Error| Error::Store {
        store: target.to_string(),
        problem: "DuckDB failed".to_owned(),
        source: Some(Box::new(error)),
    };
    for family in Family::ALL {
        let file = place.beside().join(format!("{family}.{ending}"));
        let rows = format!("SELECT * FROM \"{family}\" ORDER BY \"key\", \"ordinal\"");
        connection.execute_batch(&copy_statement(&rows, &file, options)).map_err(failed)?;
    }
    for view in views::VIEWS {
        let file = place.beside().join(format!("{}.{ending}", view.name));
        let rows = format!("SELECT * FROM \"{}\" ORDER BY ALL", view.name);
        connection.execute_batch(&copy_statement(&rows, &file, options)).map_err(failed)?;
    }
    connection.close().map_err(|(_, error)| failed(error))?;
    fs::remove_file(&database).map_err(Error::io("removing", &database))?;
    place.take()
}

fn copy_statement(rows: &str, file: &Path, options: &str) -> String {
    format!("COPY ({rows}) TO '{}' ({options})", file.display().to_string().replace('\'', "''"))
}
