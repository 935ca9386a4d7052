//! The text of nodes and byte ranges.

use std::ops::Range;

use tree_sitter::Node;

/// The text of a node.
pub(super) fn text<'s>(node: Node<'_>, source: &'s [u8]) -> &'s [u8] {
    source.get(node.byte_range()).unwrap_or_default()
}

/// A text on one line; bytes that are no UTF-8 are written as `\xE4`, so that names which differ in
/// them are told apart.
pub(super) fn one_line(range: Range<usize>, source: &[u8]) -> String {
    let mut text = String::new();
    for chunk in source.get(range).unwrap_or_default().utf8_chunks() {
        text.push_str(chunk.valid());
        chunk.invalid().iter().for_each(|byte| text.push_str(&format!("\\x{byte:02X}")));
    }
    if text.contains(char::is_whitespace) {
        text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    }
    text
}
