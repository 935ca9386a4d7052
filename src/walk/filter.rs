//! Decides on one path, for the walk and for its explanation alike. The order of the rules stands
//! here alone: ignored, link or special, excluded, vendored, generated, documentation, language.
//! Never touches the disk; asks for the start of a file whose name does not determine its language.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder, Glob};

use super::attributes::{DOCUMENTATION, GENERATED, LANGUAGE, NAMES, State, VENDORED};
use super::conventions;
use super::detect::{Detect, Detected};
use super::options::WalkOptions;
use super::read::shebang;
use super::rules::{Scope, as_path, ignore_file};
use crate::error::{Error, Result};
use crate::model::{RepoPath, Skip};

/// Collects the steps of a decision, where they are wanted.
pub(super) struct Steps<'a>(pub(super) Option<&'a mut Vec<String>>);

impl Steps<'_> {
    pub(super) fn add(&mut self, step: impl FnOnce() -> String) {
        if let Some(steps) = &mut self.0 {
            steps.push(step());
        }
    }
}

/// What a directory entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    Folder,
    File,
    Symlink,
    Special,
}

impl From<std::fs::FileType> for Type {
    fn from(kind: std::fs::FileType) -> Self {
        match () {
            () if kind.is_dir() => Self::Folder,
            () if kind.is_file() => Self::File,
            () if kind.is_symlink() => Self::Symlink,
            () => Self::Special,
        }
    }
}

/// The decision on a file.
pub(super) enum Decision {
    /// To be measured.
    In(Detected),
    /// Not to be measured.
    Out(Skip),
    /// Its start could not be read.
    Unreadable(io::Error),
}

/// A path to be decided on.
#[derive(Clone, Copy)]
pub(super) struct PathCandidate<'a> {
    /// Relative to the top of the work tree, or to the root outside of one.
    pub(super) full: &'a [u8],
    /// Relative to the root.
    pub(super) path: &'a [u8],
    /// Its first [`START_BYTES`](crate::lang::START_BYTES) bytes; asked for only when its name does
    /// not tell a language.
    pub(super) start: &'a dyn Fn() -> io::Result<Vec<u8>>,
    /// Below a folder that by convention holds other people's code.
    pub(super) vendored: bool,
}

/// The rules that hold in the whole tree.
pub(super) struct Filter<'a> {
    detect: &'a dyn Detect,
    global: Option<Gitignore>,
    only: &'a [RepoPath],
    include: Option<Patterns>,
    exclude: Option<Patterns>,
}

impl<'a> Filter<'a> {
    pub(super) fn new(options: &'a WalkOptions, detect: &'a dyn Detect, warnings: &mut Vec<String>) -> Result<Self> {
        Ok(Self {
            detect,
            global: options.global_excludes.as_deref().and_then(|path| ignore_file(path, warnings)),
            only: &options.only,
            include: patterns("include", &options.include)?,
            exclude: patterns("exclude", &options.exclude)?,
        })
    }

    /// What is to be said of the patterns after all files were decided on.
    pub(super) fn warnings(&self) -> Vec<String> {
        if !self.only.is_empty() {
            return Vec::new();
        }
        self.include.iter().chain(&self.exclude).flat_map(Patterns::warnings).collect()
    }

    /// Whether a folder is out as a whole.
    pub(super) fn folder(&self, scope: &Scope, candidate: PathCandidate<'_>, steps: &mut Steps<'_>) -> Option<Skip> {
        if self.is_ignored(scope, candidate.full, true, steps) {
            return Some(Skip::Ignored);
        }
        if !self.is_named(candidate.path, true) {
            return Some(Skip::Excluded);
        }
        let matched = self.exclude.as_ref().map_or(Match::None, |globs| globs.matched(candidate.path, true));
        self.add_excluded(&matched, steps);
        matched.is_ignore().then_some(Skip::Excluded)
    }

