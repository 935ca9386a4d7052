//! The conformance suite of the stores that a run lives on: the same tests on every engine.

use elcano::error::Error;
use elcano::model::{ChunkRecord, ContentId, FileRecord, NameRecord, SnapshotId, SnapshotRecord, SymbolId};
use elcano::store::{self, Batch, Encoding, Family, Key, OpenOptions, Record, Store};

use crate::support::records::{self, assert_same};
use crate::support::stores::{changed, distinct, everything, on_every_engine, scan, urls};

#[test]
fn every_record_of_every_family_comes_back() {
    on_every_engine(|store| {
        let records = records::sample_all(30, 10);
        store.write(&Batch::of(records.clone())).unwrap();
        assert_same(&everything(&*store), &records);
        for record in records {
            assert_eq!(store.get(record.family(), &record.key()).unwrap(), Some(record));
        }
        for family in Family::ALL {
            assert_eq!(store.count(*family).unwrap(), 30, "{family}");
        }
    });
}

#[test]
fn an_empty_store_is_empty_and_missing_is_none() {
    on_every_engine(|store| {
        for record in records::sample_all(3, 11) {
            assert_eq!(store.get(record.family(), &record.key()).unwrap(), None);
            assert_eq!(store.count(record.family()).unwrap(), 0);
            assert_eq!(store.last(record.family(), &Key::default(), 5).unwrap(), []);
        }
        assert_same(&everything(&*store), &[]);
        store.write(&Batch::default()).unwrap();
    });
}

#[test]
fn an_empty_record_differs_from_none() {
    on_every_engine(|store| {
        let mut facts = records::sample(Family::Facts, 1, 12).remove(0);
        if let Record::Facts(facts) = &mut facts {
            facts.spaces.clear();
            facts.notes.clear();
        }
        store.write(&Batch::of([facts.clone()])).unwrap();
        assert_eq!(store.get(Family::Facts, &facts.key()).unwrap(), Some(facts));
    });
}

#[test]
fn putting_again_replaces_and_leaves_one() {
    on_every_engine(|store| {
        let records = records::sample_all(10, 13);
        store.write(&Batch::of(records.clone())).unwrap();
        let changed: Vec<Record> = records.iter().map(changed).collect();
        store.write(&Batch::of(changed.clone())).unwrap();
        assert_same(&everything(&*store), &changed);
        // Twice in one batch: the last one stands.
        store.write(&Batch::of(changed.iter().cloned().chain(records.clone()))).unwrap();
        assert_same(&everything(&*store), &records);
    });
}

#[test]
fn prepared_batches_write_the_same() {
    on_every_engine(|store| {
        let records = records::sample_all(10, 14);
        store.write(&store.prepare(records.clone()).unwrap()).unwrap();
        assert_same(&everything(&*store), &records);
    });
}

#[test]
fn deleting_by_key_and_by_prefix() {
    on_every_engine(|store| {
        let records = records::sample_all(12, 15);
        store.write(&Batch::of(records.clone())).unwrap();
        let mut batch = Batch::default();
        for family in Family::ALL {
            let of: Vec<&Record> = records.iter().filter(|record| record.family() == *family).collect();
            batch.delete(*family, of[3].key());
            batch.delete(*family, of[3].key());
            batch.delete_prefix(*family, of[5].key());
            batch.delete_prefix(*family, Key::from_bytes(&of[7].key().as_bytes()[..16]));
        }
        store.write(&batch).unwrap();
        for family in Family::ALL {
            let of: Vec<Record> = records.iter().filter(|record| record.family() == *family).cloned().collect();
            let gone = [of[3].key(), of[5].key()];
            let prefix = of[7].key().as_bytes()[..16].to_vec();
            let left: Vec<Record> = of
                .into_iter()
                .filter(|record| {
                    let key = record.key();
                    !key.as_bytes().starts_with(&prefix)
                        && gone.iter().all(|gone| !key.as_bytes().starts_with(gone.as_bytes()) || *gone != key)
                })
                .collect();
            assert_same(&scan(&*store, *family, &Key::default()), &left);
        }
        let mut batch = Batch::default();
        for family in Family::ALL {
            batch.delete_prefix(*family, Key::default());
        }
        store.write(&batch).unwrap();
        assert_same(&everything(&*store), &[]);
    });
}

