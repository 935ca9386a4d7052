//! Copies and digests: what goes from any engine to any other is the same, and what is not the same
//! is named.

use std::path::Path;

use elcano::error::{Error, Result};
use elcano::store::{
    self, Batch, Digester, Encoding, Existing, Family, FamilyDigest, Key, OpenOptions, Record, RecordDifference,
    Source, StoreUrl, Visit, content_root, copy, digest_all, open, read_from, root, verify, write_to,
};

use crate::support::records::{self, assert_same};
use crate::support::stores::write_raw;
use crate::support::stores::{changed, is_companion, urls};

/// A target of every engine within a folder.
fn targets(folder: &Path, name: &str) -> Vec<StoreUrl> {
    vec![StoreUrl::Lmdb(folder.join(format!("{name}.lmdb"))), StoreUrl::Sqlite(folder.join(format!("{name}.sqlite")))]
}

fn fill(url: &StoreUrl, records: &[Record]) {
    let mut sink = write_to(url, Existing::Replace, OpenOptions::create()).unwrap();
    for records in records.chunk_by(|a, b| a.family() == b.family()) {
        sink.put(records.to_vec()).unwrap();
    }
    sink.finish().unwrap();
}

fn all(url: &StoreUrl) -> Vec<Record> {
    read_from(url, |source| {
        let mut all = Vec::new();
        for family in Family::ALL {
            source.scan(*family, &Key::default(), &mut |record| {
                all.push(record);
                Ok(())
            })?;
        }
        Ok(all)
    })
    .unwrap()
}

fn digests(url: &StoreUrl) -> Vec<FamilyDigest> {
    read_from(url, digest_all).unwrap()
}

fn differences(a: &StoreUrl, b: &StoreUrl) -> Vec<RecordDifference> {
    read_from(a, |a| read_from(b, |b| Ok(verify(a, b)?.differences))).unwrap()
}

fn leg(from: &StoreUrl, to: &StoreUrl, existing: Existing) -> Result<store::Counts> {
    let sink = write_to(to, existing, OpenOptions::create())?;
    read_from(from, |source| copy(source, sink))
}

#[test]
fn every_leg_between_engines_keeps_every_record() {
    let folder = tempfile::tempdir().unwrap();
    let records = records::sample_all(40, 60);
    let home = StoreUrl::Lmdb(folder.path().join("home"));
    fill(&home, &records);
    let expected = digests(&home);
    assert!(expected.iter().all(|family| family.count == 40));
    for (index, middle) in targets(folder.path(), "middle").iter().enumerate() {
        let counts = leg(&home, middle, Existing::Refuse).unwrap();
        assert_eq!(counts, Family::ALL.iter().map(|family| (*family, 40)).collect::<Vec<_>>());
        for end in targets(folder.path(), &format!("end{index}")) {
            leg(middle, &end, Existing::Refuse).unwrap();
            assert_same(&all(&end), &records);
            assert_eq!(digests(&end), expected);
            assert_eq!(differences(&home, &end), []);
        }
    }
}

