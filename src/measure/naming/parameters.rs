//! The formal parameters of functions.

use bstr::ByteSlice;
use tree_sitter::Node;

use super::text::text;
use crate::lang::{Language, Memo, Place, Roles};

/// The formal parameters of a list.
pub(in crate::measure) fn parameter_count<'t>(
    language: &Language,
    list: Node<'t>,
    outer: Option<Node<'t>>,
    source: &[u8],
) -> u32 {
    let parent = list.kind_id();
    let grandparent = outer.map_or(parent, |outer| outer.kind_id());
    let memo = Memo::default();
    let mut cursor = list.walk();
    let mut count = 0;
    let mut more = cursor.goto_first_child();
    while more {
        let child = cursor.node();
        let id = child.kind_id();
        let kind = language.kind(id);
        let field = cursor.field_id().map(std::num::NonZero::get);
        let place = Place { above: Some(list), beyond: outer, parent, grandparent, field, memo: &memo };
        let roles = language.roles(kind, id, place, child, source);
        if kind.named && !child.is_error() && !roles.has(Roles::COMMENT | Roles::NOT_PARAMETER) {
            count += if roles.has(Roles::NAMES_EACH) {
                u32::try_from(language.naming.names.parameters_in(child)).unwrap_or(u32::MAX).max(1)
            } else {
                1
            };
        }
        more = cursor.goto_next_sibling();
    }
    count
}

/// Whether calls may pass another number of arguments than there are in this list of parameters.
pub(in crate::measure) fn has_variable_arity(language: &Language, list: Node<'_>, source: &[u8]) -> bool {
    let text = text(list, source);
    language.spec.calls.variable_arity.iter().any(|sign| text.find(sign).is_some())
}
