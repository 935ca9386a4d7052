//! Tokens without a tree, such as the arguments of a macro: what an operator means follows from the
//! token before it.

use tree_sitter::Node;

use super::state::{Before, Visit};
use crate::lang::{Kind, Roles, TokenClass};

impl<'t> Visit<'_, 't> {
    /// Passes a child of a node whose children are tokens without a tree; gives what stands before
    /// it. A separator ends the logical sequence.
    #[cold]
    pub(super) fn unparsed(&mut self, node: Node<'t>, kind: Kind, before: Before) -> Before {
        let now = match self.language.naming.unparsed.class(node.kind_id()) {
            Some(TokenClass::Opener) => Before::Nothing,
            Some(TokenClass::Separator) => {
                let at = self.frames.last().map_or(0, |frame| frame.sequence);
                self.sequences[at] = Roles::NONE;
                Before::Nothing
            }
            // Where an operand is due it is the head of a closure, or a reference to a reference.
            Some(TokenClass::LogicalOperator) if before == Before::Operand => Before::Logical,
            Some(TokenClass::OperandEnd) => Before::Operand,
            Some(TokenClass::Prefix) => Before::Other,
            _ if kind.roles.has(Roles::COMMENT) => before,
            _ if kind.named => Before::Operand,
            _ => Before::Other,
        };
        if let Some(frame) = self.frames.last_mut() {
            frame.unparsed = Some(now);
        }
        before
    }

    /// Whether a group of such tokens is but parentheses around a part of the logical expression
    /// that it stands in.
    pub(super) fn is_unparsed_group(&self, node: Node<'t>, kind: Kind, before: Option<Before>) -> bool {
        kind.unparsed
            && matches!(before, Some(Before::Nothing | Before::Logical))
            && self.source.get(node.start_byte()) == Some(&b'(')
    }
}
