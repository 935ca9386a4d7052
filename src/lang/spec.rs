//! A language as it is written: one TOML file. Nothing here knows a grammar; [`super::Language`] is the compiled form.
//!
//! In every list of kinds a bare word is a named node and a `'quoted'` word an anonymous token.

mod calls;
mod names;
mod pattern;
mod unparsed;
mod visibility;

use std::collections::BTreeMap;

use serde::Deserialize;

pub use calls::Calls;
pub use names::{Declarator, Names, ParallelLists, Receiver};
pub use pattern::KindPattern;
pub use unparsed::Unparsed;
pub use visibility::VisibilityRules;

/// One language's TOML file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// The name people use.
    pub label: String,
    /// The grammar's crate, as in `Cargo.toml`.
    #[serde(rename = "crate")]
    pub krate: String,
    /// The path of the grammar's language function.
    pub grammar: String,
    /// Another language whose roles, rules and names this one takes over and adds to.
    pub extends: Option<String>,
    /// Kinds of the extended language that this grammar does not have.
    #[serde(default)]
    pub without: Vec<String>,
    /// File name endings, without the dot.
    #[serde(default)]
    pub extensions: Vec<String>,
    /// Which of the endings others use, too, and how their files are told.
    #[serde(default, rename = "contest")]
    pub contests: Vec<Contest>,
    /// Whole file names.
    #[serde(default)]
    pub filenames: Vec<String>,
    /// Interpreters named in a first line.
    #[serde(default)]
    pub shebangs: Vec<String>,
    /// Names in `linguist-language`, beside the id and the label.
    #[serde(default)]
    pub linguist: Vec<String>,
    /// Syntax that the grammar does not know, and how it is read all the same.
    #[serde(default, rename = "rewrite")]
    pub rewrites: Vec<Rewrite>,
    /// Role -> kinds.
    #[serde(default)]
    pub roles: BTreeMap<String, Vec<String>>,
    /// Roles that the language does not have; a role in neither list is a mistake.
    #[serde(default)]
    pub absent: Vec<String>,
    /// Fields of a branching node that are read before its nesting begins: conditions, subjects; kinds, where they have
    /// no field.
    #[serde(default)]
    pub header: Vec<String>,
    /// Kind -> which of its named children, from 0, is such a one that has no field.
    #[serde(default)]
    pub header_at: BTreeMap<String, u32>,
    /// Kinds that a logical sequence runs through, where a grammar lets other operators take in logical ones.
    #[serde(default)]
    pub sequences_through: Vec<String>,
    /// Kinds that a grammar lets take in a whole logical expression to their left: it goes on in the one that begins with
    /// the same byte.
    #[serde(default)]
    pub sequences_climb: Vec<String>,
    /// Tokens without a tree: what a macro is given.
    #[serde(default)]
    pub unparsed: Unparsed,
    /// Operators that mean something under one parent only.
    #[serde(default, rename = "operator")]
    pub operators: Vec<Operators>,
    /// Corrections to the roles of a kind that depend on where a node stands.
    #[serde(default)]
    pub when: Vec<When>,
    /// How spaces are named.
    #[serde(default)]
    pub names: Names,
    /// How calls are written.
    #[serde(default)]
    pub calls: Calls,
    /// Where control goes.
    #[serde(default)]
    pub flow: Flow,
    /// What makes a member public.
    #[serde(default)]
    pub visibility: VisibilityRules,
    /// Endings with which the grammar's scanner would not come to an end.
    pub endless: Option<UnsafeToParse>,
    /// Functions that only wrap others and do not raise nesting.
    #[serde(default, rename = "wrapper")]
    pub wrappers: Vec<Wrapper>,
    /// Metric id -> what is particular to this language, for `explain` and the documentation.
    #[serde(default)]
    pub remarks: BTreeMap<String, String>,
}

/// An ending that another language uses, too: files with such lines are its own.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contest {
    /// The ending, one of this language's.
    pub ending: String,
    /// The id of the other language; where this build does not have it, the file stays.
    pub language: String,
    /// How a line of such a file begins.
    pub begins: Vec<String>,
}

/// What stands in place of syntax that a grammar does not know, in the copy of the source that is parsed. No byte moves, and
/// texts are read from the source itself.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rewrite {
    /// The syntax, for the documentation.
    pub what: String,
    /// A regular expression over bytes.
    pub find: String,
    /// For each capture group of it, in their order, what is written over it; blanks fill the rest. A match in which one has
    /// no room is left alone.
    pub write: Vec<String>,
    /// The grammar reads something else without an error: before the first attempt, not only where that failed.
    #[serde(default)]
    pub always: bool,
}

/// Tokens of one kind of parent: role -> token texts.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Operators {
    /// The parents.
    pub parent: Vec<String>,
    /// Role -> tokens, by text.
    #[serde(default)]
    pub roles: BTreeMap<String, Vec<String>>,
}

