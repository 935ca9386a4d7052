//! Explains why a file is measured or not: the decisions of the walk along one path, each as a
//! step. Never decides anything itself.

use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Component, Path, PathBuf};

use super::detect::{Detect, Detected};
use super::filter::{Decision, Filter, PathCandidate, Steps, Type};
use super::options::WalkOptions;
use super::root::resolve;
use super::rules::{Present, Scope, as_path};
use super::traverse::{RootRules, is_left_out, named};
use super::{conventions, read};
use crate::error::{Error, Result};
use crate::measure::classify::classify;
use crate::model::{RepoPath, Skip, printable};

/// What becomes of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PathOutcome {
    /// Measured, in this language.
    In(&'static str),
    /// Not measured.
    Out(Skip),
    /// Could not be read; the system's error.
    Unreadable(String),
    /// `.git`, a store: not part of the tree.
    LeftOut,
    /// A folder that is gone into.
    Folder,
}

/// The decision on a path, with the steps that led to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// Relative to the root.
    pub path: RepoPath,
    /// The decision.
    pub outcome: PathOutcome,
    /// Each rule that was considered, in order, with its file and line.
    pub steps: Vec<String>,
}

impl Explanation {
    /// For a terminal, with languages by the labels that `label` gives their ids.
    pub fn text<'a>(&'a self, label: impl Fn(&'a str) -> &'a str) -> String {
        let outcome = match &self.outcome {
            PathOutcome::In(language) => format!("measured as {}", label(language)),
            PathOutcome::Out(skip) => format!("not measured: {skip}"),
            PathOutcome::Unreadable(error) => format!("unreadable: {error}"),
            PathOutcome::LeftOut => "not part of the tree".to_owned(),
            PathOutcome::Folder => "a folder that is walked".to_owned(),
        };
        let steps: String = self.steps.iter().map(|step| format!("  {}\n", printable(step))).collect();
        format!("{}: {}\n{steps}", printable(&self.path.to_string()), printable(&outcome))
    }
}

/// Says why a path under the root is in or out; its content is looked at, too.
///
/// # Errors
/// As [`super::walk`]; and [`Error::Usage`] when the path does not exist or is not under the root.
pub fn explain(root: &Path, path: &Path, options: &WalkOptions, detect: &dyn Detect) -> Result<Explanation> {
    let root = resolve(root)?;
    let absolute = locate(path)?;
    let kind = absolute.symlink_metadata().map_err(Error::io("looking at", &absolute))?.file_type().into();
    let mut steps = Vec::new();
    let filter = Filter::new(options, detect, &mut steps)?;
    if root == absolute && kind == Type::File {
        let mut warnings = Vec::new();
        let (name, decision) = named(&root, &filter, &mut warnings, &mut Steps(Some(&mut steps)));
        steps.append(&mut warnings);
        let outcome = outcome(decision, &root, &mut steps);
        return Ok(Explanation { path: RepoPath::new(name), outcome, steps });
    }
    let below = absolute
        .strip_prefix(&root)
        .map_err(|_| Error::Usage(format!("`{}` is not under `{}`", path.display(), root.display())))?;
    let path = RepoPath::new(below.as_os_str().as_bytes());
    let outcome = follow(&root, below, kind, &filter, options, &mut steps);
    Ok(Explanation { path, outcome, steps })
}

/// Goes down from the root, folder by folder, as the walk does.
fn follow(
    root: &Path,
    below: &Path,
    kind: Type,
    filter: &Filter<'_>,
    options: &WalkOptions,
    steps: &mut Vec<String>,
) -> PathOutcome {
    let RootRules { prefix, mut scope } = RootRules::of(root, steps);
    let (mut full, mut folder, mut vendored) = (prefix.clone(), root.to_path_buf(), false);
    let mut parts = below.components().peekable();
    while let Some(part) = parts.next() {
        let name = part.as_os_str().as_bytes();
        scope = Scope::enter(&scope, &folder, &full, Present::probe(&folder), steps);
        let kind = if parts.peek().is_some() { Type::Folder } else { kind };
        full.extend_from_slice(name);
        folder.push(part);
        let start = || read::start(&folder);
        let candidate = PathCandidate { full: &full, path: &full[prefix.len()..], start: &start, vendored };
        if is_left_out(name, kind, candidate.path, options) {
            return PathOutcome::LeftOut;
        }
        if kind != Type::Folder {
            let decision = filter.file(&scope, candidate, kind, &mut Steps(Some(steps)));
            return outcome(decision, &folder, steps);
        }
        if let Some(skip) = filter.folder(&scope, candidate, &mut Steps(Some(steps))) {
            return PathOutcome::Out(skip);
        }
        if Present::probe(&folder).git && scope.is_foreign(&folder, &full) {
            steps.push(format!("`{}`: another work tree, and no submodule", as_path(candidate.path).display()));
            return PathOutcome::Out(Skip::OtherWorkTree);
        }
        vendored |= conventions::is_vendored_folder(name);
        full.push(b'/');
    }
    PathOutcome::Folder
}

/// The decision, after a look at the content.
fn outcome(decision: Decision, file: &Path, steps: &mut Vec<String>) -> PathOutcome {
    match decision {
        Decision::Out(skip) => PathOutcome::Out(skip),
        Decision::Unreadable(error) => PathOutcome::Unreadable(error.to_string()),
        Decision::In(Detected { language, generated }) => {
            match read::regular(file, u64::MAX).map(|bytes| classify(&bytes)) {
                Err(error) => PathOutcome::Unreadable(error.to_string()),
                Ok(Some(Skip::Generated)) if generated => {
                    steps.push("content: marked as generated, which an attribute denies".to_owned());
                    PathOutcome::In(language)
                }
                Ok(Some(skip)) => {
                    steps.push(format!("content: {skip}"));
                    PathOutcome::Out(skip)
                }
                Ok(None) => {
                    steps.push("content: written by people, as far as it shows".to_owned());
                    PathOutcome::In(language)
                }
            }
        }
    }
}

/// The path with the links of its folder resolved, but not its own.
fn locate(path: &Path) -> Result<PathBuf> {
    let absolute = std::path::absolute(path).map_err(Error::io("resolving", path))?;
    let gone = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => Error::Usage(format!("`{}` does not exist", path.display())),
        _ => Error::io("looking at", path)(error),
    };
    absolute.symlink_metadata().map_err(gone)?;
    match (absolute.parent(), absolute.components().next_back()) {
        (Some(parent), Some(Component::Normal(name))) => Ok(parent.canonicalize().map_err(gone)?.join(name)),
        _ => absolute.canonicalize().map_err(gone),
    }
}
