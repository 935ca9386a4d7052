//! Puts a store that cannot be used out of the way, so that a new one can be made in its place. Nothing is deleted but
//! what the engine itself makes anew.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use super::{RunLock, StoreUrl};
use crate::error::{Error, Result};

/// Renames a store's data by adding `.damaged`, in place of data that were put aside before; gives the new name, or None
/// when there are no data.
///
/// # Errors
/// A run has the store ([`Error::Store`]), or the file system refuses.
pub fn quarantine(url: &StoreUrl) -> Result<Option<PathBuf>> {
    let _lock = RunLock::acquire(url)?;
    let (data, beside) = match url {
        StoreUrl::Lmdb(folder) => (folder.join("data.mdb"), vec![folder.join("lock.mdb")]),
        StoreUrl::Sqlite(file) => (file.clone(), vec![with(file, "-wal"), with(file, "-shm")]),
        StoreUrl::Duckdb(file) => (file.clone(), vec![with(file, ".wal")]),
    };
    let aside = with(&data, ".damaged");
    match fs::rename(&data, &aside) {
        Ok(()) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Error::io("putting aside", data)(error)),
    }
    for file in beside {
        match fs::remove_file(&file) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(Error::io("removing", file)(error));
            }
            _ => {}
        }
    }
    Ok(Some(aside))
}

fn with(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    name.into()
}
