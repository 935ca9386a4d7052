//! The place that a command works on: a root, the repository around it, its files, and what git's
//! index knows of them. Each is found once a command and passed down. Never reads a source file.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::git;
use crate::lang::Registry;
use crate::model::RepoPath;
use crate::walk::{self, WalkOptions, Walked};

/// A root and what is around it and in it. Stays on its thread, for the repository does.
pub struct Workspace<'a> {
    /// The languages.
    pub registry: &'a Registry,
    root: PathBuf,
    walk: WalkOptions,
    repository: Option<git::Repository>,
    found: OnceCell<Found>,
}

struct Found {
    files: Walked,
    index: Option<git::Index>,
}

impl<'a> Workspace<'a> {
    /// Opens the repository around a folder or file.
    ///
    /// # Errors
    /// A root that does not exist, or a repository that cannot be opened.
    pub fn open(registry: &'a Registry, root: &Path, walk: WalkOptions) -> Result<Self> {
        let root = walk::resolve(root)?;
        let repository = git::Repository::discover(&root)?;
        Ok(Self { registry, root, walk, repository, found: OnceCell::new() })
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
        self.repository.as_ref().map_or_else(|| self.folder(), git::Repository::workdir)
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

    /// The folder within its work tree, with a slash at its end; empty at the top.
    #[must_use]
    pub fn prefix(&self) -> RepoPath {
        RepoPath::new(self.repository.as_ref().map_or(&[][..], git::Repository::prefix))
    }

    /// The name of what lies here: that of the repository's origin, or of its folder; with the part
    /// of it that the root is.
    #[must_use]
    pub fn name(&self) -> String {
        let folder =
            |path: &Path| path.file_name().map_or_else(|| "/".to_owned(), |name| name.to_string_lossy().into_owned());
        let Some(repository) = &self.repository else { return folder(&self.root) };
        let name = repository.name().unwrap_or_else(|| folder(repository.workdir()));
        format!("{name}/{}", self.prefix()).trim_end_matches('/').to_owned()
    }

    /// The files of the root.
    ///
    /// # Errors
    /// The root cannot be walked, or the index cannot be read.
    pub fn files(&self) -> Result<&Walked> {
        self.found().map(|found| &found.files)
    }

    /// What git's index knows of the files; None outside of a work tree.
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
            repository.as_ref().map(git::Repository::index).transpose()
        });
        let files = files.unwrap_or_else(|| walk::walk(root, walk, registry))?;
        let found = Found { files, index: index? };
        Ok(self.found.get_or_init(|| found))
    }

    /// The error of a command that has no file to measure.
    ///
    /// # Errors
    /// As [`Workspace::files`].
    pub fn nothing_found(&self) -> Result<Error> {
        let skipped = &self.files()?.skipped;
        let reasons: Vec<_> = skipped.iter().map(|(reason, count)| format!("{count} {reason}")).collect();
        let why =
            if reasons.is_empty() { "it is empty".to_owned() } else { format!("skipped: {}", reasons.join(", ")) };
        Ok(Error::Undecided(format!("no file to measure under `{}`: {why}", self.root.display())))
    }
}
