//! What is there before anything is measured: the files of a root, and what git's index knows of them. Found once for a
//! scan and for the gate after it, so that both speak of the same files.

use std::path::Path;

use crate::error::{Error, Result};
use crate::git;
use crate::lang::Registry;
use crate::walk::{self, WalkOptions};

/// What was found.
pub struct Discovery {
    /// The files.
    pub walked: walk::Walked,
    /// What git knows of them; None outside of a work tree.
    pub index: Option<git::Index>,
}

/// Walks a root and reads the index of its work tree, both at once, for both wait for the disk.
///
/// # Errors
/// The root cannot be walked, or its repository cannot be read.
pub fn discovery(root: &Path, options: &WalkOptions, registry: &Registry) -> Result<Discovery> {
    // A repository is bound to its thread.
    let index = || git::Repository::discover(root)?.as_ref().map(git::Repository::index).transpose();
    let (walked, index) = rayon::join(|| walk::walk(root, options, registry), index);
    Ok(Discovery { walked: walked?, index: index? })
}

/// What to say when there is no file to measure.
pub(super) fn nothing_found(root: &Path, walked: &walk::Walked) -> Error {
    let reasons: Vec<_> = walked.skipped.iter().map(|(reason, count)| format!("{count} {reason}")).collect();
    let why = if reasons.is_empty() { "it is empty".to_owned() } else { format!("skipped: {}", reasons.join(", ")) };
    Error::Undecided(format!("no file to measure under `{}`: {why}", root.display()))
}
