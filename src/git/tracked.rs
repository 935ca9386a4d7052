//! Tells whether git tracks what is at a path. Never reads what is there.

use std::ffi::OsString;
use std::io::{self, Read as _};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};

use super::regular_file::open;
use super::{Repository, failed};
use crate::error::{Error, Result};

/// Ten million entries.
const INDEX_BYTES_MAX: u64 = 1 << 30;
/// More than a path may have.
const POINTER_BYTES_MAX: u64 = 1 << 14;

impl Repository {
    /// Whether the index holds an entry at or below a path of the work tree.
    fn tracks(&self, below_top: &Path) -> Result<Option<bool>> {
        let index = self.inner.index_or_empty().map_err(failed(|| "reading the index of the repository".to_owned()))?;
        let path = below_top.as_os_str().as_bytes();
        let any_case = self.inner.config_snapshot().boolean("core.ignoreCase").unwrap_or(false);
        let same = |a: &[u8], b: &[u8]| if any_case { a.eq_ignore_ascii_case(b) } else { a == b };
        Ok(Some(index.entries().iter().any(|entry| {
            let entry: &[u8] = entry.path(&index);
            entry.get(..path.len()).is_some_and(|start| same(start, path))
                && matches!(entry.get(path.len()), None | Some(b'/'))
        })))
    }
}

/// Whether git tracks anything at or below a path that has no links, in the work tree with this top.
/// `opened`: the repository, if it is open already.
///
/// # Errors
/// The index is there and cannot be read.
pub fn is_tracked(top: &Path, path: &Path, opened: Option<&Repository>) -> Result<bool> {
    let Ok(below_top) = path.strip_prefix(top) else { return Ok(false) };
    let opened = opened.filter(|repository| repository.workdir() == top);
    let read = match opened {
        Some(repository) => repository.tracks(below_top),
        None => Repository::discover(top).and_then(|found| found.map_or(Ok(None), |found| found.tracks(below_top))),
    };
    if let Ok(Some(tracks)) = read {
        return Ok(tracks);
    }
    // A repository of a kind that is not read here, or an index that is damaged: the names in it are
    // plain bytes.
    let folder = git_folder(top);
    if folder.metadata().is_err() {
        // It leads to nothing: neither is it git's.
        return Ok(false);
    }
    let index = folder.join("index");
    match read_at_most(&index, INDEX_BYTES_MAX) {
        Ok(bytes) => {
            let name = below_top.as_os_str().as_bytes();
            let ends = |at: usize| matches!(bytes.get(at + name.len()), Some(b'/' | 0));
            Ok(memchr::memmem::find_iter(&bytes, name).any(ends))
        }
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(false),
        Err(error) => Err(Error::io("reading", index)(error)),
    }
}

/// The folder that git keeps, also where `.git` is a file that names it.
fn git_folder(top: &Path) -> PathBuf {
    let git = top.join(".git");
    let pointer = read_at_most(&git, POINTER_BYTES_MAX).unwrap_or_default();
    let named = pointer.trim_ascii().strip_prefix(b"gitdir: ");
    named.map_or(git, |folder| top.join(OsString::from_vec(folder.to_owned())))
}

fn read_at_most(path: &Path, bytes_max: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open(path)?.take(bytes_max).read_to_end(&mut bytes)?;
    Ok(bytes)
}
