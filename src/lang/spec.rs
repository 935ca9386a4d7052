//! A language as it is written: one TOML file. Never knows a grammar; [`super::Language`] is the
//! compiled form.
//!
//! In every list of kinds a bare word is a named node and a `'quoted'` word an anonymous token.

mod calls;
mod lexis;
mod names;
mod pattern;
mod unparsed;
mod visibility;
mod when;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::error::SpecError;
use super::role_schema::{Role, RoleTable};
pub use calls::Calls;
pub use lexis::{Delimited, Lexis, RegionKind};
pub use names::{Accessor, Declarator, Names, ParallelLists, Receiver};
pub use pattern::KindPattern;
pub use unparsed::Unparsed;
pub use visibility::VisibilityRules;
pub use when::{Pattern, Text, Unless, When};

/// A language: one TOML file. The file's name is the language's id.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// The name that people use.
    pub label: String,
    /// File name extensions, without the dot.
    #[serde(default)]
    pub extensions: Vec<String>,
    /// Whole file names.
    #[serde(default)]
    pub filenames: Vec<String>,
    /// Interpreters in a `#!` line.
    #[serde(default)]
    pub shebangs: Vec<String>,
    /// Names in the attribute `linguist-language`, beside the id and the label.
    #[serde(default)]
    pub linguist: Vec<String>,
    /// The id of another language whose roles, rules and names this one takes over and adds to.
    pub extends: Option<String>,
    /// Kinds of the extended language that this grammar does not have.
    #[serde(default)]
    pub without: Vec<String>,
    /// The grammar's crate, as in `Cargo.toml`.
    #[serde(rename = "crate")]
    pub krate: String,
    /// The path of the grammar's language function in that crate.
    pub grammar: String,
    /// Role -> the kinds that play it wherever they stand.
    #[serde(default)]
    #[schemars(with = "RoleTable")]
    pub roles: BTreeMap<String, Vec<String>>,
    /// Tokens that play a role under some parents only.
    #[serde(default, rename = "operator")]
    pub operators: Vec<Operators>,
    /// Rules: roles that depend on where a node stands.
    #[serde(default)]
    pub when: Vec<When>,
    /// How files of other languages that share an extension of this one are recognised.
    #[serde(default, rename = "disambiguation")]
    pub disambiguations: Vec<Disambiguation>,
    /// Where the nesting of a branch does not reach.
    #[serde(default)]
    pub outside_nesting: OutsideNesting,
    /// How sequences of logical operators run through the tree.
    #[serde(default)]
    pub logical_sequences: LogicalSequences,
    /// What hides code, told without the grammar.
    #[serde(default)]
    pub lexis: Lexis,
    /// Syntax that the grammar does not know, and how it is read all the same.
    #[serde(default, rename = "rewrite")]
    pub rewrites: Vec<Rewrite>,
    /// Syntax that the grammar does not know and that no rewriting mends.
    #[serde(default, rename = "gap")]
    pub gaps: Vec<Gap>,
    /// Functions that only define others and do not raise nesting.
    #[serde(default, rename = "wrapper")]
    pub wrappers: Vec<Wrapper>,
    /// How spaces are named.
    #[serde(default)]
    pub names: Names,
    /// How calls are written.
    #[serde(default)]
    pub calls: Calls,
    /// Tokens without a tree: what a macro is given.
    #[serde(default)]
    pub unparsed: Unparsed,
    /// Which files must not be parsed.
    pub unsafe_to_parse: Option<UnsafeToParse>,
    /// What makes a member public.
    #[serde(default)]
    pub visibility: VisibilityRules,
    /// Metric id -> what is particular to this language, for `explain` and the documentation.
    #[serde(default)]
    pub remarks: BTreeMap<String, String>,
    /// Where control goes.
    #[serde(default)]
    pub flow: Flow,
    /// Roles that the language does not have.
    #[serde(default)]
    pub absent: Absent,
}

