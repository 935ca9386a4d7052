//! Files that must not be parsed, because the grammar's scanner might never come back.

use bstr::ByteSlice;
use regex::bytes::{Regex, RegexBuilder};

use super::spec;

/// The rule, compiled.
#[derive(Debug)]
pub(super) struct UnsafeToParse {
    opener: Regex,
    tails: Vec<String>,
}

impl UnsafeToParse {
    pub(super) fn compile(spec: &spec::UnsafeToParse) -> Result<Self, String> {
        let opener = RegexBuilder::new(&spec.opener).unicode(false).build();
        let opener = opener.map_err(|error| format!("endless: {error}"))?;
        Ok(Self { opener, tails: spec.tails.clone() })
    }

    /// Whether these bytes must not be parsed.
    pub(super) fn holds(&self, source: &[u8]) -> bool {
        let Some(open) = self.opener.find(source) else { return false };
        let rest = &source[open.start()..];
        let text = rest.trim_end_with(char::is_whitespace);
        !rest.ends_with(b"\n") || self.tails.iter().any(|tail| text.ends_with(tail.as_bytes()))
    }
}