#[test]
fn a_batch_removes_before_it_puts() {
    on_every_engine(|store| {
        let records = records::sample_all(4, 16);
        store.write(&Batch::of(records.clone())).unwrap();
        let mut batch = Batch::of(records.clone());
        for family in Family::ALL {
            batch.delete_prefix(*family, Key::default());
        }
        for record in &records {
            batch.delete(record.family(), record.key());
        }
        store.write(&batch).unwrap();
        assert_same(&everything(&*store), &records);
    });
}

#[test]
fn a_scan_by_content_or_snapshot_reaches_nothing_else() {
    on_every_engine(|store| {
        let mut records = Vec::new();
        for content in [[0; 20], [1; 20], [0xFF; 20]] {
            for mut record in records::sample(Family::Chunks, 8, content[0]) {
                if let Record::Chunks(chunk) = &mut record {
                    chunk.content = ContentId(content);
                }
                records.push(record);
            }
        }
        for snapshot in [[0xFE; 16], [0xFF; 16]] {
            for mut record in records::sample(Family::Files, 8, snapshot[0]) {
                if let Record::Files(file) = &mut record {
                    file.snapshot = SnapshotId(snapshot);
                }
                records.push(record);
            }
        }
        store.write(&Batch::of(records.clone())).unwrap();
        for (family, prefix) in [
            (Family::Chunks, Key::content(ContentId([0; 20]))),
            (Family::Chunks, Key::content(ContentId([0xFF; 20]))),
            (Family::Chunks, Key::content(ContentId([2; 20]))),
            (Family::Files, Key::snapshot(SnapshotId([0xFE; 16]))),
            (Family::Files, Key::snapshot(SnapshotId([0xFF; 16]))),
        ] {
            let mut expected: Vec<Record> = records
                .iter()
                .filter(|record| record.family() == family && record.key().as_bytes().starts_with(prefix.as_bytes()))
                .cloned()
                .collect();
            expected.sort_by_key(Record::key);
            expected.dedup_by_key(|record| record.key());
            assert_same(&scan(&*store, family, &prefix), &expected);
            let last = store.last(family, &prefix, 3).unwrap();
            assert_eq!(last, expected.iter().rev().take(3).cloned().collect::<Vec<_>>());
        }
    });
}

/// Paths and names that have been taken for others somewhere.
fn odd_paths() -> Vec<Vec<u8>> {
    let odd: [&[u8]; 18] = [
        b"",
        b"a",
        b"a:",
        b"a:1",
        b"a:1:2",
        b"a::",
        b"a::1",
        b"ab",
        b"a/b",
        b"a/b:2",
        b"C",
        b"C:/x.rs",
        b"2",
        b"10",
        b"100",
        b"line\nbreak",
        b"\xFF\xFEnot utf-8",
        b"nul\0nul",
    ];
    let long = |last: u8| [vec![b'p'; 4095], vec![last]].concat();
    odd.iter().map(|path| path.to_vec()).chain([long(b'1'), long(b'2'), vec![0; 300], vec![0xFF; 300]]).collect()
}

