//! Syntax that a grammar does not know, written over in the copy of a source that is parsed: every
//! byte stays where it is, so that rows, offsets and texts are those of the source. What has to be
//! inserted is taken out of the tree again.

use regex::bytes::{Captures, Regex, RegexBuilder};

use tree_sitter::{InputEdit, Point, Tree};

use super::spec::Rewrite;

/// A language's rewrites, compiled.
#[derive(Debug, Default)]
pub(super) struct Rewrites {
    always: Vec<Rewriting>,
    on_error: Vec<Rewriting>,
}

#[derive(Debug)]
struct Rewriting {
    find: Regex,
    write: Vec<String>,
}

/// What is parsed in place of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rewritten {
    /// As long as the source, with its row ends.
    copy: Vec<u8>,
    /// What stands before which byte of the copy, in the order of the bytes; no row ends.
    inserted: Vec<(usize, String)>,
}

impl Rewritten {
    fn of(source: &[u8]) -> Self {
        Self { copy: source.to_owned(), inserted: Vec::new() }
    }

    /// The text to parse.
    #[must_use]
    pub fn text(&self) -> Vec<u8> {
        let longer: usize = self.inserted.iter().map(|(_, text)| text.len()).sum();
        let mut out = Vec::with_capacity(self.copy.len() + longer);
        let mut from = 0;
        for (at, text) in &self.inserted {
            out.extend_from_slice(&self.copy[from..*at]);
            out.extend_from_slice(text.as_bytes());
            from = *at;
        }
        out.extend_from_slice(&self.copy[from..]);
        out
    }

    /// Gives a tree of the text the offsets of the source: what was inserted has no width in it.
    pub fn restore(&self, tree: &mut Tree) {
        let mut edits = Vec::with_capacity(self.inserted.len());
        let (mut row, mut row_start, mut read) = (0, 0, 0);
        // How much was inserted before here, and of that in this row.
        let (mut before, mut in_row) = (0, 0);
        for (at, text) in &self.inserted {
            for end in memchr::memchr_iter(b'\n', &self.copy[read..*at]) {
                (row, row_start, in_row) = (row + 1, read + end + 1, 0);
            }
            read = *at;
            let start_position = Point { row, column: *at - row_start + in_row };
            let old_end_position = Point { row, column: start_position.column + text.len() };
            edits.push(InputEdit {
                start_byte: *at + before,
                old_end_byte: *at + before + text.len(),
                new_end_byte: *at + before,
                start_position,
                old_end_position,
                new_end_position: start_position,
            });
            before += text.len();
            in_row += text.len();
        }
        // From the end, so that no edit moves the place of another.
        edits.iter().rev().for_each(|edit| tree.edit(edit));
    }
}

impl Rewrites {
    pub(super) fn compile(specs: &[Rewrite]) -> Result<Self, String> {
        let mut rewrites = Self::default();
        for spec in specs {
            let find = RegexBuilder::new(&spec.find).unicode(false).multi_line(true).build();
            let find = find.map_err(|error| format!("rewrite: {}: {error}", spec.what))?;
            if find.captures_len() != spec.write.len() + 1 || spec.write.is_empty() {
                return Err(format!("rewrite: {}: not one `write` for each group of `find`", spec.what));
            }
            if spec.write.iter().any(|text| text.contains(['\n', '\r'])) {
                return Err(format!("rewrite: {}: the end of a row in `write`", spec.what));
            }
            let list = if spec.always { &mut rewrites.always } else { &mut rewrites.on_error };
            list.push(Rewriting { find, write: spec.write.clone() });
        }
        Ok(rewrites)
    }

    /// The source with what is always rewritten; None if nothing is.
    pub(super) fn before(&self, source: &[u8]) -> Option<Rewritten> {
        apply(&self.always, source, None)
    }

    /// The source, as it was rewritten so far, with what is rewritten where parsing failed; None if
    /// that is nothing.
    pub(super) fn after_error(&self, source: &[u8], so_far: Option<&Rewritten>) -> Option<Rewritten> {
        apply(&self.on_error, source, so_far)
    }
}

/// How often all matches together may read a file, for they overlap.
const READS_MAX: usize = 16;

/// How much may be inserted into a file: taking it out again goes down the tree each time, which may
/// be as deep as the file is long.
const INSERTIONS_MAX: usize = 1_000;

