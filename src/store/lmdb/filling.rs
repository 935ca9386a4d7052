//! A new LMDB folder on its way: filled beside its target without syncing, synced once, then put into place. Keys come in
//! order, so pages fill up.

use std::fs;
use std::path::PathBuf;

use super::Lmdb;
use crate::error::Result;
use crate::store::{Access, Batch, Durability, OpenOptions, Record, Sink, Store as _, StoreUrl, target};

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
        let temporary = target::beside(url.path())?;
        let options = OpenOptions { access: Access::Create, durability: Durability::Flush, ..options };
        let mut filling = Self { store: None, temporary: temporary.clone(), target: url.path().to_owned() };
        filling.store = Some(Lmdb::open(&StoreUrl::Lmdb(temporary), options)?);
        Ok(filling)
    }
}

impl Sink for Filling {
    fn put(&mut self, records: Vec<Record>) -> Result<()> {
        self.store.as_ref().map_or(Ok(()), |store| store.write(&Batch::of(records)))
    }

    fn finish(mut self: Box<Self>) -> Result<()> {
        if let Some(store) = self.store.take() {
            store.flush()?;
        }
        target::sync(&self.temporary.join("data.mdb"))?;
        target::sync(&self.temporary)?;
        target::place(&self.temporary, &self.target)
    }
}

impl Drop for Filling {
    fn drop(&mut self) {
        self.store = None;
        // After it took its place there is nothing to remove; otherwise what is left is only litter, and an error is on its way.
        let _ = fs::remove_dir_all(&self.temporary);
    }
}
