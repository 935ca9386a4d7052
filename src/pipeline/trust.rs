//! Tells whether a store may be believed, before it is opened: one that git tracks came with the
//! repository, and one of another user may say what that user likes. Never opens a store.

use std::fmt::Display;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use crate::error::{Error, Result};
use crate::git::{self, Repository};
use crate::store::StoreUrl;

/// Fails where a store may not be believed. `named`: the user named it; outside of a work tree that
/// is enough. `open`: the repository, if it is open already.
///
/// # Errors
/// [`Error::Store`] with the lines that mend it.
pub fn require(url: &StoreUrl, named: bool, open: Option<&Repository>) -> Result<()> {
    require_file(url, url.path(), named, open)
}

/// As [`require`], of a file that a store is made of.
///
/// # Errors
/// As [`require`].
pub fn require_file(what: &dyn Display, path: &Path, named: bool, open: Option<&Repository>) -> Result<()> {
    // What is not there is not believed either.
    let Ok(path) = path.canonicalize() else { return Ok(()) };
    let folder = path.parent().unwrap_or(&path);
    let top = git::top(folder);
    if top.is_none() && named {
        return Ok(());
    }
    let refused = |problem: String| Err(Error::Store { store: what.to_string(), problem, source: None });
    if let Some(owner) = foreign_owner(&path).or_else(|| foreign_owner(&path.join("data.mdb"))) {
        let path = path.display();
        return refused(format!(
            "it belongs to another user ({owner}) and is not believed; name another store, or take it over if you \
             trust what is in it:\n\n  --store lmdb:DIR\n  chown -R \"$(id -u)\" '{path}'\n"
        ));
    }
    if let Some(top) = top
        && git::is_tracked(top, &path, open)?
    {
        let (top, below) = (top.display(), path.strip_prefix(top).unwrap_or(&path).display());
        return refused(format!(
            "git tracks it: it came with the repository and is not believed; remove it at the top of `{top}`, or name \
             another store:\n\n  git rm -r --cached '{below}' && rm -r '{below}'\n  --store lmdb:DIR\n"
        ));
    }
    Ok(())
}

/// The owner of what is at a path, unless it is who runs this, root, or who became root with sudo.
fn foreign_owner(path: &Path) -> Option<u32> {
    let owner = path.symlink_metadata().ok()?.uid();
    let own = rustix::process::geteuid().as_raw();
    let by_sudo = || std::env::var("SUDO_UID").ok()?.parse().ok();
    let is_ours = owner == own || owner == 0 || (own == 0 && by_sudo() == Some(owner));
    (!is_ours).then_some(owner)
}
