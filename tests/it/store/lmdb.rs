//! What only LMDB does: growing maps, damaged files, formats, folders.

use std::fs;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use elcano::error::Error;
use elcano::store::{self, Batch, Durability, Family, Key, OpenOptions, Record, RunLock, StoreUrl};

use crate::support::records::{self, assert_same};
use crate::support::stores::{everything, with_raw, write_raw};

fn fresh() -> (tempfile::TempDir, StoreUrl) {
    let folder = tempfile::tempdir().unwrap();
    let url = StoreUrl::Lmdb(folder.path().join("store"));
    (folder, url)
}

fn filled(url: &StoreUrl) -> Vec<Record> {
    let records = records::sample_all(40, 30);
    store::open(url, OpenOptions::create()).unwrap().write(&Batch::of(records.clone())).unwrap();
    records
}

fn problem<T>(result: Result<T, Error>) -> String {
    match result {
        Err(error @ Error::Store { .. }) => {
            assert_eq!(error.exit_code(), 3);
            error.chain().join(": ")
        }
        Err(error) => panic!("another error: {error}"),
        Ok(_) => panic!("it was accepted"),
    }
}

#[test]
fn a_full_map_grows_and_loses_nothing() {
    let (_folder, url) = fresh();
    let tiny = OpenOptions { map_bytes: Some(1 << 20), ..OpenOptions::create() };
    let store = store::open(&url, tiny).unwrap();
    let mut expected = std::collections::BTreeMap::new();
    for round in 0..6 {
        let records = records::sample(Family::Chunks, 300, round);
        store.write(&Batch::of(records.clone())).unwrap();
        expected.extend(records.into_iter().map(|record| (record.key(), record)));
    }
    let expected: Vec<Record> = expected.into_values().collect();
    assert!(store.bytes().unwrap() > 1 << 20, "the map never was full");
    assert_same(&everything(&*store), &expected);
}

#[test]
fn maps_grow_under_readers_and_a_reader_cannot_block_itself() {
    let (_folder, url) = fresh();
    let tiny = OpenOptions { map_bytes: Some(1 << 20), ..OpenOptions::create() };
    let store = store::open(&url, tiny).unwrap();
    store.write(&Batch::of(records::sample(Family::Links, 50, 1))).unwrap();
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while !done.load(std::sync::atomic::Ordering::Relaxed) {
                    let mut seen = 0;
                    store
                        .scan(Family::Links, &Key::default(), &mut |record| {
                            seen += 1;
                            assert_eq!(store.get(Family::Links, &record.key())?, Some(record));
                            Ok(())
                        })
                        .unwrap();
                    assert_eq!(seen, 50);
                }
            });
        }
        for round in 0..8 {
            store.write(&Batch::of(records::sample(Family::Chunks, 400, round))).unwrap();
        }
        done.store(true, std::sync::atomic::Ordering::Relaxed);
    });
    assert!(store.bytes().unwrap() > 1 << 20);
    let mut huge = records::sample(Family::Chunks, 1, 99).remove(0);
    if let Record::Chunks(chunk) = &mut huge {
        chunk.text = (0..40_000_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    }
    let view = store.view().unwrap();
    let refused = problem(store.write(&Batch::of([huge.clone()])));
    assert!(refused.contains("cannot grow while this thread reads"), "{refused}");
    drop(view);
    store.write(&Batch::of([huge.clone()])).unwrap();
    assert_eq!(store.get(Family::Chunks, &huge.key()).unwrap(), Some(huge));
}

#[test]
fn a_new_store_ignores_itself_and_leaves_nothing_else() {
    let (_folder, url) = fresh();
    drop(filled(&url));
    let mut names: Vec<String> =
        fs::read_dir(url.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names, [".gitignore", "data.mdb", "elcano.checked", "lock.mdb"]);
    assert_eq!(fs::read_to_string(url.path().join(".gitignore")).unwrap(), "*\n");
}

