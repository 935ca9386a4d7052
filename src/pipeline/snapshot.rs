//! The records of a snapshot: its files, its totals, its id; and which snapshot a later command
//! speaks of. Never measures.

use crate::error::{Error, Result};
use crate::model::{AnalyzerId, FileRecord, NoteKind, SnapshotId, SnapshotRecord, Tally};
use crate::store::Store;
use crate::walk::Entry;

use super::measurer::{FileOutcome, Origin};
use super::workspace::Workspace;

/// The snapshot of an id, or the newest.
///
/// # Errors
/// There is none.
pub fn find(store: &dyn Store, id: Option<SnapshotId>) -> Result<SnapshotRecord> {
    let found = match id {
        Some(id) => store.snapshot(id)?,
        None => store.latest_snapshot(None)?,
    };
    found.ok_or_else(|| Error::Undecided(format!("{} holds no snapshot; `elcano scan` makes one", store.url())))
}

/// A file of a snapshot, and what it adds to the totals.
pub(super) struct ScannedFile {
    pub(super) record: FileRecord,
    pub(super) failed: bool,
    origin: Option<Origin>,
    symbols: u64,
    notes: Vec<NoteKind>,
}

impl ScannedFile {
    pub(super) fn of(entry: &Entry, analyzer: AnalyzerId, outcome: &FileOutcome) -> Self {
        let facts = outcome.facts();
        // What is known of a content stands in its facts; what is known of the path alone, here.
        let notes = match outcome {
            FileOutcome::Failed(note, None) => vec![note.clone()],
            _ => Vec::new(),
        };
        let kinds = notes.iter().chain(facts.into_iter().flat_map(|facts| &facts.notes));
        Self {
            failed: matches!(outcome, FileOutcome::Failed(..)),
            origin: outcome.origin(),
            symbols: facts.map_or(0, |facts| facts.spaces.len().saturating_sub(1) as u64),
            notes: kinds.map(|note| note.kind).collect(),
            record: FileRecord {
                snapshot: SnapshotId::default(),
                path: entry.path.clone(),
                content: facts.map(|facts| facts.content),
                analyzer,
                language: entry.detected.language.to_owned(),
                bytes: facts.map_or(entry.stat.bytes, |facts| facts.bytes),
                skip: outcome.skip(),
                notes,
            },
        }
    }
}

/// The totals of a snapshot.
///
/// # Errors
/// As [`Workspace::files`].
pub(super) fn tally(files: &[ScannedFile], workspace: &Workspace<'_>) -> Result<Tally> {
    let walked = workspace.files()?;
    let mut tally = Tally { skipped: workspace.skipped()?, ..Tally::default() };
    for file in files {
        if let Some(reason) = file.record.skip {
            *tally.skipped.entry(reason).or_default() += 1;
        } else {
            tally.files_found += 1;
            tally.bytes += file.record.bytes;
        }
        tally.files_parsed += u64::from(file.origin == Some(Origin::Parsed));
        tally.files_cached += u64::from(file.origin == Some(Origin::Stored));
        tally.symbols += file.symbols;
    }
    let notes = files.iter().flat_map(|file| file.notes.iter().copied());
    for kind in notes.chain(walked.notes.iter().map(|(_, note)| note.kind)) {
        *tally.notes.entry(kind).or_default() += 1;
    }
    Ok(tally)
}

/// Hash over everything that makes two snapshots different, and nothing that does not.
pub(super) fn id(snapshot: &SnapshotRecord, files: &[FileRecord]) -> SnapshotId {
    let mut hasher = blake3::Hasher::new();
    let mut field = |bytes: &[u8]| {
        hasher.update(&(bytes.len() as u64).to_be_bytes());
        hasher.update(bytes);
    };
    field(b"elcano snapshot v1");
    field(snapshot.repository.as_bytes());
    field(snapshot.commit.as_deref().unwrap_or_default().as_bytes());
    field(snapshot.reference.as_deref().unwrap_or_default().as_bytes());
    field(&[u8::from(snapshot.dirty), snapshot.level as u8]);
    field(&snapshot.analyzer.0);
    for file in files {
        field(file.path.as_bytes());
        field(file.content.as_ref().map_or(&[][..], |content| &content.0));
        field(&file.analyzer.0);
        for note in &file.notes {
            field(note.kind.name().as_bytes());
        }
    }
    for (reason, count) in &snapshot.tally.skipped {
        field(reason.name().as_bytes());
        field(&count.to_be_bytes());
    }
    let mut id = [0; 16];
    id.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    SnapshotId(id)
}
