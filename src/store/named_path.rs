//! Follows the links of a path that was named, as the system would, and refuses those that a
//! repository brought along and that lead out of it: git can commit a link. Never opens a file.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Component, Path, PathBuf};

use crate::error::{Error, Result};

/// Who named a file.
#[derive(Debug, Clone, Copy)]
pub enum NamedBy<'a> {
    /// Who started the program: an option or a variable.
    User,
    /// A pipeline file.
    Pipeline,
    /// A default, or the configuration of the tree at this top: the file is inside of it.
    Repository(&'a Path),
}

/// Where a path leads.
#[derive(Debug)]
pub(super) struct Resolved {
    /// The path without links.
    pub(super) path: PathBuf,
    /// The last part of the named path is a link.
    pub(super) is_link: bool,
    /// The system alone knows what is behind it: `/proc/self/fd/1`.
    pub(super) is_magic: bool,
}

/// As many as the system follows.
const LINKS_MAX: usize = 40;
/// Links below it lead where no path leads.
const MAGIC: &str = "/proc";

/// Follows the links of a path. What is not there is taken as it is written.
///
/// # Errors
/// A link in a work tree that leads out of it, or into git's own folder; for
/// [`NamedBy::Repository`] a path that does so without a link, too.
pub(super) fn resolve(named: &Path, by: NamedBy<'_>) -> io::Result<Resolved> {
    let absolute = std::path::absolute(named)?;
    let mut rest: Vec<OsString> = parts(&absolute).collect();
    let mut here = PathBuf::from("/");
    let (mut borders, mut links, mut is_link) = (Vec::new(), 0, false);
    while let Some(part) = rest.pop() {
        if part == ".." {
            here.pop();
            continue;
        }
        let next = here.join(&part);
        if !here.starts_with(MAGIC) && is_a_link(&next)? {
            links += 1;
            if links > LINKS_MAX {
                return Err(rustix::io::Errno::LOOP.into());
            }
            is_link |= rest.is_empty();
            let target = next.read_link()?;
            if let Some(top) = top_of(&here, by) {
                borders.push((top.to_owned(), next));
            }
            if target.is_absolute() {
                here = PathBuf::from("/");
            }
            rest.extend(parts(&target));
        } else {
            here = next;
        }
    }
    if let Some((_, link)) = borders.iter().find(|(top, _)| !is_inside(&here, top)) {
        let (link, to) = (link.display(), here.display());
        let problem = format!("`{link}` is a link of this work tree that leads out of it, to `{to}`: name that itself");
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, problem));
    }
    match by {
        NamedBy::Repository(top) if !is_inside(&here, top) => {
            let problem = format!("what a repository names is inside of it, and this is not in `{}`", top.display());
            Err(io::Error::new(io::ErrorKind::PermissionDenied, problem))
        }
        _ => Ok(Resolved { is_magic: here.starts_with(MAGIC), path: here, is_link }),
    }
}

/// The path without links, of a file or folder to work on.
///
/// # Errors
/// As for what is written: a link that leads out of its work tree.
pub fn follow(path: &Path, by: NamedBy<'_>) -> Result<PathBuf> {
    resolve(path, by).map(|resolved| resolved.path).map_err(Error::io("opening", path))
}

/// The path at which a database or folder is made: the link's target where a link was named.
///
/// # Errors
/// A link that leads out of its work tree; a device or the like.
pub fn destination(path: &Path, by: NamedBy<'_>) -> Result<PathBuf> {
    let found = resolve(path, by).and_then(|resolved| {
        let at = if resolved.is_link { resolved.path } else { path.to_owned() };
        match at.symlink_metadata() {
            Ok(found) if !found.is_file() && !found.is_dir() => Err(io::Error::other("it is not a regular file")),
            _ => Ok(at),
        }
    });
    found.map_err(Error::io("writing", path))
}

/// The names of a path, the last one first.
fn parts(path: &Path) -> impl Iterator<Item = OsString> {
    let names = path.components().rev().filter(|part| matches!(part, Component::Normal(_) | Component::ParentDir));
    names.map(|part| part.as_os_str().to_owned())
}

