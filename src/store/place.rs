//! Where a new store will stand: it is made beside its place and put there whole, or not at all.

use std::fs;
use std::path::{Path, PathBuf};

use super::StoreUrl;
use crate::error::{Error, Result};

/// A place that is being prepared; what was made for it is removed unless it is taken.
pub struct Place {
    target: PathBuf,
    beside: PathBuf,
    taken: bool,
}

impl Place {
    /// Prepares a place. What already stands there is kept until the new is whole, and replaced only by `force`.
    ///
    /// # Errors
    /// Something stands there and `force` is not set, or the folder cannot be written.
    pub fn new(url: &StoreUrl, force: bool) -> Result<Self> {
        let target = std::path::absolute(url.path()).map_err(Error::io("resolving", url.path()))?;
        if !force && target.symlink_metadata().is_ok() {
            return Err(Error::Usage(format!("{url} exists; --force replaces it")));
        }
        let folder = target.parent().unwrap_or(Path::new("/"));
        fs::create_dir_all(folder).map_err(Error::io("making", folder))?;
        let mut name = std::ffi::OsString::from(".");
        name.push(target.file_name().unwrap_or_default());
        name.push(format!(".{}.tmp", std::process::id()));
        let place = Self { beside: folder.join(name), target, taken: false };
        place.clear();
        Ok(place)
    }

    /// Where the new store is made.
    #[must_use]
    pub fn beside(&self) -> &Path {
        &self.beside
    }

    /// Puts the new store in its place.
    ///
    /// # Errors
    /// It cannot be synced or moved.
    pub fn take(mut self) -> Result<()> {
        let sync = |path: &Path| fs::File::open(path).and_then(|file| file.sync_all());
        sync(&self.beside).map_err(Error::io("syncing", &self.beside))?;
        if self.target.is_dir() {
            fs::remove_dir_all(&self.target).map_err(Error::io("replacing", &self.target))?;
        }
        fs::rename(&self.beside, &self.target).map_err(Error::io("writing", &self.target))?;
        self.taken = true;
        let folder = self.target.parent().unwrap_or(Path::new("/"));
        sync(folder).map_err(Error::io("syncing", folder))
    }

    /// Removes what was made; that nothing is there is no error, and a leftover harms nobody.
    fn clear(&self) {
        let _ = fs::remove_file(&self.beside);
        let _ = fs::remove_dir_all(&self.beside);
        for ending in ["-wal", "-shm", "-journal", ".wal"] {
            let mut name = self.beside.as_os_str().to_owned();
            name.push(ending);
            let _ = fs::remove_file(name);
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if !self.taken {
            self.clear();
        }
    }
}
