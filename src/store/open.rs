//! Opens the engine that a URL names: as a store to live on, as a source to read, or for a check of
//! its structure. Never reads a record itself.

use std::sync::Arc;

use super::engine::{Source, Store};
use super::links;
use super::lmdb::Lmdb;
use super::options::OpenOptions;
use super::relational::{DuckdbReader, Sqlite};
use super::url::StoreUrl;
use crate::error::{Error, Result};

/// Opens a store to live on.
///
/// # Errors
/// [`Error::Store`] when it is missing, damaged, of a newer format or not accessible;
/// [`Error::Usage`] for a DuckDB file.
pub fn open(url: &StoreUrl, options: OpenOptions) -> Result<Arc<dyn Store>> {
    links::refuse(url)?;
    match url {
        StoreUrl::Lmdb(_) => Ok(Arc::new(Lmdb::open(url, options)?)),
        StoreUrl::Sqlite(_) => Ok(Arc::new(Sqlite::open(url, options)?)),
        StoreUrl::Duckdb(_) => Err(Error::Usage(format!(
            "{url}: elcano does not live on DuckDB; export to it, import from it, and live on lmdb:DIR or sqlite:FILE"
        ))),
    }
}

/// Checks the structure that an engine itself trusts, without opening the store and without
/// writing.
///
/// # Errors
/// [`Error::Store`] with what is damaged. Of a DuckDB file nothing is checked: it checks its blocks
/// whenever it reads.
pub fn check_structure(url: &StoreUrl) -> Result<()> {
    links::refuse(url)?;
    match url {
        StoreUrl::Lmdb(_) => Lmdb::check_pages(url),
        StoreUrl::Sqlite(_) => Sqlite::check_structure(url),
        StoreUrl::Duckdb(_) => Ok(()),
    }
}

/// Reads from a store of any engine, at one moment of it.
///
/// # Errors
/// When it cannot be opened for reading, or what `work` returns.
pub fn read_from<R>(url: &StoreUrl, work: impl FnOnce(&dyn Source) -> Result<R>) -> Result<R> {
    links::refuse(url)?;
    match url {
        StoreUrl::Lmdb(_) | StoreUrl::Sqlite(_) => {}
        StoreUrl::Duckdb(_) => return work(&DuckdbReader::open(url)?),
    }
    let store = open(url, OpenOptions::read())?;
    let view = store.view()?;
    work(&*view)
}
