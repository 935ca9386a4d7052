//! What a tree holds, folder by folder. Trees are other people's: a few small ones can name more
//! files than memory holds, or files whose names no system has. Both are errors.

use gix::ObjectId;
use gix::bstr::{BStr, BString, ByteSlice as _};
use gix::index::entry::Mode;

use super::{Repository, failed};
use crate::error::{Error, Result};

/// More than any repository has; a tree of trees that repeat can name any number.
pub(super) const FILES_MAX: usize = 5_000_000;
/// A longer path cannot be on disk.
const PATH_BYTES_MAX: usize = 4096;

/// An entry of a tree that is not a folder: a file, a link, a submodule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Leaf {
    /// From the top of the work tree.
    pub(super) path: BString,
    pub(super) mode: Mode,
    pub(super) id: ObjectId,
}

impl Repository {
    /// Everything below a tree that stands at `path` (empty, or with a slash at its end), as far as
    /// it is under the root; sorted by path.
    ///
    /// # Errors
    /// A tree that is not in this clone, or more than [`FILES_MAX`] files ([`Error::Undecided`]); a
    /// damaged tree.
    pub(super) fn leaves(&self, tree: ObjectId, path: &[u8]) -> Result<Vec<Leaf>> {
        let mut leaves = Vec::new();
        let mut open = vec![(BString::from(path), tree)];
        while let Some((folder, id)) = open.pop() {
            let problem = || format!("reading tree {id} (`{folder}`)");
            let found = self.inner.try_find_object(id).map_err(failed(problem))?;
            let object = found.ok_or_else(|| self.missing(&format!("tree {id} (`{folder}`)")))?;
            let tree = object.try_into_tree().map_err(failed(problem))?;
            for entry in tree.iter() {
                let entry = entry.map_err(failed(problem))?;
                let mut path = folder.clone();
                path.extend_from_slice(checked(entry.filename(), &folder)?);
                if entry.mode().is_tree() {
                    path.push(b'/');
                    // Above the root, or under it.
                    if self.prefix.starts_with(&path) || path.starts_with(&self.prefix) {
                        open.push((path, entry.object_id()));
                    }
                } else if path.starts_with(&self.prefix) {
                    leaves.push(Leaf { path, mode: Mode::from(entry.mode()), id: entry.object_id() });
                }
            }
            if leaves.len() + open.len() > FILES_MAX {
                return Err(too_many(&id));
            }
        }
        leaves.sort_unstable();
        Ok(leaves)
    }
}

/// The error of a tree that names too many files.
pub(super) fn too_many(tree: &dyn std::fmt::Display) -> Error {
    Error::Undecided(format!("tree {tree} names more than {FILES_MAX} files"))
}

/// A name, if it is one that git would check out.
fn checked<'a>(name: &'a BStr, folder: &BString) -> Result<&'a [u8]> {
    let is_name = !name.is_empty()
        && !name.contains(&b'/')
        && !matches!(name.as_bytes(), b"." | b"..")
        && !name.eq_ignore_ascii_case(b".git")
        && folder.len() + name.len() <= PATH_BYTES_MAX;
    if is_name { Ok(name.as_bytes()) } else { Err(Error::Undecided(format!("`{folder}{name}` is no path of a file"))) }
}
