//! Finds the base that a change is compared with, from a revision or from the environment of a CI
//! system and the event file that it names. Never guesses: a base that cannot be found is an error
//! with a hint that fixes the checkout.

use serde_json::Value;

use super::workspace::Workspace;
use crate::error::{Error, Result};
use crate::git::{CommitId, MergeBase, Repository};
use crate::model::Base;

/// The environment, by variable; empty counts as absent.
pub type Environment<'a> = &'a (dyn Fn(&str) -> Option<String> + Sync);

/// What a change may be compared with: the repository, and what may be done to have the base in it.
#[derive(Clone, Copy)]
pub struct Bases<'a> {
    /// Whose commits they are.
    pub repository: &'a Repository,
    /// Whether git may fetch a base that is named by its id and is not in this clone.
    pub fetch: bool,
}

impl Bases<'_> {
    /// The commit of a revision. `chosen_by` names where the revision came from.
    ///
    /// # Errors
    /// It is not in this clone: [`Error::Undecided`] with a hint that fixes the checkout.
    pub fn named(self, revision: &str, chosen_by: &str) -> Result<(CommitId, Base)> {
        self.at(revision, chosen_by, 1)
    }

    /// As [`Bases::named`], for a revision that lies this many commits back.
    fn at(self, revision: &str, chosen_by: &str, commits: usize) -> Result<(CommitId, Base)> {
        let repository = self.repository;
        // A commit at the border of a shallow clone names parents that are not there.
        let find = || repository.resolve(revision).and_then(|commit| repository.parents(commit).map(|_| commit));
        let commit = find().or_else(|error| match revision.parse() {
            Ok(id) if self.fetch => repository.fetch(id).and_then(|()| find()),
            _ => Err(error),
        });
        let commit =
            commit.map_err(|error| undecided(&error, revision, chosen_by, self.fix_hint(revision, commits)))?;
        let base = Base { commit: commit.to_string(), revision: revision.to_owned(), chosen_by: chosen_by.to_owned() };
        Ok((commit, base))
    }

    /// What a change is gated against when a revision is named: the merge base, so that later
    /// commits of the other branch neither fail the change nor excuse it. The revision itself where
    /// there is no merge base to be found: the histories are unrelated, or this clone is shallow.
    ///
    /// # Errors
    /// As [`Bases::named`].
    pub fn parted_from(self, revision: &str, chosen_by: &str) -> Result<(CommitId, Base)> {
        let (commit, base) = self.named(revision, chosen_by)?;
        let Some(head) = self.repository.head()?.commit else { return Ok((commit, base)) };
        match self.repository.merge_base(head, commit)? {
            MergeBase::Found(parted) if parted != commit => {
                let chosen_by = format!("merge base with {chosen_by}");
                Ok((parted, Base { commit: parted.to_string(), chosen_by, ..base }))
            }
            _ => Ok((commit, base)),
        }
    }

    /// How to give this clone a base that is so many commits back.
    fn fix_hint(self, revision: &str, commits: usize) -> String {
        let cut = |commit| self.repository.parents(commit).is_ok_and(|parents| parents.cut);
        let head_is_cut = self.repository.head().is_ok_and(|head| head.commit.is_some_and(cut));
        let lines = match self.repository.is_shallow() {
            Ok(false) => None,
            _ if head_is_cut && commits <= 1 => Some(ONE_MORE),
            _ => Some(ALL),
        };
        let by_id = revision.parse::<CommitId>().is_ok() && !self.fetch;
        match (lines, by_id) {
            (Some(lines), true) => format!("{lines}{OR_FETCH}"),
            (Some(lines), false) => lines.to_owned(),
            (None, true) => GONE.to_owned(),
            (None, false) => String::new(),
        }
    }
}

/// What to do when the base is not in the clone.
const ONE_MORE: &str =
    "\n\nGive the checkout the commit before, too:\n\n  - uses: actions/checkout@v7\n    with:\n      fetch-depth: 2\n";
