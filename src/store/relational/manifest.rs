//! Describes an export in its table `meta`: formats, and count and digest of each family, so that a
//! reader can verify that it is complete and unaltered. Never writes it.

use crate::error::Result;
use crate::metric::METRICS_VERSION;
use crate::store::{Digest, Digester, FORMAT, Family, Record, content_root, root};

/// Gathers the digests while records are written.
pub(super) struct Manifest {
    digesters: Vec<Digester>,
}

impl Manifest {
    pub(super) fn new() -> Self {
        Self { digesters: Family::ALL.iter().map(|family| Digester::new(*family)).collect() }
    }

    /// Takes a record that is written; order matters.
    pub(super) fn add(&mut self, record: &Record) -> Result<()> {
        self.digesters[record.family().index()].add(record)
    }

    /// The rows of table `meta`.
    pub(super) fn finish(self) -> Vec<(String, String)> {
        let digests: Vec<_> = self.digesters.into_iter().map(Digester::finish).collect();
        let mut rows = basics();
        rows.push(("metrics".to_owned(), METRICS_VERSION.to_string()));
        for found in &digests {
            rows.push((format!("schema.{}", found.family), found.family.schema().to_string()));
            rows.push((format!("count.{}", found.family), found.count.to_string()));
            rows.push((digest_key(found.family), found.digest.to_string()));
        }
        rows.push(("content_root".to_owned(), content_root(&digests).to_string()));
        rows.push(("root".to_owned(), root(&digests).to_string()));
        rows
    }
}

/// The rows that every store has.
fn basics() -> Vec<(String, String)> {
    vec![("format".to_owned(), FORMAT.to_string()), ("elcano".to_owned(), env!("CARGO_PKG_VERSION").to_owned())]
}

/// The rows of a store to live on: every record has a checksum, written under this key.
pub(super) fn of_store(checksums: &str) -> Vec<(String, String)> {
    let mut rows = basics();
    rows.push((checksums.to_owned(), "1".to_owned()));
    rows
}

/// Under which key of `meta` the digest of a family is.
pub(super) fn digest_key(family: Family) -> String {
    format!("digest.{family}")
}

/// Reads a digest that a store states.
pub(super) fn parse_digest(text: &str) -> Option<Digest> {
    let mut bytes = [0; 32];
    (text.len() == 64 && text.is_ascii()).then_some(())?;
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(index * 2..index * 2 + 2)?, 16).ok()?;
    }
    Some(Digest(bytes))
}
