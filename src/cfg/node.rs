//! A node at its place in the tree, as every construct reads it. Knows no graph.

use tree_sitter::Node;

use crate::lang::Roles;

/// A node at its place in the tree.
#[derive(Debug, Clone, Copy)]
pub(super) struct At<'t> {
    pub(super) node: Node<'t>,
    pub(super) kind: u16,
    pub(super) roles: Roles,
    /// Kind of the parent.
    pub(super) parent: u16,
    /// The parent.
    pub(super) above: Option<Node<'t>>,
    /// Field under the parent.
    pub(super) field: Option<u16>,
}

impl At<'_> {
    pub(super) fn start(self) -> u32 {
        offset(self.node.start_byte())
    }

    pub(super) fn end(self) -> u32 {
        offset(self.node.end_byte())
    }

    pub(super) fn is_named(self) -> bool {
        self.node.is_named()
    }

    pub(super) fn is_under(self, field: Option<u16>) -> bool {
        field.is_some() && self.field == field
    }
}

pub(super) fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// Roles of jumps.
pub(super) const JUMPS: [Roles; 6] =
    [Roles::RETURN, Roles::THROW, Roles::BREAK, Roles::CONTINUE, Roles::LABELLED, Roles::GOTO];

/// All of some roles.
pub(super) fn any(roles: &[Roles]) -> Roles {
    roles.iter().fold(Roles::NONE, |all, role| all | *role)
}

/// Whether a node is a word of the language.
pub(super) fn is_word(at: &At<'_>) -> bool {
    !at.is_named() && at.node.kind().starts_with(char::is_alphabetic)
}