/// The definition of version 1, without its shortcuts.
fn plain_digest(family: Family, records: &[Record]) -> String {
    let hash = |bytes: &[u8]| blake3::derive_key("elcano digest v1", bytes);
    let mut whole = (family.name().len() as u16).to_le_bytes().to_vec();
    whole.extend(family.name().as_bytes());
    whole.extend(u32::from(family.schema()).to_le_bytes());
    whole.extend((records.len() as u64).to_le_bytes());
    for bucket in 0..=255_u8 {
        let mut frames = Vec::new();
        for record in records.iter().filter(|record| record.key().as_bytes()[0] == bucket) {
            let (key, mut value) = (record.key(), Vec::new());
            store::codec::canonical(record, &mut value).unwrap();
            frames.extend((key.as_bytes().len() as u32).to_le_bytes());
            frames.extend(key.as_bytes());
            frames.extend((value.len() as u64).to_le_bytes());
            frames.extend(value);
        }
        whole.extend(hash(&frames));
    }
    hash(&whole).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn digests_are_what_their_definition_says() {
    for family in Family::ALL {
        for n in [0, 1, 60] {
            let records = records::sample(*family, n, 61);
            let mut digester = Digester::new(*family);
            records.iter().for_each(|record| digester.add(record).unwrap());
            let found = digester.finish();
            assert_eq!(found.digest.to_string(), plain_digest(*family, &records));
            assert_eq!((found.count, found.buckets.len()), (n as u64, 256));
        }
    }
}

#[test]
fn digests_want_order_and_see_every_field() {
    for family in Family::ALL {
        let records = records::sample(*family, 3, 62);
        let mut digester = Digester::new(*family);
        digester.add(&records[1]).unwrap();
        assert!(matches!(digester.add(&records[0]), Err(Error::Record { .. })));
        assert!(matches!(digester.add(&records[1]), Err(Error::Record { .. })));
        let of = |records: &[Record]| {
            let mut digester = Digester::new(*family);
            records.iter().for_each(|record| digester.add(record).unwrap());
            digester.finish().digest
        };
        let different = [records[0].clone(), changed(&records[1]), records[2].clone()];
        assert_ne!(of(&records), of(&different));
        assert_ne!(of(&records), of(&records[..2]));
    }
}

#[test]
fn digests_do_not_depend_on_the_encoding() {
    let folder = tempfile::tempdir().unwrap();
    let records = records::sample_all(10, 63);
    let found = [Encoding::Family, Encoding::Json, Encoding::Postcard].map(|encoding| {
        let url = StoreUrl::Lmdb(folder.path().join(format!("{encoding:?}")));
        let store = open(&url, OpenOptions { encoding, ..OpenOptions::create() }).unwrap();
        store.write(&Batch::of(records.clone())).unwrap();
        digest_all(&*store.view().unwrap()).unwrap()
    });
    assert_eq!(found[0], found[1]);
    assert_eq!(found[0], found[2]);
    let reversed: Vec<FamilyDigest> = found[0].iter().rev().cloned().collect();
    assert_eq!(root(&found[0]), root(&reversed));
    let timeless: Vec<FamilyDigest> = found[0][2..].to_vec();
    assert_eq!(content_root(&found[0]), content_root(&timeless));
    assert_ne!(content_root(&found[0]), root(&found[0]));
}

#[test]
fn verify_names_what_was_changed_dropped_and_added() {
    let folder = tempfile::tempdir().unwrap();
    let home = StoreUrl::Lmdb(folder.path().join("home"));
    let records = records::sample_all(12, 64);
    fill(&home, &records);
    for family in Family::ALL {
        let first = records.iter().position(|record| record.family() == *family).unwrap();
        let mut other = records.clone();
        other[first + 2] = changed(&other[first + 2]);
        let dropped = other.remove(first + 5);
        let added = records::sample(*family, 30, 65)
            .into_iter()
            .find(|record| records.iter().all(|held| held.family() != *family || held.key() != record.key()));
        let added = added.unwrap();
        other.push(added.clone());
        other.sort_by_key(|record| (record.family(), record.key()));
        let mut expected: Vec<(Key, &str)> =
            vec![(records[first + 2].key(), "differs"), (dropped.key(), "only in A"), (added.key(), "only in B")];
        expected.sort();
        let expected: Vec<RecordDifference> = expected
            .into_iter()
            .map(|(key, problem)| RecordDifference {
                family: family.name(),
                key: key.to_string(),
                problem: problem.to_owned(),
            })
            .collect();
        for target in targets(folder.path(), family.name()) {
            fill(&target, &other);
            let mut found = differences(&home, &target);
            found.sort_by(|a, b| a.key.cmp(&b.key));
            assert_eq!(found, expected, "{target}");
        }
    }
}

#[test]
fn verify_names_a_damaged_record() {
    let folder = tempfile::tempdir().unwrap();
    let home = StoreUrl::Lmdb(folder.path().join("home"));
    let records = records::sample_all(6, 66);
    fill(&home, &records);
    for family in Family::ALL {
        let record = records.iter().find(|record| record.family() == *family).unwrap();
        let other = StoreUrl::Lmdb(folder.path().join(family.name()));
        fill(&other, &records);
        let mut value = store::codec::encode(record, Encoding::Family).unwrap();
        *value.last_mut().unwrap() ^= 1;
        write_raw(other.path(), family.name(), record.key().as_bytes(), &value);
        for (a, b, side) in [(&home, &other, "B"), (&other, &home, "A")] {
            let found = differences(a, b);
            assert_eq!(found.len(), 1);
            assert_eq!((found[0].family, found[0].key.as_str()), (family.name(), record.key().to_string().as_str()));
            assert_eq!(found[0].problem, format!("damaged in {side}: the checksum does not match"));
        }
        let target = StoreUrl::Lmdb(folder.path().join("copy"));
        let refused = leg(&other, &target, Existing::Refuse);
        assert!(matches!(refused, Err(Error::Record { .. })), "a damaged record was copied");
        assert!(!target.path().exists());
    }
}

/// A source that fails in the middle.
struct Failing<'s>(&'s dyn Source, Family);