#[test]
fn a_folder_opens_once_a_process_however_often_it_is_opened() {
    let (folder, url) = fresh();
    let first = store::open(&url, OpenOptions::create()).unwrap();
    let link = folder.path().join("link");
    std::os::unix::fs::symlink(url.path(), &link).unwrap();
    let second = store::open(&StoreUrl::Lmdb(link), OpenOptions::create()).unwrap();
    let records = records::sample_all(2, 31);
    first.write(&Batch::of(records.clone())).unwrap();
    assert_same(&everything(&*second), &records);
    drop((first, second));
    let unsynced = OpenOptions { durability: Durability::Flush, ..OpenOptions::create() };
    let first = store::open(&url, unsynced).unwrap();
    let second = store::open(&url, OpenOptions::create()).unwrap();
    first.write(&Batch::of(records::sample_all(3, 32))).unwrap();
    second.flush().unwrap();
    drop((first, second));
    let reader = store::open(&url, OpenOptions::read()).unwrap();
    assert!(problem(store::open(&url, OpenOptions::create())).contains("for reading only in this process"));
    drop(reader);
}

#[test]
fn many_threads_open_and_close_at_once() {
    let (_folder, url) = fresh();
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let url = &url;
            scope.spawn(move || {
                for round in 0..20_u8 {
                    let store = store::open(url, OpenOptions::create()).unwrap();
                    let mut record = records::sample(Family::Links, 1, round).remove(0);
                    if let Record::Links(link) = &mut record {
                        (link.symbol.0[0], link.symbol.0[1]) = (thread, round);
                    }
                    store.write(&Batch::of([record])).unwrap();
                }
            });
        }
    });
    assert_eq!(store::open(&url, OpenOptions::read()).unwrap().count(Family::Links).unwrap(), 160);
}

#[test]
fn every_truncation_is_refused() {
    let (folder, url) = fresh();
    filled(&url);
    let data = fs::read(url.path().join("data.mdb")).unwrap();
    let lengths = [0, 1, 3, 100, 4096, 8192, 12_288, data.len() / 2, data.len() - 4096, data.len() - 1];
    for (index, length) in lengths.into_iter().enumerate() {
        let cut = folder.path().join(format!("cut{index}"));
        fs::create_dir(&cut).unwrap();
        fs::write(cut.join("data.mdb"), &data[..length]).unwrap();
        let problem = problem(store::open(&StoreUrl::Lmdb(cut), OpenOptions::create()));
        assert!(problem.contains("damaged"), "{length}: {problem}");
    }
}

#[test]
fn foreign_files_are_refused() {
    let (folder, url) = fresh();
    filled(&url);
    let data = fs::read(url.path().join("data.mdb")).unwrap();
    let zeroed = |range: std::ops::Range<usize>| {
        let mut data = data.clone();
        data[range].fill(0);
        data
    };
    let version = [&data[..20], &[9], &data[21..]].concat();
    let foreign = [b"hello".repeat(5000), vec![0; 40_000], zeroed(0..4096), zeroed(4096..8192), version];
    for (index, bytes) in foreign.into_iter().enumerate() {
        let other = folder.path().join(format!("foreign{index}"));
        fs::create_dir(&other).unwrap();
        fs::write(other.join("data.mdb"), bytes).unwrap();
        assert!(problem(store::open(&StoreUrl::Lmdb(other), OpenOptions::read())).contains("damaged"));
    }
}

