//! The names of spaces.

use std::ops::Range;

use tree_sitter::Node;

use super::text::one_line;
use crate::lang::Language;
use crate::model::Space;

/// The name of a function that the language gives none.
pub(in crate::measure) const ANONYMOUS: &str = Space::ANONYMOUS;

/// The name of a space by its node and those that it stands in, innermost first; and of an accessor
/// the name of its property and what it does to it.
pub(in crate::measure) fn name<'t>(
    language: &Language,
    node: Node<'t>,
    around: [Option<Node<'t>>; 3],
    source: &[u8],
) -> (String, Option<String>) {
    let own = own_name(language, node, [around[0], around[1]], source);
    let Some(property) = language.naming.accessors.property(node, &around, source) else { return (own, None) };
    let of = property.node.map(|node| own_name(language, node, [None; 2], source));
    let path = qualified(of.as_ref().unwrap_or(&own), "", property.name.unwrap_or(&own));
    (own, Some(path))
}

/// The name of a node by itself, or by its parent and that one's parent.
pub(in crate::measure) fn own_name<'t>(
    language: &Language,
    node: Node<'t>,
    around: [Option<Node<'t>>; 2],
    source: &[u8],
) -> String {
    let rules = &language.naming.names;
    if let Some(fixed) = rules.fixed(node.kind_id()) {
        return fixed.to_owned();
    }
    rules.find(node, around).map_or_else(|| ANONYMOUS.to_owned(), |range| one_line(whole(range, source), source))
}

/// A name with what a grammar leaves out of it: it splits one at a byte that is no UTF-8.
fn whole(range: Range<usize>, source: &[u8]) -> Range<usize> {
    let (before, rest) = (source.get(..range.start).unwrap_or_default(), source.get(range.end..).unwrap_or_default());
    if before.last().is_none_or(u8::is_ascii) && rest.first().is_none_or(u8::is_ascii) {
        return range;
    }
    let is_end = |byte: &u8| !(byte.is_ascii_alphanumeric() || !byte.is_ascii() || *byte == b'_');
    let start = before.iter().rposition(is_end).map_or(0, |at| at + 1);
    let end = rest.iter().position(is_end).map_or(source.len(), |length| range.end + length);
    // What is UTF-8 is known to the grammar: there a name begins and ends where it says.
    let is_split = |around: &[u8]| std::str::from_utf8(around).is_err();
    let first = if is_split(&source[start..range.start]) { start } else { range.start };
    first..if is_split(&source[range.end..end]) { end } else { range.end }
}

/// Enclosing names, the receiver's type and the own name, joined by `::`.
pub(in crate::measure) fn qualified(outer: &str, receiver_type: &str, name: &str) -> String {
    let parts = [outer, receiver_type, name];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("::")
}

/// Name and type of a method's receiver, where the language writes one; empty otherwise.
pub(in crate::measure) fn receiver(language: &Language, node: Node<'_>, source: &[u8]) -> (String, String) {
    let receiver = language.naming.names.receiver(node);
    let text = |node: Option<Node<'_>>| node.map(|node| one_line(node.byte_range(), source)).unwrap_or_default();
    (text(receiver.variable), text(receiver.of))
}
