//! The traversal: one task a folder, in parallel, without recursion. Folders that are left out are
//! listed as well, only to count their files, which costs no system call a file. Never opens a file
//! itself.

use std::io;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::detect::Detect;
use super::filter::{Decision, Filter, PathCandidate, Steps, Type};
use super::found::{CONFIG, Entry, Walked};
use super::options::WalkOptions;
use super::rules::{Present, Scope, as_path, top_of};
use super::{conventions, read};
use crate::error::{Error, Result};
use crate::interrupt;
use crate::model::{Note, NoteKind, RepoPath, Skip, Stat};

/// Where the root lies in its work tree, and the rules that come down to it.
pub(super) struct RootRules {
    /// From the top of the work tree to the root, with a slash; empty at the top and outside of
    /// one.
    pub(super) prefix: Vec<u8>,
    /// The scope of the folder above the root.
    pub(super) scope: Arc<Scope>,
}

impl RootRules {
    pub(super) fn of(root: &Path, warnings: &mut Vec<String>) -> Self {
        let mut root_rules = Self { prefix: Vec::new(), scope: Arc::default() };
        let Some(top) = top_of(root) else { return root_rules };
        let below = root.strip_prefix(top).unwrap_or(Path::new(""));
        let mut folder = top.to_path_buf();
        for part in below {
            root_rules.scope =
                Scope::enter(&root_rules.scope, &folder, &root_rules.prefix, Present::probe(&folder), warnings);
            folder.push(part);
            root_rules.prefix.extend_from_slice(part.as_bytes());
            root_rules.prefix.push(b'/');
        }
        root_rules
    }
}

/// Names that are not part of a tree, whatever the rules are.
pub(super) fn is_left_out(name: &[u8], kind: Type, path: &[u8], options: &WalkOptions) -> bool {
    name == b".git"
        || (name == b".elcano" && kind == Type::Folder)
        || options.left_out.iter().any(|left_out| left_out.as_bytes() == path)
}

/// A folder to go through.
struct Task {
    absolute: PathBuf,
    /// Relative to the top of the work tree, with a slash.
    full: Vec<u8>,
    state: State,
}

enum State {
    /// Files are looked at, under the rules of the folder above.
    Open { above: Arc<Scope>, vendored: bool },
    /// Files are counted.
    Out(Skip),
}

/// What the tasks share.
struct Walk<'a> {
    filter: Filter<'a>,
    options: &'a WalkOptions,
    /// Bytes of a full path that are not relative to the root.
    prefix: usize,
    found: Mutex<Walked>,
}

/// Walks a folder.
pub(super) fn folder(root: &Path, options: &WalkOptions, detect: &dyn Detect) -> Result<Walked> {
    root.read_dir().map_err(Error::io("reading", root))?;
    let mut walked = Walked::default();
    let filter = Filter::new(options, detect, &mut walked.warnings)?;
    let root_rules = RootRules::of(root, &mut walked.warnings);
    let walk = Walk { filter, options, prefix: root_rules.prefix.len(), found: Mutex::new(walked) };
    let state = State::Open { above: root_rules.scope, vendored: false };
    let task = Task { absolute: root.to_path_buf(), full: root_rules.prefix, state };
    rayon::scope(|pool| walk.visit(&task, pool));
    // A walk that ended early is none.
    interrupt::check()?;
    let unused = walk.filter.warnings();
    let mut walked = walk.found.into_inner().unwrap_or_else(PoisonError::into_inner);
    walked.warnings.extend(unused);
    walked.entries.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    walked.notes.sort_unstable();
    walked.configs.sort_unstable();
    walked.warnings.sort_unstable();
    Ok(walked)
}

/// Looks at a root that is a file.
pub(super) fn file(root: &Path, options: &WalkOptions, detect: &dyn Detect) -> Result<Walked> {
    let mut walked = Walked { files_on_disk: 1, ..Walked::default() };
    let filter = Filter::new(options, detect, &mut walked.warnings)?;
    let (name, decision) = named(root, &filter, &mut walked.warnings, &mut Steps(None));
    walked.record(decision, &name, root);
    Ok(walked)
}

/// Judges a file that was named itself; also gives its name.
pub(super) fn named(
    file: &Path,
    filter: &Filter<'_>,
    warnings: &mut Vec<String>,
    trace: &mut Steps<'_>,
) -> (Vec<u8>, Decision) {
    let folder = file.parent().unwrap_or(Path::new("/"));
    let mut root_rules = RootRules::of(folder, warnings);
    let scope = Scope::enter(&root_rules.scope, folder, &root_rules.prefix, Present::probe(folder), warnings);
    let name = file.file_name().unwrap_or_default().as_bytes().to_vec();
    root_rules.prefix.extend_from_slice(&name);
    let start = || read::start(file);
    let candidate = PathCandidate { full: &root_rules.prefix, path: &name, start: &start, vendored: false };
    let decision = filter.named(&scope, candidate, trace);
    (name, decision)
}

