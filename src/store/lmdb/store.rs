//! Stores records in LMDB: encodes and decodes them, and orders their writes. Never handles maps,
//! transactions or damage below that; the environment does.

use std::ops::Bound;
use std::sync::Arc;

use heed::{PutFlags, RoTxn, RwTxn, WithoutTls};

use super::environment::{self, Environment, LmdbFailure, ReadTransaction};
use crate::error::{Error, Result};
use crate::interrupt;
use crate::store::{
    Batch, Encoding, Family, Key, OpenOptions, Put, PutValue, Record, Source, Store, StoreUrl, Visit, codec,
};

/// A store in a folder of LMDB.
pub(in crate::store) struct Lmdb {
    environment: Arc<Environment>,
    encoding: Encoding,
}

/// A moment of the store.
struct LmdbView<'s> {
    environment: &'s Environment,
    reading: ReadTransaction<'s>,
}

impl Lmdb {
    /// Opens or makes the store; see [`crate::store::open`].
    pub(in crate::store) fn open(url: &StoreUrl, options: OpenOptions) -> Result<Self> {
        Ok(Self { environment: Environment::open(url, options)?, encoding: options.encoding })
    }

    /// Checks every page of the data file without mapping it; LMDB itself would crash on it.
    ///
    /// # Errors
    /// What is wrong and on which page.
    pub(in crate::store) fn check_pages(url: &StoreUrl) -> Result<()> {
        environment::check(url)
    }

    fn view(&self) -> Result<LmdbView<'_>> {
        Ok(LmdbView { environment: &self.environment, reading: self.environment.reading()? })
    }
}

/// From a prefix to the last key that starts with it.
struct Range<'k>(&'k Key, Option<Key>);

impl<'k> Range<'k> {
    fn of(prefix: &'k Key) -> Self {
        Self(prefix, prefix.successor())
    }

    fn bounds(&self) -> (Bound<&[u8]>, Bound<&[u8]>) {
        let end = self.1.as_ref().map_or(Bound::Unbounded, |end| Bound::Excluded(end.as_bytes()));
        let start = self.0.as_bytes();
        // LMDB has no empty key.
        (if start.is_empty() { Bound::Unbounded } else { Bound::Included(start) }, end)
    }
}

impl Environment {
    /// Values beside a range that are not those of their keys. A damaged key hides a record: it is
    /// where the true key would be, for the order of keys was checked, and is not found.
    fn beside(
        &self,
        txn: &RoTxn<'_, WithoutTls>,
        family: Family,
        first: &[u8],
        end: Option<&[u8]>,
    ) -> Result<Vec<(Vec<u8>, Error)>> {
        let database = self.families[family.index()];
        let before = if first.is_empty() { Ok(None) } else { database.get_lower_than(txn, first) };
        let after = end.map_or(Ok(None), |end| database.get_greater_than_or_equal_to(txn, end));
        let mut damage = Vec::new();
        for found in [before, after] {
            if let Some((key, value)) = found.map_err(|error| self.error(error))?
                && let Err(error) = codec::decode(family, key, value)
                && codec::is_misplaced(&error)
            {
                damage.push((key.to_vec(), error));
            }
        }
        Ok(damage)
    }
}

impl Source for LmdbView<'_> {
    fn url(&self) -> &StoreUrl {
        &self.environment.url
    }

    fn walk(&self, family: Family, prefix: &Key, visit: &mut Visit<'_>) -> Result<()> {
        let database = self.environment.families[family.index()];
        let range = Range::of(prefix);
        let entries =
            database.range(&self.reading.txn, &range.bounds()).map_err(|error| self.environment.error(error))?;
        for entry in entries {
            interrupt::check()?;
            let (key, value) = entry.map_err(|error| self.environment.error(error))?;
            visit(key, codec::decode(family, key, value))?;
        }
        // A damaged key can have left the range, by an end of it.
        let (first, end) = (range.0.as_bytes(), range.1.as_ref().map(Key::as_bytes));
        for damage in self.environment.beside(&self.reading.txn, family, first, end)? {
            visit(&damage.0, Err(damage.1))?;
        }
        Ok(())
    }

    fn count(&self, family: Family) -> Result<u64> {
        let database = self.environment.families[family.index()];
        database.len(&self.reading.txn).map_err(|error| self.environment.error(error))
    }
}

