//! What git knows and the work tree is not to hold: the folders of a sparse index, and which files
//! are absent. Absent is not deleted: a file that is missing without being marked is none of these.

use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use gix::index::entry::Mode;

use super::Repository;
use super::leaves::Leaf;
use crate::error::Result;
use crate::model::RepoPath;

impl Repository {
    /// What is in the folders of a sparse index that stand there as one entry each.
    ///
    /// # Errors
    /// A tree that cannot be read.
    pub(super) fn sparse_folders(&self, index: &gix::index::State) -> Result<Vec<Leaf>> {
        let folders = index.entries().iter().filter(|entry| entry.mode == Mode::DIR);
        let leaves = folders.map(|entry| self.leaves(entry.id, entry.path(index)));
        Ok(leaves.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
    }
}

/// Which of these files, sorted by path, are not on disk.
pub(super) fn among<'a>(root: &Path, files: impl Iterator<Item = &'a RepoPath>) -> Vec<RepoPath> {
    // The last folder that was seen to be missing, with a slash: below it nothing need be looked for.
    let mut missing: Option<&[u8]> = None;
    let mut absent = Vec::new();
    let at = |path: &[u8]| root.join(OsStr::from_bytes(path));
    for file in files {
        let path = file.as_bytes();
        if !missing.is_some_and(|folder| path.starts_with(folder)) {
            if !is_missing(&at(path)) {
                continue;
            }
            let slashes = path.iter().enumerate().filter(|(_, byte)| **byte == b'/');
            let mut folders = slashes.map(|(end, _)| &path[..=end]);
            missing = folders.find(|folder| is_missing(&at(&folder[..folder.len() - 1])));
        }
        absent.push(file.clone());
    }
    absent.dedup();
    absent
}

/// Whether nothing is at a path. What cannot be looked at may be there.
pub fn is_missing(path: &Path) -> bool {
    let found = path.symlink_metadata();
    found.is_err_and(|error| matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory))
}