    /// What becomes of a file.
    pub(super) fn file(
        &self,
        scope: &Scope,
        candidate: PathCandidate<'_>,
        kind: Type,
        steps: &mut Steps<'_>,
    ) -> Decision {
        if self.is_ignored(scope, candidate.full, false, steps) {
            return Decision::Out(Skip::Ignored);
        }
        match kind {
            Type::Symlink => return Decision::Out(Skip::Symlink),
            Type::Special => return Decision::Out(Skip::Special),
            Type::File | Type::Folder => {}
        }
        if self.is_excluded(candidate.path, steps) {
            return Decision::Out(Skip::Excluded);
        }
        let found = scope.attributes(candidate.full);
        for (name, attribute) in NAMES.iter().zip(&found) {
            match attribute {
                Some((state, rule)) => steps.add(|| format!("{name}: {state:?} ({})", rule.origin)),
                None => steps.add(|| format!("{name}: unspecified")),
            }
        }
        let state_of = |index: usize| found[index].and_then(|(state, _)| state.truth());
        let name = candidate.path.rsplit(|byte| *byte == b'/').next().unwrap_or(candidate.path);
        let by_name = conventions::by_name(name);
        steps.add(|| format!("vendored by convention: {}", if candidate.vendored { "yes, its folder" } else { "no" }));
        steps.add(|| by_name.map_or("name: of no generated kind".into(), |(pattern, _)| format!("name: `{pattern}`")));
        if state_of(VENDORED).unwrap_or(candidate.vendored) {
            return Decision::Out(Skip::Vendored);
        }
        match (state_of(GENERATED), by_name) {
            (Some(true), _) => return Decision::Out(Skip::Generated),
            (None, Some((_, skip))) => return Decision::Out(skip),
            _ => {}
        }
        if state_of(DOCUMENTATION) == Some(true) {
            return Decision::Out(Skip::Documentation);
        }
        self.language(
            candidate,
            name,
            found[LANGUAGE].map(|(state, _)| state),
            state_of(GENERATED) == Some(false),
            steps,
        )
    }

    /// A regular file that was named itself: no rule keeps it out, only its language matters.
    pub(super) fn named(&self, scope: &Scope, candidate: PathCandidate<'_>, steps: &mut Steps<'_>) -> Decision {
        steps.add(|| "named itself: no rule keeps it out".to_owned());
        let language = scope.attributes(candidate.full)[LANGUAGE].map(|(state, _)| state);
        self.language(candidate, candidate.path, language, true, steps)
    }

    fn language(
        &self,
        candidate: PathCandidate<'_>,
        name: &[u8],
        attribute: Option<&State>,
        generated: bool,
        steps: &mut Steps<'_>,
    ) -> Decision {
        let language = if let Some(State::Value(value)) = attribute {
            steps.add(|| format!("language: attribute `{value}`"));
            self.detect.by_linguist(value)
        } else if self.detect.is_ambiguous(name) {
            match (candidate.start)() {
                Ok(start) => {
                    let language = self.detect.by_content(name, &start);
                    steps.add(|| "language: by name and text, for several languages use such names".to_owned());
                    language
                }
                Err(error) => return Decision::Unreadable(error),
            }
        } else if let Some(language) = self.detect.by_name(name) {
            steps.add(|| "language: by name".to_owned());
            Some(language)
        } else if name.get(1..).is_some_and(|rest| rest.contains(&b'.')) {
            steps.add(|| "language: no language has this extension".to_owned());
            None
        } else {
            match (candidate.start)().map(|start| shebang(&start)) {
                Ok(Some(interpreter)) => {
                    steps.add(|| format!("language: first line names `{interpreter}`"));
                    self.detect.by_shebang(&interpreter)
                }
                Ok(None) => {
                    steps.add(|| "language: neither the name nor the first line determines it".to_owned());
                    None
                }
                Err(error) => return Decision::Unreadable(error),
            }
        };
        language.map_or(Decision::Out(Skip::NoLanguage), |language| Decision::In(Detected { language, generated }))
    }

    fn is_ignored(&self, scope: &Scope, full: &[u8], is_dir: bool, steps: &mut Steps<'_>) -> bool {
        let matched = scope.ignored(full, is_dir);
        let matched = match (&matched, &self.global) {
            (Match::None, Some(global)) => global.matched(as_path(full), is_dir),
            _ => matched,
        };
        let shown = || String::from_utf8_lossy(full).into_owned();
        match &matched {
            Match::None => steps.add(|| format!("`{}`: no ignore rule matches", shown())),
            Match::Ignore(glob) => steps.add(|| format!("`{}`: ignored by {}", shown(), rule(glob))),
            Match::Whitelist(glob) => steps.add(|| format!("`{}`: kept by {}", shown(), rule(glob))),
        }
        matched.is_ignore()
    }

