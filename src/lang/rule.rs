//! A language's rules: what a node is where it stands, by its parents, its field, its children and its text.

use tree_sitter::Node;

use super::Roles;
use super::kinds::Nested;

/// Where a node stands: what the rules ask for.
#[derive(Debug, Clone, Copy)]
pub struct Place<'t> {
    /// The parent; none at the root.
    pub above: Option<Node<'t>>,
    /// The parent's parent, where there is one.
    pub beyond: Option<Node<'t>>,
    /// Kind id of the parent; the node's own at the root.
    pub parent: u16,
    /// Kind id of the parent's parent.
    pub grandparent: u16,
    /// Field id under the parent.
    pub field: Option<u16>,
}

/// A rule against kind and field ids.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    pub(super) parent: Vec<u16>,
    pub(super) parent_not: Vec<u16>,
    pub(super) grandparent: Vec<u16>,
    pub(super) field: Vec<u16>,
    pub(super) field_not: Vec<u16>,
    pub(super) has: Vec<Member>,
    pub(super) lacks: Vec<Member>,
    pub(super) first: Vec<Nested>,
    pub(super) after: Vec<u16>,
    pub(super) not_after: Vec<u16>,
    pub(super) text: Vec<String>,
    pub(super) fields: Vec<(Member, Vec<String>)>,
    pub(super) begins: Vec<(Member, Vec<String>)>,
    pub(super) parent_has: Vec<Member>,
    pub(super) parent_says: Vec<(Member, Vec<String>)>,
    pub(super) parent_says_not: Vec<(Member, Vec<String>)>,
    pub(super) grandparent_says: Vec<(Member, Vec<String>)>,
    pub(super) add: Roles,
    pub(super) drop: Roles,
}

/// A child asked for by field or by kind; where a grammar uses the word for both, by either.
#[derive(Debug, Clone)]
pub(super) struct Member {
    pub(super) field: Option<u16>,
    pub(super) kinds: Vec<u16>,
}

impl Rule {
    pub(super) fn holds(&self, place: Place<'_>, node: Node<'_>, source: &[u8]) -> bool {
        let free_or = |list: &[u16], value: u16| list.is_empty() || list.contains(&value);
        free_or(&self.parent, place.parent)
            && !self.parent_not.contains(&place.parent)
            && free_or(&self.grandparent, place.grandparent)
            && (self.field.is_empty() || place.field.is_some_and(|field| self.field.contains(&field)))
            && !place.field.is_some_and(|field| self.field_not.contains(&field))
            && (self.has.is_empty() || self.has.iter().any(|member| member.find(node).is_some()))
            && !self.lacks.iter().any(|member| member.find(node).is_some())
            && (self.first.is_empty()
                || first_child(node).is_some_and(|first| self.first.iter().any(|kind| is(first, kind))))
            && (self.text.is_empty() || is_one_of(&self.text, node, source))
            && self
                .fields
                .iter()
                .all(|(member, texts)| member.find(node).is_some_and(|child| is_one_of(texts, child, source)))
            && self
                .begins
                .iter()
                .all(|(member, words)| member.find(node).is_some_and(|child| begins_with_one_of(words, child, source)))
            && self.holds_beside(place, node)
            && self.holds_above(place, source)
    }

    fn holds_beside(&self, place: Place<'_>, node: Node<'_>) -> bool {
        let stands_before = |kinds: &[u16]| {
            place.above.is_some_and(|parent| {
                let mut cursor = parent.walk();
                let mut before = parent.children(&mut cursor).take_while(|child| child.id() != node.id());
                before.any(|child| kinds.contains(&child.kind_id()))
            })
        };
        (self.after.is_empty() || stands_before(&self.after))
            && (self.not_after.is_empty() || !stands_before(&self.not_after))
    }

    fn holds_above(&self, place: Place<'_>, source: &[u8]) -> bool {
        let says = |node: Option<Node<'_>>, (member, words): &(Member, Vec<String>)| {
            node.is_some_and(|node| member.any(node, |child| says_one_of(words, child, source)))
        };
        let has = |member: &Member| place.above.is_some_and(|parent| member.find(parent).is_some());
        (self.parent_has.is_empty() || self.parent_has.iter().any(has))
            && self.parent_says.iter().all(|said| says(place.above, said))
            && !self.parent_says_not.iter().any(|said| says(place.above, said))
            && self.grandparent_says.iter().all(|said| says(place.beyond, said))
    }
}

impl Member {
    fn find<'t>(&self, node: Node<'t>) -> Option<Node<'t>> {
        self.field.and_then(|field| node.child_by_field_id(field)).or_else(|| {
            let mut cursor = node.walk();
            // Asking a node for its children costs: not for a word that is no kind.
            let kinds = (!self.kinds.is_empty()).then_some(&self.kinds)?;
            node.children(&mut cursor).find(|child| kinds.contains(&child.kind_id()))
        })
    }

    fn any(&self, node: Node<'_>, holds: impl Fn(Node<'_>) -> bool) -> bool {
        if let Some(child) = self.field.and_then(|field| node.child_by_field_id(field)) {
            return holds(child);
        }
        let mut cursor = node.walk();
        node.children(&mut cursor).any(|child| self.kinds.contains(&child.kind_id()) && holds(child))
    }
}

fn first_child(node: Node<'_>) -> Option<Node<'_>> {
    let mut cursor = node.walk();
    cursor.goto_first_child().then(|| cursor.node())
}

/// Whether a node is of these kinds, and its first child of the second ones where there are any.
fn is(node: Node<'_>, (outer, inner): &Nested) -> bool {
    outer.contains(&node.kind_id())
        && inner.as_ref().is_none_or(|inner| first_child(node).is_some_and(|first| inner.contains(&first.kind_id())))
}

fn is_one_of(texts: &[String], node: Node<'_>, source: &[u8]) -> bool {
    let text = source.get(node.byte_range()).unwrap_or_default().trim_ascii();
    texts.iter().any(|known| known.as_bytes() == text)
}

fn begins_with_one_of(known: &[String], node: Node<'_>, source: &[u8]) -> bool {
    words(node, source).next().is_some_and(|word| known.iter().any(|known| known.as_bytes() == word))
}

fn says_one_of(known: &[String], node: Node<'_>, source: &[u8]) -> bool {
    words(node, source).any(|word| known.iter().any(|known| known.as_bytes() == word))
}

fn words<'s>(node: Node<'_>, source: &'s [u8]) -> impl Iterator<Item = &'s [u8]> {
    let text = source.get(node.byte_range()).unwrap_or_default();
    text.split(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_')
}
