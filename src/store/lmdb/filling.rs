//! A new LMDB folder on its way: filled beside its target without syncing, synced once, then renamed into place. Keys come
//! in order, so pages fill up.

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use super::Lmdb;
use crate::error::{Error, Result};
use crate::store::{Access, Batch, Durability, OpenOptions, Record, Sink, Store as _, StoreUrl};

/// A folder that is not yet the target.
pub(in crate::store) struct Filling {
    /// None once it is closed.
    store: Option<Lmdb>,
    temporary: PathBuf,
    target: PathBuf,
}

impl Filling {
    /// Begins beside the target.
    pub(in crate::store) fn start(url: &StoreUrl, options: OpenOptions) -> Result<Self> {
        let target = url.path().to_owned();
        let temporary = beside(&target);
        if let Some(parent) = temporary.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            fs::create_dir_all(parent).map_err(Error::io("creating", parent))?;
        }
        let options = OpenOptions { access: Access::Create, durability: Durability::Flush, ..options };
        let mut filling = Self { store: None, temporary: temporary.clone(), target };
        filling.store = Some(Lmdb::open(&StoreUrl::Lmdb(temporary), options)?);
        Ok(filling)
    }
}

/// A name in the same folder that nobody else uses.
fn beside(target: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(target.file_name().unwrap_or_default());
    name.push(format!(".tmp-{}-{}", std::process::id(), uuid::Uuid::now_v7().simple()));
    target.with_file_name(name)
}

impl Sink for Filling {
    fn put(&mut self, records: Vec<Record>) -> Result<()> {
        self.store.as_ref().map_or(Ok(()), |store| store.write(&Batch::of(records)))
    }

    fn finish(mut self: Box<Self>) -> Result<()> {
        if let Some(store) = self.store.take() {
            store.flush()?;
        }
        for name in ["data.mdb", "."] {
            let path = self.temporary.join(name);
            File::open(&path).and_then(|file| file.sync_all()).map_err(Error::io("syncing", path))?;
        }
        place(&self.temporary, &self.target)
    }
}

impl Drop for Filling {
    fn drop(&mut self) {
        self.store = None;
        // After a rename there is nothing to remove; otherwise what is left is only litter, and an error is on its way.
        let _ = fs::remove_dir_all(&self.temporary);
    }
}

/// Puts a folder in the place of another at once: whoever looks sees the old one or the new one.
fn place(new: &Path, target: &Path) -> Result<()> {
    let failed = Error::io("renaming", target);
    match fs::rename(new, target) {
        Ok(()) => {}
        Err(error) if target.is_dir() => swap(new, target).map_err(|_| failed(error))?,
        Err(error) => return Err(failed(error)),
    }
    let parent = target.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(parent).and_then(|parent| parent.sync_all()).map_err(Error::io("syncing", parent))
}

/// Afterwards `new` is the old target, which is then removed.
fn swap(new: &Path, target: &Path) -> std::io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    renameat_with(CWD, new, CWD, target, RenameFlags::EXCHANGE)?;
    fs::remove_dir_all(new)
}
