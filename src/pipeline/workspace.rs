//! The place that a command works on: a root, the repository around it, its files, and what git's
//! index knows of them. Each is found once a command and passed down. Where git cannot be read the
//! work goes on without it, after a warning; only a question about git ends there. Never reads a
//! source file.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::git;
use crate::lang::Registry;
use crate::model::{RepoPath, Skip};
use crate::walk::{self, WalkOptions, Walked};

/// A root and what is around it and in it. Stays on its thread, for the repository does.
pub struct Workspace<'a> {
    /// The languages.
    pub registry: &'a Registry,
    root: PathBuf,
    /// The top of the work tree, also of one whose repository cannot be read; else the folder.
    top: PathBuf,
    walk: WalkOptions,
    repository: Option<git::Repository>,
    /// Why a repository that is there is not read.
    fault: Option<String>,
    head: OnceCell<Option<git::Head>>,
    found: OnceCell<Found>,
}

struct Found {
    files: Walked,
    index: Option<git::Index>,
    /// Why an index that is there is not read.
    fault: Option<String>,
}

impl<'a> Workspace<'a> {
    /// Opens the repository around a folder or file. One that cannot be read is none, with a
    /// warning.
    ///
    /// # Errors
    /// A root that does not exist.
    pub fn open(registry: &'a Registry, root: &Path, walk: WalkOptions) -> Result<Self> {
        let root = walk::resolve(root)?;
        let folder = if root.is_dir() { &root } else { root.parent().unwrap_or(&root) };
        let (repository, fault) = readable(git::Repository::discover(&root))?;
        let top = if repository.is_some() || fault.is_some() { git::top(folder) } else { None };
        let top = top.unwrap_or(folder).to_owned();
        let (head, found) = (OnceCell::new(), OnceCell::new());
        Ok(Self { registry, root, top, walk, repository: repository.flatten(), fault, head, found })
    }

    /// The same, with something that lies in the root and is not part of it: a store.
    #[must_use]
    pub fn without(mut self, path: &Path) -> Self {
        use std::os::unix::ffi::OsStrExt as _;
        let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let absolute = absolute.canonicalize().unwrap_or(absolute);
        if let Ok(inside) = absolute.strip_prefix(&self.root) {
            self.walk.left_out.push(RepoPath::new(inside.as_os_str().as_bytes()));
        }
        self
    }

    /// The root, without links.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The root, or the folder of a root that is a file.
    #[must_use]
    pub fn folder(&self) -> &Path {
        if self.root.is_dir() { &self.root } else { self.root.parent().unwrap_or(&self.root) }
    }

    /// The top of the work tree; outside of one the folder itself.
    #[must_use]
    pub fn top(&self) -> &Path {
        &self.top
    }

    /// What is walked of the root.
    #[must_use]
    pub fn walk(&self) -> &WalkOptions {
        &self.walk
    }

    /// The repository, if the root is in a work tree.
    #[must_use]
    pub fn repository(&self) -> Option<&git::Repository> {
        self.repository.as_ref()
    }

    /// Why git is there and cannot be read: the repository, or its index.
    ///
    /// # Errors
    /// As [`Workspace::files`].
    pub fn git_fault(&self) -> Result<Option<&str>> {
        if self.fault.is_some() { Ok(self.fault.as_deref()) } else { Ok(self.found()?.fault.as_deref()) }
    }

    /// What is checked out; None outside of a repository, and where it cannot be read, with a
    /// warning.
    #[must_use]
    pub fn head(&self) -> Option<&git::Head> {
        let read = || {
            let head = self.repository.as_ref()?.head();
            head.inspect_err(|error| tracing::warn!("no commit is recorded: {}", error.chain().join(": "))).ok()
        };
        self.head.get_or_init(read).as_ref()
    }

    /// The folder within its work tree, with a slash at its end; empty at the top.
    #[must_use]
    pub fn prefix(&self) -> RepoPath {
        RepoPath::new(git::prefix(&self.top, self.folder()))
    }

    /// The name of what lies here: that of the repository's origin, or of its folder; with the part
    /// of it that the root is.
    #[must_use]
    pub fn name(&self) -> String {
        let folder =
            |path: &Path| path.file_name().map_or_else(|| "/".to_owned(), |name| name.to_string_lossy().into_owned());
        if self.repository.is_none() && self.fault.is_none() {
            return folder(&self.root);
        }
        let name = self.repository.as_ref().and_then(git::Repository::name).unwrap_or_else(|| folder(&self.top));
        format!("{name}/{}", self.prefix()).trim_end_matches('/').to_owned()
    }

    /// The files of the root.
    ///
    /// # Errors
    /// The root cannot be walked.
    pub fn files(&self) -> Result<&Walked> {
        self.found().map(|found| &found.files)
    }

    /// How many files of the root are not measured, by reason: on disk, or absent from it.
    ///
    /// # Errors
    /// As [`Workspace::files`].
    pub fn skipped(&self) -> Result<BTreeMap<Skip, u64>> {
        let found = self.found()?;
        let mut skipped = found.files.skipped.clone();
        let absent = found.index.as_ref().map_or(0, |index| index.absent().len() as u64);
        if absent > 0 {
            skipped.insert(Skip::Absent, absent);
        }
        Ok(skipped)
    }

    /// What git's index knows of the files; None outside of a work tree, and where it cannot be
    /// read.
    ///
    /// # Errors
    /// As [`Workspace::files`].
    pub fn index(&self) -> Result<Option<&git::Index>> {
        self.found().map(|found| found.index.as_ref())
    }

    /// Walks, and reads the index meanwhile, for both wait for the disk.
    fn found(&self) -> Result<&Found> {
        if let Some(found) = self.found.get() {
            return Ok(found);
        }
        let Self { registry, root, walk, repository, .. } = self;
        let registry: &Registry = registry;
        let mut files = None;
        // The repository is bound to this thread; the walk goes to another one.
        let index = rayon::in_place_scope(|scope| {
            scope.spawn(|_| files = Some(walk::walk(root, walk, registry)));
            repository.as_ref().map(git::Repository::index)
        });
        let files = files.unwrap_or_else(|| walk::walk(root, walk, registry))?;
        for warning in &files.warnings {
            tracing::warn!("{warning}");
        }
        let (index, fault) = index.map_or(Ok((None, None)), readable)?;
        let found = Found { files, index, fault };
        Ok(self.found.get_or_init(|| found))
    }

    /// The error of a command that has no file to measure.
    ///
    /// # Errors
    /// As [`Workspace::files`].
    pub fn nothing_found(&self) -> Result<Error> {
        let skipped = self.skipped()?;
        let reasons: Vec<_> = skipped.iter().map(|(reason, count)| format!("{count} {reason}")).collect();
        let why =
            if reasons.is_empty() { "it is empty".to_owned() } else { format!("skipped: {}", reasons.join(", ")) };
        Ok(Error::Undecided(format!("no file to measure under `{}`: {why}", self.root.display())))
    }
}

/// What was read of git; where it cannot be read, why, with a warning.
///
/// # Errors
/// That of anything but git.
fn readable<T>(read: Result<T>) -> Result<(Option<T>, Option<String>)> {
    match read {
        Ok(read) => Ok((Some(read), None)),
        Err(error @ (Error::Git { .. } | Error::Undecided(_))) => {
            let fault = error.chain().join(": ");
            tracing::warn!("going on without git: {fault}");
            Ok((None, Some(fault)))
        }
        Err(error) => Err(error),
    }
}
