//! Replaces a file or folder at once: the new one is made in a folder of its own beside the
//! destination, synced, and renamed. Readers see the old one or the new one, never a part. The next
//! replacement of the same destination removes what a killed process left behind.

use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// Writes a file whole or not at all. Its folder is created where it is missing.
///
/// # Errors
/// When the file system refuses; the file is as it was then.
pub fn replace_file(path: &Path, bytes: &[u8]) -> Result<()> {
    let temporary = Temporary::beside(path)?;
    let new = temporary.path();
    fs::write(&new, bytes).map_err(Error::io("writing", &new))?;
    sync(&new)?;
    temporary.place(path)
}

/// A folder beside a destination in which the new file or folder is made. Dropping it removes it
/// with everything in it.
#[derive(Debug)]
pub struct Temporary {
    folder: PathBuf,
    /// Locked as long as its process lives: other processes recognise litter by that.
    _lock: File,
}

impl Temporary {
    /// Creates the folder, and its parents; removes those of killed processes for the same
    /// destination.
    ///
    /// # Errors
    /// When the folder cannot be created.
    pub fn beside(destination: &Path) -> Result<Self> {
        let parent = parent(destination);
        fs::create_dir_all(parent).map_err(Error::io("creating", parent))?;
        let mut prefix = OsString::from(".");
        prefix.push(destination.file_name().unwrap_or_default());
        prefix.push(".tmp-");
        sweep(parent, &prefix);
        loop {
            let mut name = prefix.clone();
            name.push(uuid::Uuid::now_v7().simple().to_string());
            let folder = parent.join(name);
            fs::create_dir(&folder).map_err(Error::io("creating", &folder))?;
            // Another process may take the folder for litter before it is locked.
            match lock(&folder) {
                Ok(Some(lock)) if folder.is_dir() => return Ok(Self { folder, _lock: lock }),
                Ok(_) => {}
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => return Err(Error::io("opening", folder)(error)),
            }
        }
    }

    /// Where the new file or folder is made.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.folder.join("new")
    }

    /// Puts the new file or folder in place of the destination at once. The old one is removed
    /// together with this folder.
    ///
    /// # Errors
    /// When the file system refuses; the destination is as it was then.
    pub fn place(&self, destination: &Path) -> Result<()> {
        let new = self.path();
        match fs::rename(&new, destination) {
            Ok(()) => {}
            // A folder that is not empty cannot be renamed over.
            Err(error) if new.is_dir() && destination.is_dir() => {
                swap(&new, destination).map_err(|_| Error::io("replacing", destination)(error))?;
            }
            Err(error) => return Err(Error::io("creating", destination)(error)),
        }
        sync(parent(destination))
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // What stays is litter, which the next process removes.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Removes folders of this prefix whose process is gone. What cannot be removed does no harm.
fn sweep(parent: &Path, prefix: &OsString) {
    let Ok(entries) = fs::read_dir(parent) else { return };
    for entry in entries.flatten().filter(|entry| entry.file_name().as_bytes().starts_with(prefix.as_bytes())) {
        if let Ok(folder) = File::open(entry.path())
            && folder.try_lock().is_ok()
        {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// None when another process has the folder. Where folders cannot be locked, no process can lock
/// them.
fn lock(folder: &Path) -> std::io::Result<Option<File>> {
    let file = File::open(folder)?;
    Ok(match file.try_lock() {
        Err(TryLockError::WouldBlock) => None,
        Ok(()) | Err(TryLockError::Error(_)) => Some(file),
    })
}

fn parent(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Syncs a file or folder.
pub(super) fn sync(path: &Path) -> Result<()> {
    File::open(path).and_then(|file| file.sync_all()).map_err(Error::io("syncing", path))
}

/// Afterwards `new` is the old destination.
fn swap(new: &Path, destination: &Path) -> std::io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, new, CWD, destination, RenameFlags::EXCHANGE)?)
}

/// Gives a new file its name unless another process was first, which has then made the same file.
pub(super) fn place_if_absent(new: &Path, destination: &Path) -> Result<()> {
    match fs::hard_link(new, destination) {
        Ok(()) => {}
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => return Ok(()),
        // A file system without links.
        Err(_) => fs::rename(new, destination).map_err(Error::io("creating", destination))?,
    }
    sync(parent(destination))
}

#[cfg(test)]
mod tests {
    use super::replace_file;

    #[test]
    fn a_file_is_replaced_and_nothing_stays_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("below/report.md");
        for text in ["a first, long text", "second"] {
            replace_file(&path, text.as_bytes()).unwrap();
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        }
        assert_eq!(path.parent().unwrap().read_dir().unwrap().count(), 1);
    }

    #[test]
    fn a_refused_replacement_leaves_the_destination_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("taken");
        std::fs::create_dir(&path).unwrap();
        std::fs::write(path.join("kept"), "kept").unwrap();
        assert!(replace_file(&path, b"new").is_err());
        assert_eq!(std::fs::read_to_string(path.join("kept")).unwrap(), "kept");
        assert_eq!(folder.path().read_dir().unwrap().count(), 1);
    }
}
