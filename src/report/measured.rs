//! Writes the document `elcano.measure/1`: metrics of files, with their spaces nested as in the
//! source. Never measures.

use serde_json::{Value, json};

use crate::metric::catalog;
use crate::model::{FileFacts, Note, Skip, Space};

/// Spaces nested deeper are listed on this level, beside the space they are in: readers of JSON stop
/// at 128 levels of brackets.
const DEPTH_MAX: usize = 40;

/// A file that was asked for: its path as it was given, and its facts or the reason why there are
/// none.
pub type Measured = (String, Result<FileFacts, Unmeasured>);

/// Why a file that was asked for has no facts.
#[derive(Debug)]
pub enum Unmeasured {
    /// As one that a scan leaves out.
    Skipped(Skip),
    /// It could not be read.
    Failed(Note),
}

/// The document over some files, each with the path as it was given.
#[must_use]
pub fn document(files: &[Measured]) -> Value {
    let one = |(path, measured): &Measured| match measured {
        Ok(facts) => file(path, facts),
        Err(Unmeasured::Skipped(skip)) => missing(path, Some(*skip), &[]),
        Err(Unmeasured::Failed(note)) => missing(path, None, std::slice::from_ref(note)),
    };
    json!({ "schema": "elcano.measure/1", "files": files.iter().map(one).collect::<Vec<_>>() })
}

fn file(path: &str, facts: &FileFacts) -> Value {
    let unit = facts.spaces.first();
    json!({
        "path": path,
        "language": facts.language,
        "policy": facts.policy,
        "bytes": facts.bytes,
        "error_bytes": facts.error_bytes,
        "skip": facts.skip,
        "notes": notes(&facts.notes),
        "metrics": unit.map(|unit| catalog::to_json(&unit.metrics)),
        "spaces": nested(&facts.spaces),
    })
}

/// A file of which nothing is known but why.
fn missing(path: &str, skip: Option<Skip>, reasons: &[Note]) -> Value {
    json!({
        "path": path,
        "language": null,
        "policy": null,
        "bytes": null,
        "error_bytes": null,
        "skip": skip,
        "notes": notes(reasons),
        "metrics": null,
        "spaces": [],
    })
}

/// Notes as `[{"kind": …, "detail": …}]`.
#[must_use]
pub fn notes(notes: &[Note]) -> Vec<Value> {
    notes.iter().map(|note| json!({ "kind": note.kind, "detail": note.detail })).collect()
}

/// The spaces below the unit, each with those inside of it.
fn nested(spaces: &[Space]) -> Vec<Value> {
    let mut depths = vec![0; spaces.len()];
    // Those whose inside may still go on, with what was found there.
    let mut open: Vec<(usize, Vec<Value>)> = vec![(0, Vec::new())];
    for (at, space) in spaces.iter().enumerate().skip(1) {
        depths[at] = depths[space.parent.unwrap_or(0) as usize] + 1;
        close(&mut open, spaces, depths[at].min(DEPTH_MAX));
        open.push((at, Vec::new()));
    }
    close(&mut open, spaces, 1);
    open.pop().map(|(_, inside)| inside).unwrap_or_default()
}

/// Closes open spaces until so many are left.
fn close(open: &mut Vec<(usize, Vec<Value>)>, spaces: &[Space], left: usize) {
    while open.len() > left
        && let Some((at, inside)) = open.pop()
        && let Some((_, around)) = open.last_mut()
    {
        around.push(one(&spaces[at], inside));
    }
}

fn one(space: &Space, inside: Vec<Value>) -> Value {
    json!({
        "name": space.name,
        "qualified_name": space.qualified_name,
        "kind": space.kind,
        "start_line": space.start_line,
        "end_line": space.end_line,
        "start_byte": space.start_byte,
        "end_byte": space.end_byte,
        "visibility": space.visibility,
        "error_bytes": space.error_bytes,
        "metrics": catalog::to_json(&space.metrics),
        "spaces": inside,
    })
}
