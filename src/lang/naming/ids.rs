//! The words of a spec as ids of its grammar, and the nodes that they find.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use tree_sitter::{Language as Grammar, Node};

use crate::lang::kinds::KindNames;
use crate::lang::spec::KindPattern;

/// Ids by kind and field name.
pub(super) struct Ids<'a> {
    pub(super) names: &'a KindNames,
    pub(super) grammar: &'a Grammar,
}

impl Ids<'_> {
    pub(super) fn kinds(&self, words: &[String]) -> Result<Vec<u16>, String> {
        self.names.ids(words)
    }

    pub(super) fn field(&self, name: &str) -> Result<u16, String> {
        self.field_if_any(name).ok_or_else(|| format!("no field `{name}` in the grammar"))
    }

    pub(super) fn fields(&self, names: &[String]) -> Result<Vec<u16>, String> {
        names.iter().map(|name| self.field(name)).collect()
    }

    fn field_if_any(&self, name: &str) -> Option<u16> {
        self.grammar.field_id_for_name(name).map(std::num::NonZero::get)
    }

    /// A child by words of which each is a field, a kind, or both.
    pub(super) fn child(&self, words: &[String]) -> Result<Child, String> {
        let mut child = Child::default();
        for word in words {
            let field = self.field_if_any(word);
            match self.kinds(std::slice::from_ref(word)) {
                Ok(kinds) => child.kinds.extend(kinds),
                Err(error) if field.is_none() => return Err(error),
                Err(_) => {}
            }
            child.fields.extend(field);
        }
        Ok(child)
    }

    pub(super) fn pattern(&self, pattern: &KindPattern) -> Result<Pattern, String> {
        Ok(Pattern { kinds: self.kinds(&pattern.kind)?, parents: self.kinds(&pattern.parent)? })
    }

    pub(super) fn patterns(&self, patterns: &[KindPattern]) -> Result<Vec<Pattern>, String> {
        patterns.iter().map(|pattern| self.pattern(pattern)).collect()
    }

    /// A table by kind: every id of the kind has the value.
    pub(super) fn by_kind<T, V: Clone>(
        &self,
        table: &BTreeMap<String, T>,
        value: impl Fn(&T) -> Result<V, String>,
    ) -> Result<FxHashMap<u16, V>, String> {
        let mut compiled = FxHashMap::default();
        for (kind, entry) in table {
            let entry = value(entry)?;
            compiled.extend(self.kinds(std::slice::from_ref(kind))?.into_iter().map(|id| (id, entry.clone())));
        }
        Ok(compiled)
    }
}

/// A child by its field, or else by its kind.
#[derive(Debug, Clone, Default)]
pub(super) struct Child {
    pub(super) fields: Vec<u16>,
    pub(super) kinds: Vec<u16>,
}

impl Child {
    /// The child under the first of the fields that is there; else the first named child of one of
    /// the kinds.
    pub(super) fn find<'t>(&self, node: Node<'t>) -> Option<Node<'t>> {
        first_field(node, &self.fields).or_else(|| first_of_kind(node, &self.kinds))
    }
}

/// A node of one of some kinds, under a parent of one of others where there are any.
#[derive(Debug)]
pub(super) struct Pattern {
    pub(super) kinds: Vec<u16>,
    parents: Vec<u16>,
}

impl Pattern {
    pub(super) fn holds(&self, kind: u16, parent: u16) -> bool {
        self.kinds.contains(&kind) && (self.parents.is_empty() || self.parents.contains(&parent))
    }
}

/// The child under the first of some fields that is there.
pub(super) fn first_field<'t>(node: Node<'t>, fields: &[u16]) -> Option<Node<'t>> {
    fields.iter().find_map(|field| node.child_by_field_id(*field))
}

/// The first named child of one of some kinds.
pub(super) fn first_of_kind<'t>(node: Node<'t>, kinds: &[u16]) -> Option<Node<'t>> {
    if kinds.is_empty() {
        return None;
    }
    let mut cursor = node.walk();
    node.named_children(&mut cursor).find(|child| kinds.contains(&child.kind_id()))
}
