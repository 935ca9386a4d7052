//! A file as the linker reads it. Links nothing.

use crate::lang::spec::Calls;
use crate::model::{RepoPath, Space};

/// A measured file of a snapshot.
#[derive(Debug, Clone, Copy)]
pub struct File<'a> {
    /// Its path.
    pub path: &'a RepoPath,
    /// The language's id.
    pub language: &'a str,
    /// How the language writes calls.
    pub calls: &'a Calls,
    /// The unit and all that is in it, measured at level `full`.
    pub spaces: &'a [Space],
}
