//! Which nodes a key is about: a kind, and where it matters the kind of its parent.

use schemars::JsonSchema;
use serde::Deserialize;

/// Nodes of some kinds.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KindPattern {
    /// The node is of one of these kinds.
    pub kind: Vec<String>,
    /// Its parent is of one of these kinds; any parent will do without them.
    #[serde(default)]
    pub parent: Vec<String>,
}
