//! The options of a walk. Decide nothing.

use std::path::PathBuf;

use crate::model::RepoPath;

/// What is walked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WalkOptions {
    /// When not empty, only files that one of these patterns matches are measured. Written as in
    /// `.gitignore`, relative to the root.
    pub include: Vec<String>,
    /// Files and folders that are not measured, written as `include`; stronger than it.
    pub exclude: Vec<String>,
    /// When not empty, only these files and folders, relative to the root, and what is in them.
    pub only: Vec<RepoPath>,
    /// The user's own ignore file; by default the one that git is configured to use. It holds
    /// everywhere.
    pub global_excludes: Option<PathBuf>,
    /// Folders or files, relative to the root, that are not part of the tree at all: a store that
    /// lies inside.
    pub left_out: Vec<RepoPath>,
}

impl Default for WalkOptions {
    fn default() -> Self {
        Self {
            include: Vec::new(),
            exclude: Vec::new(),
            only: Vec::new(),
            global_excludes: ignore::gitignore::gitconfig_excludes_path(),
            left_out: Vec::new(),
        }
    }
}
