//! Letting go, packing and diagnosing.

use std::collections::BTreeSet;
use std::fs;

use elcano::error::Error;
use elcano::model::{AnalyzerId, ContentId, FileRecord, SnapshotId, SnapshotRecord};
use elcano::store::{
    self, Batch, Existing, Family, Key, OpenOptions, Record, RunLock, Store, StoreUrl, collect, diagnose, digest_all,
    open, pack, read_from, unpack, write_to,
};

use crate::support::records::{self, assert_same};
use crate::support::stores::write_raw;
use crate::support::stores::{everything, on_every_engine};

fn snapshot(n: u8, repository: &str, reference: Option<&str>) -> SnapshotRecord {
    let Record::Snapshots(sample) = records::sample(Family::Snapshots, 1, 80).remove(0) else {
        panic!("another family")
    };
    SnapshotRecord {
        id: SnapshotId([n; 16]),
        repository: repository.to_owned(),
        reference: reference.map(str::to_owned),
        time_us: i64::from(n),
        ..sample
    }
}

/// All records of a content: what a scan at level full leaves.
fn content_records(content: u8) -> Vec<Record> {
    let of = |family| records::sample(family, 2, 85);
    let mut all: Vec<Record> =
        [Family::Facts, Family::Chunks, Family::Ast, Family::Cfg].into_iter().flat_map(of).collect();
    for record in &mut all {
        let (id, engine) = match record {
            Record::Facts(r) => (&mut r.content, Some(&mut r.analyzer)),
            Record::Chunks(r) => (&mut r.content, None),
            Record::Ast(r) => (&mut r.content, Some(&mut r.analyzer)),
            Record::Cfg(r) => (&mut r.content, Some(&mut r.analyzer)),
            other => panic!("not meant for {}", other.family()),
        };
        *id = ContentId([content; 20]);
        if let Some(engine) = engine {
            *engine = AnalyzerId([1; 16]);
        }
    }
    all
}

/// All records of a snapshot whose files have these contents.
fn snapshot_records(snapshot: SnapshotRecord, contents: &[u8]) -> Vec<Record> {
    let id = snapshot.id;
    let Record::Files(sample) = records::sample(Family::Files, 1, 81).remove(0) else { panic!("another family") };
    let file = |content: &u8| FileRecord {
        snapshot: id,
        path: format!("{content}.py").as_str().into(),
        content: Some(ContentId([*content; 20])),
        analyzer: AnalyzerId([1; 16]),
        ..sample.clone()
    };
    let mut all: Vec<Record> = contents.iter().map(|content| file(content).into()).collect();
    for family in [Family::Symbols, Family::Names, Family::References, Family::Links] {
        for mut record in records::sample(family, 3, 86) {
            match &mut record {
                Record::Symbols(r) => r.snapshot = id,
                Record::Names(r) => r.snapshot = id,
                Record::References(r) => r.snapshot = id,
                Record::Links(r) => r.snapshot = id,
                other => panic!("not meant for {}", other.family()),
            }
            all.push(record);
        }
    }
    all.push(snapshot.into());
    all
}

fn keys(store: &dyn Store) -> BTreeSet<(Family, Key)> {
    everything(store).iter().map(|record| (record.family(), record.key())).collect()
}

fn keys_of(records: &[Record]) -> BTreeSet<(Family, Key)> {
    records.iter().map(|record| (record.family(), record.key())).collect()
}

