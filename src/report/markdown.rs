//! Names and texts inside of Markdown, where they stay text: no link, picture, mention, reference
//! to an issue, element, nor end of a row comes of them. Never lays out a document.

use crate::model::printable;

/// Characters of a name that tables and sentences show.
pub const NAME_WIDTH_MAX: usize = 160;

/// A name in a Markdown document: quoted, and a reader that knows no spans of code sees no element in
/// it, either.
#[must_use]
pub fn code(text: &str) -> String {
    quoted(text).replace('<', "&lt;")
}

/// A name in a sentence, as a span of code. Markdown takes nothing inside of one for markup, and the services that
/// show it look for no mention, address or reference there.
#[must_use]
pub fn quoted(text: &str) -> String {
    let text = printable(text);
    if text.is_empty() {
        return String::new();
    }
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    // One blank on both sides is not part of the span.
    let gap = if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) { " " } else { "" };
    format!("{fence}{gap}{text}{gap}{fence}")
}

/// Any text: as it is where nothing in it means something to Markdown or to those who show it, else
/// as code.
#[must_use]
pub fn inert(text: &str) -> String {
    let mut before = ' ';
    let is_quiet = text.chars().zip(text.chars().skip(1).chain([' '])).all(|(c, after)| {
        // A point between letters makes an address.
        let number = c == '.' && before.is_ascii_digit() && after.is_ascii_digit();
        before = c;
        number || c.is_alphanumeric() || " ,()%→".contains(c)
    });
    if is_quiet { text.to_owned() } else { code(text) }
}

/// A cell of a table: a bar in it would end the cell, and a backslash before one is ambiguous.
pub(super) fn cell(markdown: &str) -> String {
    markdown.replace("\\|", "\\\\u{7c}").replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_ends_its_span() {
        assert_eq!(code("a<b>"), "`a&lt;b>`");
        assert_eq!(quoted("a<b>"), "`a<b>`");
        assert_eq!(code("f"), "`f`");
        assert_eq!(code("a`b``c"), "```a`b``c```");
        assert_eq!(code("`"), "`` ` ``");
        assert_eq!(code(" a"), "`  a `");
        assert_eq!(code(""), "");
        assert_eq!(code("a\n\u{202e}"), "`a\\n\\u{202e}`");
        assert_eq!(cell(&code("a|b\\|c")), "`a\\|b\\\\u{7c}c`");
    }

    #[test]
    fn what_means_something_is_code() {
        for quiet in ["fail", "30, limit 25 (was 20)", "0.37 %", "1 → 2", "日本"] {
            assert_eq!(inert(quiet), quiet);
        }
        for loud in
            ["@octocat", "#1", "GH-1", "a.b", "http://a", "<b>", "*a*", "a_b", "[a](b)", "a\u{200b}", "a\nb", "~a~"]
        {
            assert_eq!(inert(loud), code(loud));
        }
    }
}
