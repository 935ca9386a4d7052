//! A language as the visit reads it: the spec compiled against its grammar into tables by kind id.

use rustc_hash::FxHashMap;
use tree_sitter::{Language as Grammar, Node};

use super::flow::Flow;
use super::kinds::Kind;
use super::lexis::{Lexis, Region};
use super::naming::Naming;
use super::pattern::Pattern;
use super::rewrite::{Rewrites, Rewritten, Stage};
use super::role::Roles;
use super::rule::{Place, Rule};
use super::spec::Spec;
use super::unsafe_to_parse::UnsafeToParse;

/// A wrapper rule against kind ids.
#[derive(Debug, Clone)]
pub(super) struct Wrapping {
    pub(super) kind: Vec<u16>,
    pub(super) every: Vec<Pattern>,
    pub(super) some: Vec<u16>,
    pub(super) last: Vec<u16>,
}

/// Which children of a branch lie outside its nesting: by field id, by kind without a field, by
/// place.
#[derive(Debug)]
pub(super) struct Outside {
    pub(super) fields: Vec<bool>,
    pub(super) kinds: Vec<u16>,
    pub(super) at: FxHashMap<u16, u32>,
}

/// A compiled language.
#[derive(Debug)]
pub struct Language {
    /// `python`.
    pub id: &'static str,
    /// The spec it was compiled from, with what it inherits.
    pub spec: Spec,
    /// The grammar.
    pub grammar: Grammar,
    /// Hash of the spec and the grammar's version; part of every analyzer id.
    pub fingerprint: [u8; 16],
    /// Where control goes.
    pub flow: Flow,
    /// How it names, calls and hides.
    pub naming: Naming,
    pub(super) kinds: Vec<Kind>,
    pub(super) rules: FxHashMap<u16, Vec<Rule>>,
    pub(super) operators: FxHashMap<(u16, u16), Roles>,
    pub(super) fields: FxHashMap<String, u16>,
    pub(super) operator_field: Option<u16>,
    pub(super) condition_field: Option<u16>,
    /// Methods give their objects attributes.
    pub has_own_attributes: bool,
    pub(super) outside: Outside,
    pub(super) wrappings: Vec<Wrapping>,
    pub(super) rewrites: Rewrites,
    pub(super) lexis: Lexis,
    pub(super) unsafe_to_parse: Option<UnsafeToParse>,
}

impl Language {
    /// Whether the grammar's scanner might loop on a source.
    #[must_use]
    pub fn is_unsafe_to_parse(&self, source: &[u8]) -> bool {
        self.unsafe_to_parse.as_ref().is_some_and(|rule| rule.holds(source))
    }

    /// The comments and strings of a source, found without the grammar.
    #[must_use]
    pub fn regions(&self, source: &[u8]) -> Vec<Region> {
        self.lexis.regions(source)
    }

    /// What is parsed in place of a source, as it was rewritten so far, at this stage; None where
    /// nothing is to be rewritten.
    #[must_use]
    pub fn rewritten(&self, stage: Stage, source: &[u8], so_far: Option<&Rewritten>) -> Option<Rewritten> {
        self.rewrites.apply(stage, &self.lexis, source, so_far)
    }

    /// What is known of a kind; nothing for ERROR nodes.
    #[inline]
    #[must_use]
    pub fn kind(&self, id: u16) -> Kind {
        self.kinds.get(usize::from(id)).copied().unwrap_or(Kind { named: true, ..Kind::default() })
    }

    /// The roles of a node at its place.
    #[inline]
    #[must_use]
    pub fn roles(&self, kind: Kind, id: u16, place: Place<'_, '_>, node: Node<'_>, source: &[u8]) -> Roles {
        let mut roles = kind.roles;
        if kind.operator
            && let Some(more) = self.operators.get(&(place.parent, id))
        {
            roles |= *more;
        }
        if kind.operation {
            roles |= self.operation(id, node);
        }
        if kind.ruled {
            roles = self.apply_rules(roles, id, place, node, source);
        }
        roles
    }

    /// Whether a child of this kind, under this field, lies outside the nesting of its parent.
    #[inline]
    #[must_use]
    pub fn is_outside_nesting(&self, kind: u16, field: Option<u16>) -> bool {
        field.map_or_else(|| self.outside.kinds.contains(&kind), |field| self.outside.fields[usize::from(field)])
    }

