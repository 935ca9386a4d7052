//! Finds files that must not be parsed, because the grammar's scanner might loop or crash on
//! them. Reads bytes alone, never a tree.

use bstr::ByteSlice;
use regex::bytes::{Regex, RegexBuilder};

use super::spec;

/// The rule, compiled.
#[derive(Debug)]
pub(super) struct UnsafeToParse {
    contains: Vec<Regex>,
    opener: Option<Regex>,
    ends_with: Vec<String>,
}

impl UnsafeToParse {
    pub(super) fn compile(spec: &spec::UnsafeToParse) -> Result<Self, String> {
        let compiled = |text: &String| {
            let compiled = RegexBuilder::new(text).unicode(false).multi_line(true).build();
            compiled.map_err(|error| format!("unsafe_to_parse: {error}"))
        };
        let contains = spec.contains.iter().map(compiled).collect::<Result<_, _>>()?;
        let opener = spec.opener.as_ref().map(compiled).transpose()?;
        Ok(Self { contains, opener, ends_with: spec.ends_with.clone() })
    }

    /// Whether these bytes must not be parsed.
    pub(super) fn holds(&self, source: &[u8]) -> bool {
        if self.contains.iter().any(|pattern| pattern.is_match(source)) {
            return true;
        }
        let Some(open) = self.opener.as_ref().and_then(|opener| opener.find(source)) else { return false };
        let rest = &source[open.start()..];
        let text = rest.trim_end_with(char::is_whitespace);
        !rest.ends_with(b"\n") || self.ends_with.iter().any(|end| text.ends_with(end.as_bytes()))
    }
}
