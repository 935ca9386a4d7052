//! The rules of a spec by which spaces are named, calls are read and members are visible, compiled
//! to kind and field ids. Finds nodes. Never reads a source: what a node's text means is decided
//! where files are measured.

mod accessors;
mod calls;
mod ids;
mod names;
mod unparsed;
mod visibility;

use tree_sitter::Language as Grammar;

use accessors::AccessorRules;
use calls::CallRules;
use names::NameRules;
pub use unparsed::TokenClass;
use unparsed::UnparsedRules;
use visibility::VisibilityRules;

use super::kinds::{Kind, KindNames};
use super::spec::Spec;
use ids::Ids;

/// How a language names, calls and hides.
#[derive(Debug)]
pub struct Naming {
    /// Names of spaces.
    pub names: NameRules,
    /// Accessors of properties.
    pub accessors: AccessorRules,
    /// Calls.
    pub calls: CallRules,
    /// Visibility of members.
    pub visibility: VisibilityRules,
    /// Tokens without a tree.
    pub unparsed: UnparsedRules,
}

impl Naming {
    /// Compiles the tables of a spec and marks the kinds that they are about.
    ///
    /// # Errors
    /// A kind or field that the grammar does not have.
    pub(super) fn compile(
        spec: &Spec,
        names: &KindNames,
        grammar: &Grammar,
        kinds: &mut [Kind],
    ) -> Result<Self, String> {
        let ids = Ids { names, grammar };
        let visibility = VisibilityRules::compile(&spec.visibility, &ids)?;
        for kind in visibility.section_kinds() {
            kinds[usize::from(kind)].section = true;
        }
        for kind in ids.kinds(&spec.unparsed.kinds)? {
            kinds[usize::from(kind)].unparsed = true;
        }
        Ok(Self {
            names: NameRules::compile(&spec.names, &ids)?,
            accessors: AccessorRules::compile(&spec.names.accessors, &ids)?,
            calls: CallRules::compile(&spec.calls, &ids)?,
            unparsed: UnparsedRules::compile(&spec.unparsed, &ids)?,
            visibility,
        })
    }
}
