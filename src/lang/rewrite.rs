//! Syntax that a grammar does not know, written over in the copy of a source that is parsed: every
//! byte stays where it is, so that rows, offsets and texts are those of the source. What has to be
//! inserted is taken out of the tree again.

use std::ops::Range;

use regex::bytes::{Captures, Regex, RegexBuilder};
use tree_sitter::{InputEdit, Point, Tree};

use super::lexis::Lexis;
use super::spec::{RegionKind, Rewrite};

/// When a source is rewritten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Before it is parsed.
    Always,
    /// Before it is parsed; what was found may be something else that looks like it.
    Doubtful,
    /// When it was parsed with errors.
    OnError,
}

/// A language's rewrites, compiled.
#[derive(Debug, Default)]
pub(super) struct Rewrites(Vec<Rewriting>);

#[derive(Debug)]
struct Rewriting {
    stage: Stage,
    find: Regex,
    write: Vec<String>,
    /// Only in regions of this kind, and only if that is found at all.
    within: Option<(RegionKind, Option<Regex>)>,
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
            let regex = |text: &str| {
                let built = RegexBuilder::new(text).unicode(false).multi_line(true).build();
                built.map_err(|error| format!("rewrite: {}: {error}", spec.what))
            };
            let find = regex(&spec.find)?;
            let only_if = spec.only_if.as_deref().map(regex).transpose()?;
            if find.captures_len() != spec.write.len() + 1 || spec.write.is_empty() {
                return Err(format!("rewrite: {}: not one `write` for each group of `find`", spec.what));
            }
            if spec.write.iter().any(|text| text.contains(['\n', '\r'])) {
                return Err(format!("rewrite: {}: the end of a row in `write`", spec.what));
            }
            let stage = match (spec.always, spec.doubtful) {
                (false, _) => Stage::OnError,
                (true, false) => Stage::Always,
                (true, true) => Stage::Doubtful,
            };
            let within = spec.within.map(|kind| (kind, only_if));
            rewrites.0.push(Rewriting { stage, find, write: spec.write.clone(), within });
        }
        Ok(rewrites)
    }

    /// The source, as it was rewritten so far, with what is rewritten at this stage; None if that is
    /// nothing.
    pub(super) fn apply(
        &self,
        stage: Stage,
        lexis: &Lexis,
        source: &[u8],
        so_far: Option<&Rewritten>,
    ) -> Option<Rewritten> {
        let mut latest: Option<Rewritten> = None;
        for rewriting in self.0.iter().filter(|rewriting| rewriting.stage == stage) {
            let known = latest.as_ref().or(so_far);
            let text = known.map_or(source, |known| &known.copy[..]);
            let mut next: Option<Rewritten> = None;
            for part in rewriting.parts(lexis, text) {
                rewriting.apply(source, known, part, &mut next);
            }
            if let Some(next) = &mut next {
                next.inserted.sort_by_key(|(at, _)| *at);
            }
            latest = next.or(latest);
        }
        latest
    }
}

/// How often all matches together may read a file, for they overlap.
const READS_MAX: usize = 16;

/// How much may be inserted into a file: taking it out again goes down the tree each time, which may
/// be as deep as the file is long.
const INSERTIONS_MAX: usize = 1_000;

impl Rewriting {
    /// The parts of a text in which it looks.
    fn parts(&self, lexis: &Lexis, text: &[u8]) -> Vec<Range<usize>> {
        match &self.within {
            None => std::iter::once(0..text.len()).collect(),
            Some((_, Some(only_if))) if !only_if.is_match(text) => Vec::new(),
            Some((kind, _)) => {
                let regions = lexis.regions(text).into_iter();
                regions.filter(|region| region.kind == *kind).map(|region| region.span).collect()
            }
        }
    }

    /// Rewrites every match in a part of what is known.
    fn apply(&self, source: &[u8], known: Option<&Rewritten>, part: Range<usize>, next: &mut Option<Rewritten>) {
        let text = known.map_or(source, |known| &known.copy[..]);
        let (mut at, mut read) = (part.start, 0);
        // A match may begin inside the one before: what one arm ends with, the next begins with.
        while let Some(found) = self.find.captures_at(&text[..part.end], at) {
            let inserted = next.as_ref().or(known).map_or(0, |known| known.inserted.len());
            if self.fits(&found, INSERTIONS_MAX.saturating_sub(inserted)) {
                let next = next.get_or_insert_with(|| known.cloned().unwrap_or_else(|| Rewritten::of(source)));
                self.write(&found, next);
            }
            let whole = found.get(0).map_or(part.end..part.end, |whole| whole.range());
            at = whole.start + 1;
            read += whole.len();
            if at > part.end || read > READS_MAX.saturating_mul(part.len()) {
                break;
            }
        }
    }

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
        let rewrite = Rewrite {
            what: String::new(),
            find: find.to_owned(),
            write,
            always: false,
            doubtful: false,
            within: None,
            only_if: None,
        };
        Rewrites::compile(&[rewrite])
    }

    fn after_error(rewrites: &Rewrites, source: &[u8], so_far: Option<&Rewritten>) -> Option<Rewritten> {
        let lexis = Lexis::compile(&crate::lang::spec::Lexis::default()).unwrap();
        rewrites.apply(Stage::OnError, &lexis, source, so_far)
    }

    fn rewritten(find: &str, write: &[&str], source: &[u8]) -> Option<Vec<u8>> {
        after_error(&rewrites(find, write).unwrap(), source, None).map(|rewritten| rewritten.text())
    }

    #[test]
    fn every_byte_and_every_row_stays() {
        let (find, write) = ("a(b+)(\\s+c)", &["x", ""]);
        assert_eq!(rewritten(find, write, b"abbb\r\n c ab c").unwrap(), b"ax  \r\n   ax  ");
        assert_eq!(rewritten(find, write, b"no"), None);
    }

    #[test]
    fn what_has_no_room_stays_and_matches_may_overlap() {
        assert_eq!(rewritten("a(b+)", &["xy"], b"ab abb").unwrap(), b"ab axy");
        assert_eq!(rewritten(",(.)[^,]*,", &["-"], b",a,b,").unwrap(), b",-,-,");
    }

    #[test]
    fn what_an_empty_group_writes_is_inserted_and_seen_by_no_other_rewrite() {
        assert_eq!(rewritten("b()(c?)", &["!!", ""], b"abc b").unwrap(), b"ab!!  b!!");
        let once = after_error(&rewrites("b()", &["!"]).unwrap(), b"abc b", None).unwrap();
        let twice = after_error(&rewrites("b(c)", &["d"]).unwrap(), b"abc b", Some(&once)).unwrap();
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
