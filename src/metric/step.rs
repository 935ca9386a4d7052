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
    /// It lies in the condition of a branch.
    pub guarding: bool,
}
