//! Remembers what patterns found out about nodes with many children, so that it is not found out
//! anew for each child: a file of n children would take n times n steps. Never decides by itself.

use std::cell::RefCell;

use rustc_hash::FxHashMap;
use tree_sitter::Node;

use super::pattern::Pattern;

/// Nodes with fewer children are asked again: that is as fast.
const CHILDREN_MIN: u32 = 32;

/// A pattern and a node.
type Question = (usize, usize);

/// What is known of the large nodes of one tree, each by the pattern's place in memory and the
/// node's id.
#[derive(Debug, Default)]
pub struct Memo {
    holds: RefCell<FxHashMap<Question, bool>>,
    first: RefCell<FxHashMap<Question, Option<(usize, usize)>>>,
}

impl Memo {
    /// As [`Pattern::holds_beside_kind`].
    pub(super) fn holds_beside_kind(&self, pattern: &Pattern, node: Option<Node<'_>>, source: &[u8]) -> bool {
        let asks = !pattern.field.is_empty() || pattern.details.is_some();
        let large = |node: &Node<'_>| {
            // To find its own field, a node's siblings are read.
            node.child_count() >= CHILDREN_MIN || !pattern.field.is_empty()
        };
        let Some(large) = node.filter(|node| asks && large(node)) else {
            return pattern.holds_beside_kind(node, source);
        };
        let key = (std::ptr::from_ref(pattern).addr(), large.id());
        if let Some(known) = self.holds.borrow().get(&key) {
            return *known;
        }
        let holds = pattern.holds_beside_kind(node, source);
        self.holds.borrow_mut().insert(key, holds);
        holds
    }

    /// Whether a child of the parent before the node matches.
    pub(super) fn stands_after(&self, pattern: &Pattern, parent: Node<'_>, node: Node<'_>, source: &[u8]) -> bool {
        let mut cursor = parent.walk();
        if parent.child_count() < CHILDREN_MIN {
            let mut before = parent.children(&mut cursor).take_while(|child| child.id() != node.id());
            return before.any(|child| pattern.holds(child, source));
        }
        let key = (std::ptr::from_ref(pattern).addr(), parent.id());
        let known = self.first.borrow().get(&key).copied();
        let first = known.unwrap_or_else(|| {
            let first = parent.children(&mut cursor).find(|child| pattern.holds(*child, source));
            let first = first.map(|child| (child.start_byte(), child.id()));
            self.first.borrow_mut().insert(key, first);
            first
        });
        first.is_some_and(|(start, id)| id != node.id() && start <= node.start_byte())
    }
}
