//! Which functions read or write a property, and where that is: the spec's `[[names.accessors]]`.

use tree_sitter::Node;

use super::ids::Ids;
use crate::lang::pattern::Pattern;
use crate::lang::rule::compile_pattern;
use crate::lang::spec;

/// How functions of one shape are named after their property.
#[derive(Debug)]
struct Accessor {
    node: Pattern,
    parent: Pattern,
    of: Vec<u16>,
    name: Option<String>,
}

/// The compiled `[[names.accessors]]` of a spec.
#[derive(Debug)]
pub struct AccessorRules(Vec<Accessor>);

/// What an accessor is named by.
#[derive(Debug, Clone, Copy)]
pub struct Property<'l, 't> {
    /// The property; the function's own name is the property's where there is none.
    pub node: Option<Node<'t>>,
    /// What follows the property's name; the function's own name where there is none.
    pub name: Option<&'l str>,
}

impl AccessorRules {
    pub(super) fn compile(all: &[spec::Accessor], ids: &Ids<'_>) -> Result<Self, String> {
        let compile = |accessor: &spec::Accessor| {
            Ok(Accessor {
                node: compile_pattern(ids.names, ids.grammar, &accessor.node)?,
                parent: compile_pattern(ids.names, ids.grammar, &accessor.parent)?,
                of: ids.kinds(&accessor.of)?,
                name: accessor.name.clone(),
            })
        };
        all.iter().map(compile).collect::<Result<_, String>>().map(Self)
    }

    /// The property of a function that stands in the nodes `around`, innermost first; None where it
    /// is no accessor.
    #[must_use]
    pub fn property<'t>(&self, node: Node<'t>, around: &[Option<Node<'t>>], source: &[u8]) -> Option<Property<'_, 't>> {
        let parent = around.first().copied().flatten();
        let accessor = self.0.iter().find(|accessor| {
            accessor.node.holds(node, source)
                && parent.is_none_or(|parent| accessor.parent.allows_kind(parent.kind_id()))
                && accessor.parent.holds_beside_kind(parent, source)
        })?;
        let property = around.iter().flatten().find(|above| accessor.of.contains(&above.kind_id())).copied();
        (property.is_some() || accessor.of.is_empty())
            .then_some(Property { node: property, name: accessor.name.as_deref() })
    }
}