#[test]
fn each_odd_path_has_its_own_file_and_its_own_chunks_by_start() {
    on_every_engine(|store| {
        let snapshot = SnapshotId([9; 16]);
        let mut batch = Batch::default();
        let Record::Files(file) = records::sample(Family::Files, 1, 24).remove(0) else { panic!("another family") };
        let Record::Chunks(chunk) = records::sample(Family::Chunks, 1, 24).remove(0) else { panic!("another family") };
        for path in odd_paths() {
            let content = ContentId::of(&path);
            let path = elcano::model::RepoPath::new(path);
            batch.put(FileRecord { snapshot, path, content: Some(content), ..file.clone() });
            for start in [100, 2, 70_000, 10] {
                batch.put(ChunkRecord { content, start, end: start + 1, ..chunk.clone() });
            }
        }
        store.write(&batch).unwrap();
        assert_eq!(store.files(snapshot).unwrap().len(), odd_paths().len());
        for path in odd_paths() {
            let repo_path = elcano::model::RepoPath::new(path.clone());
            let found = store.file(snapshot, &repo_path).unwrap().unwrap();
            assert_eq!((&found.path, found.content), (&repo_path, Some(ContentId::of(&path))));
            let chunks = store.chunks(ContentId::of(&path)).unwrap();
            assert_eq!(chunks.iter().map(|chunk| chunk.start).collect::<Vec<_>>(), [2, 10, 100, 70_000]);
        }
        // One file goes, and no other.
        let mut batch = Batch::default();
        batch.delete_prefix(Family::Files, Key::file(snapshot, &"a".into()));
        batch.delete_prefix(Family::Chunks, Key::content(ContentId::of(b"a")));
        store.write(&batch).unwrap();
        assert_eq!(store.files(snapshot).unwrap().len(), odd_paths().len() - 1);
        assert_eq!(store.count(Family::Chunks).unwrap(), 4 * (odd_paths().len() as u64 - 1));
    });
}

#[test]
fn names_of_ten_kilobytes_that_differ_at_their_end_are_two() {
    on_every_engine(|store| {
        let snapshot = SnapshotId([9; 16]);
        let long = "std::map<std::vector<std::string>, ".repeat(300);
        let name =
            |last: &str, id| NameRecord { snapshot, fqn: format!("{long}{last}"), symbols: vec![SymbolId([id; 16])] };
        let (a, b) = (name("int>", 1), name("long>", 2));
        assert!(a.fqn.len() > 10_000);
        store.write(&Batch::of([a.clone().into(), b.clone().into()])).unwrap();
        for name in [a, b] {
            assert_eq!(store.fetch::<NameRecord>(&Key::name(snapshot, &name.fqn)).unwrap(), Some(name));
        }
        assert_eq!(store.fetch::<NameRecord>(&Key::name(snapshot, &long)).unwrap(), None);
    });
}

#[test]
fn nothing_said_differs_from_an_empty_text_and_an_empty_list() {
    on_every_engine(|store| {
        let Record::Snapshots(sample) = records::sample(Family::Snapshots, 1, 25).remove(0) else {
            panic!("another family")
        };
        let variants = [(None, None), (Some(""), None), (None, Some("")), (Some(""), Some(""))];
        for (id, (commit, reference)) in (0..).zip(variants) {
            let (commit, reference) = (commit.map(str::to_owned), reference.map(str::to_owned));
            let record = SnapshotRecord { id: SnapshotId([id; 16]), commit, reference, ..sample.clone() };
            store.write(&Batch::of([record.clone().into()])).unwrap();
            assert_eq!(store.snapshot(record.id).unwrap(), Some(record));
        }
        let empty = NameRecord { snapshot: SnapshotId([7; 16]), fqn: String::new(), symbols: Vec::new() };
        store.write(&Batch::of([empty.clone().into()])).unwrap();
        assert_eq!(store.fetch(&Key::name(empty.snapshot, "")).unwrap(), Some(empty));
    });
}

#[test]
fn the_first_error_of_a_visit_ends_the_scan() {
    on_every_engine(|store| {
        store.write(&Batch::of(records::sample_all(5, 17))).unwrap();
        let mut seen = 0;
        let result = store.scan(Family::Links, &Key::default(), &mut |_| {
            seen += 1;
            if seen == 2 { Err(Error::Interrupted) } else { Ok(()) }
        });
        assert!(matches!(result, Err(Error::Interrupted)) && seen == 2);
    });
}

#[test]
fn a_view_stays_at_its_moment() {
    on_every_engine(|store| {
        let records = records::sample_all(5, 18);
        store.write(&Batch::of(records.clone())).unwrap();
        let view = store.view().unwrap();
        let mut batch = Batch::default();
        for family in Family::ALL {
            batch.delete_prefix(*family, Key::default());
        }
        store.write(&batch).unwrap();
        let mut seen = Vec::new();
        for family in Family::ALL {
            assert_eq!(view.count(*family).unwrap(), 5);
            view.scan(*family, &Key::default(), &mut |record| {
                // Reading the store within a scan of it is fine, and sees its present.
                assert_eq!(store.get(record.family(), &record.key())?, None);
                seen.push(record);
                Ok(())
            })
            .unwrap();
        }
        assert_eq!(seen, records);
        drop(view);
        assert_same(&everything(&*store), &[]);
    });
}

