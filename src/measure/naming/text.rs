//! The text of nodes and byte ranges.

use std::ops::Range;

use tree_sitter::Node;

/// The text of a node.
pub(super) fn text<'s>(node: Node<'_>, source: &'s [u8]) -> &'s [u8] {
    source.get(node.byte_range()).unwrap_or_default()
}

/// A text on one line.
pub(super) fn one_line(range: Range<usize>, source: &[u8]) -> String {
    let text = String::from_utf8_lossy(source.get(range).unwrap_or_default());
    if text.contains(char::is_whitespace) { text.split_whitespace().collect::<Vec<_>>().join(" ") } else { text.into() }
}
