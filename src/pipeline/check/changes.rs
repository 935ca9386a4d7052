//! What differs between a commit and the files on disk, and how files of a commit are measured.
//! What only moved is no change. Reads no file of the work tree.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::error::Result;
use crate::gate::FileVersion;
use crate::git;
use crate::lang::is_line_only;
use crate::model::{ContentId, RepoPath, Skip};
use crate::pipeline::measurer::{FileOutcome, Measurer, Origin};
use crate::pipeline::workspace::Workspace;
use crate::walk::{Detected, Entry, TreeRules};

/// A file of a commit.
#[derive(Debug, Clone)]
pub(in crate::pipeline) struct FileOfCommit {
    /// Its path.
    pub(in crate::pipeline) path: RepoPath,
    /// As what it is measured.
    pub(in crate::pipeline) detected: Detected,
    /// What it holds.
    pub(in crate::pipeline) content: ContentId,
}

/// What differs between a commit and the files on disk.
pub(super) struct Changes<'a> {
    /// Files on disk that are new or hold something else, with their content if they can be read.
    pub(super) now: Vec<(&'a Entry, Option<ContentId>)>,
    /// What the commit held in their place, and what is gone.
    pub(super) before: Vec<FileOfCommit>,
    /// The paths that are gone.
    pub(super) gone: Vec<RepoPath>,
}

impl<'a> Changes<'a> {
    /// `before`: the commit's files by path; `contents`: what each of `entries` holds now.
    pub(super) fn find(
        workspace: &Workspace<'_>,
        repository: &git::Repository,
        before: &BTreeMap<RepoPath, ContentId>,
        entries: &[&'a Entry],
        contents: &[Option<ContentId>],
    ) -> Result<Self> {
        let mut now: Vec<(&Entry, Option<ContentId>)> = Vec::new();
        for (&entry, content) in entries.iter().zip(contents) {
            if content.is_none() || before.get(&entry.path) != content.as_ref() {
                now.push((entry, *content));
            }
        }
        let mut gone = gone(workspace, repository, entries, before)?;
        let mut moved: FxHashMap<ContentId, Vec<RepoPath>> = FxHashMap::default();
        gone.iter().for_each(|(path, file)| moved.entry(file.content).or_default().push(path.clone()));
        now.retain(|(entry, content)| {
            let is_new = !before.contains_key(&entry.path);
            let from = content.filter(|_| is_new).and_then(|content| moved.get_mut(&content)?.pop());
            from.as_ref().is_none_or(|from| gone.remove(from).is_none())
        });
        let replaced = now.iter().filter_map(|(entry, _)| {
            let content = *before.get(&entry.path)?;
            Some(FileOfCommit { path: entry.path.clone(), detected: entry.detected, content })
        });
        let paths = gone.keys().cloned().collect();
        let before = replaced.chain(gone.into_values()).collect();
        Ok(Self { now, before, gone: paths })
    }
}

/// Files of the commit that are no longer there, as they would be measured. Files that are there
/// and are not walked are left out, as are those that are absent and not deleted, and those that
/// cannot be looked for.
fn gone(
    workspace: &Workspace<'_>,
    repository: &git::Repository,
    entries: &[&Entry],
    before: &BTreeMap<RepoPath, ContentId>,
) -> Result<BTreeMap<RepoPath, FileOfCommit>> {
    use std::os::unix::ffi::OsStrExt as _;
    let mut gone = BTreeMap::new();
    let root = workspace.root();
    if !root.is_dir() {
        return Ok(gone);
    }
    let mut rules = TreeRules::new(root, workspace.walk(), workspace.registry)?;
    let walked: BTreeSet<&RepoPath> = entries.iter().map(|entry| &entry.path).collect();
    let index = workspace.index()?;
    let is_absent = |path: &RepoPath| index.is_some_and(|index| index.is_absent(path));
    for (path, content) in before.iter().filter(|(path, _)| !walked.contains(*path) && !is_absent(path)) {
        if git::is_missing(&root.join(std::ffi::OsStr::from_bytes(path.as_bytes())))
            && let Some(detected) = rules.language(path, &|| repository.blob(*content))?
            && !is_line_only(detected.language)
        {
            gone.insert(path.clone(), FileOfCommit { path: path.clone(), detected, content: *content });
        }
    }
    Ok(gone)
}

/// The files of a commit, measured.
#[derive(Default)]
pub(in crate::pipeline) struct Committed {
    /// By path, without those that cannot be measured.
    pub(in crate::pipeline) versions: Vec<FileVersion>,
    /// How many were parsed for it.
    pub(in crate::pipeline) parsed: u64,
    /// What is not here, and cannot be compared with: pointers of Git LFS.
    pub(in crate::pipeline) pointers: BTreeSet<RepoPath>,
}

/// Measures the files of a commit.
///
/// # Errors
/// A blob that cannot be read, the store's failure, or the user's interrupt.
pub(in crate::pipeline) fn measure_commit(
    measurer: &Measurer<'_>,
    repository: &git::Repository,
    files: &[&FileOfCommit],
) -> Result<Committed> {
    // Objects are read on one thread and measured on all: in portions, so that memory stays
    // bounded.
    const PORTION: usize = 256;
    let mut outcomes = Vec::new();
    for portion in files.chunks(PORTION) {
        let mut unknown = Vec::new();
        for file in portion {
            match measurer.stored(file.detected, file.content)? {
                Some(outcome) => {
                    let bytes = || repository.blob(file.content).ok();
                    outcomes.push((&file.path, measurer.rechecked(file.detected, outcome, &file.path, bytes)?));
                }
                None => unknown.push((file, repository.blob(file.content)?)),
            }
        }
        let parsed = unknown.into_par_iter().map(|(file, bytes)| {
            measurer.monitor().go_on()?;
            Ok((&file.path, measurer.parse(file.detected, file.content, &bytes)?))
        });
        outcomes.extend(parsed.collect::<Result<Vec<_>>>()?);
    }
    let mut committed = Committed::default();
    for (path, outcome) in outcomes {
        committed.parsed += u64::from(outcome.origin() == Some(Origin::Parsed));
        match outcome {
            FileOutcome::Measured(facts, _) => {
                committed.versions.push(FileVersion { path: path.clone(), spaces: facts.spaces });
            }
            FileOutcome::Skipped(facts) if facts.skip == Some(Skip::LfsPointer) => {
                committed.pointers.insert(path.clone());
            }
            FileOutcome::Skipped(_) | FileOutcome::Failed(..) => {}
        }
    }
    committed.versions.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(committed)
}
