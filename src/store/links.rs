//! Refuses links in the place of a store's own files. A repository can contain such links, and they
//! would lead writes out of it. Never follows one.

use std::ffi::OsStr;
use std::path::PathBuf;

use super::url::StoreUrl;
use crate::error::Result;

/// The name of the folder of a repository's own store.
const FOLDER: &str = ".elcano";

/// Fails where one of a store's own files is a link, or the folder of a repository's store is one. A
/// folder or file that was named by the user may be a link.
///
/// # Errors
/// [`crate::Error::Store`] with the link.
pub(super) fn refuse(url: &StoreUrl) -> Result<()> {
    let is_link = |path: &PathBuf| path.symlink_metadata().is_ok_and(|metadata| metadata.is_symlink());
    own_files(url).into_iter().find(is_link).map_or(Ok(()), |path| {
        Err(url.error(format!(
            "`{}` is a link, and a store keeps its files itself: remove the link, or name another store",
            path.display()
        )))
    })
}

/// The paths that a store writes.
fn own_files(url: &StoreUrl) -> Vec<PathBuf> {
    let beside = |file: &PathBuf, end: &str| {
        let mut name = file.as_os_str().to_owned();
        name.push(end);
        PathBuf::from(name)
    };
    match url {
        StoreUrl::Lmdb(folder) => {
            let own = (folder.file_name() == Some(OsStr::new(FOLDER))).then(|| folder.clone());
            let files = [".gitignore", "data.mdb", "lock.mdb", "elcano.lock"].map(|name| folder.join(name));
            own.into_iter().chain(files).collect()
        }
        StoreUrl::Sqlite(file) | StoreUrl::Duckdb(file) => {
            ["-wal", "-shm", "-journal", ".wal", ".elcano.lock"].map(|end| beside(file, end)).into()
        }
    }
}
