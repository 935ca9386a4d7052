//! The check stage: finds what differs from the base, has it measured (or takes it from the store) and judged, and finds
//! the line of each finding. With a base only files that differ are read and parsed; without one, all are.

mod sides;

use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use rayon::prelude::*;

use sides::Turn;

use super::base::{self, Bases, Detected};
use super::discovery::{Discovery, discovery, nothing_found};
use super::locate::locate;
use super::progress::{Progress, Verbosity};
use super::scan::{Analyzers, analyzers};
use crate::error::{Error, Result};
use crate::gate::baseline::{Baseline, note_stale};
use crate::gate::{self, FileVersion, Limits};
use crate::git::{self, CommitId};
use crate::lang::{Registry, is_line_only};
use crate::measure;
use crate::model::{Base, Check, ContentId, FailOn, Finding, RepoPath, Verdict};
use crate::store::Store;
use crate::walk::{Entry, WalkOptions};

/// What a check compares with.
pub enum Against<'a> {
    /// Nothing: everything is gated.
    Nothing,
    /// A revision, and who chose it.
    Revision(String, String),
    /// What the environment has_base of; nothing when it has_base of none.
    Detected(base::Environment<'a>),
}

/// The limits of a root, given the configuration files below it.
pub type LimitsOf<'a> = Box<dyn Fn(&[RepoPath]) -> Result<Limits> + Sync + 'a>;

/// What to check and how.
pub struct CheckOptions<'a> {
    /// The root folder or file.
    pub root: PathBuf,
    /// What is walked.
    pub walk: WalkOptions,
    /// The counting policy.
    pub policy: String,
    /// What must not be exceeded by one file to be measured.
    pub file_limits: measure::Limits,
    /// Threads; 0 is one a core.
    pub jobs: usize,
    /// What is said meanwhile.
    pub verbosity: Verbosity,
    /// What the gate allows.
    pub limits: LimitsOf<'a>,
    /// What fails it.
    pub fail_on: FailOn,
    /// The base.
    pub against: Against<'a>,
    /// Whether git may fetch a base that is not in this clone.
    pub fetch_base: bool,
    /// Accepted offenders.
    pub baseline: Baseline,
    /// The command that was typed, without its base.
    pub command: String,
}

/// Checks the root; with what was found there just now by the same walk, or else it is walked.
///
/// # Errors
/// Nothing to measure, a base that is not there, an exemption without a reason, or the user's interrupt.
pub fn check(
    registry: &Registry,
    store: Option<&Arc<dyn Store>>,
    options: &CheckOptions<'_>,
    discovered: Option<&Discovery>,
    cancelled: &AtomicBool,
) -> Result<Check> {
    let pool = super::scan::pool(options.jobs)?;
    pool.install(|| {
        let repository = git::Repository::discover(&options.root)?;
        let base = find_base(repository.as_ref(), options)?;
        let own;
        let Discovery { walked, index } = if let Some(discovered) = discovered {
            discovered
        } else {
            own = discovery(&options.root, &options.walk, registry)?;
            &own
        };
        // Of what is only counted nothing is judged: most of it is data, and no limit is meant for it.
        let entries: Vec<&Entry> = walked.entries.iter().filter(|entry| !is_line_only(entry.language)).collect();
        if entries.is_empty() && base.is_none() {
            return Err(nothing_found(&options.root, walked));
        }
        let mut work = Work::new(registry, store, options, cancelled);
        work.limits = (options.limits)(&walked.configs)?;
        work.analyzers = analyzers(registry, &walked.entries, &options.policy)?;
        work.index = index.as_ref();
        work.prefix = RepoPath::new(repository.as_ref().map_or(&[][..], git::Repository::prefix));
        match (repository, index, base) {
            (Some(repository), Some(index), Some((commit, base))) => {
                let before = repository.contents(commit, index)?;
                work.against_base(&repository, base, &before, &entries)
            }
            _ => work.against_nothing(&entries),
        }
    })
}