#[test]
fn what_nobody_refers_to_goes_and_nothing_else() {
    on_every_engine(|store| {
        let lock = RunLock::acquire(store.url()).unwrap();
        let log = records::sample(Family::Executions, 4, 82);
        let kept = [
            snapshot_records(snapshot(5, "a", Some("main")), &[1, 2]),
            snapshot_records(snapshot(2, "a", None), &[3]),
            snapshot_records(snapshot(1, "b", Some("main")), &[1]),
            [1, 2, 3].into_iter().flat_map(content_records).collect(),
            log,
        ]
        .concat();
        let old = snapshot_records(snapshot(4, "a", Some("main")), &[1, 4]);
        let incomplete: Vec<Record> = snapshot_records(snapshot(9, "a", Some("main")), &[5])
            .into_iter()
            .filter(|record| record.family() != Family::Snapshots)
            .collect();
        let gone = [old, incomplete, [4, 5, 6].into_iter().flat_map(content_records).collect()].concat();
        store.write(&Batch::of(kept.iter().chain(&gone).cloned())).unwrap();

        let before = everything(&*store);
        let planned = collect(&*store, 1, true, &lock).unwrap();
        assert_same(&everything(&*store), &before);
        let done = collect(&*store, 1, false, &lock).unwrap();
        assert_eq!(planned, done);
        assert_eq!(done.snapshots, [SnapshotId([4; 16])]);
        assert_eq!(keys(&*store), keys_of(&kept));
        assert_eq!(
            done.removed.iter().map(|(_, n)| n).sum::<u64>(),
            keys_of(&gone).difference(&keys_of(&kept)).count() as u64
        );
        assert_eq!(done.kept.iter().map(|(_, n)| n).sum::<u64>(), keys_of(&kept).len() as u64);
        let again = collect(&*store, 1, false, &lock).unwrap();
        assert!(again.removed.iter().all(|(_, removed)| *removed == 0));
    });
}

#[test]
fn another_engine_of_a_kept_content_goes() {
    on_every_engine(|store| {
        let lock = RunLock::acquire(store.url()).unwrap();
        let kept = [snapshot_records(snapshot(1, "a", None), &[1]), content_records(1)].concat();
        let mut old = content_records(1).remove(0);
        if let Record::Facts(facts) = &mut old {
            facts.analyzer = AnalyzerId([9; 16]);
        }
        store.write(&Batch::of(kept.iter().cloned().chain([old.clone()]))).unwrap();
        collect(&*store, 1, false, &lock).unwrap();
        assert_eq!(store.get(Family::Facts, &old.key()).unwrap(), None);
        assert_eq!(keys(&*store), keys_of(&kept));
    });
}

#[test]
fn a_cycle_of_scans_leaves_the_number_of_keys_constant() {
    on_every_engine(|store| {
        let lock = RunLock::acquire(store.url()).unwrap();
        let mut counts = BTreeSet::new();
        for round in 1..6 {
            let records =
                [snapshot_records(snapshot(round, "a", Some("main")), &[round]), content_records(round)].concat();
            store.write(&Batch::of(records)).unwrap();
            collect(&*store, 1, false, &lock).unwrap();
            counts.insert(everything(&*store).len());
        }
        assert_eq!(counts.len(), 1, "{counts:?}");
    });
}

fn packed(records: &[Record]) -> (tempfile::TempDir, StoreUrl, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let home = StoreUrl::Lmdb(folder.path().join("home"));
    open(&home, OpenOptions::create()).unwrap().write(&Batch::of(records.to_vec())).unwrap();
    let file = folder.path().join("store.pack");
    read_from(&home, |source| pack(source, &file, Existing::Refuse)).unwrap();
    (folder, home, file)
}

fn unpacked(file: &std::path::Path, url: &StoreUrl) -> elcano::error::Result<store::Counts> {
    unpack(file, write_to(url, Existing::Refuse, OpenOptions::create())?)
}

#[test]
fn a_pack_holds_everything_in_less_space() {
    let records = records::sample_all(25, 83);
    let (folder, home, file) = packed(&records);
    let expected = read_from(&home, digest_all).unwrap();
    for target in [
        StoreUrl::Lmdb(folder.path().join("l")),
        StoreUrl::Sqlite(folder.path().join("s")),
        StoreUrl::Duckdb(folder.path().join("d")),
    ] {
        let counts = unpacked(&file, &target).unwrap();
        assert!(counts.iter().all(|(_, count)| *count == 25));
        assert_eq!(read_from(&target, digest_all).unwrap(), expected);
    }
    let bytes = open(&home, OpenOptions::read()).unwrap().bytes().unwrap();
    assert!(fs::metadata(&file).unwrap().len() < bytes);
    let again = folder.path().join("again.pack");
    read_from(&home, |source| pack(source, &again, Existing::Refuse)).unwrap();
    assert_eq!(fs::read(&file).unwrap(), fs::read(&again).unwrap(), "a pack depends on its records only");
    assert!(matches!(read_from(&home, |source| pack(source, &again, Existing::Refuse)), Err(Error::Usage(_))));
    read_from(&home, |source| pack(source, &again, Existing::Replace)).unwrap();
}

