//! The check: has what differs from a base measured, evaluates it, and finds the line of each
//! finding. With a base only files that differ are read; without one, all are. Never writes.

mod changes;

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use changes::Changes;

use super::locate::locate;
use super::measurer::{FileOutcome, Measurer, Origin};
use super::workspace::Workspace;
use crate::error::{Error, Result};
use crate::gate::baseline::{Baseline, note_stale};
use crate::gate::{self, FileVersion, Limits};
use crate::git::{self, CommitId};
use crate::lang::is_line_only;
use crate::measure::classify::classify;
use crate::model::{Base, Check, ContentId, FactsRecord, FailOn, Finding, Note, RepoPath, Skip, Verdict};
use crate::walk::Entry;

pub(super) use changes::{FileOfCommit, measure_commit};

/// The limits of a root, given the configuration files below it.
pub type LimitsOf<'a> = Box<dyn Fn(&[RepoPath]) -> Result<Limits> + Sync + 'a>;

/// By what a check evaluates.
pub struct GateOptions<'a> {
    /// What the gate allows.
    pub limits: LimitsOf<'a>,
    /// What fails it.
    pub fail_on: FailOn,
    /// Accepted offenders.
    pub baseline: Baseline,
    /// The command that was typed, without its base.
    pub command: String,
}

/// Checks a workspace, against a base if there is one. `contents`: the content of each of its
/// files, where a scan just found them.
///
/// # Errors
/// Nothing to measure, a suppression without a reason, or the user's interrupt.
pub fn check(
    workspace: &Workspace<'_>,
    measurer: &Measurer<'_>,
    gate: &GateOptions<'_>,
    base: Option<(CommitId, Base)>,
    contents: Option<&[Option<ContentId>]>,
) -> Result<Check> {
    let walked = workspace.files()?;
    // Line-only languages are not gated: most of them are data, and no limit is meant for them.
    let is_gated = |entry: &Entry| !is_line_only(entry.detected.language);
    if base.is_none() && !walked.entries.iter().any(is_gated) {
        return Err(workspace.nothing_found()?);
    }
    let limits = (gate.limits)(&walked.configs)?;
    let check = Evaluation { workspace, measurer, gate, limits };
    let entries: Vec<&Entry> = walked.entries.iter().filter(|entry| is_gated(entry)).collect();
    let Some((commit, base)) = base else { return check.against_nothing(&entries) };
    let (Some(repository), Some(index)) = (workspace.repository(), workspace.index()?) else {
        let why = workspace.git_fault()?.unwrap_or("this is not in a git work tree");
        return Err(Error::Undecided(format!("cannot compare with commit {commit}: {why}")));
    };
    let before = repository.contents(commit, index)?;
    let known = contents.filter(|contents| contents.len() == walked.entries.len());
    let known = known.map(|contents| {
        let all = walked.entries.iter().zip(contents);
        all.filter(|(entry, _)| is_gated(entry)).map(|(_, content)| *content).collect()
    });
    let now = known.map_or_else(|| contents_of(measurer, &entries), Ok)?;
    let changes = Changes::find(workspace, repository, &before, &entries, &now)?;
    check.against_base(repository, base, &before, &changes)
}

/// The content of each file; None where it cannot be read.
fn contents_of(measurer: &Measurer<'_>, entries: &[&Entry]) -> Result<Vec<Option<ContentId>>> {
    entries.par_iter().map(|entry| measurer.content(entry)).collect()
}

struct Evaluation<'a> {
    workspace: &'a Workspace<'a>,
    measurer: &'a Measurer<'a>,
    gate: &'a GateOptions<'a>,
    limits: Limits,
}

/// What an evaluation came to, before the baseline is applied.
#[derive(Default)]
struct CheckDraft {
    base: Option<Base>,
    findings: Vec<Finding>,
    files_failed: Vec<(RepoPath, String)>,
    /// Files whose content is not here.
    pointers: BTreeSet<RepoPath>,
    files_gated: u64,
    files_parsed: u64,
    deltas: Vec<crate::model::Delta>,
}

