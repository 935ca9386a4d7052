//! What a call calls, and with what: the spec's `[calls]`.

use tree_sitter::Node;

use super::ids::{Child, Ids, first_field};
use crate::lang::spec;

/// The compiled `[calls]` of a spec.
#[derive(Debug)]
pub struct CallRules {
    callee: Vec<u16>,
    receiver: Vec<u16>,
    arguments: Child,
    kinds_without_callee: Vec<u16>,
    callee_in_last_child: Vec<u16>,
    callee_in_first_child: Vec<u16>,
    pipe_operators: Vec<u16>,
    static_functions: Vec<u16>,
}

impl CallRules {
    pub(super) fn compile(spec: &spec::Calls, ids: &Ids<'_>) -> Result<Self, String> {
        Ok(Self {
            callee: ids.fields(&spec.callee)?,
            receiver: ids.fields(&spec.receiver)?,
            arguments: ids.child(&spec.arguments)?,
            kinds_without_callee: ids.kinds(&spec.kinds_without_callee)?,
            callee_in_last_child: ids.kinds(&spec.callee_in_last_child)?,
            callee_in_first_child: ids.kinds(&spec.callee_in_first_child)?,
            pipe_operators: ids.kinds(&spec.pipe_operators)?,
            static_functions: ids.kinds(&spec.static_functions)?,
        })
    }

    /// What a call calls; None for kinds of calls that name no callee.
    #[must_use]
    pub fn callee<'t>(&self, call: Node<'t>) -> Option<Node<'t>> {
        if self.kinds_without_callee.contains(&call.kind_id()) {
            return None;
        }
        let mut callee = first_field(call, &self.callee).or_else(|| call.named_child(0))?;
        while self.callee_in_last_child.contains(&callee.kind_id()) {
            callee = callee.named_child(u32::try_from(callee.named_child_count().checked_sub(1)?).ok()?)?;
        }
        if self.callee_in_first_child.contains(&callee.kind_id()) {
            callee = callee.named_child(0)?;
        }
        Some(callee)
    }

    /// The receiver of a call, where the callee does not hold it.
    #[must_use]
    pub fn receiver<'t>(&self, call: Node<'t>) -> Option<Node<'t>> {
        first_field(call, &self.receiver)
    }

    /// How many arguments a call writes, but for the nodes that are none.
    #[must_use]
    pub fn arguments(&self, call: Node<'_>, is_none: impl Fn(Node<'_>) -> bool) -> usize {
        let count = |list: Node<'_>| {
            let mut cursor = list.walk();
            list.named_children(&mut cursor).filter(|child| !is_none(*child)).count()
        };
        if let Some(list) = first_field(call, &self.arguments.fields) {
            return count(list);
        }
        let mut cursor = call.walk();
        let lists = call.named_children(&mut cursor).filter(|child| self.arguments.kinds.contains(&child.kind_id()));
        lists.map(count).sum()
    }

    /// Whether an operator passes to a call what stands before it in the node above.
    #[must_use]
    pub fn is_piped(&self, above: Node<'_>, call: Node<'_>) -> bool {
        let mut cursor = above.walk();
        !self.pipe_operators.is_empty()
            && above
                .children(&mut cursor)
                .take_while(|child| child.id() != call.id())
                .any(|child| self.pipe_operators.contains(&child.kind_id()))
    }

    /// Whether a function can be called by the name of its class.
    #[must_use]
    pub fn is_static(&self, function: Node<'_>) -> bool {
        let known = &self.static_functions;
        let mut cursor = function.walk();
        known.is_empty()
            || known.contains(&function.kind_id())
            || function.children(&mut cursor).any(|child| known.contains(&child.kind_id()))
    }
}