#[test]
fn a_store_whose_last_pages_are_free_and_unwritten_still_opens() {
    let (_folder, url) = fresh();
    let records = filled(&url);
    let path = url.path().join("data.mdb");
    // LMDB counts pages that were freed before they were written.
    with_raw(url.path(), "meta", |database, txn| {
        database.put(txn, b"one", &[1; 20_000]).unwrap();
        database.delete(txn, b"one").unwrap();
    });
    for _ in 0..3 {
        with_raw(url.path(), "meta", |database, txn| {
            database.put(txn, b"small", b"2").unwrap();
            database.put(txn, b"large", &[3; 400_000]).unwrap();
            database.delete(txn, b"large").unwrap();
            database.delete(txn, b"small").unwrap();
        });
    }
    let mut meta = [[0; 8]; 2];
    let file = fs::File::open(&path).unwrap();
    for (page, last) in meta.iter_mut().enumerate() {
        file.read_exact_at(last, page as u64 * 4096 + 136).unwrap();
    }
    let last = meta.map(u64::from_ne_bytes).into_iter().max().unwrap();
    assert!(fs::metadata(&path).unwrap().len() < (last + 1) * 4096, "no page is unwritten");
    assert_same(&everything(&*store::open(&url, OpenOptions::read()).unwrap()), &records);
}

/// Flips bits of the pages, and reads in a way that cannot crash: the structure first.
#[test]
fn damaged_pages_are_found_or_harmless() {
    let (folder, url) = fresh();
    let records = filled(&url);
    let data = fs::read(url.path().join("data.mdb")).unwrap();
    let mut found = 0;
    for round in 0..150_usize {
        let damaged = folder.path().join("damaged");
        fs::create_dir(&damaged).unwrap();
        let mut bytes = data.clone();
        let at = 8192 + (round * 7919 * 13) % (bytes.len() - 8192);
        bytes[at] ^= 1 << (round % 8);
        fs::write(damaged.join("data.mdb"), bytes).unwrap();
        let other = StoreUrl::Lmdb(damaged.clone());
        if let Err(error) = store::check_structure(&other) {
            assert!(matches!(error, Error::Store { .. }));
            found += 1;
        } else {
            let store = store::open(&other, OpenOptions::read()).unwrap();
            let mut problems = 0;
            let mut read = Vec::new();
            for family in Family::ALL {
                store
                    .walk(*family, &Key::default(), &mut |_, record| {
                        match record {
                            Ok(record) => read.push(record),
                            Err(error) => {
                                assert!(matches!(error, Error::Record { .. }), "{error}");
                                problems += 1;
                            }
                        }
                        Ok(())
                    })
                    .unwrap();
            }
            assert_eq!(read == records, problems == 0, "byte {at}: silently wrong");
            found += problems;
        }
        fs::remove_dir_all(&damaged).unwrap();
    }
    assert!(found > 50, "{found}");
}

/// All values of a database of a folder, as they are.
fn read_raw(folder: &Path, database: &str) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut options = heed::EnvOpenOptions::new();
    options.map_size(1 << 30).max_dbs(16);
    // SAFETY: no other code has the folder of this test.
    #[expect(unsafe_code, reason = "heed's open is unsafe")]
    let env = unsafe { options.open(folder) }.unwrap();
    let txn = env.read_txn().unwrap();
    let opened = env.open_databases_and_commit(txn, |opener, txn| {
        let found = opener.open_database::<heed::types::Bytes, heed::types::Bytes>(txn, Some(database))?;
        Ok::<_, heed::Error>(heed::CommitOrAbort::<_, ()>::Commit(found.unwrap()))
    });
    let database = opened.unwrap().unwrap_commit();
    let txn = env.read_txn().unwrap();
    let owned = |entry: heed::Result<(&[u8], &[u8])>| entry.map(|(key, value)| (key.to_vec(), value.to_vec())).unwrap();
    database.iter(&txn).unwrap().map(owned).collect()
}

