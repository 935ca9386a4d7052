//! A language as the visit reads it: the spec compiled against its grammar into tables by kind id.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use tree_sitter::{Language as Grammar, Node};

use super::spec::{Calls, Names, Spec, VisibilityRules, When};
use super::{Flow, Roles};

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

/// What is known of a kind before looking at a node.
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts of a kind, one table row each")]
pub struct Kind {
    /// Roles of every node of the kind.
    pub roles: Roles,
    /// One id for all kinds of the same name; grammars give one name several ids.
    pub canonical: u16,
    /// A node of the grammar, not a token of its text.
    pub named: bool,
    /// A token of white space only: a line end that the grammar reads.
    pub blank: bool,
    /// A label that changes the visibility of what follows in a class.
    pub section: bool,
    /// A logical sequence runs through it.
    pub transparent: bool,
    /// Rules may change the roles.
    pub ruled: bool,
    /// Under some parents it is an operator with roles.
    operator: bool,
    /// Its operator decides whether it is a logical expression.
    operation: bool,
}

impl Kind {
    /// Its roles are those of every node of the kind, wherever it stands.
    #[inline]
    #[must_use]
    pub const fn is_plain(self) -> bool {
        !(self.ruled || self.operator || self.operation)
    }
}

/// A rule against kind and field ids.
#[derive(Debug, Clone)]
struct Rule {
    parent: Vec<u16>,
    parent_not: Vec<u16>,
    grandparent: Vec<u16>,
    field: Vec<u16>,
    field_not: Vec<u16>,
    has: Vec<Member>,
    lacks: Vec<Member>,
    text: Vec<String>,
    fields: Vec<(Member, Vec<String>)>,
    parent_has: Vec<Member>,
    parent_says: Vec<(Member, Vec<String>)>,
    parent_says_not: Vec<(Member, Vec<String>)>,
    grandparent_says: Vec<(Member, Vec<String>)>,
    add: Roles,
    drop: Roles,
}

/// A child asked for by field or by kind; where a grammar uses the word for both, by either.
#[derive(Debug, Clone)]
struct Member {
    field: Option<u16>,
    kinds: Vec<u16>,
}

/// A wrapper rule against kind ids.
#[derive(Debug, Clone)]
struct Wrapping {
    kind: Vec<u16>,
    only: Vec<Nested>,
    needs: Vec<u16>,
    ends: Vec<u16>,
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
    /// Hash of the spec and the grammar's version; part of every engine id.
    pub fingerprint: [u8; 16],
    /// Where control goes.
    pub flow: Flow,
    kinds: Vec<Kind>,
    rules: FxHashMap<u16, Vec<Rule>>,
    operators: FxHashMap<(u16, u16), Roles>,
    fields: FxHashMap<String, u16>,
    operator_field: Option<u16>,
    condition_field: Option<u16>,
    header: Vec<bool>,
    header_kinds: Vec<u16>,
    wrappings: Vec<Wrapping>,
    sections: Vec<Nested>,
}

/// Kinds; where there are second ones, these inside the first.
type Nested = (Vec<u16>, Option<Vec<u16>>);

const CLOSERS: [&str; 3] = [")", "]", "}"];
const SEPARATORS: [&str; 2] = [",", ";"];

