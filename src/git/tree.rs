//! Files of commits: trees, blobs, and what changed between two trees. Regular files only; links
//! and submodules are not files that can be measured.

use std::collections::{BTreeMap, VecDeque};
use std::ops::ControlFlow;

use gix::diff::Options;
use gix::index::entry::Mode;
use gix::object::tree::EntryMode;
use gix::object::tree::diff::ChangeDetached;

use super::leaves::{FILES_MAX, too_many};
use super::{CommitId, Index, Repository, failed};
use crate::error::{Error, Result};
use crate::model::{ContentId, RepoPath};

/// A regular file of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeFile {
    /// Relative to the root.
    pub path: RepoPath,
    /// Of its bytes, as they are in the repository.
    pub content: ContentId,
    /// Whether it may be executed.
    pub executable: bool,
}

/// A file that differs between two commits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileChange {
    /// Its path; the old one when it was deleted.
    pub path: RepoPath,
    /// Where and what it was; None when it was added. Another path: it was moved, its content the
    /// same.
    pub old: Option<(RepoPath, ContentId)>,
    /// What it is; None when it was deleted.
    pub new: Option<ContentId>,
}

impl Repository {
    /// The regular files of a commit that are under the root, sorted by path.
    ///
    /// # Errors
    /// A commit or tree that is not in this clone ([`Error::Undecided`]) or is damaged.
    pub fn tree_files(&self, commit: CommitId) -> Result<Vec<TreeFile>> {
        let mut files = Vec::new();
        for leaf in self.leaves(self.tree(commit)?.id, b"")? {
            let executable = match leaf.mode {
                Mode::FILE => false,
                Mode::FILE_EXECUTABLE => true,
                _ => continue,
            };
            if let Some(path) = self.inside(&leaf.path) {
                files.push(TreeFile { path, content: self.content_of(leaf.id)?, executable });
            }
        }
        files.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        Ok(files)
    }

    /// What the regular files of a commit under the root hold, by path. Where the index is as the
    /// commit that is checked out, only trees in which the two commits differ are read.
    ///
    /// # Errors
    /// As [`Repository::tree_files`].
    pub fn contents(&self, commit: CommitId, index: &Index) -> Result<BTreeMap<RepoPath, ContentId>> {
        let (Some(head), Some(committed)) = (self.head()?.commit, index.committed()) else {
            return Ok(self.tree_files(commit)?.into_iter().map(|file| (file.path, file.content)).collect());
        };
        let translate = |(path, id): (&RepoPath, _)| Ok((path.clone(), self.content_of(id)?));
        let mut contents: BTreeMap<_, _> = committed.map(translate).collect::<Result<_>>()?;
        for change in self.differences(commit, head)? {
            match change.old {
                Some((path, content)) => contents.insert(path, content),
                None => contents.remove(&change.path),
            };
        }
        Ok(contents)
    }

    /// The regular files under the root that differ between two commits, sorted by path. A file
    /// that was deleted and one that was added with the same bytes are one that was moved; empty
    /// files never are.
    ///
    /// # Errors
    /// A commit or tree that is not in this clone ([`Error::Undecided`]) or is damaged.
    pub fn changed(&self, base: CommitId, head: CommitId) -> Result<Vec<FileChange>> {
        self.differences(base, head).map(join_moves)
    }

    /// As [`Repository::changed`], in the order of the trees, a file that was moved as one that was
    /// deleted and one that was added.
    fn differences(&self, base: CommitId, head: CommitId) -> Result<Vec<FileChange>> {
        let (old, new) = (self.tree(base)?, self.tree(head)?);
        let problem = || format!("comparing commits {base} and {head}");
        let mut changes = Vec::new();
        let mut platform = old.changes().map_err(failed(problem))?;
        // Moves are found below: here, the same bytes are the only thing that makes two files one.
        platform.options(|options| *options = Options::default().with_rewrites(None));
        let gathered = platform.for_each_to_obtain_tree(&new, |change| {
            changes.push(change.detach());
            let go_on = if changes.len() < FILES_MAX { ControlFlow::Continue(()) } else { ControlFlow::Break(()) };
            Ok(go_on)
        });
        if changes.len() >= FILES_MAX {
            return Err(too_many(&new.id));
        }
        gathered.map_err(failed(problem))?;
        let mut files = Vec::new();
        for change in changes {
            let (location, old, new) = match change {
                ChangeDetached::Addition { location, entry_mode, id, .. } => (location, None, Some((entry_mode, id))),
                ChangeDetached::Deletion { location, entry_mode, id, .. } => (location, Some((entry_mode, id)), None),
                ChangeDetached::Modification { location, previous_entry_mode, previous_id, entry_mode, id } => {
                    (location, Some((previous_entry_mode, previous_id)), Some((entry_mode, id)))
                }
                // Cannot come, for it was not asked for.
                ChangeDetached::Rewrite { location, .. } => {
                    return Err(Error::Undecided(format!("unexpected rewrite of {location}")));
                }
            };
            let Some(path) = self.inside(&location) else { continue };
            let file = |side: Option<(EntryMode, gix::ObjectId)>| {
                side.filter(|(mode, _)| mode.is_blob()).map(|(_, id)| self.content_of(id)).transpose()
            };
            let (old, new) = (file(old)?, file(new)?);
            // The same bytes under another mode are the same file.
            if old != new {
                files.push(FileChange { old: old.map(|content| (path.clone(), content)), new, path });
            }
        }
        Ok(files)
    }

    fn tree(&self, commit: CommitId) -> Result<gix::Tree<'_>> {
        let problem = || format!("reading the tree of commit {commit}");
        let id = self.commit(commit)?.tree_id().map_err(failed(problem))?;
        let found = id.try_object().map_err(failed(problem))?;
        let object = found.ok_or_else(|| self.missing(&format!("the tree of commit {commit}")))?;
        object.try_into_tree().map_err(failed(problem))
    }
}

/// Makes one of each deletion and addition of the same content: of the same name first, in path
/// order.
fn join_moves(mut changes: Vec<FileChange>) -> Vec<FileChange> {
    changes.sort_unstable();
    let empty = ContentId::of(b"");
    let mut gone: BTreeMap<ContentId, VecDeque<RepoPath>> = BTreeMap::new();
    for change in changes.iter().filter(|change| change.new.is_none()) {
        if let Some((path, content)) = change.old.as_ref().filter(|(_, content)| *content != empty) {
            gone.entry(*content).or_default().push_back(path.clone());
        }
    }
    let mut moved = Vec::new();
    for same_name in [true, false] {
        for change in changes.iter_mut().filter(|change| change.old.is_none()) {
            let Some((content, paths)) = change.new.and_then(|content| Some((content, gone.get_mut(&content)?))) else {
                continue;
            };
            let fits = |path: &RepoPath| !same_name || path.file_name() == change.path.file_name();
            if let Some(path) = paths.iter().position(fits).and_then(|at| paths.remove(at)) {
                moved.push(path.clone());
                change.old = Some((path, content));
            }
        }
    }
    changes.retain(|change| change.new.is_some() || !moved.contains(&change.path));
    changes
}
