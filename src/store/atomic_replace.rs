//! How a new file or folder takes its place: made in a folder of its own beside the target, synced, renamed. Whoever looks
//! sees the old target or the new one, never a part; what a killed process left behind goes when the next one begins.

use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// A folder beside a target in which the new one is made. It goes when it is dropped, with all that is in it.
#[derive(Debug)]
pub struct Temporary {
    folder: PathBuf,
    /// Locked as long as its process lives: that is how others tell it from litter.
    _lock: File,
}

impl Temporary {
    /// Makes the folder, and its parents; removes those that processes left behind which were killed on the same target.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn beside(target: &Path) -> Result<Self> {
        let parent = parent(target);
        fs::create_dir_all(parent).map_err(Error::io("creating", parent))?;
        let mut prefix = OsString::from(".");
        prefix.push(target.file_name().unwrap_or_default());
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

    /// Puts what was made into the place of its target at once. An old target goes with this folder.
    ///
    /// # Errors
    /// When the file system refuses; the target is as it was then.
    pub fn place(&self, target: &Path) -> Result<()> {
        let new = self.path();
        match fs::rename(&new, target) {
            Ok(()) => {}
            // A folder that is not empty cannot be renamed over.
            Err(error) if new.is_dir() && target.is_dir() => {
                swap(&new, target).map_err(|_| Error::io("replacing", target)(error))?;
            }
            Err(error) => return Err(Error::io("creating", target)(error)),
        }
        sync(parent(target))
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

/// None when somebody else has the folder. Where folders cannot be locked nobody else can lock them, either.
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

/// Afterwards `new` is the old target.
fn swap(new: &Path, target: &Path) -> std::io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, new, CWD, target, RenameFlags::EXCHANGE)?)
}

/// Gives a new file its name unless somebody else was first, who then has made the same.
pub(super) fn place_first(new: &Path, target: &Path) -> Result<()> {
    match fs::hard_link(new, target) {
        Ok(()) => {}
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => return Ok(()),
        // A file system without links.
        Err(_) => fs::rename(new, target).map_err(Error::io("creating", target))?,
    }
    sync(parent(target))
}