impl Language {
    /// Compiles a spec against its grammar.
    ///
    /// # Errors
    /// A kind, token, field or role that does not exist, named with the place in the spec.
    pub fn compile(id: &'static str, spec: Spec, grammar: Grammar, fingerprint: [u8; 16]) -> Result<Self, String> {
        let names = KindNames::of(&grammar);
        let mut kinds = names.table();
        let fail = |what: String| format!("language `{id}`: {what}");
        for (role, list) in &spec.roles {
            let bit = role_of(role).map_err(fail)?;
            for kind in names.ids(list).map_err(fail)? {
                kinds[usize::from(kind)].roles |= bit;
            }
        }
        let mut operators = FxHashMap::default();
        for table in &spec.operators {
            for parent in names.ids(&table.parent).map_err(fail)? {
                for (role, texts) in &table.roles {
                    let bit = role_of(role).map_err(fail)?;
                    kinds[usize::from(parent)].operation |= bit.has(Roles::LOGICAL | Roles::COMPARISON);
                    for token in texts {
                        for &kind in names.token(token).map_err(fail)? {
                            kinds[usize::from(kind)].operator = true;
                            *operators.entry((parent, kind)).or_insert(Roles::NONE) |= bit;
                        }
                    }
                }
            }
        }
        let mut rules: FxHashMap<u16, Vec<Rule>> = FxHashMap::default();
        for when in &spec.when {
            let rule = names.rule(&grammar, when).map_err(fail)?;
            for kind in names.ids(&when.kind).map_err(fail)? {
                kinds[usize::from(kind)].ruled = true;
                rules.entry(kind).or_default().push(rule.clone());
            }
        }
        let mut header = vec![false; grammar.field_count() + 1];
        let mut header_kinds = Vec::new();
        for word in &spec.header {
            let member = names.member(&grammar, word).map_err(|error| fail(format!("header: {error}")))?;
            match member.field {
                Some(field) => header[usize::from(field)] = true,
                None => header_kinds.extend(member.kinds),
            }
        }
        for kind in names.ids(&spec.sequences_through).map_err(fail)? {
            kinds[usize::from(kind)].transparent = true;
        }
        let wrappings = spec
            .wrappers
            .iter()
            .map(|wrapper| {
                Ok(Wrapping {
                    kind: names.ids(&wrapper.kind)?,
                    only: wrapper.only.iter().map(|word| names.nested(word)).collect::<Result<_, _>>()?,
                    needs: names.ids(&wrapper.needs)?,
                    ends: names.ids(&wrapper.ends)?,
                })
            })
            .collect::<Result<_, String>>()
            .map_err(fail)?;
        let sections = spec.visibility.sections.iter().map(|word| names.nested(word));
        let sections = sections.collect::<Result<Vec<_>, _>>().map_err(fail)?;
        for (outer, inner) in &sections {
            for kind in inner.as_ref().unwrap_or(outer) {
                kinds[usize::from(*kind)].section = true;
            }
        }
        let kinds_of = |words: &[String]| names.ids(words);
        let flow = Flow::compile(&spec.flow, &grammar, kinds_of).map_err(|error| fail(format!("flow: {error}")))?;
        names.check_names(&grammar, &spec.names, &spec.calls, &spec.visibility).map_err(fail)?;
        let field = |name| grammar.field_id_for_name(name).map(std::num::NonZero::get);
        let fields = (1..=grammar.field_count()).filter_map(|id| {
            let id = u16::try_from(id).ok()?;
            grammar.field_name_for_id(id).map(|name| (name.to_owned(), id))
        });
        let fields = fields.collect();
        let (operator_field, condition_field) = (field("operator"), field("condition"));
        Ok(Self {
            id,
            spec,
            grammar,
            fingerprint,
            flow,
            kinds,
            rules,
            operators,
            fields,
            operator_field,
            condition_field,
            header,
            header_kinds,
            wrappings,
            sections,
        })
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
    pub fn roles(&self, kind: Kind, id: u16, place: Place<'_>, node: Node<'_>, source: &[u8]) -> Roles {
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

    /// Whether a child of this kind, under this field, is read before the nesting of its parent begins.
    #[inline]
    #[must_use]
    pub fn is_header(&self, kind: u16, field: Option<u16>) -> bool {
        field.map_or_else(|| self.header_kinds.contains(&kind), |field| self.header[usize::from(field)])
    }

    /// Whether the child under this field is a condition.
    #[inline]
    #[must_use]
    pub fn is_condition(&self, field: Option<u16>) -> bool {
        field.is_some() && field == self.condition_field
    }

    /// Whether a node of a section's kind sets the visibility of what follows, standing in a node of kind `parent`.
    #[must_use]
    pub fn is_section(&self, id: u16, parent: u16) -> bool {
        self.sections.iter().any(|(outer, inner)| match inner {
            None => outer.contains(&id),
            Some(inner) => outer.contains(&parent) && inner.contains(&id),
        })
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
    fn apply_rules(&self, mut roles: Roles, id: u16, place: Place<'_>, node: Node<'_>, source: &[u8]) -> Roles {
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

    /// The child under the first of some fields that is there.
    #[must_use]
    pub fn first_field<'t>(&self, node: Node<'t>, fields: &[String]) -> Option<Node<'t>> {
        fields.iter().find_map(|field| self.child(node, field))
    }

    /// The child under a field or of a kind, by the first of some words (`a | b`) that is there.
    #[must_use]
    pub fn child_by_word<'t>(&self, node: Node<'t>, words: &str) -> Option<Node<'t>> {
        words.split(" | ").find_map(|word| {
            self.child(node, word).or_else(|| {
                let mut cursor = node.walk();
                node.named_children(&mut cursor).find(|child| child.kind() == word)
            })
        })
    }

