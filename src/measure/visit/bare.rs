//! Bare tokens: what a macro is given has no tree, so that a token's meaning is told by the one before it.

use tree_sitter::Node;

use super::Visit;
use crate::lang::{Kind, Roles};

/// What stands before a token among bare ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Before {
    /// An opening bracket, a separator.
    Nothing,
    /// A logical operator.
    Logical,
    /// Another operator, a word of the language.
    Other,
    /// The end of an operand.
    Operand,
}

impl<'t> Visit<'_, 't> {
    /// Passes a child of a node whose children are bare tokens; what stands before it. A separator ends the logical sequence.
    #[cold]
    pub(super) fn bare(&mut self, node: Node<'t>, kind: Kind, before: Before) -> Before {
        let now = match node.kind() {
            "(" | "[" | "{" => Before::Nothing,
            "," | ";" | "=>" => {
                let at = self.frames.last().map_or(0, |frame| frame.sequence);
                self.sequences[at] = Roles::NONE;
                Before::Nothing
            }
            // Where an operand is due it is the head of a closure, or a reference to a reference.
            "&&" | "||" if before == Before::Operand => Before::Logical,
            "?" | "await" => Before::Operand,
            "mutable_specifier" => Before::Other,
            _ if kind.roles.has(Roles::COMMENT) => before,
            _ if kind.named => Before::Operand,
            _ => Before::Other,
        };
        if let Some(frame) = self.frames.last_mut() {
            frame.bare = Some(now);
        }
        before
    }

    /// Whether a group of bare tokens is but parentheses around a part of the logical expression that it stands in.
    pub(super) fn is_bare_group(&self, node: Node<'t>, kind: Kind, before: Option<Before>) -> bool {
        kind.bare
            && matches!(before, Some(Before::Nothing | Before::Logical))
            && self.source.get(node.start_byte()) == Some(&b'(')
    }
}
