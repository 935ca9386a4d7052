//! Whether a member is visible outside its class or file.

use rustc_hash::FxHashMap;
use tree_sitter::Node;

use super::names::{ANONYMOUS, own_name};
use super::text::{one_line, text};
use crate::lang::{Language, Roles};
use crate::model::Visibility;

/// What the modifiers of nodes were found to give that stand around many members: a class of n
/// members would take n times n steps.
#[derive(Debug, Default)]
pub(in crate::measure) struct KnownModifiers(FxHashMap<usize, Option<Visibility>>);

impl KnownModifiers {
    fn of(&mut self, language: &Language, node: Node<'_>, source: &[u8]) -> Option<Visibility> {
        *self.0.entry(node.id()).or_insert_with(|| by_modifiers(language, node, source))
    }
}

/// The visibility of members of a class-like node before any label.
pub(in crate::measure) fn default_visibility(language: &Language, kind: u16, roles: Roles) -> Visibility {
    if roles.has(Roles::PUBLIC_MEMBERS) || !language.naming.visibility.is_private_by_default(kind) {
        Visibility::Public
    } else {
        Visibility::Private
    }
}

/// The visibility of a member in a class whose members without a modifier are `section`. An
/// attribute has no `name` yet; the declaration that it or an accessor stands in, among the nodes
/// `around` it, may hold its modifiers.
pub(in crate::measure) fn visibility<'t>(
    language: &Language,
    node: Node<'t>,
    (mut around, known): (impl Iterator<Item = Node<'t>>, &mut KnownModifiers),
    name: Option<&str>,
    section: Visibility,
    source: &[u8],
) -> Visibility {
    let rules = &language.naming.visibility;
    if rules.is_public(node.kind_id()) {
        return Visibility::Public;
    }
    if rules.has_modifiers() {
        let has_declaration = name.is_none() || rules.is_accessor(node.kind_id());
        let mut of_declaration = || around.find_map(|node| known.of(language, node, source));
        let own = by_modifiers(language, node, source);
        if let Some(found) = own.or_else(|| has_declaration.then(&mut of_declaration).flatten()) {
            return found;
        }
    }
    let spec = &language.spec.visibility;
    if (spec.public_if_capitalized || !spec.private_prefixes.is_empty())
        && let Some(found) = by_name(language, node, name, source)
    {
        return found;
    }
    if name.is_none() && spec.public_attributes { Visibility::Public } else { section }
}

/// The name of an attribute: that of its node, or the node itself.
pub(in crate::measure) fn member_name(language: &Language, node: Node<'_>, source: &[u8]) -> String {
    let own = own_name(language, node, [None; 2], source);
    if own == ANONYMOUS { one_line(node.byte_range(), source) } else { own }
}

/// The visibility that a name gives, where it gives one; an attribute's name is the node's.
fn by_name(language: &Language, node: Node<'_>, name: Option<&str>, source: &[u8]) -> Option<Visibility> {
    let found;
    let name = if let Some(name) = name {
        name
    } else {
        found = member_name(language, node, source);
        &found
    };
    let spec = &language.spec.visibility;
    if spec.public_if_capitalized {
        let public = name.rsplit("::").next().is_some_and(|last| last.starts_with(char::is_uppercase));
        return Some(if public { Visibility::Public } else { Visibility::Private });
    }
    let dunder = name.len() > 4 && name.starts_with("__") && name.ends_with("__");
    let private = !dunder && spec.private_prefixes.iter().any(|prefix| name.starts_with(prefix.as_str()));
    private.then_some(Visibility::Private)
}

/// The visibility that a node's modifiers give it.
fn by_modifiers(language: &Language, node: Node<'_>, source: &[u8]) -> Option<Visibility> {
    let spec = &language.spec.visibility;
    let mut cursor = node.walk();
    let mut modifiers = node.children(&mut cursor).filter(|child| language.naming.visibility.is_modifier(*child, node));
    modifiers.find_map(|child| {
        let words = text(child, source);
        let has_one_of = |list: &[String]| {
            let mut words = words.split(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_');
            words.any(|word| list.iter().any(|known| known.as_bytes() == word))
        };
        let public = has_one_of(&spec.public_words).then_some(Visibility::Public);
        has_one_of(&spec.private_words).then_some(Visibility::Private).or(public)
    })
}

/// The visibility that a label sets for what follows it.
pub(in crate::measure) fn section(language: &Language, node: Node<'_>, source: &[u8]) -> Option<Visibility> {
    let spec = &language.spec.visibility;
    let word = one_line(node.byte_range(), source);
    let word = word.trim_end_matches(':').trim();
    if spec.public_words.iter().any(|known| known == word) {
        return Some(Visibility::Public);
    }
    spec.private_words.iter().any(|known| known == word).then_some(Visibility::Private)
}
