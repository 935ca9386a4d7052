//! Limits: which number of which kind of space must not exceed what, and where other limits hold.
//! Never evaluates a space.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::metric::{CATALOG, Direction, Metric, Subject, catalog};
use crate::model::{RepoPath, Rule, Severity, Space};

/// A limit with its two levels; a level that is none is off.
#[derive(Debug, Clone, Copy)]
pub struct Limit {
    /// What it is about.
    pub subject: Subject,
    /// Which number.
    pub metric: &'static Metric,
    /// Over this: a warning.
    pub warn: Option<f64>,
    /// Over this: a failure.
    pub fail: Option<f64>,
    /// Spaces of fewer rows are not gated.
    pub rows_min: u32,
}

impl Limit {
    /// `cognitive`, `file:loc.ploc`.
    #[must_use]
    pub fn id(&self) -> String {
        self.subject.rule(self.metric)
    }

    /// Whether `value` is beyond `limit` on the bad side.
    #[must_use]
    pub fn beyond(&self, value: f64, limit: f64) -> bool {
        if self.metric.direction == Direction::Higher { value < limit } else { value > limit }
    }

    /// Which level a value exceeds, and its limit.
    #[must_use]
    pub fn level(&self, value: f64) -> Option<(Severity, f64)> {
        let exceeds = |limit: &f64| self.beyond(value, *limit);
        let fail = self.fail.filter(exceeds).map(|limit| (Severity::Fail, limit));
        fail.or_else(|| self.warn.filter(exceeds).map(|limit| (Severity::Warn, limit)))
    }

    /// The number that it is about, when the space is gated by it.
    #[must_use]
    pub fn value(&self, space: &Space) -> Option<f64> {
        let gated = self.subject.is(space) && space.end_line.saturating_sub(space.start_line) + 1 >= self.rows_min;
        gated.then(|| self.metric.value(&space.metrics).as_f64())
    }

    fn rule(&self) -> Rule {
        Rule { id: self.id(), metric: self.metric.id, warn: self.warn, fail: self.fail, rows_min: self.rows_min }
    }
}

/// A change of limits: of one rule, what is some replaces.
#[derive(Debug, Clone, Copy)]
pub struct LimitChange {
    /// What it is about.
    pub subject: Subject,
    /// Which number.
    pub metric: &'static Metric,
    /// The new warning limit; `Some(None)` is off.
    pub warn: Option<Option<f64>>,
    /// The new failing limit; `Some(None)` is off.
    pub fail: Option<Option<f64>>,
    /// The new least size.
    pub rows_min: Option<u32>,
}

impl LimitChange {
    /// The rule of an id, `METRIC`, `class:METRIC` or `file:METRIC`, with nothing changed yet.
    ///
    /// # Errors
    /// An unknown metric or subject, with a suggestion.
    pub fn of(id: &str) -> Result<Self, String> {
        let (subject, name) = match id.split_once(':') {
            None => (None, id),
            Some((word, name)) => {
                let found = Subject::NAMES.iter().find(|(known, _)| *known == word);
                let unknown = || {
                    let hint = crate::error::suggestion(word, Subject::NAMES.iter().map(|(known, _)| *known));
                    format!("`{id}`: limits are of function, class or file, not `{word}`{hint}")
                };
                (Some(found.ok_or_else(unknown)?.1), name)
            }
        };
        let metric = catalog::metric(name)?;
        Ok(Self { subject: subject.unwrap_or(metric.subject), metric, warn: None, fail: None, rows_min: None })
    }

    /// `METRIC=N`: the failing limit, and no warning below it; `METRIC=off`: neither.
    ///
    /// # Errors
    /// Not of that form, an unknown metric, or not a number.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (id, limit) = text.split_once('=').ok_or_else(|| format!("`{text}` is not METRIC=N"))?;
        let fail = if limit == "off" { None } else { Some(finite(limit)?) };
        Ok(Self { warn: Some(None), fail: Some(fail), ..Self::of(id)? })
    }

    /// The id of the rule that it changes.
    #[must_use]
    pub fn id(&self) -> String {
        self.subject.rule(self.metric)
    }

    fn apply(&self, limits: &mut Vec<Limit>) {
        let same = |limit: &Limit| limit.subject == self.subject && limit.metric.id == self.metric.id;
        let at = limits.iter().position(same).unwrap_or_else(|| {
            let Self { subject, metric, .. } = *self;
            limits.push(Limit { subject, metric, warn: None, fail: None, rows_min: 0 });
            limits.len() - 1
        });
        let limit = &mut limits[at];
        limit.warn = self.warn.unwrap_or(limit.warn);
        limit.fail = self.fail.unwrap_or(limit.fail);
        limit.rows_min = self.rows_min.unwrap_or(limit.rows_min);
        // A warning behind the failure could never be given.
        if let (Some(warn), Some(fail)) = (limit.warn, limit.fail) {
            limit.warn = Some(warn).filter(|warn| limit.beyond(fail, *warn));
        }
    }
}