impl Walk<'_> {
    fn visit<'s>(&'s self, task: &Task, pool: &rayon::Scope<'s>) {
        if interrupt::check().is_err() {
            return;
        }
        let mut found = Walked::default();
        let mut listing = Listing::default();
        if let Err(error) = listing.read(&task.absolute) {
            found.unreadable(task.full.get(self.prefix..task.full.len().saturating_sub(1)), &error);
        }
        let folder = task.full.strip_suffix(b"/").unwrap_or_default();
        // Rules of a folder that is out are not looked at.
        let inside = match &task.state {
            State::Open { above, .. }
                if listing.present.git && folder.len() > self.prefix && above.is_foreign(&task.absolute, folder) =>
            {
                Err(Skip::OtherWorkTree)
            }
            State::Open { above, vendored } => {
                let scope = Scope::enter(above, &task.absolute, &task.full, listing.present, &mut found.warnings);
                Ok((scope, *vendored))
            }
            State::Out(skip) => Err(*skip),
        };
        let mut full = task.full.clone();
        for (name, kind) in &listing.names {
            full.truncate(task.full.len());
            full.extend_from_slice(name);
            let path = &full[self.prefix..];
            if is_left_out(name, *kind, path, self.options) {
                continue;
            }
            let absolute = task.absolute.join(as_path(name));
            let start = || read::start(&absolute);
            let candidate = |vendored| PathCandidate { full: &full, path, start: &start, vendored };
            if *kind == Type::Folder {
                let state = match &inside {
                    Ok((scope, vendored)) => self.descend(scope, candidate(*vendored), name),
                    Err(skip) => State::Out(*skip),
                };
                let mut full = full.clone();
                full.push(b'/');
                let task = Task { absolute, full, state };
                pool.spawn(move |pool| self.visit(&task, pool));
                continue;
            }
            found.files_on_disk += 1;
            match &inside {
                Ok((scope, vendored)) => {
                    if *kind == Type::File && name == CONFIG.as_bytes() {
                        found.configs.push(RepoPath::new(path));
                    }
                    let decision = self.filter.file(scope, candidate(*vendored), *kind, &mut Steps(None));
                    found.record(decision, path, &absolute);
                }
                Err(skip) => found.skip(*skip),
            }
        }
        self.found.lock().unwrap_or_else(PoisonError::into_inner).absorb(found);
    }

    /// How a folder is gone through.
    fn descend(&self, scope: &Arc<Scope>, candidate: PathCandidate<'_>, name: &[u8]) -> State {
        match self.filter.folder(scope, candidate, &mut Steps(None)) {
            Some(skip) => State::Out(skip),
            None => State::Open {
                above: Arc::clone(scope),
                vendored: candidate.vendored || conventions::is_vendored_folder(name),
            },
        }
    }
}

/// What is in a folder.
#[derive(Default)]
struct Listing {
    names: Vec<(Vec<u8>, Type)>,
    /// Which of them are rule files.
    present: Present,
}

impl Listing {
    /// Reads as far as it can be read.
    fn read(&mut self, folder: &Path) -> io::Result<()> {
        for entry in folder.read_dir()? {
            let entry = entry?;
            let kind = Type::from(entry.file_type()?);
            let name = entry.file_name().into_vec();
            self.present.note(&name, kind == Type::File, kind == Type::Folder);
            self.names.push((name, kind));
        }
        Ok(())
    }
}

impl Walked {
    /// Records the decision on a file.
    fn record(&mut self, decision: Decision, path: &[u8], absolute: &Path) {
        let path = RepoPath::new(path);
        match decision {
            Decision::Out(skip) => self.skip(skip),
            Decision::Unreadable(error) => self.notes.push((path, unreadable(&error))),
            Decision::In(detected) => match absolute.symlink_metadata() {
                Ok(metadata) => {
                    let (absolute, stat) = (absolute.to_path_buf(), Stat::from(&metadata));
                    self.entries.push(Entry { path, absolute, detected, stat });
                }
                Err(error) => self.notes.push((path, unreadable(&error))),
            },
        }
    }

    fn skip(&mut self, skip: Skip) {
        *self.skipped.entry(skip).or_default() += 1;
    }

    /// Books a folder that could not be read to its end.
    fn unreadable(&mut self, path: Option<&[u8]>, error: &io::Error) {
        self.files_on_disk += 1;
        self.notes.push((RepoPath::new(path.unwrap_or_default()), unreadable(error)));
    }

    /// Adds what another task found.
    fn absorb(&mut self, mut other: Self) {
        self.entries.append(&mut other.entries);
        self.notes.append(&mut other.notes);
        self.configs.append(&mut other.configs);
        self.warnings.append(&mut other.warnings);
        self.files_on_disk += other.files_on_disk;
        for (skip, count) in other.skipped {
            *self.skipped.entry(skip).or_default() += count;
        }
    }
}

fn unreadable(error: &io::Error) -> Note {
    Note::new(NoteKind::Unreadable, error.to_string())
}
