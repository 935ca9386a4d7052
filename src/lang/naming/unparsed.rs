//! What tokens without a tree are to an expression: the spec's `[unparsed]`.

use rustc_hash::FxHashMap;

use super::ids::Ids;
use crate::lang::spec;

/// What a token without a tree is to the expression that it stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenClass {
    /// It opens a group.
    Opener,
    /// It ends a logical sequence.
    Separator,
    /// It is a logical operator behind an operand.
    LogicalOperator,
    /// It ends an operand.
    OperandEnd,
    /// It stands before an operand.
    Prefix,
}

/// The compiled `[unparsed]` of a spec.
#[derive(Debug)]
pub struct UnparsedRules {
    classes: FxHashMap<u16, TokenClass>,
}

impl UnparsedRules {
    pub(super) fn compile(spec: &spec::Unparsed, ids: &Ids<'_>) -> Result<Self, String> {
        let mut classes = FxHashMap::default();
        for (words, class) in [
            (&spec.openers, TokenClass::Opener),
            (&spec.separators, TokenClass::Separator),
            (&spec.logical_operators, TokenClass::LogicalOperator),
            (&spec.operand_ends, TokenClass::OperandEnd),
            (&spec.prefixes, TokenClass::Prefix),
        ] {
            classes.extend(ids.kinds(words)?.into_iter().map(|kind| (kind, class)));
        }
        Ok(Self { classes })
    }

    /// The class of a kind of token, if it has one.
    #[must_use]
    pub fn class(&self, kind: u16) -> Option<TokenClass> {
        self.classes.get(&kind).copied()
    }
}