fn is_a_link(path: &Path) -> io::Result<bool> {
    match path.symlink_metadata() {
        Ok(found) => Ok(found.is_symlink()),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(false),
        Err(error) => Err(error),
    }
}

/// The top of the tree that brought along what is in this folder, if it is in one.
fn top_of<'a>(folder: &'a Path, by: NamedBy<'a>) -> Option<&'a Path> {
    match by {
        NamedBy::Repository(top) if folder.starts_with(top) => Some(top),
        _ => work_tree_of(folder),
    }
}

/// The top of the work tree that a folder is in: the nearest one with a `.git`.
fn work_tree_of(folder: &Path) -> Option<&Path> {
    folder.ancestors().find(|folder| folder.join(".git").symlink_metadata().is_ok())
}

/// Git's own folder is no part of a work tree: what is written there is run.
fn is_inside(path: &Path, top: &Path) -> bool {
    let below = path.strip_prefix(top).ok();
    below.is_some_and(|below| below.iter().next() != Some(OsStr::new(".git")))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::path::PathBuf;

    use super::{NamedBy, resolve};

    /// A work tree with a folder, beside a folder.
    fn tree() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path().canonicalize().unwrap().join("tree");
        fs::create_dir_all(top.join(".git")).unwrap();
        fs::create_dir_all(top.join("below")).unwrap();
        fs::create_dir_all(top.join("../outside")).unwrap();
        (folder, top)
    }

    #[test]
    fn links_are_followed_to_their_end() {
        let (_folder, top) = tree();
        symlink("below", top.join("short")).unwrap();
        symlink("short/../below/file", top.join("chain")).unwrap();
        symlink(&top, top.join("../outside/in")).unwrap();
        for (named, to, is_link) in [
            ("below/file", "below/file", false),
            ("short/file", "below/file", false),
            ("chain", "below/file", true),
            ("below/../../outside/in/chain", "below/file", true),
            ("missing/file", "missing/file", false),
        ] {
            let found = resolve(&top.join(named), NamedBy::User).unwrap();
            assert_eq!((found.path, found.is_link), (top.join(to), is_link), "{named}");
        }
        let outside = resolve(&top.join("../outside/new"), NamedBy::User).unwrap();
        assert_eq!(outside.path, top.parent().unwrap().join("outside/new"));
    }

    #[test]
    fn a_link_out_of_a_work_tree_is_refused() {
        let (_folder, top) = tree();
        for (link, to) in [
            ("direct", "../outside/victim"),
            ("folder", "../outside"),
            ("below/deep", "../../outside/victim"),
            ("absolute", "/etc/passwd"),
            ("chain", "direct"),
            ("device", "/dev/null"),
            ("process", "/proc/self/cwd/victim"),
            ("hook", ".git/hooks/post-checkout"),
            ("around", "below/../../outside/victim"),
            ("loop", "loop"),
        ] {
            symlink(to, top.join(link)).unwrap();
            for by in [NamedBy::User, NamedBy::Pipeline, NamedBy::Repository(&top)] {
                assert!(resolve(&top.join(link), by).is_err(), "{link}");
            }
        }
        assert!(resolve(&top.join("folder/victim"), NamedBy::User).is_err());
        // A link of the user that leads to one of the work tree.
        symlink(top.join("direct"), top.join("../outside/mine")).unwrap();
        assert!(resolve(&top.join("../outside/mine"), NamedBy::User).is_err());
    }

    #[test]
    fn what_a_repository_names_is_inside_of_it() {
        let (_folder, top) = tree();
        for named in ["../outside/victim", "/etc/passwd", ".git/config"] {
            assert!(resolve(&top.join(named), NamedBy::Repository(&top)).is_err(), "{named}");
            assert!(resolve(&top.join(named), NamedBy::User).is_ok(), "{named}");
        }
        assert!(resolve(&top.join("below/../new"), NamedBy::Repository(&top)).is_ok());
    }
}
