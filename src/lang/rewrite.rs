//! Syntax that a grammar does not know, written over in the copy of a source that is parsed: every
//! byte stays where it is, so that rows, offsets and texts are those of the source.

use regex::bytes::{Captures, Regex, RegexBuilder};

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

impl Rewrites {
    pub(super) fn compile(specs: &[Rewrite]) -> Result<Self, String> {
        let mut rewrites = Self::default();
        for spec in specs {
            let find = RegexBuilder::new(&spec.find).unicode(false).multi_line(true).build();
            let find = find.map_err(|error| format!("rewrite: {}: {error}", spec.what))?;
            if find.captures_len() != spec.write.len() + 1 || spec.write.is_empty() {
                return Err(format!("rewrite: {}: not one `write` for each group of `find`", spec.what));
            }
            let list = if spec.always { &mut rewrites.always } else { &mut rewrites.on_error };
            list.push(Rewriting { find, write: spec.write.clone() });
        }
        Ok(rewrites)
    }

    /// The source with what is always rewritten; None if nothing is.
    pub(super) fn before(&self, source: &[u8]) -> Option<Vec<u8>> {
        apply(&self.always, source)
    }

    /// The source with what is rewritten where parsing failed, too; None if that is nothing.
    pub(super) fn after_error(&self, source: &[u8]) -> Option<Vec<u8>> {
        apply(&self.on_error, source)
    }
}

/// How often all matches together may read a file, for they overlap.
const READS_MAX: usize = 16;

fn apply(rewritings: &[Rewriting], source: &[u8]) -> Option<Vec<u8>> {
    let mut rewritten: Option<Vec<u8>> = None;
    for rewriting in rewritings {
        let text = rewritten.as_deref().unwrap_or(source);
        let mut copy: Option<Vec<u8>> = None;
        let mut at = 0;
        let mut read = 0;
        // A match may begin inside the one before: what one arm ends with, the next begins with.
        while let Some(found) = rewriting.find.captures_at(text, at) {
            if rewriting.fits(&found) {
                rewriting.write(&found, copy.get_or_insert_with(|| text.to_owned()));
            }
            let whole = found.get(0).map_or(text.len()..text.len(), |whole| whole.range());
            at = whole.start + 1;
            read += whole.len();
            if at > text.len() || read > READS_MAX.saturating_mul(text.len()) {
                break;
            }
        }
        rewritten = copy.or(rewritten);
    }
    rewritten
}

impl Rewriting {
    fn fits(&self, found: &Captures<'_>) -> bool {
        let mut groups = self.write.iter().zip(found.iter().skip(1));
        groups.all(|(write, group)| group.is_none_or(|group| write.len() <= group.len()))
    }

    /// Row ends stay, in whatever is written over.
    fn write(&self, found: &Captures<'_>, copy: &mut [u8]) {
        for (write, group) in self.write.iter().zip(found.iter().skip(1)) {
            let Some(group) = group else { continue };
            for (offset, byte) in copy[group.range()].iter_mut().enumerate() {
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

    #[test]
    fn every_byte_and_every_row_stays() {
        let found = rewrites("a(b+)(\\s+c)", &["x", ""]).unwrap();
        assert_eq!(found.after_error(b"abbb\r\n c ab c").unwrap(), b"ax  \r\n   ax  ");
        assert_eq!(found.after_error(b"no"), None);
        assert_eq!(found.before(b"ab c"), None);
    }

    #[test]
    fn what_has_no_room_stays_and_matches_may_overlap() {
        assert_eq!(rewrites("a(b+)", &["xy"]).unwrap().after_error(b"ab abb").unwrap(), b"ab axy");
        assert_eq!(rewrites(",(.)[^,]*,", &["-"]).unwrap().after_error(b",a,b,").unwrap(), b",-,-,");
    }

    #[test]
    fn each_group_is_written() {
        assert!(rewrites("a(b)", &[]).unwrap_err().contains("group"));
        assert!(rewrites("a(", &["x"]).is_err());
    }
}
