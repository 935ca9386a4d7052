//! What changed between two commits: only files that differ are read, from the repository, and both sides are measured.
//! Which files count is told by the rules that hold on disk now, for both sides alike.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::base::Bases;
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
        let bases = Bases { repository: &repository, fetch: options.fetch_base };
        let (old, base) = bases.named(base, "first argument")?;
        let (new, head) = bases.named(head, "second argument")?;
        let (mut before, mut after): (Vec<Past>, Vec<Past>) = (Vec::new(), Vec::new());
        let changes = repository.changed(old, new)?;
        let mut rules = walk::Rules::new(folder_of(&options.root), &options.walk, registry)?;
        let mut side = |path: &RepoPath, content: ContentId| -> Result<Option<Past>> {
            let found = rules.language(path, &|| repository.blob(content))?;
            Ok(found.map(|(language, denied)| (path.clone(), language, denied, content)))
        };
        let mut files = 0;
        for change in changes {
            let old = change.old.as_ref().map(|(path, content)| side(path, *content)).transpose()?.flatten();
            let new = change.new.map(|content| side(&change.path, content)).transpose()?.flatten();
            files += u64::from(old.is_some() || new.is_some());
            before.extend(old);
            after.extend(new);
        }
        let mut work = Work::new(registry, store, options, cancelled);
        work.add_analyzers(&before)?;
        work.add_analyzers(&after)?;
        let (before, after) = (work.bases(&repository, &before)?, work.bases(&repository, &after)?);
        Ok(Compared { base, head, files, functions: gate::differences(&after, &before) })
    })
}

/// The folder that a root is or lies in: where its repository is seen from.
fn folder_of(root: &Path) -> &Path {
    if root.is_dir() { root } else { root.parent().unwrap_or(root) }
}
