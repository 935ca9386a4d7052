//! Syntax that a grammar does not know, written over in the copy of a source that is parsed: every
//! byte stays where it is, so that rows, offsets and texts are those of the source.

use regex::bytes::{Captures, Regex, RegexBuilder};

use super::lexis::Lexis;
use super::spec::{RegionKind, Rewrite};

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
    /// Only in regions of this kind, and only if that is found at all.
    within: Option<(RegionKind, Option<Regex>)>,
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
            let list = if spec.always { &mut rewrites.always } else { &mut rewrites.on_error };
            list.push(Rewriting { find, write: spec.write.clone(), within: spec.within.map(|kind| (kind, only_if)) });
        }
        Ok(rewrites)
    }

    /// The source with what is always rewritten; None if nothing is.
    pub(super) fn before(&self, source: &[u8], lexis: &Lexis) -> Option<Vec<u8>> {
        apply(&self.always, source, lexis)
    }

    /// The source with what is rewritten where parsing failed, too; None if that is nothing.
    pub(super) fn after_error(&self, source: &[u8], lexis: &Lexis) -> Option<Vec<u8>> {
        apply(&self.on_error, source, lexis)
    }
}

/// How often all matches together may read a file, for they overlap.
const READS_MAX: usize = 16;

fn apply(rewritings: &[Rewriting], source: &[u8], lexis: &Lexis) -> Option<Vec<u8>> {
    let mut rewritten: Option<Vec<u8>> = None;
    for rewriting in rewritings {
        let text = rewritten.as_deref().unwrap_or(source);
        let mut copy: Option<Vec<u8>> = None;
        match &rewriting.within {
            None => rewriting.apply(text, 0..text.len(), &mut copy),
            Some((_, Some(only_if))) if !only_if.is_match(text) => {}
            Some((kind, _)) => {
                let regions = lexis.regions(text);
                for region in regions.into_iter().filter(|region| region.kind == *kind) {
                    rewriting.apply(text, region.span, &mut copy);
                }
            }
        }
        rewritten = copy.or(rewritten);
    }
    rewritten
}

impl Rewriting {
    /// Writes over every match in a part of a text.
    fn apply(&self, text: &[u8], part: std::ops::Range<usize>, copy: &mut Option<Vec<u8>>) {
        let (mut at, mut read) = (part.start, 0);
        let text_to_end = &text[..part.end];
        // A match may begin inside the one before: what one arm ends with, the next begins with.
        while let Some(found) = self.find.captures_at(text_to_end, at) {
            if self.fits(&found) {
                self.write(&found, copy.get_or_insert_with(|| text.to_owned()));
            }
            let whole = found.get(0).map_or(part.end..part.end, |whole| whole.range());
            at = whole.start + 1;
            read += whole.len();
            if at > part.end || read > READS_MAX.saturating_mul(part.len()) {
                break;
            }
        }
    }

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

    fn no_lexis() -> Lexis {
        Lexis::compile(&crate::lang::spec::Lexis::default()).unwrap()
    }

    fn rewrites(find: &str, write: &[&str]) -> Result<Rewrites, String> {
        let write = write.iter().map(|text| (*text).to_owned()).collect();
        Rewrites::compile(&[Rewrite {
            what: String::new(),
            find: find.to_owned(),
            write,
            always: false,
            within: None,
            only_if: None,
        }])
    }

    #[test]
    fn every_byte_and_every_row_stays() {
        let found = rewrites("a(b+)(\\s+c)", &["x", ""]).unwrap();
        assert_eq!(found.after_error(b"abbb\r\n c ab c", &no_lexis()).unwrap(), b"ax  \r\n   ax  ");
        assert_eq!(found.after_error(b"no", &no_lexis()), None);
        assert_eq!(found.before(b"ab c", &no_lexis()), None);
    }

    #[test]
    fn what_has_no_room_stays_and_matches_may_overlap() {
        assert_eq!(rewrites("a(b+)", &["xy"]).unwrap().after_error(b"ab abb", &no_lexis()).unwrap(), b"ab axy");
        assert_eq!(rewrites(",(.)[^,]*,", &["-"]).unwrap().after_error(b",a,b,", &no_lexis()).unwrap(), b",-,-,");
    }

    #[test]
    fn each_group_is_written() {
        assert!(rewrites("a(b)", &[]).unwrap_err().contains("group"));
        assert!(rewrites("a(", &["x"]).is_err());
    }
}
