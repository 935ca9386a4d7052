//! Removes what is no longer referred to: snapshots beyond the newest few, their records, and facts
//! without a file in a kept snapshot. Decides by keys alone, so a damaged value is no obstacle.
//! Never touches the log of runs.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::error::Result;
use crate::interrupt;
use crate::model::{AnalyzerId, ContentId, SnapshotId};
use crate::store::{Batch, Family, Key, Record, RunLock, Source, Store, codec};

/// Records that one transaction removes.
const BATCH_RECORDS: usize = 20_000;

/// What was removed, or would be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collected {
    /// Snapshots that go, newest first.
    pub snapshots: Vec<SnapshotId>,
    /// Records of each family that go.
    pub removed: Vec<(Family, u64)>,
    /// Records of each family that stay.
    pub kept: Vec<(Family, u64)>,
}

/// What is still referred to.
struct Live {
    snapshots: FxHashSet<SnapshotId>,
    facts: FxHashSet<(ContentId, AnalyzerId)>,
    contents: FxHashSet<ContentId>,
}

/// Keeps the newest `keep` snapshots of each repository and reference. The lock proves that no run
/// is in progress, whose facts no snapshot refers to yet. `dry_run` only counts.
///
/// # Errors
/// When the store cannot be read or written, or a snapshot or file record is damaged: what it
/// refers to is not known then. So it is where a record stands under another one's key.
pub fn collect(store: &dyn Store, keep: usize, dry_run: bool, _lock: &RunLock) -> Result<Collected> {
    let (snapshots, batches, kept) = {
        let view = store.view()?;
        let (live, snapshots) = find_live(&*view, keep)?;
        let mut gone: Vec<(Family, Vec<Key>)> = Vec::new();
        let mut kept = Vec::new();
        for family in Family::ALL {
            let (mut keys, mut stay) = (Vec::new(), 0);
            view.walk(*family, &Key::default(), &mut |key, record| {
                match record {
                    _ if live.has(*family, key) => stay += 1,
                    // The record that it is may be referred to.
                    Err(error) if codec::is_misplaced(&error) => return Err(error),
                    _ => keys.push(Key::from_bytes(key)),
                }
                Ok(())
            })?;
            kept.push((*family, stay));
            gone.push((*family, keys));
        }
        (snapshots, gone, kept)
    };
    let removed = batches.iter().map(|(family, keys)| (*family, keys.len() as u64)).collect();
    if !dry_run {
        remove(store, batches)?;
    }
    Ok(Collected { snapshots, removed, kept })
}

/// Snapshots go first: one whose files are gone must not be seen.
fn remove(store: &dyn Store, batches: Vec<(Family, Vec<Key>)>) -> Result<()> {
    let (first, rest): (Vec<_>, Vec<_>) = batches.into_iter().partition(|(family, _)| *family == Family::Snapshots);
    for (family, keys) in first.into_iter().chain(rest) {
        for keys in keys.chunks(BATCH_RECORDS) {
            // What stays is referred to by nothing: the next collection finds it.
            interrupt::check()?;
            let mut batch = Batch::default();
            for key in keys {
                batch.delete(family, key.clone());
            }
            store.write(&batch)?;
        }
    }
    store.flush()
}

fn find_live(source: &dyn Source, keep: usize) -> Result<(Live, Vec<SnapshotId>)> {
    let mut all = Vec::new();
    source.scan(Family::Snapshots, &Key::default(), &mut |record| {
        if let Record::Snapshots(snapshot) = record {
            all.push(snapshot);
        }
        Ok(())
    })?;
    all.sort_by_key(|snapshot| std::cmp::Reverse((snapshot.time_us, snapshot.execution, snapshot.id)));
    let (mut seen, mut gone) = (FxHashMap::default(), Vec::new());
    let mut live =
        Live { snapshots: FxHashSet::default(), facts: FxHashSet::default(), contents: FxHashSet::default() };
    for snapshot in all {
        let newer: &mut usize = seen.entry((snapshot.repository, snapshot.reference)).or_default();
        if *newer < keep {
            live.snapshots.insert(snapshot.id);
        } else {
            gone.push(snapshot.id);
        }
        *newer += 1;
    }
    for snapshot in &live.snapshots {
        source.scan(Family::Files, &Key::snapshot(*snapshot), &mut |record| {
            if let Record::Files(file) = record
                && let Some(content) = file.content
            {
                live.facts.insert((content, file.analyzer));
                live.contents.insert(content);
            }
            Ok(())
        })?;
    }
    Ok((live, gone))
}

impl Live {
    fn has(&self, family: Family, key: &[u8]) -> bool {
        let content = || key.get(..ContentId::LEN).and_then(ContentId::from_slice);
        let analyzer = || key.get(ContentId::LEN..ContentId::LEN + AnalyzerId::LEN).and_then(AnalyzerId::from_slice);
        match family {
            Family::Executions => true,
            Family::Snapshots
            | Family::Files
            | Family::Symbols
            | Family::Names
            | Family::References
            | Family::Links => key
                .get(..SnapshotId::LEN)
                .and_then(SnapshotId::from_slice)
                .is_some_and(|id| self.snapshots.contains(&id)),
            Family::Facts | Family::Ast | Family::Cfg => {
                content().zip(analyzer()).is_some_and(|facts| self.facts.contains(&facts))
            }
            Family::Chunks => content().is_some_and(|content| self.contents.contains(&content)),
        }
    }
}