impl Source for Lmdb {
    fn url(&self) -> &StoreUrl {
        &self.environment.url
    }

    fn walk(&self, family: Family, prefix: &Key, visit: &mut Visit<'_>) -> Result<()> {
        self.view()?.walk(family, prefix, visit)
    }

    fn count(&self, family: Family) -> Result<u64> {
        self.view()?.count(family)
    }
}

impl Store for Lmdb {
    fn get(&self, family: Family, key: &Key) -> Result<Option<Record>> {
        let reading = self.environment.reading()?;
        let value = self.environment.families[family.index()]
            .get(&reading.txn, key.as_bytes())
            .map_err(|error| self.environment.error(error))?;
        if let Some(value) = value {
            return codec::decode(family, key.as_bytes(), value).map(Some);
        }
        let key = key.as_bytes();
        let mut damage = self.environment.beside(&reading.txn, family, key, Some(key))?;
        damage.pop().map_or(Ok(None), |(_, error)| Err(error))
    }

    fn last(&self, family: Family, prefix: &Key, n: usize) -> Result<Vec<Record>> {
        let reading = self.environment.reading()?;
        let range = Range::of(prefix);
        self.environment.families[family.index()]
            .rev_range(&reading.txn, &range.bounds())
            .map_err(|error| self.environment.error(error))?
            .take(n)
            .map(|entry| {
                let (key, value) = entry.map_err(|error| self.environment.error(error))?;
                codec::decode(family, key, value)
            })
            .collect()
    }

    fn prepare(&self, records: Vec<Record>) -> Result<Batch> {
        let puts = records.into_iter().map(|record| {
            let value = PutValue::Bytes(codec::encode(&record, self.encoding)?);
            Ok(Put { family: record.family(), key: record.key(), value })
        });
        Ok(Batch { puts: puts.collect::<Result<_>>()?, ..Batch::default() })
    }

    fn write(&self, batch: &Batch) -> Result<()> {
        if batch.is_empty() {
            return Ok(());
        }
        let puts = batch.sorted_puts();
        self.environment.writing(batch.bytes() as u64, |txn| {
            for (family, prefix) in &batch.prefixes {
                self.delete_prefix(txn, *family, prefix)?;
            }
            for (family, key) in &batch.deletes {
                self.environment.families[family.index()].delete(txn, key.as_bytes())?;
            }
            puts.chunk_by(|a, b| a.family == b.family).try_for_each(|puts| self.put_sorted(txn, puts))
        })
    }

    fn flush(&self) -> Result<()> {
        self.environment.sync()
    }

    fn view(&self) -> Result<Box<dyn Source + '_>> {
        Ok(Box::new(self.view()?))
    }

    fn bytes(&self) -> Result<u64> {
        self.environment.bytes()
    }
}

impl Lmdb {
    fn delete_prefix(&self, txn: &mut RwTxn<'_>, family: Family, prefix: &Key) -> std::result::Result<(), LmdbFailure> {
        let database = self.environment.families[family.index()];
        if prefix.as_bytes().is_empty() {
            return Ok(database.clear(txn)?);
        }
        let reader: &RoTxn<'_> = txn;
        let range = Range::of(prefix);
        let keys: Vec<Key> = database
            .range(reader, &range.bounds())?
            .map(|entry| entry.map(|(key, _)| Key::from_bytes(key)))
            .collect::<heed::Result<_>>()?;
        for key in keys {
            database.delete(txn, key.as_bytes())?;
        }
        Ok(())
    }

    /// Puts of one family in key order. Where all of them come after what is there, pages fill up
    /// to the last byte.
    fn put_sorted(&self, txn: &mut RwTxn<'_>, puts: &[&Put]) -> std::result::Result<(), LmdbFailure> {
        let Some(first) = puts.first() else { return Ok(()) };
        let database = self.environment.families[first.family.index()];
        let appends = database.last(txn)?.is_none_or(|(last, _)| last < first.key.as_bytes());
        let flags = if appends { PutFlags::APPEND } else { PutFlags::empty() };
        for put in puts {
            let encoded;
            let value = match &put.value {
                PutValue::Bytes(bytes) => bytes,
                PutValue::Record(record) => {
                    encoded = codec::encode(record, self.encoding)?;
                    &encoded
                }
            };
            database.put_with_flags(txn, flags, put.key.as_bytes(), value)?;
        }
        Ok(())
    }
}
