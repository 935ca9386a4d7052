//! Escapes text for XML, and what would steer a terminal. Never lets a character through that XML cannot hold.

use crate::model::xml_reference;

/// Text inside XML: markup escaped, characters that XML cannot hold replaced.
pub(super) fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' => out += "&quot;",
            '\'' => out += "&apos;",
            '\n' => out += "&#10;",
            '\r' => out += "&#13;",
            '\t' => out += "&#9;",
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push(char::REPLACEMENT_CHARACTER),
            other => match xml_reference(other) {
                Some(reference) => out += &reference,
                None => out.push(other),
            },
        }
    }
    out
}