    /// Whether a function only defines others.
    #[must_use]
    pub fn is_wrapper(&self, node: Node<'_>) -> bool {
        let id = node.kind_id();
        let Some(wrapping) = self.wrappings.iter().find(|wrapping| wrapping.kind.contains(&id)) else { return false };
        let Some(body) = self.child(node, "body") else { return false };
        let mut cursor = body.walk();
        let (mut needed, mut ended) = (false, wrapping.ends.is_empty());
        for child in body.named_children(&mut cursor) {
            let kind = child.kind_id();
            if self.kind(kind).roles.has(Roles::COMMENT) {
                continue;
            }
            let holds = |inner: &Vec<u16>| child.named_child(0).is_some_and(|first| inner.contains(&first.kind_id()));
            let known = |(outer, inner): &Nested| outer.contains(&kind) && inner.as_ref().is_none_or(holds);
            if !wrapping.only.iter().any(known) {
                return false;
            }
            needed |= wrapping.needs.contains(&kind);
            ended = wrapping.ends.is_empty() || wrapping.ends.contains(&kind);
        }
        needed && ended
    }
}

impl Rule {
    fn holds(&self, place: Place<'_>, node: Node<'_>, source: &[u8]) -> bool {
        let free_or = |list: &[u16], value: u16| list.is_empty() || list.contains(&value);
        free_or(&self.parent, place.parent)
            && !self.parent_not.contains(&place.parent)
            && free_or(&self.grandparent, place.grandparent)
            && (self.field.is_empty() || place.field.is_some_and(|field| self.field.contains(&field)))
            && !place.field.is_some_and(|field| self.field_not.contains(&field))
            && (self.has.is_empty() || self.has.iter().any(|member| member.find(node).is_some()))
            && !self.lacks.iter().any(|member| member.find(node).is_some())
            && (self.text.is_empty() || is_one_of(&self.text, node, source))
            && self
                .fields
                .iter()
                .all(|(member, texts)| member.find(node).is_some_and(|child| is_one_of(texts, child, source)))
            && self.holds_above(place, source)
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

fn is_one_of(texts: &[String], node: Node<'_>, source: &[u8]) -> bool {
    let text = source.get(node.byte_range()).unwrap_or_default().trim_ascii();
    texts.iter().any(|known| known.as_bytes() == text)
}

fn says_one_of(known: &[String], node: Node<'_>, source: &[u8]) -> bool {
    let text = source.get(node.byte_range()).unwrap_or_default();
    let mut words = text.split(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_');
    words.any(|word| known.iter().any(|known| known.as_bytes() == word))
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

fn role_of(name: &str) -> Result<Roles, String> {
    Roles::by_name(name).ok_or_else(|| {
        let hint = crate::error::suggestion(name, super::ROLES.iter().map(|(known, ..)| *known));
        format!("unknown role `{name}`{hint}")
    })
}

fn roles_of(names: &[String]) -> Result<Roles, String> {
    names.iter().try_fold(Roles::NONE, |all, name| role_of(name).map(|role| all | role))
}

/// Kind ids by name, over all ids: a grammar may give one name several.
struct KindNames {
    /// Tokens, then nodes.
    ids: [FxHashMap<String, Vec<u16>>; 2],
    count: usize,
}

impl KindNames {
    fn of(grammar: &Grammar) -> Self {
        let mut ids: [FxHashMap<String, Vec<u16>>; 2] = Default::default();
        let count = grammar.node_kind_count();
        for id in 0..count {
            let Ok(id) = u16::try_from(id) else { break };
            if let Some(name) = grammar.node_kind_for_id(id) {
                ids[usize::from(grammar.node_kind_is_named(id))].entry(name.to_owned()).or_default().push(id);
            }
        }
        Self { ids, count }
    }

    fn table(&self) -> Vec<Kind> {
        let mut kinds = vec![Kind::default(); self.count];
        let all = [false, true]
            .into_iter()
            .zip(&self.ids)
            .flat_map(|(named, ids)| ids.iter().map(move |(name, ids)| (named, name, ids)));
        for (named, name, ids) in all {
            for id in ids {
                let kind = &mut kinds[usize::from(*id)];
                kind.named = named;
                kind.canonical = ids[0];
                kind.blank = !named && name.trim().is_empty();
                if !named && CLOSERS.contains(&name.as_str()) {
                    kind.roles |= Roles::CLOSER;
                }
                if !named && SEPARATORS.contains(&name.as_str()) {
                    kind.roles |= Roles::SEPARATOR;
                }
            }
        }
        kinds
    }

    fn one(&self, word: &str) -> Result<&[u16], String> {
        let quoted = word.len() > 2 && word.starts_with('\'') && word.ends_with('\'');
        let (name, named) = if quoted { (&word[1..word.len() - 1], false) } else { (word, true) };
        let ids = &self.ids[usize::from(named)];
        ids.get(name).map(Vec::as_slice).ok_or_else(|| {
            let known = ids.keys().map(String::as_str);
            format!(
                "no {} {word} in the grammar{}",
                if named { "node" } else { "token" },
                crate::error::suggestion(name, known)
            )
        })
    }

    fn ids(&self, words: &[String]) -> Result<Vec<u16>, String> {
        words.iter().try_fold(Vec::new(), |mut all, word| {
            all.extend_from_slice(self.one(word)?);
            Ok(all)
        })
    }

    /// `a > b`: the ids of `a`, and those of `b` where it is said.
    fn nested(&self, word: &str) -> Result<Nested, String> {
        match word.split_once(" > ") {
            None => Ok((self.one(word)?.to_vec(), None)),
            Some((outer, inner)) => Ok((self.one(outer)?.to_vec(), Some(self.one(inner)?.to_vec()))),
        }
    }

    /// An operator by its text: an anonymous token, or a named node where the grammar names it.
    fn token(&self, text: &str) -> Result<&[u16], String> {
        self.one(&format!("'{text}'")).or_else(|error| self.one(text).map_err(|_| error))
    }

    fn fields(grammar: &Grammar, names: &[String]) -> Result<Vec<u16>, String> {
        names.iter().map(|name| field_of(grammar, name)).collect()
    }

    fn members(&self, grammar: &Grammar, names: &[String]) -> Result<Vec<Member>, String> {
        names.iter().map(|name| self.member(grammar, name)).collect()
    }

    fn member(&self, grammar: &Grammar, name: &str) -> Result<Member, String> {
        let field = grammar.field_id_for_name(name).map(std::num::NonZero::get);
        match (self.one(name), field) {
            (Err(error), None) => Err(error),
            (kinds, field) => Ok(Member { field, kinds: kinds.map(<[u16]>::to_vec).unwrap_or_default() }),
        }
    }

    fn rule(&self, grammar: &Grammar, when: &When) -> Result<Rule, String> {
        let texts = |map: &BTreeMap<String, Vec<String>>| {
            let pairs = map.iter().map(|(field, texts)| Ok((self.member(grammar, field)?, texts.clone())));
            pairs.collect::<Result<Vec<_>, String>>()
        };
        Ok(Rule {
            parent: self.ids(&when.parent)?,
            parent_not: self.ids(&when.parent_not)?,
            grandparent: self.ids(&when.grandparent)?,
            field: Self::fields(grammar, &when.field)?,
            field_not: Self::fields(grammar, &when.field_not)?,
            has: self.members(grammar, &when.has)?,
            lacks: self.members(grammar, &when.lacks)?,
            text: when.text.clone(),
            fields: texts(&when.fields)?,
            parent_has: self.members(grammar, &when.parent_has)?,
            parent_says: texts(&when.parent_says)?,
            parent_says_not: texts(&when.parent_says_not)?,
            grandparent_says: texts(&when.grandparent_says)?,
            add: roles_of(&when.add)?,
            drop: roles_of(&when.drop)?,
        })
    }

    /// Every kind and field that naming, calls and visibility speak of exists.
    fn check_names(
        &self,
        grammar: &Grammar,
        names: &Names,
        calls: &Calls,
        rules: &VisibilityRules,
    ) -> Result<(), String> {
        let lists = [&names.children, &names.receiver_types, &calls.nameless];
        let lists = lists.into_iter().chain([&rules.modifiers, &rules.except_in, &rules.accessors]);
        lists.into_iter().try_for_each(|list| self.ids(list).map(drop))?;
        for (kind, field) in &names.receivers {
            self.one(kind)?;
            field_of(grammar, field)?;
        }
        for (kind, words) in [&names.kinds, &names.parents].into_iter().flatten() {
            self.one(kind)?;
            words.split(" | ").try_for_each(|word| self.member(grammar, word).map(drop))?;
        }
        for (kind, words) in &names.heads {
            self.one(kind)?;
            words.split(" | ").flat_map(|path| path.split(" > ")).try_for_each(|word| self.one(word).map(drop))?;
        }
        names.fixed.keys().try_for_each(|kind| self.one(kind).map(drop))?;
        names.lists.iter().flat_map(|(values, names)| [values, names]).try_for_each(|kind| self.one(kind).map(drop))?;
        calls.arguments.iter().try_for_each(|word| self.member(grammar, word).map(drop))?;
        let fields = [&names.fields, &calls.callee, &calls.receiver];
        fields.into_iter().flatten().try_for_each(|field| field_of(grammar, field).map(drop))
    }
}

fn field_of(grammar: &Grammar, name: &str) -> Result<u16, String> {
    grammar
        .field_id_for_name(name)
        .map(std::num::NonZero::get)
        .ok_or_else(|| format!("no field `{name}` in the grammar"))
}