    /// Whether a path is one of those that were named, or in one; a folder also when one is in it.
    fn is_named(&self, path: &[u8], is_dir: bool) -> bool {
        let is_in = |path: &[u8], folder: &[u8]| {
            path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || folder.is_empty() || rest.starts_with(b"/"))
        };
        let is_near = |only: &RepoPath| is_in(path, only.as_bytes()) || (is_dir && is_in(only.as_bytes(), path));
        self.only.is_empty() || self.only.iter().any(is_near)
    }

    fn is_excluded(&self, path: &[u8], steps: &mut Steps<'_>) -> bool {
        if !self.is_named(path, false) {
            steps.add(|| "not one of the paths that were named".to_owned());
            return true;
        }
        let matched = self.exclude.as_ref().map_or(Match::None, |globs| globs.matched(path, false));
        self.add_excluded(&matched, steps);
        if matched.is_ignore() {
            return true;
        }
        let Some(include) = &self.include else { return false };
        let included = include.matched_with_folders(path);
        match &included {
            Match::Ignore(glob) => steps.add(|| format!("include: `{}`", glob.original())),
            Match::None | Match::Whitelist(_) => steps.add(|| "include: no pattern matches".to_owned()),
        }
        !included.is_ignore()
    }

    fn add_excluded(&self, matched: &Match<&Glob>, steps: &mut Steps<'_>) {
        if self.exclude.is_some() {
            match matched {
                Match::None => steps.add(|| "exclude: no pattern matches".to_owned()),
                Match::Ignore(glob) | Match::Whitelist(glob) => {
                    steps.add(|| format!("exclude: `{}`", glob.original()));
                }
            }
        }
    }
}

fn rule(glob: &Glob) -> String {
    format!("`{}` ({})", glob.original(), glob.from().map_or_else(String::new, |from| from.display().to_string()))
}

/// Patterns of the configuration, and which of them matched anything.
struct Patterns {
    option: &'static str,
    matcher: Gitignore,
    /// Each as it was written, and as it was compiled.
    globs: Vec<(String, String)>,
    used: Vec<AtomicBool>,
}

impl Patterns {
    fn matched(&self, path: &[u8], is_dir: bool) -> Match<&Glob> {
        self.note(self.matcher.matched(as_path(path), is_dir))
    }

    /// As [`Patterns::matched`] of a file; what matches one of its folders matches it, too.
    fn matched_with_folders(&self, path: &[u8]) -> Match<&Glob> {
        self.note(self.matcher.matched_path_or_any_parents(as_path(path), false))
    }

    fn note<'m>(&self, matched: Match<&'m Glob>) -> Match<&'m Glob> {
        if let Match::Ignore(glob) | Match::Whitelist(glob) = &matched {
            let of_it = self.globs.iter().zip(&self.used).filter(|((_, known), _)| known == glob.original());
            of_it.for_each(|(_, used)| used.store(true, Ordering::Relaxed));
        }
        matched
    }

    /// A pattern that matches nothing is almost always a mistake.
    fn warnings(&self) -> impl Iterator<Item = String> {
        let unused = self.globs.iter().zip(&self.used).filter(|(_, used)| !used.load(Ordering::Relaxed));
        unused.map(|((glob, _), _)| {
            let hint = if glob.contains('\\') { "; folders are separated by `/`" } else { "" };
            format!("{} pattern `{glob}` matches nothing{hint}", self.option)
        })
    }
}

/// Compiles patterns of the configuration, written as in an ignore file and relative to the root.
fn patterns(option: &'static str, globs: &[String]) -> Result<Option<Patterns>> {
    if globs.is_empty() {
        return Ok(None);
    }
    let wrong = |glob: &str, error: &ignore::Error| Error::Usage(format!("{option} pattern `{glob}`: {error}"));
    let mut builder = GitignoreBuilder::new("");
    builder.allow_unclosed_class(false);
    // They are relative to the root all the same: an ignore file has no other way to say it.
    let compiled = |glob: &String| glob.strip_prefix("./").map_or(glob.clone(), |below| format!("/{below}"));
    let globs: Vec<_> = globs.iter().map(|glob| (glob.clone(), compiled(glob))).collect();
    for (written, glob) in &globs {
        builder.add_line(None, glob).map_err(|error| wrong(written, &error))?;
    }
    let all = || globs.iter().map(|(written, _)| written.as_str()).collect::<Vec<_>>().join(" ");
    let matcher = builder.build().map_err(|error| wrong(&all(), &error))?;
    let used = globs.iter().map(|_| AtomicBool::new(false)).collect();
    Ok(Some(Patterns { option, matcher, globs, used }))
}
