//! Finds code that a parser lost in silence: rows that it took for a part of a comment or a string,
//! and that are neither to a reader who knows comments and strings alone. Never parses.

use std::ops::Range;

use crate::lang::{Language, Region};
use crate::model::{Note, NoteKind};

/// Fewer rows are as likely a mistake of the reader.
const ROWS_MIN: usize = 2;

/// What is said of a file of which code was lost. `hidden`: the comments and pieces of strings of
/// several rows that the parser found, in order; `read`: where the last thing that it found ends.
pub(super) fn note(language: &Language, source: &[u8], hidden: &[Range<usize>], read: usize) -> Option<Note> {
    if hidden.is_empty() && source[read..].trim_ascii().is_empty() {
        return None;
    }
    let regions = language.regions(source);
    let row = |at: usize| memchr::memchr_iter(b'\n', &source[..at]).count() + 1;
    if let Some(open) = regions.last().filter(|region| !region.is_closed && region.span.end == source.len()) {
        // Where the two agree, the file has no end there; else the reader lost its way.
        let agrees = read <= open.span.start || hidden.last().is_some_and(|last| last.start == open.span.start);
        let detail = || format!("what begins in row {} has no end", row(open.span.start));
        return agrees.then(|| Note::new(NoteKind::LostCode, detail()));
    }
    let rows = lost_rows(source, hidden, &regions);
    let first = rows.first().filter(|_| rows.len() >= ROWS_MIN)?;
    Some(Note::new(NoteKind::LostCode, format!("{} rows, the first is row {}", rows.len(), row(*first))))
}

/// Where rows begin, or go on, that hold code to one and none to the other.
fn lost_rows(source: &[u8], hidden: &[Range<usize>], regions: &[Region]) -> Vec<usize> {
    let mut rows = Vec::new();
    let mut regions = regions.iter().map(|region| region.span.clone()).peekable();
    for span in hidden {
        let mut at = span.start;
        while at < span.end {
            while regions.next_if(|region| region.end <= at).is_some() {}
            let next = regions.peek().cloned().unwrap_or(span.end..span.end);
            let code = at..next.start.clamp(at, span.end);
            push_rows(source, code, &mut rows);
            at = next.end.max(at + 1);
        }
    }
    rows
}

/// The rows whose first byte that is not blank lies in a part of a source: what is left of a row
/// behind a string may be a part of that.
fn push_rows(source: &[u8], part: Range<usize>, rows: &mut Vec<usize>) {
    let row_start = memchr::memrchr(b'\n', &source[..part.start]).map_or(0, |end| end + 1);
    let mut begins_row = source[row_start..part.start].trim_ascii().is_empty();
    let mut at = part.start;
    for row in source[part].split(|byte| *byte == b'\n') {
        if begins_row && !row.trim_ascii().is_empty() {
            rows.push(at);
        }
        begins_row = true;
        at += row.len() + 1;
    }
}
