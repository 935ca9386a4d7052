//! What changed between two commits: only files that differ are read, from the repository, and both
//! sides are measured. The rules that hold on disk now decide which files count, for both alike.

use std::collections::BTreeMap;

use super::base::Bases;
use super::check::{FileOfCommit, measure_commit};
use super::measurer::Measurer;
use super::workspace::Workspace;
use crate::error::{Error, Result};
use crate::gate;
use crate::model::{Base, ContentId, Difference, RepoPath};
use crate::walk::TreeRules;

/// Two commits and what became of the functions between them.
pub struct Compared {
    /// The older one, as it was named.
    pub base: Base,
    /// The newer one.
    pub head: Base,
    /// Files that differ and are measured.
    pub files: u64,
    /// The functions that are not as they were.
    pub functions: Vec<Difference>,
}

/// Compares two revisions.
///
/// # Errors
/// Not in a repository, or a revision that is not in this clone.
pub fn diff(workspace: &Workspace<'_>, measurer: &Measurer<'_>, (base, head): (&str, &str)) -> Result<Compared> {
    let nowhere = format!("`{}` is not in a git work tree", workspace.root().display());
    let nowhere = workspace.git_fault()?.map_or(nowhere, str::to_owned);
    let repository = workspace.repository().ok_or(Error::Undecided(nowhere))?;
    let bases = Bases { repository, fetch: false };
    let (old, base) = bases.named(base, "first argument")?;
    let (new, head) = bases.named(head, "second argument")?;
    let mut rules = TreeRules::new(workspace.folder(), workspace.walk(), workspace.registry)?;
    let mut file = |path: &RepoPath, content: ContentId| -> Result<Option<FileOfCommit>> {
        let detected = rules.language(path, &|| repository.blob(content))?;
        Ok(detected.map(|detected| FileOfCommit { path: path.clone(), detected, content }))
    };
    let (mut before, mut after, mut files) = (Vec::new(), Vec::new(), 0);
    // Which file of the older commit each of the newer one was.
    let mut was = BTreeMap::new();
    for change in repository.changed(old, new)? {
        let old = change.old.as_ref().map(|(path, content)| file(path, *content)).transpose()?.flatten();
        let new = change.new.map(|content| file(&change.path, content)).transpose()?.flatten();
        files += u64::from(old.is_some() || new.is_some());
        was.extend(change.old.map(|(path, _)| (change.path, path)));
        before.extend(old);
        after.extend(new);
    }
    let measured = |files: &[FileOfCommit]| {
        let files: Vec<&FileOfCommit> = files.iter().collect();
        measure_commit(measurer, repository, &files)
    };
    let (mut before, mut after) = (measured(&before)?, measured(&after)?);
    // What a pointer points to is not here: there is nothing to compare the other side with.
    for (now, old) in &was {
        if before.pointers.contains(old) || after.pointers.contains(now) {
            before.versions.retain(|version| version.path != *old);
            after.versions.retain(|version| version.path != *now);
        }
    }
    Ok(Compared { base, head, files, functions: gate::differences(&after.versions, &before.versions) })
}
