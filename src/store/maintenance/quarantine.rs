//! Quarantines a damaged store, so that a new one can be made in its place. Never deletes anything
//! but what the engine makes anew.

use std::fs;
use std::path::PathBuf;

use crate::error::{Error, Result};
use crate::store::lmdb::DATA_FILE;
use crate::store::url::beside;
use crate::store::{RunLock, StoreUrl};

/// Renames a store's data by adding `.damaged`, in place of data that were quarantined before.
/// Returns the new name, or none when there are no data.
///
/// # Errors
/// A run has the store ([`Error::Store`]), or the file system refuses.
pub fn quarantine(url: &StoreUrl) -> Result<Option<PathBuf>> {
    let _lock = RunLock::acquire(url)?;
    let (data, companions) = match url {
        StoreUrl::Lmdb(folder) => (folder.join(DATA_FILE), vec![folder.join("lock.mdb")]),
        StoreUrl::Sqlite(file) => (file.clone(), vec![beside(file, "-wal"), beside(file, "-shm")]),
        StoreUrl::Duckdb(file) => (file.clone(), vec![beside(file, ".wal")]),
    };
    let quarantined = beside(&data, ".damaged");
    match fs::rename(&data, &quarantined) {
        Ok(()) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Error::io("quarantining", data)(error)),
    }
    for file in companions {
        match fs::remove_file(&file) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(Error::io("removing", file)(error));
            }
            _ => {}
        }
    }
    Ok(Some(quarantined))
}
