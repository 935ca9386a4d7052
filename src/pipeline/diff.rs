//! What changed between two commits: only files that differ are read, from the repository, and both sides are measured.
//! Which files count is told by their names alone, for nothing of them is on disk.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::base;
use super::check::{CheckOptions, Past, Work};
use crate::error::{Error, Result};
use crate::gate;
use crate::git;
use crate::lang::Registry;
use crate::model::{Base, ContentId, Difference, RepoPath};
use crate::store::Store;
use crate::walk;

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
pub fn diff(
    registry: &Registry,
    store: Option<&Arc<dyn Store>>,
    options: &CheckOptions<'_>,
    (base, head): (&str, &str),
    cancelled: &AtomicBool,
) -> Result<Compared> {
    super::scan::pool(options.jobs)?.install(|| {
        let nowhere = || Error::Undecided(format!("`{}` is not in a git work tree", options.root.display()));
        let repository = git::Repository::discover(&options.root)?.ok_or_else(nowhere)?;
        let (old, base) = base::named(&repository, base, "first argument")?;
        let (new, head) = base::named(&repository, head, "second argument")?;
        let (mut before, mut after): (Vec<Past>, Vec<Past>) = (Vec::new(), Vec::new());
        let changes = repository.changed(old, new)?;
        let mut files = 0;
        for change in changes {
            let side = |path: &RepoPath, content: ContentId| {
                let language = registry.by_name(path.file_name()).filter(|_| !walk::is_foreign_by_name(path))?;
                Some((path.clone(), language, false, content))
            };
            let old = change.old.as_ref().and_then(|(path, content)| side(path, *content));
            let new = change.new.and_then(|content| side(&change.path, content));
            files += u64::from(old.is_some() || new.is_some());
            before.extend(old);
            after.extend(new);
        }
        let mut work = Work::new(registry, store, options, cancelled);
        work.add_engines(&before)?;
        work.add_engines(&after)?;
        let (before, after) = (work.bases(&repository, &before)?, work.bases(&repository, &after)?);
        Ok(Compared { base, head, files, functions: gate::differences(&after, &before) })
    })
}