const ALL: &str =
    "\n\nGive the checkout its history, too:\n\n  - uses: actions/checkout@v7\n    with:\n      fetch-depth: 0\n";
const OR_FETCH: &str = "\nOr let git fetch that one commit: --fetch-base\n";
/// All of history is there, and the commit is not: it was replaced.
const GONE: &str =
    "\n\nNo branch holds it (a force push?). Let git fetch it, --fetch-base, or name another base in ELCANO_BASE.\n";

fn undecided(error: &Error, revision: &str, chosen_by: &str, fix_hint: impl std::fmt::Display) -> Error {
    let why = error.chain().join(": ");
    Error::Undecided(format!("cannot compare with base `{revision}` ({chosen_by}): {why}{fix_hint}"))
}

/// What a change is to be compared with, as it was asked for.
#[derive(Clone)]
pub enum Against<'a> {
    /// Nothing: everything is gated.
    Nothing,
    /// A revision, and where it was named.
    Revision(String, String),
    /// What the environment names.
    Environment(Environment<'a>),
}

impl Against<'_> {
    /// Finds the base. `fetch`: git may fetch one that is named by its id and is not in this clone.
    ///
    /// # Errors
    /// A base is named, and is not in this clone; a revision is named outside of a work tree; a
    /// base is named by anything, and git cannot be read.
    pub fn find(&self, workspace: &Workspace<'_>, fetch: bool) -> Result<DetectedBase> {
        let fault = workspace.git_fault()?;
        let (Some(repository), None) = (workspace.repository(), fault) else {
            let undecided = |base: &str| {
                let why = fault.unwrap_or("this is not in a git work tree");
                Err(Error::Undecided(format!("cannot compare with {base}: {why}")))
            };
            return match self {
                Self::Revision(revision, by) => undecided(&format!("base `{revision}` ({by})")),
                Self::Environment(get) if fault.is_some() && names_base(*get) => {
                    undecided("the base that the environment names")
                }
                Self::Nothing | Self::Environment(_) => Ok(DetectedBase::Nothing),
            };
        };
        let bases = Bases { repository, fetch };
        let found = match self {
            Self::Nothing => DetectedBase::Nothing,
            Self::Revision(revision, by) => {
                let (commit, base) = bases.parted_from(revision, by)?;
                DetectedBase::Base(commit, base)
            }
            Self::Environment(environment) => detect(bases, *environment)?,
        };
        if let DetectedBase::Base(commit, base) = &found {
            tracing::debug!("found the base, commit {commit}: {}", base.chosen_by);
        }
        Ok(found)
    }
}

/// The base that the environment names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DetectedBase {
    /// This one.
    Base(CommitId, Base),
    /// There is nothing to compare with, and everything is new: the first push of a repository.
    Everything,
    /// It names none.
    Nothing,
}

impl DetectedBase {
    /// The base, if there is one.
    #[must_use]
    pub fn base(self) -> Option<(CommitId, Base)> {
        match self {
            Self::Base(commit, base) => Some((commit, base)),
            Self::Everything | Self::Nothing => None,
        }
    }
}

/// Whether the environment may name a base; which one it is takes a repository.
fn names_base(environment: Environment<'_>) -> bool {
    const VARIABLES: [&str; 5] =
        ["ELCANO_BASE", "GITHUB_EVENT_NAME", "CI_MERGE_REQUEST_DIFF_BASE_SHA", "CHANGE_TARGET", "CI_COMMIT_BEFORE_SHA"];
    VARIABLES.iter().any(|name| environment(name).is_some_and(|value| !value.is_empty()))
}

