//! Decides on one path, for the walk and for its explanation alike. The order of the rules stands
//! here alone: ignored, link or special, excluded, vendored, generated, documentation, language.
//! Never touches the disk; asks for the start of a file whose name does not determine its language.

use std::io;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder, Glob};

use super::attributes::{DOCUMENTATION, GENERATED, LANGUAGE, NAMES, State, VENDORED};
use super::conventions;
use super::detect::{Detect, Detected};
use super::options::WalkOptions;
use super::read::shebang;
use super::rules::{Scope, as_path, ignore_file};
use crate::error::{Error, Result};
use crate::model::Skip;

/// Collects the steps of a decision, where they are wanted.
pub(super) struct Trace<'a>(pub(super) Option<&'a mut Vec<String>>);

impl Trace<'_> {
    pub(super) fn step(&mut self, step: impl FnOnce() -> String) {
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
pub(super) struct Candidate<'a> {
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
    include: Option<Gitignore>,
    exclude: Option<Gitignore>,
}

impl<'a> Filter<'a> {
    pub(super) fn new(options: &WalkOptions, detect: &'a dyn Detect, warnings: &mut Vec<String>) -> Result<Self> {
        Ok(Self {
            detect,
            global: options.global_excludes.as_deref().and_then(|path| ignore_file(path, warnings)),
            include: patterns("include", &options.include)?,
            exclude: patterns("exclude", &options.exclude)?,
        })
    }

    /// Whether a folder is out as a whole.
    pub(super) fn folder(&self, scope: &Scope, candidate: Candidate<'_>, trace: &mut Trace<'_>) -> Option<Skip> {
        if self.is_ignored(scope, candidate.full, true, trace) {
            return Some(Skip::Ignored);
        }
        let matched = self.exclude.as_ref().map_or(Match::None, |globs| globs.matched(as_path(candidate.path), true));
        self.trace_excluded(&matched, trace);
        matched.is_ignore().then_some(Skip::Excluded)
    }