fn find_base(repository: Option<&git::Repository>, options: &CheckOptions<'_>) -> Result<Option<(CommitId, Base)>> {
    let Some(repository) = repository else {
        return match &options.against {
            Against::Nothing | Against::Detected(_) => Ok(None),
            Against::Revision(revision, by) => Err(Error::Undecided(format!(
                "cannot compare with base `{revision}` ({by}): this is not in a git work tree"
            ))),
        };
    };
    let bases = Bases { repository, fetch: options.fetch_base };
    match &options.against {
        Against::Nothing => Ok(None),
        Against::Revision(revision, by) => bases.parted_from(revision, by).map(Some),
        Against::Detected(environment) => match base::detect(bases, *environment)? {
            Detected::Base(commit, base) => Ok(Some((commit, base))),
            Detected::Everything | Detected::Nothing => Ok(None),
        },
    }
}

pub(super) struct Work<'a> {
    registry: &'a Registry,
    options: &'a CheckOptions<'a>,
    limits: Limits,
    analyzers: Analyzers,
    index: Option<&'a git::Index>,
    store: Option<&'a dyn Store>,
    cancelled: &'a AtomicBool,
    parsed: AtomicU64,
    prefix: RepoPath,
}

/// The findings of a file, and why it failed if it did.
type Found = (Vec<Finding>, Option<(RepoPath, String)>);

