//! Which nodes make a member public or private: the spec's `[visibility]`.

use tree_sitter::Node;

use super::ids::{Ids, Pattern};
use crate::lang::spec;

/// The compiled `[visibility]` of a spec.
#[derive(Debug)]
pub struct VisibilityRules {
    private_by_default: bool,
    default_reversed_in: Vec<u16>,
    modifiers: Vec<Pattern>,
    accessors: Vec<u16>,
    public_kinds: Vec<u16>,
    section_labels: Vec<Pattern>,
}

impl VisibilityRules {
    pub(super) fn compile(spec: &spec::VisibilityRules, ids: &Ids<'_>) -> Result<Self, String> {
        Ok(Self {
            private_by_default: spec.private_by_default,
            default_reversed_in: ids.kinds(&spec.default_reversed_in)?,
            modifiers: ids.patterns(&spec.modifiers)?,
            accessors: ids.kinds(&spec.accessors)?,
            public_kinds: ids.kinds(&spec.public_kinds)?,
            section_labels: ids.patterns(&spec.section_labels)?,
        })
    }

    /// Kinds of labels that change the visibility of what follows.
    pub(super) fn section_kinds(&self) -> impl Iterator<Item = u16> {
        self.section_labels.iter().flat_map(|label| label.kinds.iter().copied())
    }

    /// Whether members of a class-like node of this kind are private before any label or modifier.
    #[must_use]
    pub fn is_private_by_default(&self, class: u16) -> bool {
        self.private_by_default != self.default_reversed_in.contains(&class)
    }

    /// Whether a node is a label that sets the visibility of what follows, standing in a node of
    /// kind `parent`.
    #[must_use]
    pub fn is_section_label(&self, kind: u16, parent: u16) -> bool {
        self.section_labels.iter().any(|label| label.holds(kind, parent))
    }

    /// Whether members have modifiers at all.
    #[must_use]
    pub const fn has_modifiers(&self) -> bool {
        !self.modifiers.is_empty()
    }

    /// Whether a child of a member holds modifiers.
    #[must_use]
    pub fn is_modifier(&self, child: Node<'_>, member: Node<'_>) -> bool {
        self.modifiers.iter().any(|modifier| modifier.holds(child.kind_id(), member.kind_id()))
    }

    /// Whether members of this kind are public whatever the default.
    #[must_use]
    pub fn is_public(&self, kind: u16) -> bool {
        self.public_kinds.contains(&kind)
    }

    /// Whether functions of this kind have the visibility of the declaration around them.
    #[must_use]
    pub fn is_accessor(&self, kind: u16) -> bool {
        self.accessors.contains(&kind)
    }
}