    /// Whether a child without a field lies outside the nesting of its parent, by its place.
    #[must_use]
    pub fn is_outside_nesting_at(&self, parent: Node<'_>, child: Node<'_>) -> bool {
        let at = self.outside.at.get(&parent.kind_id());
        at.and_then(|at| parent.named_child(*at)).is_some_and(|outside| outside.id() == child.id())
    }

    /// Whether the child under this field is a condition.
    #[inline]
    #[must_use]
    pub fn is_condition(&self, field: Option<u16>) -> bool {
        field.is_some() && field == self.condition_field
    }

    /// Whether a child is the condition that its parent holds: what is under the field `condition`,
    /// or else the first child that is more than a word of the language.
    #[must_use]
    pub fn is_held_condition(&self, holder: Node<'_>, child: Node<'_>, field: Option<u16>) -> bool {
        if self.condition_field.is_some_and(|field| holder.child_by_field_id(field).is_some()) {
            return self.is_condition(field);
        }
        let mut cursor = holder.walk();
        let is_word = |node: &Node<'_>| node.child_count() == 0 && !self.kind(node.kind_id()).roles.has(Roles::OPERAND);
        let first = holder.named_children(&mut cursor).find(|node| !is_word(node));
        first.is_some_and(|first| first.id() == child.id())
            && !self.flow.clauses.contains(&child.kind_id())
            && !self.kind(child.kind_id()).roles.has(Roles::BLOCK)
    }

    /// What an expression is by its operator, so that it is known before its left side is read.
    fn operation(&self, id: u16, node: Node<'_>) -> Roles {
        let role_of = |child: Node<'_>| self.operators.get(&(id, child.kind_id())).copied().unwrap_or_default();
        let operator = if let Some(field) = self.operator_field {
            node.child_by_field_id(field).map(role_of).unwrap_or_default()
        } else {
            let mut cursor = node.walk();
            node.children(&mut cursor).fold(Roles::NONE, |all, child| all | role_of(child))
        };
        let mut roles = Roles::NONE;
        if operator.has(Roles::LOGICAL) {
            roles |= Roles::LOGICAL_EXPRESSION;
        }
        if operator.has(Roles::COMPARISON) {
            roles |= Roles::COMPARISON_EXPRESSION;
        }
        roles
    }

    #[cold]
    fn apply_rules(&self, mut roles: Roles, id: u16, place: Place<'_, '_>, node: Node<'_>, source: &[u8]) -> Roles {
        for rule in self.rules.get(&id).into_iter().flatten() {
            if rule.holds(place, node, source) {
                roles = (roles & !rule.drop) | rule.add;
            }
        }
        roles
    }

    /// The child under a field; asking by name costs the grammar a search.
    #[must_use]
    pub fn child<'t>(&self, node: Node<'t>, field: &str) -> Option<Node<'t>> {
        self.fields.get(field).and_then(|field| node.child_by_field_id(*field))
    }

    /// Whether a branch stands in a node, outside the functions in it.
    fn branches(&self, node: Node<'_>) -> bool {
        let mut cursor = node.walk();
        loop {
            let roles = self.kind(cursor.node().kind_id()).roles;
            if roles.has(Roles::BRANCHES) {
                return true;
            }
            if !roles.has(Roles::FUNCTIONS) && cursor.goto_first_child() {
                continue;
            }
            while !cursor.goto_next_sibling() {
                if !cursor.goto_parent() {
                    return false;
                }
            }
        }
    }

    /// Whether a function only defines others.
    #[must_use]
    pub fn is_wrapper(&self, node: Node<'_>, source: &[u8]) -> bool {
        let id = node.kind_id();
        let Some(wrapping) = self.wrappings.iter().find(|wrapping| wrapping.kind.contains(&id)) else { return false };
        let Some(body) = self.child(node, "body") else { return false };
        let mut cursor = body.walk();
        let (mut found, mut ended) = (false, wrapping.last.is_empty());
        for child in body.named_children(&mut cursor) {
            let kind = child.kind_id();
            if self.kind(kind).roles.has(Roles::COMMENT) {
                continue;
            }
            if !wrapping.every.iter().any(|pattern| pattern.holds(child, source)) || self.branches(child) {
                return false;
            }
            found |= wrapping.some.contains(&kind);
            ended = wrapping.last.is_empty() || wrapping.last.contains(&kind);
        }
        found && ended
    }
}
