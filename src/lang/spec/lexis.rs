//! `[lexis]`: what hides code, told without the grammar.

use schemars::JsonSchema;
use serde::Deserialize;

/// Comments and strings as a reader finds them who knows nothing else of the language. A second
/// opinion on a grammar: code that it took for a comment or a string is found with it.
///
/// All openers are regular expressions over bytes; the leftmost one that matches counts, and of
/// those at one place the first in this order: `end`, `block_comments`, `line_comments`, `heredoc`,
/// `literals`, `strings`.
///
/// ```toml
/// [lexis]
/// line_comments = ["//"]
/// block_comments = [{ open = '/\*', close = "*/", nested = "/*" }]
/// literals = ['''\B'(?:[^'\\\n]|\\.[^'\n]*)\'''']
/// strings = [{ open = 'r(#+)"', close = '"$1', rows = true }, { open = '"', close = '"', escapes = true, rows = true }]
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Lexis {
    /// What begins text that is no code, up to the end of the file.
    pub end: Option<String>,
    /// Comments that end where their closer stands.
    pub block_comments: Vec<Delimited>,
    /// What begins a comment that ends with its row.
    pub line_comments: Vec<String>,
    /// What begins a text that starts in the next row and ends before the row that holds the word of
    /// the last group alone, white space before it aside.
    pub heredoc: Option<String>,
    /// Whole literals: characters, and what else holds quotes and is no string.
    pub literals: Vec<String>,
    /// Strings.
    pub strings: Vec<Delimited>,
}

/// What stands between an opener and a closer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Delimited {
    /// A regular expression.
    pub open: String,
    /// The closer itself; `$1` in it is the first group of the opener.
    pub close: String,
    /// A backslash takes the meaning from what follows it.
    #[serde(default)]
    pub escapes: bool,
    /// It goes on over the end of a row; comments always do.
    #[serde(default)]
    pub rows: bool,
    /// What inside of it wants a closer of its own.
    pub nested: Option<String>,
}

/// What a region of a source is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RegionKind {
    /// A comment, or text behind the end of the code.
    Comment,
    /// A string or a literal, with its delimiters.
    String,
    /// The text of a heredoc, with the word that ends it.
    Heredoc,
}
