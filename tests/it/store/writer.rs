//! The writer: everything sent is written, its limits hold, and its failures reach everybody.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use elcano::error::{Error, Result};
use elcano::store::{
    self, Batch, BatchLimits, Family, Key, OpenOptions, Record, Source, Store, StoreUrl, Visit, Writer,
};

use crate::support::records::{self, assert_same};
use crate::support::stores::{distinct, everything, on_every_engine};

#[test]
fn all_that_is_sent_is_written() {
    on_every_engine(|store| {
        let limits = BatchLimits { inbox_bytes_max: 40_000, batch_records_max: 70, ..BatchLimits::default() };
        let (sender, writer) = Writer::spawn(Arc::clone(&store), limits).unwrap();
        let mut expected = Vec::new();
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let sender = sender.clone();
                let records = [distinct(Family::Chunks, thread), distinct(Family::Facts, thread)].concat();
                expected.extend(records.clone());
                scope.spawn(move || records.chunks(7).for_each(|records| sender.send(records.to_vec()).unwrap()));
            }
        });
        let written = writer.finish().unwrap();
        assert_eq!(written.records, 800);
        assert!(written.transactions >= 800 / 77, "{written:?}");
        expected.sort_by_key(|record| (record.family(), record.key()));
        assert_same(&everything(&*store), &expected);
        assert!(sender.send(distinct(Family::Chunks, 1)).is_err(), "a finished writer takes nothing");
    });
}

#[test]
fn what_was_sent_long_ago_is_written_before_the_end() {
    on_every_engine(|store| {
        let limits = BatchLimits { batch_wait_max: Duration::from_millis(1), ..BatchLimits::default() };
        let (sender, writer) = Writer::spawn(Arc::clone(&store), limits).unwrap();
        sender.send(distinct(Family::Chunks, 1)).unwrap();
        while store.count(Family::Chunks).unwrap() == 0 {
            std::thread::yield_now();
        }
        assert_eq!(store.count(Family::Chunks).unwrap(), 100);
        writer.finish().unwrap();
    });
}

/// A store whose writes fail, panic or take as long as the test wants.
struct Broken {
    url: StoreUrl,
    panics: bool,
    writes: AtomicUsize,
    hold: AtomicBool,
}

impl Broken {
    fn new(panics: bool, hold: bool) -> Arc<Self> {
        let url = StoreUrl::Lmdb("broken".into());
        Arc::new(Self { url, panics, writes: AtomicUsize::new(0), hold: AtomicBool::new(hold) })
    }
}

impl Source for Broken {
    fn url(&self) -> &StoreUrl {
        &self.url
    }
    fn walk(&self, _: Family, _: &Key, _: &mut Visit<'_>) -> Result<()> {
        Ok(())
    }
    fn count(&self, _: Family) -> Result<u64> {
        Ok(0)
    }
}

impl Store for Broken {
    fn get(&self, _: Family, _: &Key) -> Result<Option<Record>> {
        Ok(None)
    }
    fn last(&self, _: Family, _: &Key, _: usize) -> Result<Vec<Record>> {
        Ok(Vec::new())
    }
    fn prepare(&self, records: Vec<Record>) -> Result<Batch> {
        Ok(Batch::of(records))
    }
    fn write(&self, _: &Batch) -> Result<()> {
        self.writes.fetch_add(1, Ordering::SeqCst);
        while self.hold.load(Ordering::SeqCst) {
            std::thread::yield_now();
        }
        assert!(!self.panics, "as the test wishes");
        Err(Error::Undecided("disk on fire".to_owned()))
    }
    fn flush(&self) -> Result<()> {
        Ok(())
    }
    fn view(&self) -> Result<Box<dyn Source + '_>> {
        Err(Error::Interrupted)
    }
    fn bytes(&self) -> Result<u64> {
        Ok(0)
    }
}

#[test]
fn a_failed_write_reaches_the_senders_and_the_end() {
    for panics in [false, true] {
        let limits = BatchLimits { inbox_bytes_max: 10_000, batch_records_max: 1, ..BatchLimits::default() };
        let (sender, writer) = Writer::spawn(Broken::new(panics, false), limits).unwrap();
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    let message = records::sample(Family::Chunks, 20, 1);
                    // Every sender comes to an end, though it never stops by itself.
                    while sender.send(message.clone()).is_ok() {}
                });
            }
        });
        let error = writer.finish().unwrap_err();
        let expected = if panics { "panicked" } else { "disk on fire" };
        assert!(error.to_string().contains(expected), "{error}");
    }
}

#[test]
fn senders_wait_while_the_queue_is_full() {
    let store = Broken::new(false, true);
    let message = records::sample(Family::Chunks, 20, 1);
    let bytes = Batch::of(message.clone()).bytes();
    let limits = BatchLimits { inbox_bytes_max: bytes * 2, batch_records_max: 1, ..BatchLimits::default() };
    let (sender, writer) = Writer::spawn(Arc::clone(&store) as Arc<dyn Store>, limits).unwrap();
    let sent = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while sender.send(message.clone()).is_ok() {
                sent.fetch_add(1, Ordering::SeqCst);
            }
        });
        // One is being written and two wait: the fourth has to wait, however long this thread
        // watches.
        while sent.load(Ordering::SeqCst) < 3 {
            std::thread::yield_now();
        }
        for _ in 0..10_000 {
            std::thread::yield_now();
        }
        assert_eq!(sent.load(Ordering::SeqCst), 3);
        store.hold.store(false, Ordering::SeqCst);
    });
    assert!(writer.finish().is_err());
}

#[test]
fn a_dropped_writer_ends_its_thread() {
    let folder = tempfile::tempdir().unwrap();
    let url = StoreUrl::Lmdb(folder.path().join("store"));
    let store = store::open(&url, OpenOptions::create()).unwrap();
    let (sender, writer) = Writer::spawn(Arc::clone(&store), BatchLimits::default()).unwrap();
    sender.send(distinct(Family::Chunks, 1)).unwrap();
    drop(writer);
    assert!(sender.send(distinct(Family::Chunks, 2)).is_err());
    drop(sender);
    assert_eq!(Arc::strong_count(&store), 1);
}