fn apply(rewritings: &[Rewriting], source: &[u8], so_far: Option<&Rewritten>) -> Option<Rewritten> {
    let mut latest: Option<Rewritten> = None;
    for rewriting in rewritings {
        let known = latest.as_ref().or(so_far);
        let text = known.map_or(source, |known| &known.copy[..]);
        let mut next: Option<Rewritten> = None;
        let mut at = 0;
        let mut read = 0;
        // A match may begin inside the one before: what one arm ends with, the next begins with.
        while let Some(found) = rewriting.find.captures_at(text, at) {
            let inserted = next.as_ref().or(known).map_or(0, |known| known.inserted.len());
            if rewriting.fits(&found, INSERTIONS_MAX.saturating_sub(inserted)) {
                let next = next.get_or_insert_with(|| known.cloned().unwrap_or_else(|| Rewritten::of(source)));
                rewriting.write(&found, next);
            }
            let whole = found.get(0).map_or(text.len()..text.len(), |whole| whole.range());
            at = whole.start + 1;
            read += whole.len();
            if at > text.len() || read > READS_MAX.saturating_mul(text.len()) {
                break;
            }
        }
        if let Some(next) = &mut next {
            next.inserted.sort_by_key(|(at, _)| *at);
        }
        latest = next.or(latest);
    }
    latest
}

impl Rewriting {
    /// Whether each group has room for what is written over it, and the file for what is inserted.
    fn fits(&self, found: &Captures<'_>, mut insertions: usize) -> bool {
        let mut groups = self.write.iter().zip(found.iter().skip(1));
        groups.all(|(write, group)| match group {
            Some(group) if group.is_empty() && !write.is_empty() => {
                let is_room = insertions > 0;
                insertions = insertions.saturating_sub(1);
                is_room
            }
            Some(group) => write.len() <= group.len(),
            None => true,
        })
    }

    /// Row ends stay, in whatever is written over.
    fn write(&self, found: &Captures<'_>, into: &mut Rewritten) {
        for (write, group) in self.write.iter().zip(found.iter().skip(1)) {
            let Some(group) = group else { continue };
            if group.is_empty() && !write.is_empty() {
                into.inserted.push((group.start(), write.clone()));
            }
            for (offset, byte) in into.copy[group.range()].iter_mut().enumerate() {
                if !matches!(byte, b'\n' | b'\r') {
                    *byte = write.as_bytes().get(offset).copied().unwrap_or(b' ');
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewrites(find: &str, write: &[&str]) -> Result<Rewrites, String> {
        let write = write.iter().map(|text| (*text).to_owned()).collect();
        Rewrites::compile(&[Rewrite { what: String::new(), find: find.to_owned(), write, always: false }])
    }

    fn rewritten(find: &str, write: &[&str], source: &[u8]) -> Option<Vec<u8>> {
        rewrites(find, write).unwrap().after_error(source, None).map(|rewritten| rewritten.text())
    }

    #[test]
    fn every_byte_and_every_row_stays() {
        let (find, write) = ("a(b+)(\\s+c)", &["x", ""]);
        assert_eq!(rewritten(find, write, b"abbb\r\n c ab c").unwrap(), b"ax  \r\n   ax  ");
        assert_eq!(rewritten(find, write, b"no"), None);
        assert_eq!(rewrites(find, write).unwrap().before(b"ab c"), None);
    }

    #[test]
    fn what_has_no_room_stays_and_matches_may_overlap() {
        assert_eq!(rewritten("a(b+)", &["xy"], b"ab abb").unwrap(), b"ab axy");
        assert_eq!(rewritten(",(.)[^,]*,", &["-"], b",a,b,").unwrap(), b",-,-,");
    }

    #[test]
    fn what_an_empty_group_writes_is_inserted_and_seen_by_no_other_rewrite() {
        assert_eq!(rewritten("b()(c?)", &["!!", ""], b"abc b").unwrap(), b"ab!!  b!!");
        let once = rewrites("b()", &["!"]).unwrap().after_error(b"abc b", None).unwrap();
        let twice = rewrites("b(c)", &["d"]).unwrap().after_error(b"abc b", Some(&once)).unwrap();
        assert_eq!(twice.text(), b"ab!d b!");
        assert!(rewrites("()", &["\n"]).unwrap_err().contains("row"));
    }

    #[test]
    fn insertions_have_an_end() {
        let many = "b".repeat(INSERTIONS_MAX + 1);
        let text = rewritten("()b", &["!"], many.as_bytes()).unwrap();
        assert_eq!(text.len(), many.len() + INSERTIONS_MAX);
        assert_eq!(rewritten("()b()", &["!", "!"], many.as_bytes()).unwrap().len(), many.len() + INSERTIONS_MAX);
    }

    #[test]
    fn each_group_is_written() {
        assert!(rewrites("a(b)", &[]).unwrap_err().contains("group"));
        assert!(rewrites("a(", &["x"]).is_err());
    }
}
