//! Computes digests: stores that hold the same records have the same digests, in any engine and
//! encoding. Computed from the canonical encoding in key order; never from bytes on disk.
//!
//! Version 1, BLAKE3 in key derivation mode with the context `elcano digest v1`: a record is framed
//! as length of the key (u32), key, length of the value (u64), value (postcard); all numbers are
//! little-endian. The records whose keys begin with the same byte are hashed into one of 256
//! buckets. The family's digest hashes its name (length as u16, bytes), its schema (u32), the count
//! (u64) and the buckets. A root hashes the format (u32) and the digests of its families in the
//! order of their names.

use std::fmt;

use super::codec;
use super::family::{Family, Record};
use super::format::FORMAT;
use super::key::Key;
use crate::error::Result;

const CONTEXT: &str = "elcano digest v1";
/// Hashing is three times faster in large pieces.
const BUFFER_BYTES: usize = 128 << 10;
/// How many buckets a family has: one for each first byte of a key.
pub(in crate::store) const BUCKETS: usize = 256;

/// 32 bytes; hexadecimal in text.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest(pub [u8; 32]);

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}

/// Count, size and digest of all records of a family.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FamilyDigest {
    /// Which.
    pub family: Family,
    /// Records.
    pub count: u64,
    /// Bytes of all canonical values.
    pub bytes: u64,
    /// One for each first byte of a key.
    pub buckets: Vec<Digest>,
    /// Over all of them.
    pub digest: Digest,
}

/// Makes a family's digest of records in ascending key order.
pub struct Digester {
    family: Family,
    count: u64,
    bytes: u64,
    hasher: blake3::Hasher,
    buffer: Vec<u8>,
    value: Vec<u8>,
    buckets: Vec<Digest>,
    last: Key,
}

impl Digester {
    /// Of no records yet.
    #[must_use]
    pub fn new(family: Family) -> Self {
        Self {
            family,
            count: 0,
            bytes: 0,
            hasher: blake3::Hasher::new_derive_key(CONTEXT),
            buffer: Vec::with_capacity(BUFFER_BYTES + 4096),
            value: Vec::new(),
            buckets: Vec::with_capacity(BUCKETS),
            last: Key::default(),
        }
    }

    /// Adds the next record.
    ///
    /// # Errors
    /// [`crate::error::Error::Record`] when its key does not come after the last one's.
    pub fn add(&mut self, record: &Record) -> Result<()> {
        let key = record.key();
        if key <= self.last || record.family() != self.family {
            return Err(codec::damaged(
                key.as_bytes(),
                record.family(),
                format!("it does not come after {}", self.last),
            ));
        }
        codec::canonical(record, &mut self.value)?;
        let bucket = key.as_bytes().first().copied().map_or(0, usize::from);
        self.close_buckets(bucket);
        let (key_bytes, value_bytes) = (key.as_bytes().len(), self.value.len() as u64);
        self.buffer.extend_from_slice(&u32::try_from(key_bytes).unwrap_or(u32::MAX).to_le_bytes());
        self.buffer.extend_from_slice(key.as_bytes());
        self.buffer.extend_from_slice(&value_bytes.to_le_bytes());
        self.buffer.extend_from_slice(&self.value);
        if self.buffer.len() >= BUFFER_BYTES {
            self.hasher.update(&self.buffer);
            self.buffer.clear();
        }
        self.count += 1;
        self.bytes += value_bytes;
        self.last = key;
        Ok(())
    }

    /// The digest of what was added.
    #[must_use]
    pub fn finish(mut self) -> FamilyDigest {
        self.close_buckets(BUCKETS);
        let mut hasher = blake3::Hasher::new_derive_key(CONTEXT);
        let name = self.family.name();
        hasher.update(&u16::try_from(name.len()).unwrap_or(u16::MAX).to_le_bytes());
        hasher.update(name.as_bytes());
        hasher.update(&u32::from(self.family.schema()).to_le_bytes());
        hasher.update(&self.count.to_le_bytes());
        for bucket in &self.buckets {
            hasher.update(&bucket.0);
        }
        let digest = Digest(hasher.finalize().into());
        FamilyDigest { family: self.family, count: self.count, bytes: self.bytes, buckets: self.buckets, digest }
    }

    /// Ends all buckets before `next`.
    fn close_buckets(&mut self, next: usize) {
        while self.buckets.len() < next {
            self.hasher.update(&self.buffer);
            self.buffer.clear();
            self.buckets.push(Digest(self.hasher.finalize().into()));
            self.hasher.reset();
        }
    }
}

/// Over the digests of families, in any order.
#[must_use]
pub fn root(digests: &[FamilyDigest]) -> Digest {
    let mut sorted: Vec<&FamilyDigest> = digests.iter().collect();
    sorted.sort_by_key(|digest| digest.family.name());
    let mut hasher = blake3::Hasher::new_derive_key(CONTEXT);
    hasher.update(&FORMAT.to_le_bytes());
    for digest in sorted {
        hasher.update(&digest.digest.0);
    }
    Digest(hasher.finalize().into())
}

/// The root over the families without time or machine: equal wherever the same files were measured.
#[must_use]
pub fn content_root(digests: &[FamilyDigest]) -> Digest {
    let timeless = |digest: &&FamilyDigest| !matches!(digest.family, Family::Executions | Family::Snapshots);
    root(&digests.iter().filter(timeless).cloned().collect::<Vec<_>>())
}