    /// What becomes of a file.
    pub(super) fn file(&self, scope: &Scope, candidate: Candidate<'_>, kind: Type, trace: &mut Trace<'_>) -> Decision {
        if self.is_ignored(scope, candidate.full, false, trace) {
            return Decision::Out(Skip::Ignored);
        }
        match kind {
            Type::Symlink => return Decision::Out(Skip::Symlink),
            Type::Special => return Decision::Out(Skip::Special),
            Type::File | Type::Folder => {}
        }
        if self.is_excluded(candidate.path, trace) {
            return Decision::Out(Skip::Excluded);
        }
        let found = scope.attributes(candidate.full);
        for (name, attribute) in NAMES.iter().zip(&found) {
            match attribute {
                Some((state, rule)) => trace.step(|| format!("{name}: {state:?} ({})", rule.origin)),
                None => trace.step(|| format!("{name}: unspecified")),
            }
        }
        let state_of = |index: usize| found[index].and_then(|(state, _)| state.truth());
        let name = candidate.path.rsplit(|byte| *byte == b'/').next().unwrap_or(candidate.path);
        let by_name = conventions::by_name(name);
        trace.step(|| format!("vendored by convention: {}", if candidate.vendored { "yes, its folder" } else { "no" }));
        trace.step(|| by_name.map_or("name: of no generated kind".into(), |(pattern, _)| format!("name: `{pattern}`")));
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
            trace,
        )
    }

    /// A regular file that was named itself: no rule keeps it out, only its language matters.
    pub(super) fn named(&self, scope: &Scope, candidate: Candidate<'_>, trace: &mut Trace<'_>) -> Decision {
        trace.step(|| "named itself: no rule keeps it out".to_owned());
        let language = scope.attributes(candidate.full)[LANGUAGE].map(|(state, _)| state);
        self.language(candidate, candidate.path, language, true, trace)
    }

    fn language(
        &self,
        candidate: Candidate<'_>,
        name: &[u8],
        attribute: Option<&State>,
        generated: bool,
        trace: &mut Trace<'_>,
    ) -> Decision {
        let language = if let Some(State::Value(value)) = attribute {
            trace.step(|| format!("language: attribute `{value}`"));
            self.detect.by_linguist(value)
        } else if self.detect.is_ambiguous(name) {
            match (candidate.start)() {
                Ok(start) => {
                    let language = self.detect.by_content(name, &start);
                    trace.step(|| "language: by name and text, for several languages use such names".to_owned());
                    language
                }
                Err(error) => return Decision::Unreadable(error),
            }
        } else if let Some(language) = self.detect.by_name(name) {
            trace.step(|| "language: by name".to_owned());
            Some(language)
        } else if name.get(1..).is_some_and(|rest| rest.contains(&b'.')) {
            trace.step(|| "language: no language has this extension".to_owned());
            None
        } else {
            match (candidate.start)().map(|start| shebang(&start)) {
                Ok(Some(interpreter)) => {
                    trace.step(|| format!("language: first line names `{interpreter}`"));
                    self.detect.by_shebang(&interpreter)
                }
                Ok(None) => {
                    trace.step(|| "language: neither the name nor the first line determines it".to_owned());
                    None
                }
                Err(error) => return Decision::Unreadable(error),
            }
        };
        language.map_or(Decision::Out(Skip::NoLanguage), |language| Decision::In(Detected { language, generated }))
    }

    fn is_ignored(&self, scope: &Scope, full: &[u8], is_dir: bool, trace: &mut Trace<'_>) -> bool {
        let matched = scope.ignored(full, is_dir);
        let matched = match (&matched, &self.global) {
            (Match::None, Some(global)) => global.matched(as_path(full), is_dir),
            _ => matched,
        };
        let shown = || String::from_utf8_lossy(full).into_owned();
        match &matched {
            Match::None => trace.step(|| format!("`{}`: no ignore rule matches", shown())),
            Match::Ignore(glob) => trace.step(|| format!("`{}`: ignored by {}", shown(), rule(glob))),
            Match::Whitelist(glob) => trace.step(|| format!("`{}`: kept by {}", shown(), rule(glob))),
        }
        matched.is_ignore()
    }

    fn is_excluded(&self, path: &[u8], trace: &mut Trace<'_>) -> bool {
        let matched = self.exclude.as_ref().map_or(Match::None, |globs| globs.matched(as_path(path), false));
        self.trace_excluded(&matched, trace);
        if matched.is_ignore() {
            return true;
        }
        let Some(include) = &self.include else { return false };
        let included = include.matched_path_or_any_parents(as_path(path), false);
        match &included {
            Match::Ignore(glob) => trace.step(|| format!("include: `{}`", glob.original())),
            Match::None | Match::Whitelist(_) => trace.step(|| "include: no pattern matches".to_owned()),
        }
        !included.is_ignore()
    }

    fn trace_excluded(&self, matched: &Match<&Glob>, trace: &mut Trace<'_>) {
        if self.exclude.is_some() {
            match matched {
                Match::None => trace.step(|| "exclude: no pattern matches".to_owned()),
                Match::Ignore(glob) | Match::Whitelist(glob) => {
                    trace.step(|| format!("exclude: `{}`", glob.original()));
                }
            }
        }
    }
}

fn rule(glob: &Glob) -> String {
    format!("`{}` ({})", glob.original(), glob.from().map_or_else(String::new, |from| from.display().to_string()))
}

/// Compiles patterns of the configuration, written as in an ignore file and relative to the root.
fn patterns(option: &str, globs: &[String]) -> Result<Option<Gitignore>> {
    if globs.is_empty() {
        return Ok(None);
    }
    let wrong = |glob: &str, error: &ignore::Error| Error::Usage(format!("{option} pattern `{glob}`: {error}"));
    let mut builder = GitignoreBuilder::new("");
    builder.allow_unclosed_class(false);
    for glob in globs {
        builder.add_line(None, glob).map_err(|error| wrong(glob, &error))?;
    }
    builder.build().map(Some).map_err(|error| wrong(&globs.join(" "), &error))
}