#[test]
fn both_encodings_are_read_whatever_the_store_was_opened_for() {
    let folder = tempfile::tempdir().unwrap();
    for url in urls(&folder) {
        let records = records::sample_all(6, 19);
        for (encoding, records) in [(Encoding::Json, &records[..33]), (Encoding::Family, &records[33..])] {
            let options = OpenOptions { encoding, ..OpenOptions::create() };
            store::open(&url, options).unwrap().write(&Batch::of(records.to_vec())).unwrap();
        }
        assert_same(&everything(&*store::open(&url, OpenOptions::read()).unwrap()), &records);
    }
}

#[test]
fn a_reader_must_find_a_store_and_cannot_write() {
    let folder = tempfile::tempdir().unwrap();
    for url in urls(&folder) {
        assert!(matches!(store::open(&url, OpenOptions::read()), Err(Error::Store { .. })));
        assert!(!url.path().exists(), "a reader made something");
        drop(store::open(&url, OpenOptions::create()).unwrap());
        let reader = store::open(&url, OpenOptions::read()).unwrap();
        let batch = Batch::of(records::sample(Family::Links, 1, 20));
        assert!(matches!(reader.write(&batch), Err(Error::Store { .. })));
        assert_eq!(reader.count(Family::Links).unwrap(), 0);
    }
}

#[test]
fn typed_reading() {
    on_every_engine(|store| {
        let mut snapshots = records::sample(Family::Snapshots, 6, 21);
        for (time, record) in (0_i64..).zip(&mut snapshots) {
            if let Record::Snapshots(snapshot) = record {
                snapshot.time_us = time;
                snapshot.repository = if time % 2 == 0 { "even" } else { "odd" }.to_owned();
            }
        }
        let executions = records::sample(Family::Executions, 8, 22);
        let facts = records::sample(Family::Facts, 3, 23);
        store.write(&Batch::of(snapshots.into_iter().chain(executions.clone()).chain(facts.clone()))).unwrap();
        let times: Vec<i64> = store.snapshots().unwrap().iter().map(|snapshot| snapshot.time_us).collect();
        assert_eq!(times, [5, 4, 3, 2, 1, 0]);
        assert_eq!(store.latest_snapshot(None).unwrap().unwrap().time_us, 5);
        assert_eq!(store.latest_snapshot(Some("even")).unwrap().unwrap().time_us, 4);
        assert!(store.latest_snapshot(Some("none")).unwrap().is_none());
        let recent: Vec<Record> = store.recent_executions(5).unwrap().into_iter().map(Record::from).collect();
        assert_eq!(recent, executions.into_iter().rev().take(5).collect::<Vec<_>>());
        let Record::Facts(expected) = &facts[1] else { panic!("another family") };
        assert_eq!(store.facts(expected.content, expected.analyzer).unwrap().as_ref(), Some(expected));
    });
}

#[test]
fn stores_are_shared_between_threads() {
    const fn shared<T: Send + Sync + ?Sized>() {}
    shared::<dyn Store>();
    shared::<store::Sender>();
    on_every_engine(|store| {
        std::thread::scope(|scope| {
            for thread in 0..10_u8 {
                let store = &store;
                scope.spawn(move || {
                    for family in [Family::Chunks, Family::Executions, Family::Facts] {
                        let records = distinct(family, thread);
                        for records in records.chunks(25) {
                            store.write(&Batch::of(records.to_vec())).unwrap();
                        }
                        for record in records {
                            assert_eq!(store.get(family, &record.key()).unwrap(), Some(record));
                        }
                    }
                });
            }
        });
        for family in [Family::Chunks, Family::Executions, Family::Facts] {
            assert_eq!(store.count(family).unwrap(), 1000);
            let mut expected: Vec<Record> = (0..10).flat_map(|thread| distinct(family, thread)).collect();
            expected.sort_by_key(Record::key);
            assert_same(&scan(&*store, family, &Key::default()), &expected);
        }
    });
}
