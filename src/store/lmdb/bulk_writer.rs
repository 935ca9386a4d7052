//! Writes a new LMDB folder in one go: filled beside its destination without syncing, synced once,
//! then put in place. Keys come in order, so pages fill up. Never changes an existing store.

use std::path::PathBuf;

use super::store::Lmdb;
use super::system::DATA_FILE;
use crate::error::Result;
use crate::store::{
    Access, Batch, Durability, OpenOptions, Record, RunLock, Sink, Store as _, StoreUrl, Temporary, atomic_replace,
};

/// A folder that is not yet in its place.
pub(in crate::store) struct LmdbBulkWriter {
    // Dropped first: the folder is closed before it is removed.
    store: Lmdb,
    temporary: Temporary,
    destination: PathBuf,
    /// No run writes into a store that is about to be replaced.
    _held: Option<RunLock>,
}

impl LmdbBulkWriter {
    /// Begins beside the destination.
    pub(in crate::store) fn start(url: &StoreUrl, options: OpenOptions) -> Result<Self> {
        let held = url.path().join(DATA_FILE).exists().then(|| RunLock::acquire(url)).transpose()?;
        let temporary = Temporary::beside(url.path())?;
        let options = OpenOptions { access: Access::Create, durability: Durability::Flush, ..options };
        let store = Lmdb::open(&StoreUrl::Lmdb(temporary.path()), options)?;
        Ok(Self { store, temporary, destination: url.path().to_owned(), _held: held })
    }
}

/// Whether a store's folder holds something of this name, or what a killed process left of it.
fn is_of_a_store(name: &[u8]) -> bool {
    let names: [&[u8]; 5] = [b".gitignore", DATA_FILE.as_bytes(), b"lock.mdb", b"elcano.lock", b"elcano.checked"];
    names.contains(&name) || name == b"data.mdb.damaged" || name.starts_with(b".data.mdb.tmp-")
}

impl Sink for LmdbBulkWriter {
    fn put(&mut self, records: Vec<Record>) -> Result<()> {
        self.store.write(&Batch::of(records))
    }

    fn finish(self: Box<Self>) -> Result<()> {
        let Self { store, temporary, destination, _held } = *self;
        store.flush()?;
        drop(store);
        atomic_replace::sync(&temporary.path().join(DATA_FILE))?;
        atomic_replace::sync(&temporary.path())?;
        temporary.place_folder(&destination, &is_of_a_store)
    }
}
