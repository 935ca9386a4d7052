//! Finds files that must not be parsed, because the grammar's scanner might loop on them. Reads
//! bytes alone, never a tree.

use bstr::ByteSlice;
use regex::bytes::{Regex, RegexBuilder};

use super::spec;

/// The rule, compiled.
#[derive(Debug)]
pub(super) struct UnsafeToParse {
    opener: Regex,
    ends_with: Vec<String>,
}

impl UnsafeToParse {
    pub(super) fn compile(spec: &spec::UnsafeToParse) -> Result<Self, String> {
        let opener = RegexBuilder::new(&spec.opener).unicode(false).build();
        let opener = opener.map_err(|error| format!("unsafe_to_parse: {error}"))?;
        Ok(Self { opener, ends_with: spec.ends_with.clone() })
    }

    /// Whether these bytes must not be parsed.
    pub(super) fn holds(&self, source: &[u8]) -> bool {
        let Some(open) = self.opener.find(source) else { return false };
        let rest = &source[open.start()..];
        let text = rest.trim_end_with(char::is_whitespace);
        !rest.ends_with(b"\n") || self.ends_with.iter().any(|end| text.ends_with(end.as_bytes()))
    }
}
