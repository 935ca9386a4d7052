//! Finds the files of a root, decides which are to be measured, and counts the others by reason.
//! Never follows a link or opens a pipe, and reads no file but rule files and the start of those
//! whose name does not determine a language.
//!
//! Every file on disk is accounted for once: `entries + notes + Σ skipped = files_on_disk`. Ignore
//! rules hold outside of git work trees, too; inside one, those of the folders between its top and
//! the root hold as well, and outside one nothing above the root is looked at.

mod attributes;
mod conventions;
mod detect;
mod explain;
mod filter;
mod found;
mod options;
mod read;
mod root;
mod rules;
mod traverse;
mod tree_rules;

use std::path::Path;

pub use detect::{Detect, Detected};
pub use explain::{Explanation, PathOutcome, explain};
pub use found::{CONFIG, Entry, Walked};
pub use options::WalkOptions;
pub use root::resolve;
pub use tree_rules::TreeRules;

use crate::error::Result;

/// Walks a folder, or looks at one file, which no rule keeps out then. Runs on the current rayon
/// pool; the result does not depend on its size.
///
/// # Errors
/// A root that is not there or is neither a folder nor a file, a pattern that is none
/// ([`crate::Error::Usage`]); a root folder that cannot be read ([`crate::Error::Io`]).
pub fn walk(root: &Path, options: &WalkOptions, detect: &dyn Detect) -> Result<Walked> {
    let root = resolve(root)?;
    if root.is_dir() { traverse::folder(&root, options, detect) } else { traverse::file(&root, options, detect) }
}
