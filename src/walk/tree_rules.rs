//! Files that are not on disk, such as those of an older commit, decided by the rules that hold on
//! disk now: the same file is in or out on both sides of a comparison, in the same language. Reads
//! rule files and no other.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::conventions;
use super::detect::{Detect, Detected};
use super::filter::{Decision, Filter, PathCandidate, Steps, Type};
use super::options::WalkOptions;
use super::root::resolve;
use super::rules::{Present, Scope, as_path};
use super::traverse::{RootRules, is_left_out};
use crate::error::{Error, Result};
use crate::model::RepoPath;

/// The rules of a root, for files that are not there.
pub struct TreeRules<'a> {
    root: PathBuf,
    prefix: Vec<u8>,
    filter: Filter<'a>,
    options: &'a WalkOptions,
    /// By path relative to the root, without a slash at its end; None when the folder is out as a
    /// whole.
    folders: FxHashMap<Vec<u8>, Option<Folder>>,
}

#[derive(Clone)]
struct Folder {
    scope: Arc<Scope>,
    vendored: bool,
}

impl<'a> TreeRules<'a> {
    /// The rules of a folder.
    ///
    /// # Errors
    /// A root that is not there, a pattern that is none ([`Error::Usage`]).
    pub fn new(root: &Path, options: &'a WalkOptions, detect: &'a dyn Detect) -> Result<Self> {
        let root = resolve(root)?;
        // The walk of the root reports rules that cannot be parsed; here they would be reported
        // twice.
        let mut warnings = Vec::new();
        let filter = Filter::new(options, detect, &mut warnings)?;
        let RootRules { prefix, scope } = RootRules::of(&root, &mut warnings);
        let scope = Scope::enter(&scope, &root, &prefix, Present::probe(&root), &mut warnings);
        let top = Folder { scope, vendored: false };
        let folders = FxHashMap::from_iter([(Vec::new(), Some(top))]);
        Ok(Self { root, prefix, filter, options, folders })
    }

    /// As what a file would be measured; None when it would not be. `bytes` gives its content, and
    /// is asked only when the name does not tell the language.
    ///
    /// # Errors
    /// That of `bytes`.
    pub fn language(&mut self, path: &RepoPath, bytes: &dyn Fn() -> Result<Vec<u8>>) -> Result<Option<Detected>> {
        let (folder, _) = split(path.as_bytes());
        let Some(Folder { scope, vendored }) = self.folder(folder) else { return Ok(None) };
        let full = [&self.prefix, path.as_bytes()].concat();
        if is_left_out(path.file_name(), Type::File, path.as_bytes(), self.options) {
            return Ok(None);
        }
        let start = || bytes().map_err(std::io::Error::other);
        let candidate = PathCandidate { full: &full, path: path.as_bytes(), start: &start, vendored };
        match self.filter.file(&scope, candidate, Type::File, &mut Steps(None)) {
            Decision::In(detected) => Ok(Some(detected)),
            Decision::Out(_) => Ok(None),
            Decision::Unreadable(error) => Err(Error::io("reading the start of", as_path(path.as_bytes()))(error)),
        }
    }

    /// The rules inside a folder, which need not be there any more.
    fn folder(&mut self, path: &[u8]) -> Option<Folder> {
        // Down from the nearest folder that is known, and not by recursion: how deep it is belongs
        // to others.
        let mut known = path;
        while !self.folders.contains_key(known) {
            known = split(known).0;
        }
        let mut folder = self.folders.get(known).cloned().flatten();
        while known.len() < path.len() {
            let start = if known.is_empty() { 0 } else { known.len() + 1 };
            let end = path[start..].iter().position(|byte| *byte == b'/').map_or(path.len(), |at| start + at);
            folder = folder.and_then(|above| self.enter(&above, &path[..end], &path[start..end]));
            known = &path[..end];
            self.folders.insert(known.to_vec(), folder.clone());
        }
        folder
    }

    fn enter(&self, above: &Folder, path: &[u8], name: &[u8]) -> Option<Folder> {
        let mut full = [&self.prefix, path].concat();
        let candidate = PathCandidate { full: &full, path, start: &|| Ok(Vec::new()), vendored: above.vendored };
        if is_left_out(name, Type::Folder, path, self.options)
            || self.filter.folder(&above.scope, candidate, &mut Steps(None)).is_some()
        {
            return None;
        }
        full.push(b'/');
        let absolute = self.root.join(as_path(path));
        let scope = Scope::enter(&above.scope, &absolute, &full, Present::probe(&absolute), &mut Vec::new());
        Some(Folder { scope, vendored: above.vendored || conventions::is_vendored_folder(name) })
    }
}

/// The folder of a path, without a slash, and the name in it.
fn split(path: &[u8]) -> (&[u8], &[u8]) {
    path.iter().rposition(|byte| *byte == b'/').map_or((&[], path), |at| (&path[..at], &path[at + 1..]))
}
