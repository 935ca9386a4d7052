//! Refuses links, FIFOs and the like in the place of a store's own files. A repository can contain
//! such links, and they would lead writes out of it. Never opens one.

use std::ffi::OsStr;
use std::path::PathBuf;

use super::named_path::{NamedBy, destination, resolve};
use super::url::{StoreUrl, beside};
use crate::error::Result;

/// The name of the folder of a repository's own store.
pub const FOLDER: &str = ".elcano";

/// Fails where one of a store's own files is a link or no regular file, or the folder of a
/// repository's store is a link. A folder or file that was named by the user may be a link, unless
/// it is one of a work tree that leads out of it.
///
/// # Errors
/// [`crate::Error::Store`] with the link.
pub(super) fn refuse(url: &StoreUrl) -> Result<()> {
    let wrong = |path: PathBuf, problem: &str| {
        let problem = format!("`{}` is {problem}: remove it, or name another store", path.display());
        Err(url.error(problem))
    };
    for path in own_files(url) {
        match path.symlink_metadata() {
            Ok(found) if found.is_symlink() => return wrong(path, "a link, and a store keeps its files itself"),
            Ok(found) if found.is_dir() != (path == *url.path()) || !(found.is_file() || found.is_dir()) => {
                return wrong(path, "of another kind than what a store keeps there");
            }
            _ => {}
        }
    }
    if let Ok(found) = url.path().metadata()
        && !matches!((url, found.is_dir(), found.is_file()), (StoreUrl::Lmdb(_), true, _) | (_, false, true))
    {
        let expected = if matches!(url, StoreUrl::Lmdb(_)) { "a folder" } else { "a regular file" };
        return Err(url.error(format!("it is not {expected}: remove it, or name another store")));
    }
    resolve(url.path(), NamedBy::User).map(drop).map_err(|error| url.because("another store must be named", error))
}

/// The address of what is written: the target's where the user named a link.
///
/// # Errors
/// As [`refuse`].
pub(super) fn followed(url: &StoreUrl) -> Result<StoreUrl> {
    refuse(url)?;
    destination(url.path(), NamedBy::User).map(|path| url.at(path))
}

/// The paths that a store writes.
fn own_files(url: &StoreUrl) -> Vec<PathBuf> {
    match url {
        StoreUrl::Lmdb(folder) => {
            let own = (folder.file_name() == Some(OsStr::new(FOLDER))).then(|| folder.clone());
            let files = [".gitignore", "data.mdb", "lock.mdb"].map(|name| folder.join(name));
            own.into_iter().chain(files).chain([url.companion("lock")]).collect()
        }
        StoreUrl::Sqlite(file) | StoreUrl::Duckdb(file) => {
            let files = ["-wal", "-shm", "-journal", ".wal"].map(|end| beside(file, end));
            files.into_iter().chain([url.companion("lock")]).collect()
        }
    }
}