/// Files of another language with an extension of this one: those in which a line begins with one
/// of some texts. The first disambiguation that matches wins; without one the file is of this
/// language.
///
/// ```toml
/// [[disambiguation]]
/// extension = "h"
/// language = "cpp"
/// starts_with = ["class ", "namespace ", "template <"]
/// ```
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Disambiguation {
    /// The extension, one of this language's.
    pub extension: String,
    /// The id of the other language; where this build does not have it, the file is of this one.
    pub language: String,
    /// How a line of such a file begins, white space before it aside; lines in comments do not
    /// count.
    pub starts_with: Vec<String>,
}

/// Which children of a branch lie outside its nesting, as its condition does: what stands in them
/// is not nested in the branch.
///
/// ```toml
/// [outside_nesting]
/// children = ["condition", "value"]
/// child_at = { conditional_expression = 1 }
/// ```
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct OutsideNesting {
    /// Fields that hold conditions and subjects; kinds of those that have no field.
    pub children: Vec<String>,
    /// Kind of a branch -> which of its named children, from 0, is such a one, where neither field
    /// nor kind marks them.
    pub child_at: BTreeMap<String, u32>,
}

/// Corrections to the sequences of logical operators, where the tree does not show which operators
/// belong together.
///
/// ```toml
/// [logical_sequences]
/// # The grammar reads `a > 1 && b` as `a > (1 && b)`.
/// continue_into = ["comparison_expression"]
/// # The grammar reads `a && b!.c` as `(a && b)!.c`.
/// continue_out_of = ["non_null_expression"]
/// ```
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LogicalSequences {
    /// Kinds inside which the sequence around them continues: the grammar lets other operators take
    /// in logical ones.
    pub continue_into: Vec<String>,
    /// Kinds around which the sequence inside them continues, in the expression that begins with
    /// the same byte: the grammar lets them take in a whole logical expression to their left.
    pub continue_out_of: Vec<String>,
}

/// The roles that the language has no construct for. A role that is neither given to a kind nor
/// listed here is a mistake, and a test finds it.
///
/// ```toml
/// [absent]
/// roles = ["goto", "union"]
/// ```
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Absent {
    /// The roles.
    #[schemars(with = "Vec<Role>")]
    pub roles: Vec<String>,
}

/// What stands in place of syntax that a grammar does not know, in the copy of the source that is
/// parsed. No byte moves, and texts are read from the source itself.
///
/// ```toml
/// [[rewrite]]
/// what = "`if consteval`"
/// find = '\bif[ \t]+(!?[ \t]*consteval)[ \t]*\{'
/// write = ["(true)"]
/// ```
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rewrite {
    /// The syntax, for the documentation.
    pub what: String,
    /// A regular expression over bytes.
    pub find: String,
    /// For each capture group of it, in their order, what is written over it; blanks fill the rest.
    /// A match in which one has no room is left alone. What an empty group writes is inserted, and
    /// has no width in the tree.
    pub write: Vec<String>,
    /// The grammar misreads it without an error: rewrite before the first attempt, not only where
    /// that failed.
    #[serde(default)]
    pub always: bool,
    /// What it finds may be something else that looks like it: it is not done where the source has
    /// fewer errors without it. With `always` alone.
    #[serde(default)]
    pub doubtful: bool,
    /// Only in what `[lexis]` takes for that.
    pub within: Option<RegionKind>,
    /// A regular expression over bytes that some part of the file matches, else there is nothing to
    /// look for; with `within` alone, which has its price.
    pub only_if: Option<String>,
}

/// Syntax of the language that is parsed with errors. The documentation lists it, and a test parses
/// the example: a gap that the grammar no longer has must go.
///
/// ```toml
/// [[gap]]
/// what = "contracts: `pre`, `post`"
/// since = "C++26"
/// example = "int f(int x) pre(x > 0) { return x; }"
/// ```
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Gap {
    /// The syntax, for the documentation.
    pub what: String,
    /// The release of the language that brought it.
    pub since: String,
    /// A source with it.
    pub example: String,
}

