//! The scan stage: measures every file of a workspace on all cores and stores the result. Facts
//! stream into the store meanwhile; the snapshot with its files is written last, in one
//! transaction, so that it is complete or invisible. Never formats anything.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::link;
use super::measurer::{Measurer, StoreFault};
use super::progress::Monitor;
use super::recheck::Recheck;
use super::snapshot::{self, ScannedFile, tally};
use super::workspace::Workspace;
use crate::error::Result;
use crate::git;
use crate::isolate::Isolation;
use crate::measure::Options;
use crate::model::{ContentId, ExecutionId, FileRecord, Level, RepoPath, SnapshotId, SnapshotRecord};
use crate::store::{Batch, BatchLimits, Record, Store, Writer};
use crate::walk::Entry;

/// A scan's result.
pub struct Scanned {
    /// The snapshot, as it is stored.
    pub snapshot: SnapshotRecord,
    /// Files that failed: noted and not measured.
    pub files_failed: u64,
    /// The content of each file of the workspace, in its order; None where it could not be read.
    pub contents: Vec<Option<ContentId>>,
}

/// How a scan measures.
#[derive(Debug, Clone, Copy)]
pub struct ScanOptions<'a> {
    /// The counting policy.
    pub policy: &'a str,
    /// What is kept, and what must not be exceeded by one file.
    pub measure: Options,
    /// The share of stored facts that is measured again, in percent.
    pub recheck: f64,
    /// The processes that measure, where this one is not to do it.
    pub isolation: Option<&'a Isolation>,
}

/// Scans a workspace and stores its snapshot.
///
/// # Errors
/// The root cannot be walked or holds nothing to measure, the store fails, or the user interrupts.
pub fn scan(
    workspace: &Workspace<'_>,
    store: &Arc<dyn Store>,
    options: ScanOptions<'_>,
    execution: Option<ExecutionId>,
    monitor: Monitor<'_>,
) -> Result<Scanned> {
    let entries = &workspace.files()?.entries;
    if entries.is_empty() {
        return Err(workspace.nothing_found()?);
    }
    let (sender, writer) = Writer::spawn(Arc::clone(store), BatchLimits::default())?;
    let measurer = Measurer::new(workspace.registry, options.policy, options.measure, monitor)
        .with_index(workspace.index()?)
        .with_store(Some(store.as_ref()), StoreFault::Fails)
        .with_recheck(Recheck::of(options.recheck, entries.len()))
        .with_isolation(options.isolation)
        .with_sender(sender);
    let measured = measure_all(&measurer, entries);
    let analyzer = measurer.fingerprint();
    drop(measurer);
    // The writer's own failure explains why a sender failed.
    writer.finish()?;
    let files = measured?;
    monitor.go_on()?;
    let files_failed = files.iter().filter(|file| file.failed).count() as u64;
    let tally = tally(&files, workspace)?;
    let files: Vec<FileRecord> = files.into_iter().map(|file| file.record).collect();
    let (commit, reference) = workspace.head().map_or((None, None), |head| (head.commit, head.reference.clone()));
    let snapshot = SnapshotRecord {
        id: SnapshotId::default(),
        repository: workspace.name(),
        commit: commit.map(|commit| commit.to_string()),
        reference,
        dirty: is_dirty(workspace, &files)?,
        time_us: super::execution_log::now_us(),
        analyzer,
        policy: options.policy.to_owned(),
        level: options.measure.level,
        tally,
        execution,
    };
    let files_failed = files_failed + workspace.files()?.notes.len() as u64;
    let contents = files.iter().map(|file| file.content).collect();
    let snapshot = write(workspace, store.as_ref(), snapshot, files)?;
    Ok(Scanned { snapshot, files_failed, contents })
}

/// Every file in path order, measured on all threads.
fn measure_all(measurer: &Measurer<'_>, entries: &[Entry]) -> Result<Vec<ScannedFile>> {
    let progress = measurer.monitor().progress("scan", entries.len() as u64);
    let next = AtomicUsize::new(0);
    // Each thread takes the next file when it is done with one: a large file delays no other.
    let parts = rayon::broadcast(|_| {
        let mut files = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(entry) = entries.get(at) else { return Ok(files) };
            progress.begin(&entry.path);
            let outcome = measurer.file(entry)?;
            let analyzer = measurer.analyzer(entry.detected)?.id();
            files.push((at, ScannedFile::of(entry, analyzer, &outcome)));
            progress.done(entry.stat.bytes);
        }
    });
    let mut files: Vec<(usize, ScannedFile)> =
        parts.into_iter().collect::<Result<Vec<_>>>()?.into_iter().flatten().collect();
    files.sort_unstable_by_key(|(at, _)| *at);
    Ok(files.into_iter().map(|(_, file)| file).collect())
}

/// Whether files of the work tree differ from the commit.
fn is_dirty(workspace: &Workspace<'_>, files: &[FileRecord]) -> Result<bool> {
    let entries = &workspace.files()?.entries;
    let known = |path: &RepoPath| {
        let at = entries.binary_search_by(|entry| entry.path.cmp(path)).ok()?;
        Some(git::KnownFile { stat: entries[at].stat, content: files[at].content })
    };
    let dirty = workspace.index()?.map_or(Ok(false), |index| index.is_dirty(&known));
    Ok(dirty.unwrap_or_else(|error| {
        tracing::warn!("the work tree counts as changed: {}", error.chain().join(": "));
        true
    }))
}

/// Writes the snapshot, its files and their links; gives it with its id.
fn write(
    workspace: &Workspace<'_>,
    store: &dyn Store,
    mut snapshot: SnapshotRecord,
    files: Vec<FileRecord>,
) -> Result<SnapshotRecord> {
    snapshot.id = snapshot::id(&snapshot, &files);
    let id = snapshot.id;
    let links = match snapshot.level {
        Level::Full => link::records(workspace.registry, store, id, &files)?,
        Level::Metrics | Level::Chunks => Vec::new(),
    };
    let files = files.into_iter().map(|file| Record::Files(FileRecord { snapshot: id, ..file }));
    let own = std::iter::once(Record::Snapshots(snapshot.clone()));
    store.write(&Batch::of(files.chain(links).chain(own)))?;
    Ok(snapshot)
}