fn finite(text: &str) -> Result<f64, String> {
    text.parse().ok().filter(|value: &f64| value.is_finite()).ok_or_else(|| format!("`{text}` is not a number"))
}

/// Where a configuration lies, seen from the root that is checked.
#[derive(Debug, Clone, Default)]
pub enum Folder {
    /// In the root, or somewhere else altogether: its paths are those of the root.
    #[default]
    Root,
    /// Above the root: the way from there down to the root, with a slash at its end.
    Above(Vec<u8>),
    /// Below the root: the way down to it, with a slash at its end. It holds there only.
    Below(Vec<u8>),
}

impl Folder {
    /// The folder at or above a root.
    #[must_use]
    pub fn above(folder: &Path, root: &Path) -> Self {
        let mut way = root.strip_prefix(folder).unwrap_or(Path::new("")).as_os_str().as_bytes().to_vec();
        if way.is_empty() {
            return Self::Root;
        }
        way.push(b'/');
        Self::Above(way)
    }

    /// A path of the root as the folder sees it; None outside of it.
    fn see<'p>(&self, path: &'p [u8]) -> Option<Cow<'p, [u8]>> {
        match self {
            Self::Root => Some(path.into()),
            Self::Above(way) => Some([way, path].concat().into()),
            Self::Below(way) => path.strip_prefix(way.as_slice()).map(Cow::from),
        }
    }
}

/// Other limits for some paths.
#[derive(Debug, Clone)]
struct Override {
    folder: Folder,
    /// None is the whole folder.
    paths: Option<Gitignore>,
    gated: Option<bool>,
    changes: Vec<LimitChange>,
}

impl Override {
    fn holds(&self, path: &RepoPath) -> bool {
        self.folder.see(path.as_bytes()).is_some_and(|path| {
            let path = Path::new(OsStr::from_bytes(&path));
            self.paths.as_ref().is_none_or(|paths| paths.matched_path_or_any_parents(path, false).is_ignore())
        })
    }
}

/// All limits.
#[derive(Debug, Clone)]
pub struct Limits {
    rules: Vec<Limit>,
    overrides: Vec<Override>,
}

impl Default for Limits {
    /// The limits of the catalog: those of functions first, then of classes and files, each by
    /// metric.
    fn default() -> Self {
        let limits = CATALOG.iter().flat_map(|metric| {
            let limits = metric.limits.iter();
            limits.map(move |limit| Limit {
                subject: limit.subject,
                metric,
                warn: Some(limit.warn),
                fail: Some(limit.fail),
                rows_min: 0,
            })
        });
        let mut rules: Vec<Limit> = limits.collect();
        rules.sort_by_key(|limit| (limit.subject, limit.metric.id));
        Self { rules, overrides: Vec::new() }
    }
}

impl Limits {
    /// Changes a rule everywhere, and drops its overrides: a flag beats the configuration.
    pub fn set(&mut self, change: &LimitChange) {
        change.apply(&mut self.rules);
        for part in &mut self.overrides {
            part.changes.retain(|other| other.subject != change.subject || other.metric.id != change.metric.id);
        }
    }

    /// Adds other limits for a whole folder; later ones win.
    pub fn override_folder(&mut self, folder: Folder, changes: Vec<LimitChange>) {
        self.overrides.push(Override { folder, paths: None, gated: None, changes });
    }

    /// Adds other limits for paths in a folder, written as in `.gitignore`; later ones win. What is
    /// not gated has none.
    ///
    /// # Errors
    /// A pattern that is none.
    pub fn override_paths(
        &mut self,
        folder: Folder,
        paths: &[String],
        gated: Option<bool>,
        changes: Vec<LimitChange>,
    ) -> Result<(), String> {
        let mut builder = GitignoreBuilder::new("");
        for path in paths {
            builder.add_line(None, path).map_err(|error| format!("pattern `{path}`: {error}"))?;
        }
        let paths = Some(builder.build().map_err(|error| error.to_string())?);
        self.overrides.push(Override { folder, paths, gated, changes });
        Ok(())
    }

