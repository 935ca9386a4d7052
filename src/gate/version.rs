//! What the gate compares: one file as it is in the base or in the head. Never compares anything
//! itself.

use crate::model::{RepoPath, Space};

/// One version of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileVersion {
    /// Its path.
    pub path: RepoPath,
    /// Its spaces, the unit first; empty when it was not measured.
    pub spaces: Vec<Space>,
}