#[test]
fn a_damaged_or_foreign_pack_is_refused_and_leaves_nothing() {
    let (folder, _, file) = packed(&records::sample_all(8, 84));
    let bytes = fs::read(&file).unwrap();
    let target = StoreUrl::Lmdb(folder.path().join("target"));
    let mut cases: Vec<Vec<u8>> = vec![Vec::new(), b"abc".to_vec(), b"some text, and more of it".to_vec()];
    cases.extend((0..40).map(|n| bytes[..bytes.len() * n / 40].to_vec()));
    cases.extend((0..120).map(|n| {
        let mut flipped = bytes.clone();
        flipped[(n * 7919) % bytes.len()] ^= 1 << (n % 8);
        flipped
    }));
    cases.push([bytes.as_slice(), &[0]].concat().into_iter().take(bytes.len() - 1).collect());
    for (index, case) in cases.into_iter().enumerate() {
        fs::write(&file, case).unwrap();
        let refused = unpacked(&file, &target);
        assert!(matches!(refused, Err(Error::Store { .. } | Error::Record { .. })), "case {index}: {refused:?}");
        assert!(!target.path().exists(), "case {index}");
    }
    let mut newer = bytes.clone();
    newer[8] = 2;
    fs::write(&file, newer).unwrap();
    assert!(unpacked(&file, &target).unwrap_err().to_string().contains("newer elcano (format 2"));
}

#[test]
fn a_sound_store_is_sound_and_damage_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let records = [snapshot_records(snapshot(1, "a", None), &[1]), content_records(1)].concat();
    for url in [StoreUrl::Lmdb(folder.path().join("l")), StoreUrl::Sqlite(folder.path().join("s"))] {
        assert!(matches!(diagnose(&url), Err(Error::Store { .. })), "a missing store has no diagnosis");
        open(&url, OpenOptions::create()).unwrap().write(&Batch::of(records.clone())).unwrap();
        let diagnosis = diagnose(&url).unwrap();
        // The totals of this snapshot are made up.
        assert_eq!(diagnosis.problems.len(), 1, "{diagnosis:?}");
        assert!(diagnosis.problems[0].problem.contains("totals") && diagnosis.litter.is_empty());
        assert_eq!(diagnosis.sound.iter().map(|(_, n)| n).sum::<u64>(), keys_of(&records).len() as u64);
        // A snapshot that lost its record.
        let mut batch = Batch::default();
        batch.delete(Family::Snapshots, Key::snapshot(SnapshotId([1; 16])));
        open(&url, OpenOptions::create()).unwrap().write(&batch).unwrap();
        let diagnosis = diagnose(&url).unwrap();
        assert!(diagnosis.is_sound(), "litter is no damage: {diagnosis:?}");
        assert_eq!(diagnosis.litter.iter().map(|(_, n)| n).sum::<u64>(), 1 + 4 * 3);
    }
    let url = StoreUrl::Lmdb(folder.path().join("l"));
    let record = records.last().unwrap();
    write_raw(url.path(), record.family().name(), record.key().as_bytes(), b"garbage");
    let diagnosis = diagnose(&url).unwrap();
    let named = |family: &str, key: String| diagnosis.problems.iter().any(|p| p.family == family && p.key == key);
    assert!(named(record.family().name(), record.key().to_string()), "{diagnosis:?}");
    let data = url.path().join("data.mdb");
    let bytes = fs::read(&data).unwrap();
    fs::write(&data, &bytes[..bytes.len() / 2]).unwrap();
    let diagnosis = diagnose(&url).unwrap();
    assert!(diagnosis.structure.is_some() && !diagnosis.is_sound());
}
