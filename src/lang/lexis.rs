//! Where the comments and strings of a source are, found without a grammar: a second opinion on what
//! a parser took for one. Never builds a tree.

use std::ops::Range;

use regex::bytes::{Regex, RegexBuilder};
use regex_automata::{Input, meta, util::syntax};
use rustc_hash::FxHashSet;

use super::spec::{self, Delimited, RegionKind};

/// A part of a source that is no code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Region {
    /// What it is.
    pub kind: RegionKind,
    /// Where it is.
    pub span: Range<usize>,
    /// It has an end of its own, and not that of the file.
    pub is_closed: bool,
}

/// The compiled `[lexis]` of a spec.
#[derive(Debug)]
pub(super) struct Lexis {
    openers: meta::Regex,
    rules: Vec<Rule>,
}

#[derive(Debug)]
struct Rule {
    kind: RegionKind,
    body: Body,
}

/// What follows an opener.
#[derive(Debug)]
enum Body {
    /// Nothing: it is the whole.
    Whole,
    /// All that is left.
    Rest,
    /// What is left of the row.
    Row,
    /// What stands before a closer.
    Delimited { open: Option<Regex>, spec: Delimited },
    /// Rows, from the next one on.
    Heredoc(Regex),
}

impl Lexis {
    /// Compiles `[lexis]`.
    ///
    /// # Errors
    /// A malformed regular expression, or none at all.
    pub(super) fn compile(spec: &spec::Lexis) -> Result<Self, String> {
        let regex = |text: &str| {
            let built = RegexBuilder::new(text).unicode(false).multi_line(true).build();
            built.map_err(|error| format!("lexis: {error}"))
        };
        let mut patterns: Vec<&str> = Vec::new();
        let mut rules = Vec::new();
        let mut add = |pattern, kind, body| {
            patterns.push(pattern);
            rules.push(Rule { kind, body });
        };
        let delimited = |spec: &Delimited| {
            let open = spec.close.contains("$1").then(|| regex(&spec.open)).transpose()?;
            Ok::<_, String>(Body::Delimited { open, spec: spec.clone() })
        };
        if let Some(end) = &spec.end {
            add(end, RegionKind::Comment, Body::Rest);
        }
        for comment in &spec.block_comments {
            add(&comment.open, RegionKind::Comment, delimited(&Delimited { rows: true, ..comment.clone() })?);
        }
        for open in &spec.line_comments {
            add(open, RegionKind::Comment, Body::Row);
        }
        if let Some(open) = &spec.heredoc {
            add(open, RegionKind::Heredoc, Body::Heredoc(regex(open)?));
        }
        for literal in &spec.literals {
            add(literal, RegionKind::String, Body::Whole);
        }
        for string in &spec.strings {
            add(&string.open, RegionKind::String, delimited(string)?);
        }
        let syntax = syntax::Config::new().unicode(false).utf8(false).multi_line(true);
        let config = meta::Config::new().utf8_empty(false);
        let built = meta::Builder::new().syntax(syntax).configure(config).build_many(&patterns);
        Ok(Self { openers: built.map_err(|error| format!("lexis: {error}"))?, rules })
    }

    /// All regions of a source, in order; they do not overlap.
    pub(super) fn regions(&self, source: &[u8]) -> Vec<Region> {
        let mut reader = Reader { source, regions: Vec::new(), waiting: Vec::new(), missing: FxHashSet::default() };
        let mut at = 0;
        while let Some(found) = self.openers.search(&Input::new(source).range(at..)) {
            if let Some(end) = reader.heredocs_before(at, found.start()) {
                at = end;
                continue;
            }
            let rule = &self.rules[found.pattern().as_usize()];
            at = reader.read(rule, found.range()).max(at + 1);
        }
        reader.heredocs_before(at, source.len());
        reader.regions
    }
}

/// Reads the regions of one source.
struct Reader<'s> {
    source: &'s [u8],
    regions: Vec<Region>,
    /// The words that end the heredocs which begin in the next row.
    waiting: Vec<&'s [u8]>,
    /// Words that stand alone in no row further on.
    missing: FxHashSet<&'s [u8]>,
}

impl<'s> Reader<'s> {
    fn add(&mut self, kind: RegionKind, span: Range<usize>, is_closed: bool) -> usize {
        let end = span.end;
        self.regions.push(Region { kind, span, is_closed });
        end
    }

    /// The region that an opener begins; where to go on.
    fn read(&mut self, rule: &Rule, opener: Range<usize>) -> usize {
        let (start, inside) = (opener.start, opener.end);
        let rest = &self.source[inside..];
        match &rule.body {
            Body::Whole => self.add(rule.kind, opener, true),
            Body::Rest => self.add(rule.kind, start..self.source.len(), true),
            Body::Row => {
                let end = memchr::memchr(b'\n', rest).map_or(self.source.len(), |at| inside + at);
                self.add(rule.kind, start..end, true)
            }
            Body::Heredoc(open) => {
                let captures = open.captures_at(self.source, start);
                let word = captures.and_then(|captures| captures.iter().skip(1).flatten().last());
                self.waiting.extend(word.map(|word| word.as_bytes()));
                inside
            }
            Body::Delimited { open, spec } => {
                let group = open.as_ref().and_then(|open| open.captures_at(self.source, start)?.get(1));
                let group = group.map_or(&b""[..], |group| group.as_bytes());
                let close = bstr::ByteSlice::replace(spec.close.as_bytes(), "$1", group);
                let (end, is_closed) = end_of(rest, &close, spec);
                self.add(rule.kind, start..inside + end, is_closed)
            }
        }
    }

    /// Reads the heredocs that begin with the first row end between two places, if any wait.
    fn heredocs_before(&mut self, from: usize, to: usize) -> Option<usize> {
        if self.waiting.is_empty() {
            return None;
        }
        let mut at = from + memchr::memchr(b'\n', &self.source[from..to])? + 1;
        for word in std::mem::take(&mut self.waiting) {
            let Some(end) = self.row_of(word, at) else { continue };
            self.add(RegionKind::Heredoc, at..end.end, true);
            at = end.end;
        }
        Some(at)
    }

    /// The row that holds nothing but a word.
    fn row_of(&mut self, word: &'s [u8], from: usize) -> Option<Range<usize>> {
        if self.missing.contains(word) {
            return None;
        }
        let mut start = from;
        for row in self.source[from..].split(|byte| *byte == b'\n') {
            let text = row.trim_ascii_start();
            let behind = text.strip_prefix(word).map(|rest| rest.first().copied());
            if let Some(None | Some(b'\r' | b';' | b',' | b')' | b'.')) = behind {
                let end = start + row.len() - text.len() + word.len();
                return Some(start..end);
            }
            start += row.len() + 1;
        }
        self.missing.insert(word);
        None
    }
}

/// Where a text ends, its closer included, and whether that is what ends it.
fn end_of(text: &[u8], close: &[u8], spec: &Delimited) -> (usize, bool) {
    let (mut at, mut depth) = (0, 0);
    while at < text.len() {
        let left = &text[at..];
        if left.starts_with(close) {
            at += close.len();
            if depth == 0 {
                return (at, true);
            }
            depth -= 1;
        } else if left[0] == b'\\' && spec.escapes {
            at += 2;
        } else if left[0] == b'\n' && !spec.rows {
            return (at, false);
        } else if let Some(inner) = spec.nested.as_ref().filter(|inner| left.starts_with(inner.as_bytes())) {
            at += inner.len().max(1);
            depth += 1;
        } else {
            at += 1;
        }
    }
    (text.len(), false)
}
