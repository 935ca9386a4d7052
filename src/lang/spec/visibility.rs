//! `[visibility]`: what makes a member public.

use schemars::JsonSchema;
use serde::Deserialize;

use super::pattern::KindPattern;

/// What makes a member public.
///
/// ```toml
/// [visibility]
/// private_by_default = true
/// modifiers = [{ kind = ["modifiers"] }]
/// public_words = ["public"]
/// private_words = ["private", "protected"]
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[expect(clippy::struct_excessive_bools, reason = "independent choices, one key each")]
pub struct VisibilityRules {
    /// Members without a modifier are private.
    pub private_by_default: bool,
    /// Attributes without a modifier are public whatever the default.
    pub public_attributes: bool,
    /// Kinds of class-like nodes whose members have the opposite default.
    pub default_reversed_in: Vec<String>,
    /// The children of a member that hold its modifiers.
    pub modifiers: Vec<KindPattern>,
    /// Words among the modifiers that make a member public.
    pub public_words: Vec<String>,
    /// Words among the modifiers that make a member private.
    pub private_words: Vec<String>,
    /// Names with one of these prefixes are private (`__x__` is public all the same).
    pub private_prefixes: Vec<String>,
    /// Names that begin with an upper-case letter are public and all others private.
    pub public_if_capitalized: bool,
    /// Kinds of members that are public whatever the default: components of a record.
    pub public_kinds: Vec<String>,
    /// What a method gives to its object is an attribute in a constructor only.
    pub attributes_in_constructors: bool,
    /// Kinds of functions that without a modifier of their own have the visibility of the
    /// declaration around them: accessors of a property.
    pub accessors: Vec<String>,
    /// Labels that change the visibility of what follows them in a class.
    pub section_labels: Vec<KindPattern>,
}
