//! What the metrics see of a node.

use crate::lang::Roles;

/// What the metrics see of a node.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    /// Its roles.
    pub roles: Roles,
    /// First byte.
    pub byte: u32,
    /// It stands where a condition is expected.
    pub condition: bool,
    /// Visible outside, for an attribute.
    pub public: bool,
}