/// Tokens that play a role under some parents only.
///
/// ```toml
/// [[operator]]
/// parent = ["binary_expression"]
/// [operator.roles]
/// logical_and = ["&&"]
/// logical_or = ["||"]
/// ```
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Operators {
    /// Kinds of the parents.
    pub parent: Vec<String>,
    /// Role -> tokens, by their text; a node, by its kind, where the grammar names the operator.
    #[serde(default)]
    #[schemars(with = "RoleTable")]
    pub roles: BTreeMap<String, Vec<String>>,
}

/// Where control goes, as far as roles and the usual field names do not give it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
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
    /// Fields, or kinds, of the guard in an arm's label; of a kind, the last child is the
    /// condition.
    pub guards: Vec<String>,
    /// Kinds, or the words they begin with, that branch when their condition does not hold:
    /// `unless`, `until`.
    pub inverted: Vec<String>,
    /// Kinds of children that together are the body of a function, where no field marks them; the
    /// first kind first.
    pub bodies: Vec<String>,
    /// Kinds that hold the handlers of a `try`, where they do not stand beside its body.
    pub handlers: Vec<String>,
    /// Kinds in the head of a loop that hold its condition or what it runs over, or that are the
    /// head of a function.
    pub clauses: Vec<String>,
    /// Kinds in which what a condition guards or repeats stands before it, under no field: `a if
    /// b`.
    pub modifiers: Vec<String>,
    /// Kinds of classes and modules whose body runs where they are defined: what it decides is the
    /// function's around it.
    pub runs_in_place: Vec<String>,
    /// Kind -> which of its named children, from 0, is the condition, where no field marks it.
    pub condition_at: BTreeMap<String, usize>,
}

/// Files that must not be parsed: in them the grammar's scanner may loop, which no budget stops, or
/// end the process. Decided by the bytes alone; a file too many is skipped rather than one too few.
///
/// ```toml
/// [unsafe_to_parse]
/// opener = "<<[A-Z]"
/// ends_with = ["@"]
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UnsafeToParse {
    /// What no file may hold: regular expressions over bytes.
    #[serde(default)]
    pub contains: Vec<String>,
    /// What opens text whose end matters, a regular expression over bytes.
    pub opener: Option<String>,
    /// A file with an opener is skipped if it ends with one of these, white space aside; or if its
    /// last line has no end.
    #[serde(default)]
    pub ends_with: Vec<String>,
}

/// A function that only defines others: its inside is not nested (the cognitive paper's appendix
/// A).
///
/// ```toml
/// [[wrapper]]
/// kind = ["function_definition"]
/// every = [{ kind = ["function_definition", "return_statement"] }]
/// some = ["function_definition"]
/// last = ["return_statement"]
/// ```
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Wrapper {
    /// Kinds of the function.
    pub kind: Vec<String>,
    /// Every statement of its body matches one of these patterns, and none branches.
    pub every: Vec<Pattern>,
    /// Some statement is of one of these kinds.
    pub some: Vec<String>,
    /// The last statement is of one of these kinds.
    #[serde(default)]
    pub last: Vec<String>,
}

impl Spec {
    /// Reads a spec; the message of an error names line and key.
    ///
    /// # Errors
    /// Malformed TOML, an unknown or missing key.
    pub fn parse(text: &str) -> Result<Self, SpecError> {
        toml::from_str(text).map_err(|error| SpecError::Malformed { problem: error.to_string() })
    }

    /// The JSON schema of a spec, with which an editor completes and checks one.
    #[must_use]
    pub fn schema() -> serde_json::Value {
        schemars::schema_for!(Self).to_value()
    }

    /// The roles that the spec gives to some node, by whichever way.
    pub fn mapped(&self) -> impl Iterator<Item = &str> {
        let lists = self.roles.iter().chain(self.operators.iter().flat_map(|table| &table.roles));
        let lists = lists.filter(|(_, kinds)| !kinds.is_empty()).map(|(role, _)| role.as_str());
        lists.chain(self.when.iter().flat_map(|rule| &rule.add).map(String::as_str))
    }
}
