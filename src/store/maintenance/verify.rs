//! Compares stores: the digests of their families, then the records of the buckets that differ.
//! Reads both sides; never writes.

use crate::error::{Error, Result};
use crate::store::engine::Source;
use crate::store::record::{BUCKETS, Digester, Family, FamilyDigest, Key, codec};

/// The digest of a family.
///
/// # Errors
/// The first damaged record, or an error of the engine.
pub fn digest(source: &dyn Source, family: Family) -> Result<FamilyDigest> {
    let mut digester = Digester::new(family);
    source.scan(family, &Key::default(), &mut |record| digester.add(&record))?;
    Ok(digester.finish())
}

/// The digests of all families.
///
/// # Errors
/// As [`digest`].
pub fn digest_all(source: &dyn Source) -> Result<Vec<FamilyDigest>> {
    Family::ALL.iter().map(|family| digest(source, *family)).collect()
}

/// A record that two stores do not share.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct RecordDifference {
    /// The family's name.
    pub family: &'static str,
    /// The key in hexadecimal.
    pub key: String,
    /// `only in A`, `only in B`, `differs`, or what is damaged where.
    pub problem: String,
}

/// What came out of comparing two stores.
#[derive(Debug, Clone)]
pub struct Verification {
    /// The digests of both, one pair a family; none where a record was damaged.
    pub families: Vec<(Family, Option<FamilyDigest>, Option<FamilyDigest>)>,
    /// What they do not share, by family and key.
    pub differences: Vec<RecordDifference>,
    /// Differences beyond [`DIFFERENCES_MAX`] of a family.
    pub omitted: u64,
}

/// So many differences of one family are named.
pub const DIFFERENCES_MAX: usize = 10_000;

/// Compares two stores: the digests of each family, then the records of those buckets only that
/// differ. A damaged record is a difference.
///
/// # Errors
/// When a store cannot be read at all.
pub fn verify(a: &dyn Source, b: &dyn Source) -> Result<Verification> {
    let mut result = Verification { families: Vec::new(), differences: Vec::new(), omitted: 0 };
    for family in Family::ALL {
        let (digest_a, digest_b) = (tolerant_digest(a, *family)?, tolerant_digest(b, *family)?);
        let mut found = Vec::new();
        for bucket in 0..BUCKETS {
            let same = match (&digest_a, &digest_b) {
                (Some(a), Some(b)) => a.buckets[bucket] == b.buckets[bucket],
                _ => false,
            };
            if !same {
                compare_bucket(a, b, *family, u8::try_from(bucket).unwrap_or(u8::MAX), &mut found)?;
            }
        }
        result.omitted += found.len().saturating_sub(DIFFERENCES_MAX) as u64;
        found.truncate(DIFFERENCES_MAX);
        result.differences.append(&mut found);
        result.families.push((*family, digest_a, digest_b));
    }
    Ok(result)
}

/// None when a record is damaged.
fn tolerant_digest(source: &dyn Source, family: Family) -> Result<Option<FamilyDigest>> {
    match digest(source, family) {
        Ok(digest) => Ok(Some(digest)),
        Err(Error::Record { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

fn compare_bucket(
    a: &dyn Source,
    b: &dyn Source,
    family: Family,
    bucket: u8,
    found: &mut Vec<RecordDifference>,
) -> Result<()> {
    let prefix = Key::from_bytes(&[bucket]);
    let mut difference = |key: &Key, problem: String| {
        found.push(RecordDifference { family: family.name(), key: key.to_string(), problem });
    };
    let (in_a, mut in_b) = (hashes(a, family, &prefix)?, hashes(b, family, &prefix)?);
    for (key, left) in in_a {
        match (left, in_b.remove(&key)) {
            (Ok(left), Some(Ok(right))) if left == right => {}
            (Ok(_), Some(Ok(_))) => difference(&key, "differs".to_owned()),
            (Ok(_), Some(Err(problem))) => difference(&key, format!("damaged in B: {problem}")),
            (Ok(_), None) => difference(&key, "only in A".to_owned()),
            (Err(problem), _) => difference(&key, format!("damaged in A: {problem}")),
        }
    }
    for (key, right) in in_b {
        match right {
            Ok(_) => difference(&key, "only in B".to_owned()),
            Err(problem) => difference(&key, format!("damaged in B: {problem}")),
        }
    }
    Ok(())
}

type Hashes = std::collections::BTreeMap<Key, Result<blake3::Hash, String>>;

fn hashes(source: &dyn Source, family: Family, prefix: &Key) -> Result<Hashes> {
    let (mut all, mut value) = (Hashes::new(), Vec::new());
    source.walk(family, prefix, &mut |key, record| {
        let hash = record.and_then(|record| {
            codec::canonical(&record, &mut value)?;
            Ok(blake3::hash(&value))
        });
        let hash = match hash {
            Err(Error::Record { problem, .. }) => Err(problem),
            Err(error) => return Err(error),
            Ok(hash) => Ok(hash),
        };
        if all.insert(Key::from_bytes(key), hash).is_some() {
            all.insert(Key::from_bytes(key), Err("the key is there twice".to_owned()));
        }
        Ok(())
    })?;
    Ok(all)
}