/// A file of a commit: path, language, whether it is denied that it is generated, content.
pub(super) type Past = (RepoPath, &'static str, bool, ContentId);

impl<'a> Work<'a> {
    pub(super) fn new(
        registry: &'a Registry,
        store: Option<&'a Arc<dyn Store>>,
        options: &'a CheckOptions<'a>,
        cancelled: &'a AtomicBool,
    ) -> Self {
        Work {
            registry,
            options,
            limits: Limits::default(),
            analyzers: Analyzers::new(),
            index: None,
            store: store.map(|store| store.as_ref() as &dyn Store),
            cancelled,
            parsed: AtomicU64::new(0),
            prefix: RepoPath::default(),
        }
    }

    fn against_nothing(&self, entries: &[&Entry]) -> Result<Check> {
        let progress = Progress::start("check", entries.len() as u64, self.options.verbosity);

        let turn = |entry: &&Entry| -> Result<Found> {
            progress.begin(&entry.path);
            let known = self.index.and_then(|index| index.content_id(&entry.path, &entry.stat));
            let result = match self.head(entry, known)? {
                Turn::SetAside => (Vec::new(), None),
                Turn::Failed(why) => (Vec::new(), Some((entry.path.clone(), why))),
                Turn::Measured(spaces, bytes) => {
                    let side = FileVersion { path: entry.path.clone(), spaces };
                    let mut findings = gate::everything(&self.limits, &side);
                    if !findings.is_empty() {
                        let bytes = bytes.or_else(|| entry.read(u64::MAX).ok()).unwrap_or_default();
                        locate(&mut findings, &side, &bytes, &|_| None)?;
                    }
                    (findings, None)
                }
            };
            progress.done(entry.stat.bytes);
            Ok(result)
        };
        let turns = entries.par_iter().map(turn).collect::<Result<Vec<_>>>()?;
        let (findings, failed): (Vec<_>, Vec<_>) = turns.into_iter().unzip();
        let findings = findings.into_iter().flatten().collect();
        let all = |_: &RepoPath| true;
        let gated = entries.len() as u64;
        self.conclude(None, findings, failed.into_iter().flatten().collect(), gated, Vec::new(), all)
    }

    fn against_base(
        &mut self,
        repository: &git::Repository,
        base: Base,
        before: &BTreeMap<RepoPath, ContentId>,
        entries: &[&Entry],
    ) -> Result<Check> {
        let contents = entries.par_iter().map(|entry| self.content(entry)).collect::<Result<Vec<_>>>()?;
        let mut changed: Vec<(&Entry, Option<ContentId>)> = Vec::new();
        for (&entry, content) in entries.iter().zip(contents) {
            if content.is_none() || before.get(&entry.path) != content.as_ref() {
                changed.push((entry, content));
            }
        }
        let mut gone = self.gone(repository, entries, before)?;
        // What merely moved is not a change.
        let mut moved: FxHashMap<ContentId, Vec<RepoPath>> = FxHashMap::default();
        gone.keys().for_each(|path| moved.entry(before[path]).or_default().push(path.clone()));
        changed.retain(|(entry, content)| {
            let is_new = !before.contains_key(&entry.path);
            let from = content.filter(|_| is_new).and_then(|content| moved.get_mut(&content)?.pop());
            from.as_ref().is_none_or(|from| gone.remove(from).is_none())
        });
        let mut past: Vec<Past> = Vec::new();
        for (entry, _) in &changed {
            if let Some(content) = before.get(&entry.path) {
                past.push((entry.path.clone(), entry.language, entry.generated_denied, *content));
            }
        }
        past.extend(gone.iter().map(|(path, (language, denied))| (path.clone(), *language, *denied, before[path])));
        self.add_analyzers(&past)?;
        let (head, failed, unknown) = self.heads(&changed)?;
        // Of what cannot be measured now, nothing can be said.
        past.retain(|(path, ..)| !unknown.contains(path));
        let past = self.bases(repository, &past)?;
        let mut findings = gate::compare(&self.limits, &head, &past);
        let text_of = |path: &RepoPath| before.get(path).and_then(|content| repository.blob(*content).ok());
        let by_path: FxHashMap<&RepoPath, &Entry> = changed.iter().map(|(entry, _)| (&entry.path, *entry)).collect();
        findings.sort_by(|a, b| a.path.cmp(&b.path));
        for group in findings.chunk_by_mut(|a, b| a.path == b.path) {
            let path = group[0].path.clone();
            let side = head.iter().find(|side| side.path == path);
            if let (Some(side), Some(entry)) = (side, by_path.get(&path)) {
                let bytes = entry.read(u64::MAX).unwrap_or_default();
                locate(group, side, &bytes, &text_of)?;
            }
        }
        let judged: BTreeSet<RepoPath> =
            changed.iter().map(|(entry, _)| entry.path.clone()).chain(gone.into_keys()).collect();
        let gated = judged.len() as u64;
        let deltas = gate::deltas(&head, &past);
        self.conclude(Some(base), findings, failed, gated, deltas, |path| judged.contains(path))
    }

    fn go_on(&self) -> Result<()> {
        if self.cancelled.load(Ordering::Relaxed) { Err(Error::Interrupted) } else { Ok(()) }
    }

    fn conclude(
        &self,
        base: Option<Base>,
        mut findings: Vec<Finding>,
        files_failed: Vec<(RepoPath, String)>,
        files_gated: u64,
        deltas: Vec<crate::model::Delta>,
        judged: impl Fn(&RepoPath) -> bool,
    ) -> Result<Check> {
        let today = jiff::Zoned::now().date().to_string();
        let stale = self.options.baseline.apply(&mut findings, &self.limits, &today, judged);
        gate::sort(&mut findings);
        let fails = findings.iter().any(|finding| finding.blocks(self.options.fail_on));
        let verdict = if fails { Verdict::Fail } else { Verdict::Pass };
        let commit = base.as_ref().map(|base| format!(" --base {}", base.commit)).unwrap_or_default();
        let mut check = Check {
            verdict,
            base,
            prefix: self.prefix.clone(),
            rules: self.limits.rules(),
            findings,
            stale: Vec::new(),
            files_gated,
            files_parsed: self.parsed.load(Ordering::Relaxed),
            files_failed,
            deltas,
            reproduce: format!("{}{commit}", self.options.command),
        };
        note_stale(&mut check, &stale);
        self.go_on()?;
        Ok(check)
    }
}