    /// The limits of a file; empty when it is not gated.
    #[must_use]
    pub fn of(&self, path: &RepoPath) -> Vec<Limit> {
        let mut rules = self.rules.clone();
        let mut gated = true;
        for part in self.overrides.iter().filter(|part| part.holds(path)) {
            gated = part.gated.unwrap_or(gated);
            part.changes.iter().for_each(|change| change.apply(&mut rules));
        }
        if gated { rules } else { Vec::new() }
    }

    /// The rules outside of overrides, those that are wholly off left out.
    #[must_use]
    pub fn rules(&self) -> Vec<Rule> {
        let on = |limit: &&Limit| limit.warn.is_some() || limit.fail.is_some();
        self.rules.iter().filter(on).map(Limit::rule).collect()
    }

    /// Paths that an override takes out of the gate, for `exemptions`.
    #[must_use]
    pub fn is_gated(&self, path: &RepoPath) -> bool {
        !self.of(path).is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(limits: &Limits, path: &str, id: &str) -> Option<(Option<f64>, Option<f64>)> {
        let rules = limits.of(&RepoPath::from(path));
        rules.iter().find(|limit| limit.id() == id).map(|limit| (limit.warn, limit.fail))
    }

    #[test]
    fn the_defaults_are_in_the_order_of_subjects_and_metrics() {
        let ids: Vec<_> = Limits::default().rules().into_iter().map(|rule| rule.id).collect();
        assert_eq!(ids, ["cognitive", "cyclomatic", "loc.lloc", "nargs", "file:loc.ploc"]);
    }

    #[test]
    fn what_is_typed_beats_what_is_written() {
        let mut limits = Limits::default();
        let written = LimitChange { fail: Some(Some(99.0)), ..LimitChange::of("cognitive").unwrap() };
        limits.override_paths(Folder::Root, &["tests/".into(), "*.gen.py".into()], None, vec![written]).unwrap();
        limits.override_paths(Folder::Root, &["/old/".into()], Some(false), Vec::new()).unwrap();
        assert_eq!(of(&limits, "src/a.py", "cognitive"), Some((Some(15.0), Some(25.0))));
        assert_eq!(of(&limits, "x/tests/a.py", "cognitive"), Some((Some(15.0), Some(99.0))));
        assert_eq!(of(&limits, "a.gen.py", "cognitive"), Some((Some(15.0), Some(99.0))));
        assert!(limits.of(&RepoPath::from("old/a.py")).is_empty());
        assert!(limits.is_gated(&RepoPath::from("src/old/a.py")));
        limits.set(&LimitChange::parse("cognitive=3").unwrap());
        assert_eq!(of(&limits, "x/tests/a.py", "cognitive"), Some((None, Some(3.0))));
    }

    #[test]
    fn a_folder_sees_its_own_paths() {
        let mut limits = Limits::default();
        let change = |limit| LimitChange { fail: Some(Some(limit)), ..LimitChange::of("cognitive").unwrap() };
        let above = Folder::Above(b"api/".to_vec());
        limits.override_paths(above, &["/api/old/".into()], Some(false), Vec::new()).unwrap();
        limits.override_folder(Folder::Below(b"new/".to_vec()), vec![change(20.0)]);
        limits.override_paths(Folder::Below(b"new/".to_vec()), &["/a.py".into()], None, vec![change(40.0)]).unwrap();
        assert!(limits.of(&RepoPath::from("old/a.py")).is_empty());
        assert_eq!(of(&limits, "new/a.py", "cognitive"), Some((Some(15.0), Some(40.0))));
        assert_eq!(of(&limits, "new/x/a.py", "cognitive"), Some((Some(15.0), Some(20.0))));
        assert_eq!(of(&limits, "newer/a.py", "cognitive"), Some((Some(15.0), Some(25.0))));
    }

    #[test]
    fn mistakes_get_a_suggestion() {
        assert!(LimitChange::parse("cognitve=3").is_err_and(|error| error.contains("cognitive")));
        assert!(LimitChange::parse("flie:sloc=3").is_err_and(|error| error.contains("file")));
        assert!(LimitChange::parse("cognitive").is_err());
        assert!(LimitChange::parse("cognitive=many").is_err());
        assert!(LimitChange::parse("cognitive=NaN").is_err());
        assert_eq!(LimitChange::parse("wmc=3").map(|change| change.subject), Ok(Subject::Class));
    }
}
