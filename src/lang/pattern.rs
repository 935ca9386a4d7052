//! A pattern of a spec against kind and field ids. Decides whether a node matches. Never looks a
//! name up.

use regex::bytes::Regex;
use tree_sitter::Node;

/// What a node must be. Every part must hold; a part that is empty always does.
#[derive(Debug, Clone, Default)]
pub(super) struct Pattern {
    /// It is of one of these kinds.
    pub(super) kind: Vec<u16>,
    /// Its parent has it under one of these fields.
    pub(super) field: Vec<u16>,
    /// What its children and its text must be; none where the spec asks for neither.
    pub(super) details: Option<Box<Details>>,
}

/// What the children and the text of a node must be.
#[derive(Debug, Clone, Default)]
pub(super) struct Details {
    /// One of these is among its children.
    pub(super) has: Vec<Member>,
    /// Its first child, or its first one that is no token, matches one of these.
    pub(super) first: Vec<Pattern>,
    /// The text is one of these.
    pub(super) text: Text,
    /// The text begins with one of these words.
    pub(super) starts_with: Text,
    /// One of these words is in the text.
    pub(super) contains: Text,
    /// The text matches one of these.
    pub(super) matches: Text<Regex>,
    /// Two of its children are of one of these kinds.
    pub(super) several: Vec<u16>,
}

/// Texts of the node itself and of its children.
#[derive(Debug, Clone)]
pub(super) struct Text<T = String> {
    pub(super) own: Vec<T>,
    pub(super) children: Vec<(Member, Vec<T>)>,
}

impl<T> Default for Text<T> {
    fn default() -> Self {
        Self { own: Vec::new(), children: Vec::new() }
    }
}

/// A child asked for by field or by kind; where a grammar uses the word for both, by either.
#[derive(Debug, Clone)]
pub(super) struct Member {
    pub(super) field: Option<u16>,
    pub(super) kinds: Vec<u16>,
}

impl Pattern {
    /// Whether a node matches whose field under its parent is not at hand.
    pub(super) fn holds(&self, node: Node<'_>, source: &[u8]) -> bool {
        self.allows_kind(node.kind_id())
            && (self.field.is_empty() || self.allows_field(field_of(node)))
            && self.details_hold(node, source)
    }

    /// Whether a node matches, apart from its kind; false without a node, where more than the kind
    /// is asked.
    pub(super) fn holds_beside_kind(&self, node: Option<Node<'_>>, source: &[u8]) -> bool {
        (self.field.is_empty() && self.details.is_none())
            || node.is_some_and(|node| {
                (self.field.is_empty() || self.allows_field(field_of(node))) && self.details_hold(node, source)
            })
    }

    pub(super) fn allows_kind(&self, kind: u16) -> bool {
        self.kind.is_empty() || self.kind.contains(&kind)
    }

    pub(super) fn allows_field(&self, field: Option<u16>) -> bool {
        self.field.is_empty() || field.is_some_and(|field| self.field.contains(&field))
    }

    pub(super) fn details_hold(&self, node: Node<'_>, source: &[u8]) -> bool {
        self.details.as_ref().is_none_or(|details| details.hold(node, source))
    }
}

impl Details {
    fn hold(&self, node: Node<'_>, source: &[u8]) -> bool {
        (self.has.is_empty() || self.has.iter().any(|member| member.find(node).is_some()))
            && (self.first.is_empty() || self.first_child_matches(node, source))
            && self.text.all(node, |words, node| is_one_of(words, node, source))
            && self.starts_with.all(node, |words, node| begins_with_one_of(words, node, source))
            && self.contains.any(node, |words, node| contains_one_of(words, node, source))
            && self.matches.all(node, |texts, node| texts.iter().any(|text| text.is_match(text_of(node, source))))
            && (self.several.is_empty() || self.has_several(node))
    }

    fn has_several(&self, node: Node<'_>) -> bool {
        let mut cursor = node.walk();
        node.children(&mut cursor).filter(|child| self.several.contains(&child.kind_id())).nth(1).is_some()
    }

    fn first_child_matches(&self, node: Node<'_>, source: &[u8]) -> bool {
        let matches = |child: Node<'_>| self.first.iter().any(|pattern| pattern.holds(child, source));
        let mut cursor = node.walk();
        if !cursor.goto_first_child() {
            return false;
        }
        let first = cursor.node();
        matches(first) || (!first.is_named() && node.named_child(0).is_some_and(matches))
    }
}

impl<T> Text<T> {
    /// Whether it holds of the node and of each child: the first one of a name counts.
    fn all(&self, node: Node<'_>, holds: impl Fn(&[T], Node<'_>) -> bool) -> bool {
        (self.own.is_empty() || holds(&self.own, node))
            && self.children.iter().all(|(member, words)| member.find(node).is_some_and(|child| holds(words, child)))
    }

    /// Whether it holds of the node and of some child of each name.
    fn any(&self, node: Node<'_>, holds: impl Fn(&[T], Node<'_>) -> bool) -> bool {
        (self.own.is_empty() || holds(&self.own, node))
            && self.children.iter().all(|(member, words)| member.any(node, |child| holds(words, child)))
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

/// The field under which a node's parent has it.
#[expect(
    clippy::disallowed_methods,
    reason = "the field of a node beside or above the one at hand, only where a spec asks for it"
)]
fn field_of(node: Node<'_>) -> Option<u16> {
    let mut cursor = node.parent()?.walk();
    cursor.goto_first_child();
    while cursor.node().id() != node.id() {
        if !cursor.goto_next_sibling() {
            return None;
        }
    }
    cursor.field_id().map(std::num::NonZero::get)
}

fn text_of<'s>(node: Node<'_>, source: &'s [u8]) -> &'s [u8] {
    source.get(node.byte_range()).unwrap_or_default().trim_ascii()
}

fn is_one_of(texts: &[String], node: Node<'_>, source: &[u8]) -> bool {
    let text = text_of(node, source);
    texts.iter().any(|known| known.as_bytes() == text)
}

fn begins_with_one_of(known: &[String], node: Node<'_>, source: &[u8]) -> bool {
    words(node, source).next().is_some_and(|word| known.iter().any(|known| known.as_bytes() == word))
}

fn contains_one_of(known: &[String], node: Node<'_>, source: &[u8]) -> bool {
    words(node, source).any(|word| known.iter().any(|known| known.as_bytes() == word))
}

fn words<'s>(node: Node<'_>, source: &'s [u8]) -> impl Iterator<Item = &'s [u8]> {
    let text = source.get(node.byte_range()).unwrap_or_default();
    text.split(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_')
}