/// The base that the environment names: `ELCANO_BASE`, the merge that a pull request is checked out
/// as, the merge queue's base, the commit before a push, the merge base with the target branch.
/// Nothing outside of continuous integration, or for an event that has no base.
///
/// # Errors
/// A base is named, and is not in this clone.
pub fn detect(bases: Bases<'_>, environment: Environment<'_>) -> Result<DetectedBase> {
    let repository = bases.repository;
    let found = |(commit, base)| DetectedBase::Base(commit, base);
    let get = |name: &str| environment(name).filter(|value| !value.is_empty());
    let direct = |revision: &str, by: &str| bases.named(revision, by).map(found);
    if let Some(revision) = get("ELCANO_BASE") {
        return bases.parted_from(&revision, "ELCANO_BASE").map(found);
    }
    let event = event(get("GITHUB_EVENT_PATH").as_deref())?;
    let text = |pointer: &str| event.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    match get("GITHUB_EVENT_NAME").as_deref() {
        Some("pull_request" | "pull_request_target") => {
            if let Some(parent) = merged_into(repository, text("/pull_request/head/sha").as_deref())? {
                return direct(&parent, "pull_request: first parent of the merge commit");
            }
            if let Some(target) = get("GITHUB_BASE_REF").or_else(|| text("/pull_request/base/ref")) {
                return branched_from(repository, &target, "pull_request").map(found);
            }
        }
        Some("merge_group") => {
            if let Some(base) = text("/merge_group/base_sha") {
                return direct(&base, "merge_group: base_sha");
            }
        }
        Some("push") => {
            if let Some(before) = text("/before").filter(|before| before.bytes().any(|byte| byte != b'0')) {
                let commits = event.pointer("/commits").and_then(Value::as_array).map_or(1, Vec::len);
                return bases.at(&before, "push: before", commits).map(found);
            }
            if text("/before").is_some() {
                let main = text("/repository/default_branch");
                let own = get("GITHUB_REF_NAME");
                return match main.filter(|main| own.as_deref() != Some(main)) {
                    Some(main) => branched_from(repository, &main, "push of a new branch").map(found),
                    None => Ok(DetectedBase::Everything),
                };
            }
        }
        _ => {}
    }
    if let Some(base) = get("CI_MERGE_REQUEST_DIFF_BASE_SHA") {
        return direct(&base, "CI_MERGE_REQUEST_DIFF_BASE_SHA");
    }
    if let Some(target) = get("CHANGE_TARGET") {
        return branched_from(repository, &target, "CHANGE_TARGET").map(found);
    }
    let before = get("CI_COMMIT_BEFORE_SHA").filter(|before| before.bytes().any(|byte| byte != b'0'));
    before.map_or(Ok(DetectedBase::Nothing), |before| direct(&before, "CI_COMMIT_BEFORE_SHA"))
}

fn event(path: Option<&str>) -> Result<Value> {
    let Some(path) = path else { return Ok(Value::Null) };
    let text = std::fs::read_to_string(path).map_err(Error::io("reading the event in", path))?;
    serde_json::from_str(&text).map_err(|error| Error::Undecided(format!("the event in `{path}` is no JSON: {error}")))
}

/// What a pull request is merged into, when what is checked out is that merge and not the head of
/// the request itself.
fn merged_into(repository: &Repository, head_of_request: Option<&str>) -> Result<Option<String>> {
    let Some(head) = repository.head()?.commit else { return Ok(None) };
    let parents = repository.parents(head)?.ids;
    let [into, merged] = parents.as_slice() else { return Ok(None) };
    let is_merge = head_of_request.is_none_or(|request| request == merged.to_string());
    Ok(is_merge.then(|| into.to_string()))
}

fn branched_from(repository: &Repository, target: &str, event: &str) -> Result<(CommitId, Base)> {
    let by = format!("{event}: merge base with {target}");
    let remote = format!("origin/{target}");
    let fail = |error: Error| undecided(&error, &remote, &by, ALL);
    let theirs = repository.resolve(&remote).map_err(fail)?;
    let ours = repository.resolve("HEAD").map_err(fail)?;
    let why = match repository.merge_base(ours, theirs).map_err(fail)? {
        MergeBase::Found(commit) => {
            return Ok((commit, Base { commit: commit.to_string(), revision: remote, chosen_by: by }));
        }
        MergeBase::None => "the two have no history in common",
        MergeBase::Cut => "the history of this clone is cut (shallow) before the commit where the two part",
    };
    Err(undecided(&Error::Undecided(why.into()), &remote, &by, ALL))
}