#[test]
fn every_writer_writes_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let records = records::sample_all(15, 33);
    let url = |name: &str| StoreUrl::Lmdb(folder.path().join(name));
    let make = |name: &str| store::open(&url(name), OpenOptions::create()).unwrap();
    make("written").write(&Batch::of(records.clone())).unwrap();
    let prepared = make("prepared");
    prepared.write(&prepared.prepare(records.clone()).unwrap()).unwrap();
    drop(prepared);
    let (sender, writer) = store::Writer::spawn(make("sent"), store::BatchLimits::default()).unwrap();
    records.chunks(7).for_each(|records| sender.send(records.to_vec()).unwrap());
    writer.finish().unwrap();
    drop(sender);
    // Through SQLite and back, too.
    for (from, to) in [
        (url("written"), StoreUrl::Sqlite(folder.path().join("x"))),
        (StoreUrl::Sqlite(folder.path().join("x")), url("copied")),
    ] {
        let sink = store::write_to(&to, store::Existing::Refuse, OpenOptions::create()).unwrap();
        store::read_from(&from, |source| store::copy(source, sink)).unwrap();
    }
    for family in Family::ALL {
        let expected = read_raw(url("written").path(), family.name());
        assert_eq!(expected.len(), 15);
        for other in ["prepared", "sent", "copied"] {
            assert_eq!(read_raw(url(other).path(), family.name()), expected, "{family} {other}");
        }
    }
}

#[test]
fn a_newer_format_is_refused_and_untouched() {
    let (_folder, url) = fresh();
    filled(&url);
    write_raw(url.path(), "meta", b"format", b"2");
    let before = fs::read(url.path().join("data.mdb")).unwrap();
    for options in [OpenOptions::read(), OpenOptions::create()] {
        assert!(problem(store::open(&url, options)).contains("newer elcano (format 2"));
    }
    assert_eq!(fs::read(url.path().join("data.mdb")).unwrap(), before);
}

#[test]
fn a_folder_of_another_lmdb_program_is_refused() {
    let (_folder, url) = fresh();
    fs::create_dir(url.path()).unwrap();
    write_raw(url.path(), "meta", b"theirs", b"1");
    let problem = problem(store::open(&url, OpenOptions::create()));
    assert!(problem.contains("format"), "{problem}");
}

#[test]
fn a_second_run_is_told_who_runs() {
    let (_folder, url) = fresh();
    let lock = RunLock::acquire(&url).unwrap();
    let refused = problem(RunLock::acquire(&url));
    assert!(refused.contains(&format!("in use by process {}", std::process::id())), "{refused}");
    // Reading needs no lock.
    drop(filled(&url));
    drop(lock);
    drop(RunLock::acquire(&url).unwrap());
}

#[test]
fn urls_are_told_apart_by_content() {
    let (folder, url) = fresh();
    filled(&url);
    assert_eq!(url.path().to_str().unwrap().parse::<StoreUrl>().unwrap(), url);
    assert_eq!("lmdb:a/b".parse::<StoreUrl>().unwrap(), StoreUrl::Lmdb("a/b".into()));
    assert_eq!("sqlite:x".parse::<StoreUrl>().unwrap(), StoreUrl::Sqlite("x".into()));
    assert_eq!("duckdb:x".parse::<StoreUrl>().unwrap(), StoreUrl::Duckdb("x".into()));
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().parse::<StoreUrl>()
    };
    assert!(matches!(file("s", b"SQLite format 3\0....").unwrap(), StoreUrl::Sqlite(_)));
    assert!(matches!(file("d", b"........DUCK....").unwrap(), StoreUrl::Duckdb(_)));
    for refused in [file("t", b"some text"), file("e", b""), file("3", b"abc")] {
        assert!(matches!(refused, Err(Error::Usage(_))));
    }
    for refused in ["lmdb:", "nowhere/at/all", folder.path().to_str().unwrap()] {
        assert!(matches!(refused.parse::<StoreUrl>(), Err(Error::Usage(_))), "{refused}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_program_that_is_started_has_no_file_of_the_store() {
    let (_folder, url) = fresh();
    for options in [OpenOptions::create(), OpenOptions::read()] {
        let store = store::open(&url, options).unwrap();
        assert_eq!(store.count(Family::Links).unwrap(), 0);
        let listed = std::process::Command::new("ls").args(["-l", "/proc/self/fd"]).output().unwrap();
        let listed = String::from_utf8(listed.stdout).unwrap();
        assert!(listed.contains("fd") && !listed.contains(".mdb"), "{listed}");
    }
}