/// A rule: where all conditions hold, roles are added and dropped. Rules apply in the order of the file.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct When {
    /// The kinds it is about.
    pub kind: Vec<String>,
    /// The parent is one of these.
    #[serde(default)]
    pub parent: Vec<String>,
    /// The parent is none of these.
    #[serde(default)]
    pub parent_not: Vec<String>,
    /// The parent's parent is one of these.
    #[serde(default)]
    pub grandparent: Vec<String>,
    /// The node hangs under one of these fields.
    #[serde(default)]
    pub field: Vec<String>,
    /// The node hangs under none of these fields.
    #[serde(default)]
    pub field_not: Vec<String>,
    /// One of these fields or kinds is among the children.
    #[serde(default)]
    pub has: Vec<String>,
    /// None of these fields or kinds is among the children.
    #[serde(default)]
    pub lacks: Vec<String>,
    /// The node's first child is one of these; `a > b` is an `a` whose first child is a `b`.
    #[serde(default)]
    pub first: Vec<String>,
    /// One of these kinds stands before the node under its parent.
    #[serde(default)]
    pub after: Vec<String>,
    /// None of these kinds stands before the node under its parent.
    #[serde(default)]
    pub not_after: Vec<String>,
    /// The node's text is one of these.
    #[serde(default)]
    pub text: Vec<String>,
    /// The text of the child under a field, or of the first child of a kind, is one of these.
    #[serde(default, rename = "where")]
    pub fields: BTreeMap<String, Vec<String>>,
    /// The text of such a child begins with one of these words.
    #[serde(default)]
    pub begins: BTreeMap<String, Vec<String>>,
    /// One of these fields or kinds is among the parent's children.
    #[serde(default)]
    pub parent_has: Vec<String>,
    /// The parent's child under a field, or one of its children of a kind, says one of these words.
    #[serde(default)]
    pub parent_says: BTreeMap<String, Vec<String>>,
    /// The parent's children under a field, or of a kind, say none of these words.
    #[serde(default)]
    pub parent_says_not: BTreeMap<String, Vec<String>>,
    /// As `parent_says`, of the parent's parent.
    #[serde(default)]
    pub grandparent_says: BTreeMap<String, Vec<String>>,
    /// Roles to add.
    #[serde(default)]
    pub add: Vec<String>,
    /// Roles to drop.
    #[serde(default)]
    pub drop: Vec<String>,
}

/// Where control goes, as far as roles and the usual field names do not say it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Flow {
    /// A break leaves the innermost switch, too, not the innermost loop only.
    pub switch_breaks: bool,
    /// A yield gives the innermost switch its value; it does not suspend a generator.
    pub switch_yields: bool,
    /// Kinds of arms, or of what holds them, whose end runs on into the next arm.
    pub falls_through: Vec<String>,
    /// Kinds of statements that run on into the next arm.
    pub falls_through_by: Vec<String>,
    /// Kinds of switches of which some arm always holds, default or not.
    pub exhaustive: Vec<String>,
    /// Fields, or kinds, of the guard in an arm's label; of a kind, the last child is the condition.
    pub guards: Vec<String>,
    /// Kinds, or the words they begin with, that branch when their condition does not hold: `unless`, `until`.
    pub inverted: Vec<String>,
    /// Kinds of children that together are the body of a function, where no field says so; the first kind first.
    pub bodies: Vec<String>,
    /// Kinds that hold the handlers of a `try`, where they do not stand beside its body.
    pub handlers: Vec<String>,
    /// Kinds in the head of a loop that hold its condition or what it runs over, or that are the head of a function.
    pub clauses: Vec<String>,
    /// Kinds in which what a condition guards or repeats stands before it, under no field: `a if b`.
    pub modifiers: Vec<String>,
    /// Kind -> which of its named children, from 0, is the condition, where no field says so.
    pub condition_at: BTreeMap<String, usize>,
}

/// Files that must not be parsed: in them the grammar's scanner may wait for the end of a line when the file has ended,
/// which no budget stops. It is told by the bytes alone, and rather too often than not.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnsafeToParse {
    /// What opens such text, a regular expression over bytes; without it every file is parsed.
    pub opener: String,
    /// How a file with an opener must not end, white space aside; nor may its last line lack its end.
    pub tails: Vec<String>,
}

/// A function that only defines others: its inside is not nested (the cognitive paper's appendix A).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wrapper {
    /// Kinds of the function.
    pub kind: Vec<String>,
    /// All statements of its body are of these kinds; `a > b` is an `a` whose first child is a `b`.
    pub only: Vec<String>,
    /// At least one is of these kinds.
    pub needs: Vec<String>,
    /// The last one is of these kinds.
    #[serde(default)]
    pub ends: Vec<String>,
}

impl Spec {
    /// Reads a spec; the message of an error names line and key.
    ///
    /// # Errors
    /// Malformed TOML, an unknown or missing key.
    pub fn parse(text: &str) -> Result<Self, String> {
        toml::from_str(text).map_err(|error| error.to_string())
    }

    /// The roles that the spec gives to some node, by whichever way.
    pub fn mapped(&self) -> impl Iterator<Item = &str> {
        let lists = self.roles.iter().chain(self.operators.iter().flat_map(|table| &table.roles));
        let lists = lists.filter(|(_, kinds)| !kinds.is_empty()).map(|(role, _)| role.as_str());
        lists.chain(self.when.iter().flat_map(|rule| &rule.add).map(String::as_str))
    }
}
