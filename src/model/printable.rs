//! Text as it may be shown: what came from a repository, a store, an argument or the environment is
//! data, and must not steer the terminal, the build's log or the page that it is shown on. Never
//! changes data that other programs read.

use std::borrow::Cow;

/// Whether a character steers what shows it: controls move the cursor and begin lines, formatting
/// characters are not seen at all or turn the direction of what follows.
#[must_use]
pub const fn steers(c: char) -> bool {
    matches!(
        c,
        '\u{0}'..='\u{1f}'
            | '\u{7f}'..='\u{9f}'
            // Marks, embeddings, overrides and isolates of direction.
            | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{206f}'
            // Without width, and separators of lines.
            | '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200d}'
            | '\u{2028}' | '\u{2029}' | '\u{2060}'..='\u{2065}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}'
    )
}

/// One name or value: everything that steers is written as an escape, a line break as well: `\n`,
/// `\x1b`, `\u{202e}`.
#[must_use]
pub fn printable(text: &str) -> Cow<'_, str> {
    escaped(text, &steers)
}

/// A whole text of many lines: its line breaks stay. A name that came to stand at the beginning of
/// a line is no command to the runner of a build, which would take `::error` and `##[error]` for
/// one.
#[must_use]
pub fn printable_lines(text: &str) -> Cow<'_, str> {
    let escaped = escaped(text, &|c| c != '\n' && steers(c));
    let commands = |line: &str| ["::", "##["].iter().any(|command| line.trim_start().starts_with(command));
    if !escaped.lines().any(commands) {
        return escaped;
    }
    let guarded = |line: &str| if commands(line) { format!("\\{line}") } else { line.to_owned() };
    Cow::Owned(escaped.split_inclusive('\n').map(guarded).collect())
}

/// At most so many characters: what is too long loses its middle, for names differ at their ends.
#[must_use]
pub fn shortened(text: &str, width_max: usize) -> Cow<'_, str> {
    if text.len() <= width_max || text.chars().nth(width_max).is_none() {
        return Cow::Borrowed(text);
    }
    let head = (width_max - 1) / 2;
    let tail = width_max - 1 - head;
    let at = |index: usize| text.char_indices().nth(index).map_or(text.len(), |(at, _)| at);
    let from_end = text.char_indices().rev().nth(tail - 1).map_or(0, |(at, _)| at);
    Cow::Owned(format!("{}…{}", &text[..at(head)], &text[from_end..]))
}

/// A document of JSON, laid out, each text in it such that a terminal shows it as it is: the same
/// document to every reader.
#[must_use]
pub fn json_text(document: &serde_json::Value) -> String {
    json_escaped(&format!("{document:#}\n")).into_owned()
}

/// The same for JSON that is text already: what steers can only stand inside of its strings, for
/// the layout is made of line breaks and spaces.
#[must_use]
pub fn json_escaped(json: &str) -> Cow<'_, str> {
    let steers = |c: char| c != '\n' && steers(c);
    if !json.contains(steers) {
        return Cow::Borrowed(json);
    }
    let mut out = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        if steers(c) {
            let mut units = [0; 2];
            c.encode_utf16(&mut units).iter().for_each(|unit| out += &format!("\\u{unit:04x}"));
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// The same for XML, where a reference stands for the character. Not for what XML cannot hold.
#[must_use]
pub fn xml_reference(c: char) -> Option<String> {
    (steers(c) && c >= ' ').then(|| format!("&#{};", u32::from(c)))
}

fn escaped<'t>(text: &'t str, steers: &dyn Fn(char) -> bool) -> Cow<'t, str> {
    if !text.contains(steers) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            c if !steers(c) => out.push(c),
            '\n' => out += "\\n",
            '\r' => out += "\\r",
            '\t' => out += "\\t",
            c if c.is_ascii() => out += &format!("\\x{:02x}", u32::from(c)),
            c => out += &format!("\\u{{{:x}}}", u32::from(c)),
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_is_written_out() {
        assert_eq!(printable("a\n\u{1b}[2J\u{9b}\u{202e}é日"), "a\\n\\x1b[2J\\u{9b}\\u{202e}é日");
        assert!(matches!(printable("plain é"), Cow::Borrowed(_)));
        assert_eq!(printable_lines("a\n  ::error::b\r\n##[x]\nc::d\n"), "a\n\\  ::error::b\\r\n\\##[x]\nc::d\n");
    }

    #[test]
    fn a_long_name_loses_its_middle() {
        assert_eq!(shortened("abcdef", 6), "abcdef");
        assert_eq!(shortened("abcdefg", 6), "ab…efg");
        assert_eq!(shortened("äöüäöüß", 6), "äö…öüß");
        assert_eq!(shortened(&"x".repeat(1 << 20), 160).chars().count(), 160);
    }

    #[test]
    fn json_stays_the_same_document() {
        let document = serde_json::json!({ "a\u{202e}": "\u{1b}[2J\u{9b}\n\u{e0001}é" });
        let text = json_text(&document);
        assert!(!text.contains(|c| c != '\n' && steers(c)), "{text}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), document);
    }
}
