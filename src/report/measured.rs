//! Writes the document `elcano.measure/1`: metrics of files, with their spaces nested as in the
//! source. Never measures.

use serde_json::{Value, json};

use crate::metric::catalog;
use crate::model::{FileFacts, Note, Space};

/// The document over some files, each with the path as it was given.
#[must_use]
pub fn document(files: &[(String, FileFacts)]) -> Value {
    let files: Vec<Value> = files.iter().map(|(path, facts)| file(path, facts)).collect();
    json!({ "schema": "elcano.measure/1", "files": files })
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
        "spaces": children(&facts.spaces, 0),
    })
}

/// Notes as `[{"kind": …, "detail": …}]`.
#[must_use]
pub fn notes(notes: &[Note]) -> Vec<Value> {
    notes.iter().map(|note| json!({ "kind": note.kind, "detail": note.detail })).collect()
}

/// The spaces directly inside the space at `parent`, and theirs.
fn children(spaces: &[Space], parent: u32) -> Vec<Value> {
    // JSON readers stop at 128 levels, and a tree that deep is not for reading.
    const DEPTH_MAX: usize = 40;
    fn below(spaces: &[Space], parent: u32, depth: usize) -> Vec<Value> {
        if depth == 0 {
            return Vec::new();
        }
        let inside = (0..).zip(spaces).filter(|(_, space)| space.parent == Some(parent));
        inside.map(|(index, space)| one(space, &below(spaces, index, depth - 1))).collect()
    }
    below(spaces, parent, DEPTH_MAX)
}

fn one(space: &Space, inside: &[Value]) -> Value {
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
