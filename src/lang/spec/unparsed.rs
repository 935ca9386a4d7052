//! `[unparsed]`: tokens that the grammar leaves without a tree.

use schemars::JsonSchema;
use serde::Deserialize;

/// Tokens without a tree, such as the arguments of a macro: what an operator means follows from the
/// token before it.
///
/// ```toml
/// [unparsed]
/// kinds = ["token_tree"]
/// openers = ["'('", "'['"]
/// separators = ["','", "';'"]
/// logical_operators = ["'&&'", "'||'"]
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Unparsed {
    /// Kinds whose children are such tokens.
    pub kinds: Vec<String>,
    /// Tokens that open a group.
    pub openers: Vec<String>,
    /// Tokens that end a logical sequence.
    pub separators: Vec<String>,
    /// Logical operators, where they stand behind an operand.
    pub logical_operators: Vec<String>,
    /// Tokens that end an operand.
    pub operand_ends: Vec<String>,
    /// Nodes that stand before an operand and are none.
    pub prefixes: Vec<String>,
}

impl Unparsed {
    /// Takes over what `base` defines for kinds that are not in `without`, where this defines
    /// nothing.
    pub(in crate::lang) fn inherit(&mut self, base: &Self, without: &[String]) {
        if *self == Self::default() {
            *self = base.clone();
            self.kinds.retain(|kind| !without.contains(kind));
        }
    }
}
