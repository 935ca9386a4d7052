//! Writes for a run: a queue that is bounded by bytes, and one thread that gathers batches and
//! commits each in one transaction. Records are prepared on the threads that send them. Never names
//! an engine.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::engine::Store;
use super::record::{Batch, Record};
use super::sync::{Queue, Taken};
use crate::error::{Error, Result};

/// How much a writer holds and how long.
#[derive(Debug, Clone, Copy)]
pub struct BatchLimits {
    /// Bytes that wait in the queue before senders wait; one larger message goes alone.
    pub inbox_bytes_max: usize,
    /// Bytes of a transaction.
    pub batch_bytes_max: usize,
    /// Records of a transaction.
    pub batch_records_max: usize,
    /// How long a record waits for its transaction.
    pub batch_wait_max: Duration,
}

impl Default for BatchLimits {
    fn default() -> Self {
        Self {
            inbox_bytes_max: 64 << 20,
            batch_bytes_max: 32 << 20,
            batch_records_max: 50_000,
            batch_wait_max: Duration::from_secs(2),
        }
    }
}

/// What a writer wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Written {
    /// Records.
    pub records: u64,
    /// Bytes, roughly.
    pub bytes: u64,
    /// Transactions.
    pub transactions: u64,
}

/// The writing thread.
#[derive(Debug)]
pub struct Writer {
    queue: Arc<Queue<Batch>>,
    thread: Option<JoinHandle<Result<Written>>>,
}

/// Sends records to the writer; cloned for each thread.
#[derive(Clone)]
pub struct Sender {
    store: Arc<dyn Store>,
    queue: Arc<Queue<Batch>>,
}

impl Sender {
    /// Sends all records of one file: they are written in one transaction. Waits while the queue is
    /// full.
    ///
    /// # Errors
    /// When a record cannot be encoded, or the writer has stopped; what stopped it is returned by
    /// [`Writer::finish`].
    pub fn send(&self, records: Vec<Record>) -> Result<()> {
        let batch = self.store.prepare(records)?;
        let bytes = batch.bytes();
        if self.queue.push(batch, bytes) { Ok(()) } else { Err(self.store.url().error("the writer has stopped")) }
    }
}

impl Writer {
    /// Starts the writing thread of a store.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn spawn(store: Arc<dyn Store>, limits: BatchLimits) -> Result<(Sender, Self)> {
        let queue = Arc::new(Queue::new(limits.inbox_bytes_max));
        let sender = Sender { store: Arc::clone(&store), queue: Arc::clone(&queue) };
        let inbox = Arc::clone(&queue);
        let spawned = std::thread::Builder::new().name("elcano-writer".to_owned()).spawn(move || {
            // However the thread ends, senders are not left waiting.
            let _stop = StopOnDrop(&inbox);
            write_all(&*store, &inbox, limits)
        });
        let thread = spawned.map_err(|error| sender.store.url().because("no thread for the writer", error))?;
        Ok((sender, Self { queue, thread: Some(thread) }))
    }

    /// Writes what was sent, and ends the thread. Senders that are left get errors from now on.
    ///
    /// # Errors
    /// What stopped the writer, if anything did: then not all that was sent is in the store.
    pub fn finish(mut self) -> Result<Written> {
        self.queue.close();
        self.thread.take().map_or(Ok(Written::default()), join)
    }
}

fn join(thread: JoinHandle<Result<Written>>) -> Result<Written> {
    thread.join().unwrap_or_else(|_| {
        let problem = "the writer panicked".to_owned();
        Err(Error::Store { store: "store".to_owned(), problem, source: None })
    })
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue.stop();
        if let Some(thread) = self.thread.take() {
            // Given up: the result is returned by `finish` alone.
            drop(thread.join());
        }
    }
}

struct StopOnDrop<'q>(&'q Queue<Batch>);

impl Drop for StopOnDrop<'_> {
    fn drop(&mut self) {
        self.0.stop();
    }
}

fn write_all(store: &dyn Store, queue: &Queue<Batch>, limits: BatchLimits) -> Result<Written> {
    let mut written = Written::default();
    while let Some(batch) = next_batch(queue, limits) {
        store.write(&batch)?;
        written.records += batch.puts.len() as u64;
        written.bytes += batch.bytes() as u64;
        written.transactions += 1;
    }
    Ok(written)
}

/// Gathers messages until a batch is full, old enough or the last; none when there is nothing left
/// to do.
fn next_batch(queue: &Queue<Batch>, limits: BatchLimits) -> Option<Batch> {
    let (mut batch, mut bytes, mut deadline) = (Batch::default(), 0, None::<Instant>);
    loop {
        let wait = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        match queue.take(wait) {
            Taken::Message(message, size) => {
                bytes += size;
                batch.append(message);
                if bytes >= limits.batch_bytes_max || batch.puts.len() >= limits.batch_records_max {
                    return Some(batch);
                }
                deadline = deadline.or_else(|| (!batch.is_empty()).then(|| Instant::now() + limits.batch_wait_max));
            }
            Taken::Nothing => return Some(batch),
            Taken::End => return (!batch.is_empty()).then_some(batch),
            Taken::Stop => return None,
        }
    }
}
