//! Declares what every engine offers, in three small traits: [`Source`], [`Sink`] and [`Store`].
//! Never names an engine, and never interprets what is kept.

use std::fmt;

use super::record::{Batch, Digest, Family, Key, Record};
use super::url::StoreUrl;
use crate::error::Result;

/// Called by a source with each key and the record, or the damage, found under it.
pub type Visit<'a> = dyn FnMut(&[u8], Result<Record>) -> Result<()> + 'a;

/// Where records come from.
pub trait Source {
    /// The name of the store.
    fn url(&self) -> &StoreUrl;

    /// Visits the records of a family whose key starts with `prefix`, in key order and at one
    /// moment of the store. A damaged record is handed over as its error. The first error that
    /// `visit` returns ends the walk and is returned.
    fn walk(&self, family: Family, prefix: &Key, visit: &mut Visit<'_>) -> Result<()>;

    /// How many records a family has.
    fn count(&self, family: Family) -> Result<u64>;

    /// The digest that the store itself states of a family, where it does: exports do, stores that
    /// change do not.
    fn stated(&self, _family: Family) -> Result<Option<Digest>> {
        Ok(None)
    }

    /// Like [`Source::walk`], ended by the first damaged record.
    fn scan(&self, family: Family, prefix: &Key, visit: &mut dyn FnMut(Record) -> Result<()>) -> Result<()> {
        self.walk(family, prefix, &mut |_, record| visit(record?))
    }
}

/// Where records go: nothing is visible before `finish`.
pub trait Sink {
    /// Takes records: families in the order of [`Family::ALL`], keys ascending.
    fn put(&mut self, records: Vec<Record>) -> Result<()>;

    /// Makes all that was put visible at once, or nothing.
    fn finish(self: Box<Self>) -> Result<()>;
}

/// A store that a run can live on. One writer at a time, any number of readers, several processes.
pub trait Store: Source + Send + Sync {
    /// The record of a key; none means that there is none, and nothing else.
    fn get(&self, family: Family, key: &Key) -> Result<Option<Record>>;

    /// The last `n` records whose key starts with `prefix`, in descending key order.
    fn last(&self, family: Family, prefix: &Key, n: usize) -> Result<Vec<Record>>;

    /// Encodes records as [`Store::write`] takes them quickest; meant for the threads that make
    /// them.
    fn prepare(&self, records: Vec<Record>) -> Result<Batch>;

    /// Does all of a batch in one transaction, or nothing.
    fn write(&self, batch: &Batch) -> Result<()>;

    /// Makes everything written so far survive a power cut; see [`crate::store::Durability`].
    fn flush(&self) -> Result<()>;

    /// A source that stays at this moment of the store over all families.
    ///
    /// Keep it short: the space of records that are replaced meanwhile is not used again before it
    /// ends.
    fn view(&self) -> Result<Box<dyn Source + '_>>;

    /// Bytes on disk.
    fn bytes(&self) -> Result<u64>;
}

impl fmt::Debug for dyn Store + '_ {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Store({})", self.url())
    }
}
