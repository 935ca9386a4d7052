//! Rules and the patterns they are made of, as they are written in a spec. Never knows a grammar.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::role_schema::Role;

/// A rule: where the node and what stands around it match, roles are added and dropped. Every
/// pattern given must match. All rules that match apply, in the order of the file.
///
/// ```toml
/// # `!x` is a negation, `-x` is none.
/// [[when]]
/// node.kind = ["unary_expression"]
/// node.text.operator = ["!"]
/// add = ["not"]
///
/// # An `if` in the place of an `else`.
/// [[when]]
/// node.kind = ["if_statement"]
/// node.field = ["alternative"]
/// parent.kind = ["if_statement"]
/// add = ["else_if"]
///
/// # `case _:` is the default; with a guard it decides.
/// [[when]]
/// node.kind = ["case_clause"]
/// node.text.case_pattern = ["_"]
/// unless.node.has = ["guard"]
/// drop = ["arm"]
/// add = ["default"]
/// ```
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct When {
    /// The node that the rule is about; its `kind` is required.
    pub node: Pattern,
    /// The node's parent.
    #[serde(default)]
    pub parent: Pattern,
    /// The parent's parent.
    #[serde(default)]
    pub grandparent: Pattern,
    /// One of the siblings that stand before the node under its parent.
    #[serde(default)]
    pub after: Option<Pattern>,
    /// The rule does not apply where all of this matches, too.
    #[serde(default)]
    pub unless: Option<Unless>,
    /// Roles to add.
    #[serde(default)]
    #[schemars(with = "Vec<Role>")]
    pub add: Vec<String>,
    /// Roles to drop.
    #[serde(default)]
    #[schemars(with = "Vec<Role>")]
    pub drop: Vec<String>,
}

/// What keeps a rule from applying: every pattern given must match.
///
/// ```toml
/// # Without a body it declares and defines nothing.
/// [[when]]
/// node.kind = ["function_definition"]
/// unless.node.has = ["body"]
/// drop = ["function"]
///
/// # What is declared `const` is not assigned.
/// [[when]]
/// node.kind = ["variable_declarator"]
/// node.has = ["value"]
/// unless.parent.contains.kind = ["const"]
/// add = ["assignment"]
/// ```
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Unless {
    /// The node itself.
    pub node: Pattern,
    /// The node's parent.
    pub parent: Pattern,
    /// The parent's parent.
    pub grandparent: Pattern,
    /// One of the siblings that stand before the node under its parent.
    pub after: Option<Pattern>,
}

/// What a node must be. Every key that is given must hold; the words of one list are alternatives.
/// A rule writes it with dots, or as a table: `node = { kind = ["a"], has = ["b"] }`.
///
/// ```toml
/// # A call of `throw` or `rethrow` with arguments, as the value of a statement.
/// [[when]]
/// node.kind = ["call_expression"]
/// node.field = ["value"]
/// node.has = ["arguments"]
/// node.text.function = ["throw", "rethrow"]
/// parent.kind = ["expression_statement"]
/// add = ["throw"]
///
/// # `f(x) = ...` and `f(x)::T = ...` define functions.
/// [[when]]
/// node.kind = ["assignment"]
/// node.first = [
///   { kind = ["call_expression"] },
///   { kind = ["typed_expression"], first = [{ kind = ["call_expression"] }] },
/// ]
/// add = ["function"]
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Pattern {
    /// Its kind is one of these.
    pub kind: Vec<String>,
    /// It hangs under one of these fields of its parent.
    pub field: Vec<String>,
    /// One of its children is of one of these kinds, or hangs under one of these fields.
    pub has: Vec<String>,
    /// Its first child matches one of these patterns; or its first child that is no token does.
    pub first: Vec<Pattern>,
    /// The whole text is one of these, white space around it aside. Of several children of a name
    /// the first one counts.
    pub text: Text,
    /// The first word of the text is one of these: a word is a run of ASCII letters, digits and
    /// `_`. Of several children of a name the first one counts.
    pub starts_with: Text,
    /// One of these is among the words of the text. Of several children of a name any one may hold
    /// it.
    pub contains: Text,
    /// The whole text matches one of these regular expressions, white space around it aside. Of
    /// several children of a name the first one counts.
    pub matches: Text,
    /// Two of its children or more are of one of these kinds.
    pub several: Vec<String>,
}

/// Texts: a list is about the node's own text. A table is about its children: each key names a
/// field or a kind, and each such child must be there with one of the texts.
///
/// ```toml
/// # An `identifier` that is `break`.
/// [[when]]
/// node.kind = ["identifier"]
/// node.text = ["break"]
/// add = ["break"]
///
/// # A call whose child `target` is `defmodule`.
/// [[when]]
/// node.kind = ["call"]
/// node.text.target = ["defmodule"]
/// add = ["namespace"]
///
/// # An arm whose pattern is a name takes whatever is left.
/// [[when]]
/// node.kind = ["match_arm"]
/// node.matches.pattern = ['[_a-z]\w*']
/// drop = ["arm"]
/// add = ["default"]
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Text {
    /// Of the node.
    Own(Vec<String>),
    /// Of its children: field or kind -> texts.
    Children(BTreeMap<String, Vec<String>>),
}

impl Default for Text {
    fn default() -> Self {
        Self::Own(Vec::new())
    }
}

impl Text {
    /// Whether it asks for nothing.
    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Self::Own(texts) => texts.is_empty(),
            Self::Children(children) => children.is_empty(),
        }
    }

    /// Whether a child that it asks for is among some names.
    fn asks_for(&self, names: &[String]) -> bool {
        matches!(self, Self::Children(children) if children.keys().any(|name| names.contains(name)))
    }
}

impl When {
    /// The rule for a grammar that lacks some kinds; none where no node can match any more.
    pub(crate) fn without(&self, lacking: &[String]) -> Option<Self> {
        Some(Self {
            node: self.node.without(lacking)?,
            parent: self.parent.without(lacking)?,
            grandparent: self.grandparent.without(lacking)?,
            after: self.after.as_ref().map_or(Some(None), |after| after.without(lacking).map(Some))?,
            unless: self.unless.as_ref().and_then(|unless| unless.without(lacking)),
            add: self.add.clone(),
            drop: self.drop.clone(),
        })
    }
}

impl Unless {
    fn without(&self, lacking: &[String]) -> Option<Self> {
        Some(Self {
            node: self.node.without(lacking)?,
            parent: self.parent.without(lacking)?,
            grandparent: self.grandparent.without(lacking)?,
            after: self.after.as_ref().map_or(Some(None), |after| after.without(lacking).map(Some))?,
        })
    }
}

impl Pattern {
    /// The pattern for a grammar that lacks some kinds. None where nothing can match: what asked
    /// for a kind must not turn into what asks for nothing.
    pub(super) fn without(&self, lacking: &[String]) -> Option<Self> {
        let kept = |words: &[String]| {
            let kept: Vec<_> = words.iter().filter(|word| !lacking.contains(word)).cloned().collect();
            (words.is_empty() || !kept.is_empty()).then_some(kept)
        };
        let first: Vec<_> = self.first.iter().filter_map(|first| first.without(lacking)).collect();
        let texts = [&self.text, &self.starts_with, &self.contains, &self.matches];
        if (first.is_empty() && !self.first.is_empty()) || texts.into_iter().any(|text| text.asks_for(lacking)) {
            return None;
        }
        Some(Self {
            kind: kept(&self.kind)?,
            has: kept(&self.has)?,
            several: kept(&self.several)?,
            first,
            ..self.clone()
        })
    }
}
