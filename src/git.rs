//! Reads a git repository with gix: whose work tree a root is in, which commit is checked out, what
//! the index knows of unchanged files, and trees and blobs of other commits. Never writes and never
//! runs a program (no filters, no hooks, no git binary), except to fetch the one commit that a user
//! asks for. Paths are relative to the root, not to the top of the work tree.

mod absent;
mod contents;
mod fetch;
mod format;
mod history;
mod ids;
mod index;
mod leaves;
mod name;
mod regular_file;
mod tracked;
mod tree;

use std::cell::RefCell;
use std::fmt;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use gix::ObjectId;
use gix::open::{Options, Permissions};
use gix::sec::{Permission, Trust};

pub use absent::is_missing;
pub use history::{MergeBase, Parents};
pub use index::{Index, IndexedContent, Known, KnownFile};
pub use tracked::is_tracked;
pub use tree::{FileChange, TreeFile};

use crate::error::{Error, Result};
use crate::model::RepoPath;

/// The id of a commit, in the hash of its repository; its text form is hexadecimal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommitId(ObjectId);

impl fmt::Display for CommitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for CommitId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let wrong = |_| Error::Usage(format!("`{text}` is not the id of a commit"));
        ObjectId::from_hex(text.as_bytes()).map(Self).map_err(wrong)
    }
}

/// What is checked out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// None before the first commit.
    pub commit: Option<CommitId>,
    /// The full name of the branch, `refs/heads/main`; None when the head is detached.
    pub reference: Option<String>,
}

/// An open repository, seen from a root inside its work tree. Bound to its thread; what it hands
/// out is not.
pub struct Repository {
    inner: gix::Repository,
    workdir: PathBuf,
    prefix: Vec<u8>,
    /// Of a repository whose ids are no content ids.
    translated: RefCell<ids::Translated>,
}

impl Repository {
    /// Opens the repository whose work tree `root` is in; None when it is in none.
    ///
    /// # Errors
    /// A root that cannot be resolved; a repository that is there and cannot be opened, with the
    /// chain of causes.
    pub fn discover(root: &Path) -> Result<Option<Self>> {
        let root = root.canonicalize().map_err(Error::io("opening", root))?;
        let folder = if root.is_dir() { root.as_path() } else { root.parent().unwrap_or(&root) };
        let Some(workdir) = top(folder) else { return Ok(None) };
        let problem = || format!("opening the git repository of `{}`", workdir.display());
        if let Some(special) = format::special(&workdir.join(".git")) {
            let source = format!("`{}` is neither a file nor a folder", special.display()).into();
            return Err(Error::Git { problem: problem(), source });
        }
        let inner = options().open(workdir).map_err(failed(problem))?.to_thread_local();
        if let Some(unknown) = format::unknown(&inner) {
            return Err(Error::Git { problem: problem(), source: unknown.into() });
        }
        // With `core.worktree` or in a bare repository the folder is not what git checks out, and
        // its index is not about these files.
        let same = inner.workdir().and_then(|dir| dir.canonicalize().ok()).is_some_and(|dir| dir == workdir);
        if !same {
            return Ok(None);
        }
        tracing::debug!("opened the repository {}", workdir.display());
        let (workdir, prefix) = (workdir.to_path_buf(), prefix(workdir, folder));
        Ok(Some(Self { inner, workdir, prefix, translated: RefCell::default() }))
    }

    /// The top of the work tree.
    #[must_use]
    pub fn workdir(&self) -> &Path {
        &self.workdir
    }

    /// The root inside the work tree, with a slash at the end; empty at its top.
    #[must_use]
    pub fn prefix(&self) -> &[u8] {
        &self.prefix
    }

    /// The repository's name: the URL of `origin` without scheme, credentials, port and `.git`,
    /// such as `github.com/owner/name`; None without such a remote, or when it is a folder.
    #[must_use]
    pub fn name(&self) -> Option<String> {
        let url = self.inner.config_snapshot().string("remote.origin.url")?;
        name::of_url(std::str::from_utf8(&url).ok()?)
    }

    /// The commit and branch that are checked out.
    ///
    /// # Errors
    /// A head that cannot be read, or that names something that is not there.
    pub fn head(&self) -> Result<Head> {
        let problem = || "reading the head of the repository".to_owned();
        let head = self.inner.head().map_err(failed(problem))?;
        let reference = head.referent_name().map(|name| String::from_utf8_lossy(name.as_bstr()).into_owned());
        let commit = if head.is_unborn() {
            None
        } else {
            let id = self.inner.head_commit().map_err(failed(problem))?.id;
            Some(CommitId(id))
        };
        Ok(Head { commit, reference })
    }

    /// A path of the work tree as seen from the root; None when it is outside.
    fn inside(&self, path: &[u8]) -> Option<RepoPath> {
        path.strip_prefix(self.prefix.as_slice()).map(RepoPath::new)
    }
}

/// How repositories are opened: all of their configuration holds whoever owns them, for no program
/// is ever run on its behalf; what the environment sets for another repository (`GIT_DIR` inside a
/// hook) does not.
fn options() -> Options {
    let mut permissions = Permissions::all();
    permissions.env.git_prefix = Permission::Deny;
    permissions.env.objects = Permission::Deny;
    Options::default().permissions(permissions).with(Trust::Full).filter_config_section(|_| true)
}

/// The nearest folder with a `.git`, whatever that is: the top of the work tree that a folder is in,
/// also where its repository cannot be opened.
#[must_use]
pub fn top(folder: &Path) -> Option<&Path> {
    folder.ancestors().find(|folder| folder.join(".git").symlink_metadata().is_ok())
}

/// The part of a path below the top, with a slash at its end; empty at the top.
#[must_use]
pub fn prefix(top: &Path, folder: &Path) -> Vec<u8> {
    let below = folder.strip_prefix(top).unwrap_or(Path::new(""));
    let mut prefix = below.as_os_str().as_bytes().to_vec();
    if !prefix.is_empty() {
        prefix.push(b'/');
    }
    prefix
}

/// Wraps an error of the git library with what was tried.
fn failed<E>(problem: impl FnOnce() -> String) -> impl FnOnce(E) -> Error
where
    E: std::error::Error + Send + Sync + 'static,
{
    move |source| Error::Git { problem: problem(), source: Box::new(source) }
}
