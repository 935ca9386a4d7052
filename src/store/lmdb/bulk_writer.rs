//! A new LMDB folder on its way: filled beside its target without syncing, synced once, then put into place. Keys come in
//! order, so pages fill up.

use std::path::PathBuf;

use super::Lmdb;
use super::environment::DATA_FILE;
use crate::error::Result;
use crate::store::{
    Access, Batch, Durability, OpenOptions, Record, RunLock, Sink, Store as _, StoreUrl, Temporary, atomic_replace,
};

/// A folder that is not yet the target.
pub(in crate::store) struct BulkWriter {
    // Dropped first: nobody has the folder open when it goes.
    store: Lmdb,
    temporary: Temporary,
    target: PathBuf,
    /// No run writes into a store that is about to be replaced.
    _held: Option<RunLock>,
}

impl BulkWriter {
    /// Begins beside the target.
    pub(in crate::store) fn start(url: &StoreUrl, options: OpenOptions) -> Result<Self> {
        let held = url.path().join(DATA_FILE).exists().then(|| RunLock::acquire(url)).transpose()?;
        let temporary = Temporary::beside(url.path())?;
        let options = OpenOptions { access: Access::Create, durability: Durability::Flush, ..options };
        let store = Lmdb::open(&StoreUrl::Lmdb(temporary.path()), options)?;
        Ok(Self { store, temporary, target: url.path().to_owned(), _held: held })
    }
}

impl Sink for BulkWriter {
    fn put(&mut self, records: Vec<Record>) -> Result<()> {
        self.store.write(&Batch::of(records))
    }

    fn finish(self: Box<Self>) -> Result<()> {
        let Self { store, temporary, target, _held } = *self;
        store.flush()?;
        drop(store);
        atomic_replace::sync(&temporary.path().join(DATA_FILE))?;
        atomic_replace::sync(&temporary.path())?;
        temporary.place(&target)
    }
}
