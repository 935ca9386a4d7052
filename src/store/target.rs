//! How a new file or folder takes its place: made under another name beside the target, synced, renamed. Whoever looks
//! sees the old target or the new one, never a part.

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// A temporary name beside a target that nobody else uses; its folder is made.
///
/// # Errors
/// When the folder cannot be made.
pub(super) fn beside(target: &Path) -> Result<PathBuf> {
    if let Some(parent) = target.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        fs::create_dir_all(parent).map_err(Error::io("creating", parent))?;
    }
    let mut name = OsString::from(".");
    name.push(target.file_name().unwrap_or_default());
    name.push(format!(".tmp-{}-{}", std::process::id(), uuid::Uuid::now_v7().simple()));
    Ok(target.with_file_name(name))
}

/// Syncs a file or folder.
pub(super) fn sync(path: &Path) -> Result<()> {
    File::open(path).and_then(|file| file.sync_all()).map_err(Error::io("syncing", path))
}

/// Syncs the folder that a path is in.
pub(super) fn sync_parent(path: &Path) -> Result<()> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    sync(parent)
}

/// Puts what was made into the place of its target at once.
pub(super) fn place(new: &Path, target: &Path) -> Result<()> {
    match fs::rename(new, target) {
        Ok(()) => {}
        // A folder that is not empty cannot be renamed over.
        Err(error) if new.is_dir() && target.is_dir() => {
            swap(new, target).map_err(|_| Error::io("replacing", target)(error))?;
        }
        Err(error) => return Err(Error::io("creating", target)(error)),
    }
    sync_parent(target)
}

/// Afterwards `new` is the old target, which is then removed.
fn swap(new: &Path, target: &Path) -> std::io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    renameat_with(CWD, new, CWD, target, RenameFlags::EXCHANGE)?;
    fs::remove_dir_all(new)
}

/// Gives a new file its name unless somebody else was first, who then has made the same.
pub(super) fn place_first(new: &Path, target: &Path) -> Result<()> {
    match fs::hard_link(new, target) {
        Ok(()) => {}
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => return Ok(()),
        // A file system without links.
        Err(_) => fs::rename(new, target).map_err(Error::io("creating", target))?,
    }
    sync_parent(target)
}