impl CheckDraft {
    /// Takes note of a file whose content shows that it is not to be measured.
    fn skipped(&mut self, path: &RepoPath, facts: &FactsRecord) {
        if facts.skip == Some(Skip::LfsPointer) {
            self.pointers.insert(path.clone());
        }
    }
}

impl Evaluation<'_> {
    fn against_nothing(&self, entries: &[&Entry]) -> Result<Check> {
        let Self { measurer, limits, .. } = self;
        let progress = measurer.monitor().progress("check", entries.len() as u64);
        let one = |entry: &&Entry| -> Result<CheckDraft> {
            progress.begin(&entry.path);
            let outcome = measurer.file(entry)?;
            let mut one = CheckDraft {
                files_parsed: u64::from(outcome.origin() == Some(Origin::Parsed)),
                ..CheckDraft::default()
            };
            match outcome {
                FileOutcome::Skipped(facts) => one.skipped(&entry.path, &facts),
                FileOutcome::Failed(note, _) => one.files_failed.push((entry.path.clone(), described(&note))),
                FileOutcome::Measured(facts, _) => {
                    let version = FileVersion { path: entry.path.clone(), spaces: facts.spaces };
                    one.findings = gate::everything(limits, &version);
                    if !one.findings.is_empty() {
                        match entry.read(u64::MAX) {
                            Ok(bytes) => locate(&mut one.findings, &version, &bytes, &|_| None)?,
                            Err(note) => one.files_failed.push((entry.path.clone(), described(&note))),
                        }
                    }
                }
            }
            progress.done(entry.stat.bytes);
            Ok(one)
        };
        let mut all = CheckDraft { files_gated: entries.len() as u64, ..CheckDraft::default() };
        for one in entries.par_iter().map(one).collect::<Result<Vec<_>>>()? {
            all.findings.extend(one.findings);
            all.files_failed.extend(one.files_failed);
            all.pointers.extend(one.pointers);
            all.files_parsed += one.files_parsed;
        }
        self.conclude(all, |_| true)
    }

    fn against_base(
        &self,
        repository: &git::Repository,
        base: Base,
        before: &BTreeMap<RepoPath, ContentId>,
        changes: &Changes<'_>,
    ) -> Result<Check> {
        let measurer = self.measurer;
        let outcomes = changes.now.par_iter().map(|(entry, content)| measurer.file_of(entry, *content));
        let outcomes = outcomes.collect::<Result<Vec<_>>>()?;
        let mut all = CheckDraft { base: Some(base), ..CheckDraft::default() };
        let (mut head, mut unknown) = (Vec::new(), BTreeSet::new());
        for ((entry, _), outcome) in changes.now.iter().zip(outcomes) {
            all.files_parsed += u64::from(outcome.origin() == Some(Origin::Parsed));
            match outcome {
                FileOutcome::Measured(facts, _) => {
                    head.push(FileVersion { path: entry.path.clone(), spaces: facts.spaces });
                }
                FileOutcome::Skipped(facts) => {
                    all.skipped(&entry.path, &facts);
                    unknown.insert(&entry.path);
                }
                FileOutcome::Failed(note, _) => {
                    unknown.insert(&entry.path);
                    all.files_failed.push((entry.path.clone(), described(&note)));
                }
            }
        }
        // A file that cannot be measured now has no comparison.
        let base_files: Vec<&FileOfCommit> =
            changes.before.iter().filter(|file| !unknown.contains(&file.path)).collect();
        let committed = measure_commit(measurer, repository, &base_files)?;
        all.files_parsed += committed.parsed;
        // A file that the base has as a pointer alone has no comparison, either, if it still is one
        // for git; else it is new.
        let lasting = committed.pointers.into_iter().filter(|path| self.is_pointer(repository, path));
        all.pointers.extend(lasting);
        head.retain(|version| !all.pointers.contains(&version.path));
        all.findings = gate::compare(&self.limits, &head, &committed.versions);
        let unread = self.locate_all(&mut all.findings, repository, before, changes, &head)?;
        all.files_failed.extend(unread);
        let gated: BTreeSet<&RepoPath> =
            changes.now.iter().map(|(entry, _)| &entry.path).chain(changes.gone.iter()).collect();
        all.files_gated = gated.len() as u64;
        all.deltas = gate::deltas(&head, &committed.versions);
        self.conclude(all, |path| gated.contains(path))
    }

    /// Finds the line of each finding, file by file; gives the files that cannot be read any more,
    /// whose findings stay on the first line of their spaces.
    fn locate_all(
        &self,
        findings: &mut [Finding],
        repository: &git::Repository,
        before: &BTreeMap<RepoPath, ContentId>,
        changes: &Changes<'_>,
        head: &[FileVersion],
    ) -> Result<Vec<(RepoPath, String)>> {
        let text_of = |path: &RepoPath| {
            let text = repository.blob(*before.get(path)?);
            text.inspect_err(|error| tracing::warn!("{path}: lines are not compared: {}", error.chain().join(": ")))
                .ok()
        };
        let mut unread = Vec::new();
        let entries: BTreeMap<&RepoPath, &Entry> = changes.now.iter().map(|(entry, _)| (&entry.path, *entry)).collect();
        findings.sort_by(|a, b| a.path.cmp(&b.path));
        for group in findings.chunk_by_mut(|a, b| a.path == b.path) {
            self.measurer.monitor().go_on()?;
            let path = group[0].path.clone();
            let version = head.iter().find(|version| version.path == path);
            if let (Some(version), Some(entry)) = (version, entries.get(&path)) {
                match entry.read(u64::MAX) {
                    Ok(bytes) => locate(group, version, &bytes, &text_of)?,
                    Err(note) => unread.push((path, described(&note))),
                }
            }
        }
        Ok(unread)
    }

    /// Whether a file of the work tree is a pointer of Git LFS to git, whatever is on disk.
    fn is_pointer(&self, repository: &git::Repository, path: &RepoPath) -> bool {
        let index = self.workspace.index().ok().flatten();
        let bytes = index.and_then(|index| repository.indexed_blob(index, path));
        bytes.is_some_and(|bytes| classify(&bytes) == Some(Skip::LfsPointer))
    }

    fn conclude(&self, mut all: CheckDraft, was_gated: impl Fn(&RepoPath) -> bool) -> Result<Check> {
        // What the walk could not look at is no part of what was evaluated.
        let notes = self.workspace.files()?.notes.iter();
        all.files_failed.extend(notes.map(|(path, note)| (path.clone(), described(note))));
        let absent = self.workspace.index()?.map(git::Index::absent).unwrap_or_default();
        let counts = [(Skip::Absent, absent.len() as u64), (Skip::LfsPointer, all.pointers.len() as u64)];
        let failed = all.files_failed.iter().map(|(path, _)| path.clone());
        let unseen: BTreeSet<RepoPath> = failed.chain(absent.iter().cloned()).chain(all.pointers).collect();
        let mut check = Check {
            verdict: Verdict::Pass,
            base: all.base,
            prefix: self.workspace.prefix(),
            rules: self.limits.rules(),
            findings: all.findings,
            stale: Vec::new(),
            files_gated: all.files_gated,
            files_parsed: all.files_parsed,
            files_failed: all.files_failed,
            skipped: counts.into_iter().filter(|(_, count)| *count > 0).collect(),
            unseen,
            deltas: all.deltas,
            reproduce: self.gate.command.clone(),
        };
        let today = jiff::Zoned::now().date().to_string();
        let mut findings = std::mem::take(&mut check.findings);
        let was_seen = |path: &RepoPath| was_gated(path) && !check.is_unseen(path);
        let stale = self.gate.baseline.apply(&mut findings, &self.limits, &today, was_seen);
        gate::sort(&mut findings);
        if findings.iter().any(|finding| finding.blocks(self.gate.fail_on)) {
            check.verdict = Verdict::Fail;
        }
        check.findings = findings;
        if let Some(base) = &check.base {
            check.reproduce += &format!(" --base {}", base.commit);
        }
        note_stale(&mut check, &stale);
        self.measurer.monitor().go_on()?;
        Ok(check)
    }
}

fn described(note: &Note) -> String {
    if note.detail.is_empty() { note.kind.to_string() } else { format!("{}: {}", note.kind, note.detail) }
}