impl Source for Failing<'_> {
    fn url(&self) -> &StoreUrl {
        self.0.url()
    }
    fn walk(&self, family: Family, prefix: &Key, visit: &mut Visit<'_>) -> Result<()> {
        if family == self.1 { Err(Error::Interrupted) } else { self.0.walk(family, prefix, visit) }
    }
    fn count(&self, family: Family) -> Result<u64> {
        self.0.count(family)
    }
}

#[test]
fn a_target_is_complete_or_untouched() {
    let folder = tempfile::tempdir().unwrap();
    let home = StoreUrl::Lmdb(folder.path().join("home"));
    let (old, new) = (records::sample_all(5, 67), records::sample_all(7, 68));
    fill(&home, &new);
    let work = folder.path().join("work");
    std::fs::create_dir(&work).unwrap();
    for target in targets(&work, "target") {
        let names = || {
            let mut names: Vec<_> = std::fs::read_dir(&work).unwrap().map(|entry| entry.unwrap().file_name()).collect();
            names.retain(|name| !is_companion(name));
            names.sort();
            names
        };
        fill(&target, &old);
        let before = names();
        assert!(matches!(leg(&home, &target, Existing::Refuse), Err(Error::Usage(_))));
        for family in Family::ALL {
            let sink = write_to(&target, Existing::Replace, OpenOptions::create()).unwrap();
            let failed = read_from(&home, |source| copy(&Failing(source, *family), sink));
            assert!(matches!(failed, Err(Error::Interrupted)));
            assert_same(&all(&target), &old);
            assert_eq!(names(), before, "litter");
        }
        leg(&home, &target, Existing::Replace).unwrap();
        assert_same(&all(&target), &new);
        assert_eq!(names(), before, "litter");
    }
}

#[test]
fn merging_adds_and_keeps_what_knows_more() {
    let folder = tempfile::tempdir().unwrap();
    let home = StoreUrl::Lmdb(folder.path().join("home"));
    let (ours, mut theirs) = (records::sample_all(8, 69), records::sample_all(8, 70));
    theirs.retain(|record| ours.iter().all(|held| (held.family(), held.key()) != (record.family(), record.key())));
    let facts = |level: &str, seed| {
        let Record::Facts(mut facts) = records::sample(Family::Facts, 1, seed).remove(0) else {
            panic!("another family")
        };
        facts.content.0 = [0x77; 20];
        facts.analyzer.0 = [0x66; 16];
        facts.level = level.parse().unwrap();
        Record::from(facts)
    };
    theirs.push(facts("metrics", 1));
    theirs.sort_by_key(|record| (record.family(), record.key()));
    fill(&home, &theirs);
    for url in urls(&folder) {
        let store = open(&url, OpenOptions::create()).unwrap();
        store.write(&Batch::of(ours.iter().cloned().chain([facts("full", 2)]))).unwrap();
        leg(&home, &url, Existing::Merge).unwrap();
        leg(&home, &url, Existing::Merge).unwrap();
        let mut expected: std::collections::BTreeMap<(Family, Key), Record> = std::collections::BTreeMap::new();
        for record in theirs.iter().chain(&ours).chain([&facts("full", 2)]) {
            expected.insert((record.family(), record.key()), record.clone());
        }
        drop(store);
        assert_same(&all(&url), &expected.into_values().collect::<Vec<_>>());
    }
}
