//! The format of a repository: which of git's extensions are in use. Git refuses a repository with
//! one that it does not know, for something in it is kept elsewhere or in another way; so does this.
//! Never reads anything but the configuration of the repository itself.

use std::path::{Path, PathBuf};

use gix::config::{File, Source};

/// What a repository may have in use without being read wrongly, in lower case.
const KNOWN: [&str; 10] = [
    "compatobjectformat",
    "noop",
    "noop-v1",
    "objectformat",
    "partialclone",
    "preciousobjects",
    "refstorage",
    "relativeworktrees",
    "submodulepathconfig",
    "worktreeconfig",
];

/// What is read of a repository before anything else. One of these that is a pipe or a device would
/// be read forever.
const READ: [&str; 11] = [
    "HEAD",
    "commondir",
    "config",
    "config.worktree",
    "index",
    "info/attributes",
    "info/exclude",
    "objects/info/alternates",
    "packed-refs",
    "refs/heads",
    "shallow",
];

/// What of a work tree's `.git` is neither a file nor a folder, if anything.
pub(super) fn special(git: &Path) -> Option<PathBuf> {
    let parts = READ.iter().map(|part| git.join(part));
    std::iter::once(git.to_owned()).chain(parts).find(|path| {
        let found = path.metadata();
        found.is_ok_and(|found| !found.is_file() && !found.is_dir())
    })
}

/// What is not known of a repository's format, if anything: references that are not kept in files
/// (reftable), an extension of a newer git.
pub(super) fn unknown(repository: &gix::Repository) -> Option<String> {
    let config = repository.config_snapshot();
    let config: &File = config.plumbing();
    // As git does: neither what is included nor what holds for all of a user's repositories.
    let own = |of: &gix::config::file::Metadata| of.source == Source::Local && of.level == 0;
    let storage = config.string_filter("extensions.refStorage", own);
    if let Some(storage) = storage.filter(|storage| !storage.eq_ignore_ascii_case(b"files")) {
        return Some(format!("its references are kept as `{storage}`, and this elcano reads those in files"));
    }
    // Before version 1 git ignores extensions.
    let version = config.integer_filter("core.repositoryFormatVersion", own).ok().flatten();
    if version.unwrap_or_default() < 1 {
        return None;
    }
    let sections = config.sections_by_name_and_filter("extensions", own).into_iter().flatten();
    let mut names = sections.flat_map(|section| section.body().value_names().collect::<Vec<_>>());
    let unknown = names.find(|name| !KNOWN.contains(&name.to_lowercase().as_str()));
    unknown.map(|name| format!("it uses git's extension `{name}`, which this elcano does not know"))
}
