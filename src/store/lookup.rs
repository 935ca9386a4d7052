//! Looks records up by type: facts, files, snapshots and executions by their keys. Never writes.

use super::engine::Store;
use super::record::{Family, Key, Record, Stored};
use crate::error::Result;
use crate::model::{
    AnalyzerId, ChunkRecord, ContentId, ExecutionRecord, FactsRecord, FileRecord, RepoPath, SnapshotId, SnapshotRecord,
};

impl dyn Store + '_ {
    /// The typed record of a key.
    pub fn fetch<T: Stored>(&self, key: &Key) -> Result<Option<T>> {
        Ok(self.get(T::FAMILY, key)?.and_then(T::from_record))
    }

    /// All typed records whose key starts with `prefix`, in key order.
    pub fn list<T: Stored>(&self, prefix: &Key) -> Result<Vec<T>> {
        let mut all = Vec::new();
        self.scan(T::FAMILY, prefix, &mut |record| {
            all.extend(T::from_record(record));
            Ok(())
        })?;
        Ok(all)
    }

    /// The facts of a content.
    pub fn facts(&self, content: ContentId, analyzer: AnalyzerId) -> Result<Option<FactsRecord>> {
        self.fetch(&Key::facts(content, analyzer))
    }

    /// The chunks of a content, by start.
    pub fn chunks(&self, content: ContentId) -> Result<Vec<ChunkRecord>> {
        self.list(&Key::content(content))
    }

    /// The files of a snapshot, by path.
    pub fn files(&self, snapshot: SnapshotId) -> Result<Vec<FileRecord>> {
        self.list(&Key::snapshot(snapshot))
    }

    /// Visits the files of a snapshot, by path, and counts them.
    ///
    /// # Errors
    /// [`crate::error::Error::Store`] when they are not the files that the snapshot's totals are of;
    /// what `visit` returns; a store that cannot be read.
    pub fn scan_files(&self, snapshot: &SnapshotRecord, visit: &mut dyn FnMut(FileRecord) -> Result<()>) -> Result<()> {
        let (mut files, mut bytes) = (0, 0);
        self.scan(Family::Files, &Key::snapshot(snapshot.id), &mut |record| {
            let Record::Files(file) = record else { return Ok(()) };
            if file.skip.is_none() {
                files += 1;
                bytes += file.bytes;
            }
            visit(file)
        })?;
        let tally = &snapshot.tally;
        if (files, bytes) == (tally.files_found, tally.bytes) {
            return Ok(());
        }
        Err(self.url().error(format!(
            "the store is damaged: snapshot {} is of {} files with {} bytes, and {files} with {bytes} are there",
            snapshot.id, tally.files_found, tally.bytes
        )))
    }

    /// One file of a snapshot.
    pub fn file(&self, snapshot: SnapshotId, path: &RepoPath) -> Result<Option<FileRecord>> {
        self.fetch(&Key::file(snapshot, path))
    }

    /// A snapshot. It is there if and only if it is complete.
    pub fn snapshot(&self, id: SnapshotId) -> Result<Option<SnapshotRecord>> {
        self.fetch(&Key::snapshot(id))
    }

    /// Every snapshot, newest first.
    pub fn snapshots(&self) -> Result<Vec<SnapshotRecord>> {
        let mut all: Vec<SnapshotRecord> = self.list(&Key::default())?;
        all.sort_by_key(|snapshot| std::cmp::Reverse((snapshot.time_us, snapshot.execution, snapshot.id)));
        Ok(all)
    }

    /// The newest snapshot, of one repository if it is named.
    pub fn latest_snapshot(&self, repository: Option<&str>) -> Result<Option<SnapshotRecord>> {
        let wanted = |snapshot: &SnapshotRecord| repository.is_none_or(|name| snapshot.repository == name);
        Ok(self.snapshots()?.into_iter().find(wanted))
    }

    /// The last `n` executions, newest first.
    pub fn recent_executions(&self, n: usize) -> Result<Vec<ExecutionRecord>> {
        let last = self.last(Family::Executions, &Key::default(), n)?;
        Ok(last.into_iter().filter_map(ExecutionRecord::from_record).collect())
    }
}
