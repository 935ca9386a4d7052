//! What takes more than one process, or a process that dies. A test starts this binary again for
//! itself alone: see `support/processes.rs`.

use std::process::{Child, Command, Stdio};

use elcano::error::Error;
use elcano::model::{LinkRecord, SnapshotId, SymbolId};
use elcano::store::{
    Batch, Durability, Existing, Family, Key, OpenOptions, Record, RunLock, Source, StoreUrl, copy, digest_all, open,
    read_from, write_to,
};

use crate::support::processes::{self, extra, lines, role, say, start};
use crate::support::records::{self, assert_same};
use crate::support::stores::{distinct, everything, scan, urls};

/// A test of this file in another process.
fn other(test: &str, url: &StoreUrl, extra: &str) -> Command {
    processes::other(module_path!(), test, url, extra)
}

#[test]
fn a_new_process_reads_what_was_written() {
    if let Some(url) = role() {
        for digest in read_from(&url, digest_all).unwrap() {
            say(format!("{} {} {}", digest.family, digest.count, digest.digest));
        }
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for url in urls(&folder) {
        let store = open(&url, OpenOptions::create()).unwrap();
        store.write(&Batch::of(records::sample_all(20, 100))).unwrap();
        let expected: Vec<String> = digest_all(&*store.view().unwrap())
            .unwrap()
            .iter()
            .map(|digest| format!("{} {} {}", digest.family, digest.count, digest.digest))
            .collect();
        // While this process has it open, and when it does not.
        let read = || {
            let (mut child, said) = start(&mut other("a_new_process_reads_what_was_written", &url, ""));
            let said: Vec<String> = said.collect();
            assert!(child.wait().unwrap().success());
            said
        };
        assert_eq!(read(), expected);
        drop(store);
        assert_eq!(read(), expected);
    }
}

/// Twenty records that are written in one transaction.
fn twenty(round: u32) -> Vec<Record> {
    (0..20_u8)
        .map(|n| {
            let mut symbol = [n; 16];
            symbol[..4].copy_from_slice(&round.to_be_bytes());
            let (fan_in, fan_out) = (u64::from(round), u64::from(n));
            LinkRecord { snapshot: SnapshotId([1; 16]), symbol: SymbolId(symbol), fan_in, fan_out, unresolved: 0 }
                .into()
        })
        .collect()
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a kill comes at any moment, also between two events")]
fn what_was_committed_survives_a_kill_and_nothing_is_there_by_halves() {
    const KILLS: u64 = 100;
    if let Some(url) = role() {
        let store = open(&url, OpenOptions::create()).unwrap();
        let from = u32::try_from(store.count(Family::Links).unwrap() / 20).unwrap();
        for round in from.. {
            store.write(&Batch::of(twenty(round))).unwrap();
            say(round);
        }
    }
    let folder = tempfile::tempdir().unwrap();
    for url in urls(&folder) {
        let mut acknowledged = None;
        for kill in 0..KILLS {
            let (mut child, mut said) =
                start(&mut other("what_was_committed_survives_a_kill_and_nothing_is_there_by_halves", &url, ""));
            // Some die while they open, some after a few commits.
            let mut last = None;
            if kill % 10 == 0 {
                std::thread::sleep(std::time::Duration::from_micros(kill * 300));
            } else {
                last = said.by_ref().take(usize::try_from(kill % 7 + 1).unwrap()).last();
                std::thread::sleep(std::time::Duration::from_micros(kill * 37 % 1000));
            }
            child.kill().unwrap();
            assert!(!child.wait().unwrap().success());
            // What it said before it died counts, too.
            last = said.last().or(last);
            acknowledged = last.and_then(|line| line.parse::<u32>().ok()).max(acknowledged);
            if !url.path().exists() {
                continue;
            }
            let store = open(&url, OpenOptions::create()).unwrap();
            let found = scan(&*store, Family::Links, &Key::default());
            let rounds = u32::try_from(found.len() / 20).unwrap();
            let mut expected: Vec<Record> = (0..rounds).flat_map(twenty).collect();
            expected.sort_by_key(Record::key);
            assert_same(&found, &expected);
            assert!(
                acknowledged.is_none_or(|last| last < rounds),
                "{url}: {acknowledged:?} was acknowledged, {rounds} found"
            );
        }
        assert!(acknowledged.is_some_and(|last| last >= 50), "{acknowledged:?}");
    }
}

#[test]
fn four_processes_write_at_once() {
    const FAMILIES: [Family; 3] = [Family::Chunks, Family::Executions, Family::Facts];
    if let Some(url) = role() {
        let number: u8 = extra().parse().unwrap();
        let store = open(&url, OpenOptions::create()).unwrap();
        for family in FAMILIES {
            for records in distinct(family, number).chunks(10) {
                store.write(&Batch::of(records.to_vec())).unwrap();
                for record in records {
                    assert_eq!(store.get(family, &record.key()).unwrap().as_ref(), Some(record));
                }
            }
        }
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for url in urls(&folder) {
        // There is no store yet: all four make it.
        let start = |number: u8| other("four_processes_write_at_once", &url, &number.to_string()).spawn().unwrap();
        let children: Vec<Child> = (0..4).map(start).collect();
        for mut child in children {
            // Drain its output, so that it does not wait for a reader.
            assert_eq!(child.stdout.take().map(|out| lines(out).count()), Some(0));
            assert!(child.wait().unwrap().success());
        }
        let store = open(&url, OpenOptions::read()).unwrap();
        for family in FAMILIES {
            let mut expected: Vec<Record> = (0..4).flat_map(|number| distinct(family, number)).collect();
            expected.sort_by_key(Record::key);
            assert_same(&scan(&*store, family, &Key::default()), &expected);
        }
    }
}

#[test]
fn readers_see_whole_versions_that_never_go_back() {
    let folder = tempfile::tempdir().unwrap();
    for url in urls(&folder) {
        let store = open(&url, OpenOptions { durability: Durability::Flush, ..OpenOptions::create() }).unwrap();
        let version = |version: u64| {
            Batch::of(twenty(0).into_iter().map(|record| match record {
                Record::Links(link) => Record::from(LinkRecord { fan_in: version, ..link }),
                other => other,
            }))
        };
        store.write(&version(0)).unwrap();
        let done = std::sync::atomic::AtomicBool::new(false);
        let reads = std::sync::atomic::AtomicU64::new(0);
        let (written, watched) = std::sync::mpsc::channel();
        let (read, watched_too) = std::sync::mpsc::channel();
        std::thread::scope(|scope| {
            scope.spawn(move || abort_when_silent(&watched));
            scope.spawn(move || abort_when_silent(&watched_too));
            for _ in 0..3 {
                let read = read.clone();
                let (store, done, reads) = (&store, &done, &reads);
                scope.spawn(move || {
                    let mut last = 0;
                    while !done.load(std::sync::atomic::Ordering::Relaxed) {
                        let mut seen = std::collections::BTreeSet::new();
                        let mut count = 0;
                        let mut look = |record| {
                            if let Record::Links(link) = record {
                                seen.insert(link.fan_in);
                                count += 1;
                            }
                            Ok(())
                        };
                        store.scan(Family::Links, &Key::default(), &mut look).unwrap();
                        assert_eq!((seen.len(), count), (1, 20), "a version by halves: {seen:?}");
                        let now = seen.first().copied().unwrap();
                        assert!(now >= last, "version {now} after {last}");
                        last = now;
                        reads.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                        read.send(()).unwrap();
                    }
                });
            }
            let start = std::time::Instant::now();
            for number in 1.. {
                store.write(&version(number)).unwrap();
                written.send(()).unwrap();
                if number >= 400 && start.elapsed() >= std::time::Duration::from_secs(1) {
                    break;
                }
            }
            done.store(true, std::sync::atomic::Ordering::Relaxed);
            drop((written, read));
        });
        assert!(reads.into_inner() > 0);
    }
}

/// A watchdog: two minutes without progress are a deadlock.
fn abort_when_silent(progress: &std::sync::mpsc::Receiver<()>) {
    use std::sync::mpsc::RecvTimeoutError::{Disconnected, Timeout};
    loop {
        match progress.recv_timeout(std::time::Duration::from_secs(120)) {
            Ok(()) => {}
            Err(Disconnected) => return,
            // A panic would wait for the threads that hang.
            Err(Timeout) => std::process::abort(),
        }
    }
}

#[test]
fn a_map_that_another_process_grew_is_followed() {
    let tiny = OpenOptions { map_bytes: Some(1 << 20), ..OpenOptions::create() };
    let records = || records::sample(Family::Chunks, 2500, 101);
    if let Some(url) = role() {
        let store = open(&url, tiny).unwrap();
        for records in records().chunks(100) {
            store.write(&Batch::of(records.to_vec())).unwrap();
        }
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let url = StoreUrl::Lmdb(folder.path().join("store"));
    let store = open(&url, tiny).unwrap();
    store.write(&Batch::of(records::sample(Family::Links, 5, 102))).unwrap();
    let status = other("a_map_that_another_process_grew_is_followed", &url, "").stdout(Stdio::null()).status().unwrap();
    assert!(status.success());
    assert!(store.bytes().unwrap() > 1 << 20, "the map did not grow");
    assert_same(&scan(&*store, Family::Chunks, &Key::default()), &records());
    store.write(&Batch::of(records::sample(Family::Files, 5, 103))).unwrap();
    assert_eq!(store.count(Family::Files).unwrap(), 5);
}

#[test]
fn a_lock_names_its_holder_and_dies_with_it() {
    if let Some(url) = role() {
        let _lock = RunLock::acquire(&url).unwrap();
        say("held");
        // Until it is killed.
        loop {
            std::thread::park();
        }
    }
    let folder = tempfile::tempdir().unwrap();
    for url in urls(&folder) {
        let (mut child, mut said) = start(&mut other("a_lock_names_its_holder_and_dies_with_it", &url, ""));
        assert_eq!(said.next().as_deref(), Some("held"));
        let refused = RunLock::acquire(&url).unwrap_err();
        assert!(refused.to_string().contains(&format!("in use by process {}", child.id())), "{refused}");
        assert_eq!(refused.exit_code(), 3);
        child.kill().unwrap();
        child.wait().unwrap();
        drop(RunLock::acquire(&url).unwrap());
    }
}

#[test]
fn what_another_process_has_locked_is_an_error_that_says_so() {
    if let Some(url) = role() {
        let held: Box<dyn std::any::Any> = match &url {
            StoreUrl::Duckdb(path) => Box::new(duckdb::Connection::open(path).unwrap()),
            StoreUrl::Sqlite(path) => {
                let connection = rusqlite::Connection::open(path).unwrap();
                connection.execute_batch("BEGIN IMMEDIATE; DELETE FROM links;").unwrap();
                Box::new(connection)
            }
            StoreUrl::Lmdb(_) => Box::new(RunLock::acquire(&url).unwrap()),
        };
        say("held");
        loop {
            std::thread::park();
            std::hint::black_box(&held);
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let records = records::sample_all(3, 105);
    let [lmdb, sqlite] = urls(&folder).try_into().unwrap();
    let duckdb = StoreUrl::Duckdb(folder.path().join("x.duckdb"));
    open(&lmdb, OpenOptions::create()).unwrap().write(&Batch::of(records.clone())).unwrap();
    open(&sqlite, OpenOptions::create()).unwrap().write(&Batch::of(records.clone())).unwrap();
    let sink = write_to(&duckdb, Existing::Refuse, OpenOptions::create()).unwrap();
    read_from(&lmdb, |source| copy(source, sink)).unwrap();
    let hold = |url: &StoreUrl| {
        let (child, mut said) = start(&mut other("what_another_process_has_locked_is_an_error_that_says_so", url, ""));
        assert_eq!(said.next().as_deref(), Some("held"));
        child
    };
    let mut holders = [hold(&lmdb), hold(&sqlite), hold(&duckdb)];
    // A second run fails at once; readers of LMDB and SQLite are not disturbed.
    let refused = RunLock::acquire(&lmdb).unwrap_err();
    assert!(refused.exit_code() == 3 && refused.to_string().contains("in use by process"), "{refused}");
    // Nor is a store replaced under a run.
    let refused = write_to(&lmdb, Existing::Replace, OpenOptions::create()).map(drop).unwrap_err();
    assert!(refused.exit_code() == 3 && refused.to_string().contains("in use by process"), "{refused}");
    for url in [&lmdb, &sqlite] {
        assert_same(&everything(&*open(url, OpenOptions::read()).unwrap()), &records);
    }
    let refused = read_from(&duckdb, digest_all).unwrap_err();
    assert!(refused.exit_code() == 3 && refused.to_string().contains("another process has it open"), "{refused}");
    for holder in &mut holders {
        holder.kill().unwrap();
        holder.wait().unwrap();
    }
    // Nothing is lost, and what the dead one had begun did not happen.
    drop(RunLock::acquire(&lmdb).unwrap());
    for url in [&lmdb, &sqlite, &duckdb] {
        assert!(read_from(url, digest_all).unwrap().iter().all(|family| family.count == 3), "{url}");
    }
}

#[test]
fn readers_that_died_leave_their_places() {
    if let Some(url) = role() {
        let store = open(&url, OpenOptions::create()).unwrap();
        let _view = store.view().unwrap();
        say("reading");
        loop {
            std::thread::park();
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let url = StoreUrl::Lmdb(folder.path().join("store"));
    let store = open(&url, OpenOptions::create()).unwrap();
    let (mut child, mut said) = start(&mut other("readers_that_died_leave_their_places", &url, ""));
    assert_eq!(said.next().as_deref(), Some("reading"));
    child.kill().unwrap();
    child.wait().unwrap();
    // All places but the dead one's are taken; the next reader finds that one.
    let views: Vec<Box<dyn Source + '_>> = (0..511).map(|_| store.view().unwrap()).collect();
    let last = store.view().unwrap();
    let refused = store.view().map(drop);
    assert!(matches!(&refused, Err(Error::Store { problem, .. }) if problem.contains("readers")), "{refused:?}");
    drop((views, last));
    store.view().map(drop).unwrap();
}
