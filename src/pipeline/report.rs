//! The report stage: reads a snapshot file by file into a summary and writes it in some formats.
//! Never makes a text.

use rayon::prelude::*;

use super::snapshot;
use crate::error::{Error, Result};
use crate::lang::Registry;
use crate::model::{ContentId, ExecutionRecord, FileRecord, SnapshotId};
use crate::report::formats::SummaryOutput;
use crate::report::output::write_file;
use crate::report::summary::Summary;
use crate::store::{Family, Key, Store};

/// Summarises a snapshot: the one of this id, or the newest.
///
/// # Errors
/// There is no snapshot, or the store cannot be read.
pub fn summary(
    store: &dyn Store,
    snapshot: Option<SnapshotId>,
    execution: Option<ExecutionRecord>,
    worst: usize,
) -> Result<Summary> {
    let snapshot = snapshot::find(store, snapshot)?;
    let execution = match (execution, snapshot.execution) {
        (Some(execution), _) => Some(execution),
        (None, Some(id)) => store.fetch(&Key::execution(id))?,
        (None, None) => None,
    };
    let mut summary = Summary::new(snapshot.clone(), execution, worst);
    let mut files = Vec::new();
    store.scan_files(&snapshot, &mut |file| {
        files.push(file);
        if files.len() == PORTION { add(store, &mut summary, std::mem::take(&mut files)) } else { Ok(()) }
    })?;
    add(store, &mut summary, files)?;
    Ok(summary)
}

/// Files whose facts are in memory at a time.
const PORTION: usize = 256;

/// Adds files in their order; their facts are read on all threads.
fn add(store: &dyn Store, summary: &mut Summary, files: Vec<FileRecord>) -> Result<()> {
    let facts = files.par_iter().map(|file| match (file.content, file.skip) {
        (Some(content), None) => {
            store.facts(content, file.analyzer)?.ok_or_else(|| missing_facts(file, content)).map(Some)
        }
        _ => Ok(None),
    });
    let facts = facts.collect::<Result<Vec<_>>>()?;
    files.iter().zip(&facts).for_each(|(file, facts)| summary.add(file, facts.as_ref()));
    Ok(())
}

/// A file refers to facts that are not there.
pub(super) fn missing_facts(file: &FileRecord, content: ContentId) -> Error {
    Error::Record {
        family: Family::Facts.name(),
        key: Key::facts(content, file.analyzer).to_string(),
        problem: format!("missing, though `{}` refers to it", file.path),
    }
}

/// Writes a summary in some formats; gives the files it wrote.
///
/// # Errors
/// A file or standard output cannot be written.
pub fn write(
    summary: &Summary,
    registry: &Registry,
    outputs: &[SummaryOutput],
    print: &dyn Fn(&str) -> Result<()>,
) -> Result<String> {
    let mut written = Vec::new();
    for output in outputs {
        let text = output.format.write(summary, registry);
        match &output.file {
            None => print(&text)?,
            Some(file) => {
                write_file(file, output.named_by(), text.as_bytes())?;
                written.push(file.display().to_string());
            }
        }
    }
    Ok(written.join(", "))
}
