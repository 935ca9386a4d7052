//! Replaces a file or folder at once: the new one is made in a folder of its own beside the
//! destination, synced, and renamed. Readers see the old one or the new one, never a part. The next
//! replacement of the same destination removes what a killed process left behind, and nothing that
//! has another form.

use std::ffi::{OsStr, OsString};
use std::fs::{self, DirBuilder, File, Metadata, OpenOptions, Permissions, TryLockError};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _, fchown};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

use crate::error::{Error, Result};
use crate::interrupt;

/// Bytes of the destination's name that are in the folder's: a name has at most 255.
const NAME_BYTES_MAX: usize = 200;

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
        let named = destination.file_name().unwrap_or_default().as_bytes();
        let mut prefix = OsString::from(".");
        prefix.push(OsStr::from_bytes(&named[..named.len().min(NAME_BYTES_MAX)]));
        prefix.push(".tmp-");
        sweep(parent, &prefix);
        loop {
            let mut name = prefix.clone();
            name.push(uuid::Uuid::new_v4().simple().to_string());
            let folder = parent.join(name);
            DirBuilder::new().mode(0o700).create(&folder).map_err(Error::io("creating", &folder))?;
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

    /// Puts the new file in place of the destination at once, with the mode of the old one.
    ///
    /// # Errors
    /// When the file system refuses, or the user interrupts: the destination is as it was then.
    pub fn place(&self, destination: &Path) -> Result<()> {
        interrupt::check()?;
        let new = self.path();
        if let Ok(old) = destination.symlink_metadata()
            && old.is_file()
        {
            keep_mode(&new, &old).map_err(Error::io("writing", destination))?;
        }
        fs::rename(&new, destination).map_err(Error::io("creating", destination))?;
        sync(parent(destination))
    }

    /// Puts the new folder in place of the destination at once. The old one is removed together
    /// with this folder; `is_ours` tells by its name what such a folder holds.
    ///
    /// # Errors
    /// The old folder holds something else, or the file system refuses; it is as it was then.
    pub fn place_folder(&self, destination: &Path, is_ours: &dyn Fn(&[u8]) -> bool) -> Result<()> {
        let new = self.path();
        match fs::rename(&new, destination) {
            Ok(()) => {}
            // A folder that is not empty cannot be renamed over.
            Err(error) if destination.symlink_metadata().is_ok_and(|found| found.is_dir()) => {
                for entry in fs::read_dir(destination).map_err(Error::io("looking at", destination))? {
                    let name = entry.map_err(Error::io("looking at", destination))?.file_name();
                    if !is_ours(name.as_bytes()) {
                        let (folder, name) = (destination.display(), name.display());
                        return Err(Error::Usage(format!(
                            "`{folder}` is not replaced, for it also holds `{name}`: name a folder of its own"
                        )));
                    }
                }
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

/// Removes this user's folders of this prefix whose process is gone. What cannot be removed does no
/// harm.
fn sweep(parent: &Path, prefix: &OsString) {
    let is_hex = |id: &[u8]| id.len() == 32 && id.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let is_ours = |name: &OsStr| name.as_bytes().strip_prefix(prefix.as_bytes()).is_some_and(is_hex);
    let is_own =
        |folder: &File| folder.metadata().is_ok_and(|found| found.uid() == rustix::process::geteuid().as_raw());
    let Ok(entries) = fs::read_dir(parent) else { return };
    for entry in entries.flatten().filter(|entry| is_ours(&entry.file_name())) {
        if let Ok(folder) = open_folder(&entry.path())
            && is_own(&folder)
            && folder.try_lock().is_ok()
        {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Opens a folder that is no link, and nothing else.
fn open_folder(path: &Path) -> std::io::Result<File> {
    let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW;
    OpenOptions::new().read(true).custom_flags(flags.bits().cast_signed()).open(path)
}

/// None when another process has the folder. Where folders cannot be locked, no process can lock
/// them.
fn lock(folder: &Path) -> std::io::Result<Option<File>> {
    let file = open_folder(folder)?;
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

/// Gives a new file mode, owner and group of the old one, as far as this user may.
fn keep_mode(path: &Path, old: &Metadata) -> std::io::Result<()> {
    let file = File::open(path)?;
    let new = file.metadata()?;
    let mut mode = old.mode() & 0o7777;
    if (new.uid(), new.gid()) != (old.uid(), old.gid())
        && fchown(&file, Some(old.uid()), Some(old.gid())).is_err()
        && fchown(&file, None, Some(old.gid())).is_err()
    {
        // Another group gets no more than everybody.
        mode = (mode & 0o707) | ((mode & 0o007) << 3 & mode);
    }
    file.set_permissions(Permissions::from_mode(mode))
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
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::Temporary;

    #[test]
    fn a_replacement_leaves_nothing_and_refuses_a_folder() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("below").join("n".repeat(255));
        for text in ["first", "second"] {
            let temporary = Temporary::beside(&path).unwrap();
            fs::write(temporary.path(), text).unwrap();
            temporary.place(&path).unwrap();
            drop(temporary);
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        assert_eq!(path.parent().unwrap().read_dir().unwrap().count(), 1);
        let taken = folder.path().join("taken");
        fs::create_dir(&taken).unwrap();
        fs::write(taken.join("kept"), "kept").unwrap();
        let temporary = Temporary::beside(&taken).unwrap();
        fs::write(temporary.path(), "new").unwrap();
        assert!(temporary.place(&taken).is_err());
        assert_eq!(fs::read_to_string(taken.join("kept")).unwrap(), "kept");
    }

    #[test]
    fn only_litter_of_our_form_is_swept() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let (hex, other) = ("0123456789abcdef".repeat(2), "0123456789ABCDEF".repeat(2));
        let litter = at(&format!(".a.tmp-{hex}"));
        fs::create_dir(&litter).unwrap();
        fs::write(litter.join("new"), "").unwrap();
        fs::create_dir(at("victim")).unwrap();
        let kept = [
            format!(".a.tmp-{other}"),
            format!(".a.tmp-{}", &hex[1..]),
            format!(".a.tmp-{hex}0"),
            format!(".b.tmp-{hex}"),
            ".a.tmp-mine".to_owned(),
            "a.tmp".to_owned(),
        ];
        kept.iter().for_each(|name| fs::create_dir(at(name)).unwrap());
        let (link, file) = (format!(".a.tmp-{}", "1".repeat(32)), format!(".a.tmp-{}", "2".repeat(32)));
        symlink("victim", at(&link)).unwrap();
        fs::write(at(&file), "").unwrap();
        drop(Temporary::beside(&at("a")).unwrap());
        assert!(!litter.exists());
        for name in kept.iter().chain([&link, &file, &"victim".to_owned()]) {
            assert!(at(name).symlink_metadata().is_ok(), "{name}");
        }
    }
}
