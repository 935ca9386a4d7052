//! Commits and how they are related. A clone may be shallow: where the answer depends on history
//! that is not there, that is the answer, never a guess. Merge bases are searched here and not by
//! the library, whose search was seen to end too early among commits of the same second, and does
//! not know where a clone is cut.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::rc::Rc;

use gix::ObjectId;
use rustc_hash::{FxHashMap, FxHashSet};

use super::{CommitId, Repository, failed};
use crate::error::{Error, Result};

/// The commits that a commit is based on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parents {
    /// As the commit records them.
    pub ids: Vec<CommitId>,
    /// They are not in this clone, for its history was cut here.
    pub cut: bool,
}

/// The best common ancestor of two commits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MergeBase {
    /// This one.
    Found(CommitId),
    /// The histories are unrelated.
    None,
    /// Unknown: the history of this clone is cut before it.
    Cut,
}

impl Repository {
    /// The commit that a revision names: `HEAD^1`, `origin/main`, a tag, an id or its beginning.
    ///
    /// # Errors
    /// A revision that names no commit of this clone ([`Error::Undecided`]).
    pub fn resolve(&self, revision: &str) -> Result<CommitId> {
        let unknown = |error: &dyn std::error::Error| {
            let causes = std::iter::successors(Some(error), |error| error.source());
            let reason = causes.last().map(ToString::to_string).unwrap_or_default();
            Error::Undecided(format!("revision `{revision}` names no commit of this clone: {reason}{}", self.hint()))
        };
        let id = self.inner.rev_parse_single(revision).map_err(|error| unknown(&error))?;
        let found = id.try_object().map_err(failed(|| format!("reading `{revision}`")))?;
        let object = found.ok_or_else(|| self.missing(&format!("`{revision}` ({id})")))?;
        object.peel_to_commit().map(|commit| CommitId(commit.id)).map_err(|error| unknown(&error))
    }

    /// The commits that a commit is based on.
    ///
    /// # Errors
    /// A commit that is not in this clone ([`Error::Undecided`]) or is damaged.
    pub fn parents(&self, commit: CommitId) -> Result<Parents> {
        let (_, ids) = self.facts(commit)?;
        let cut = !ids.is_empty() && self.border()?.contains(&commit.0);
        let ids = ids.into_iter().map(CommitId).collect();
        Ok(Parents { ids, cut })
    }

    /// Whether the history of this clone is cut.
    ///
    /// # Errors
    /// A list of where it is cut that cannot be read.
    pub fn is_shallow(&self) -> Result<bool> {
        self.border().map(|border| !border.is_empty())
    }

    /// The best common ancestor of two commits; of several equally good ones (criss-cross merges)
    /// the newest.
    ///
    /// # Errors
    /// A commit that is not in this clone ([`Error::Undecided`]) or is damaged.
    pub fn merge_base(&self, a: CommitId, b: CommitId) -> Result<MergeBase> {
        let (CommitId(a), CommitId(b)) = (a, b);
        let mut history = History { repository: self, border: self.border()?, known: FxHashMap::default() };
        let mut bases = history.common(a, b)?;
        if bases.len() > 1 {
            // One of them may be an ancestor of another, for what was painted last was not painted
            // to its end.
            let mut below = Vec::new();
            for base in &bases {
                below.extend(history.commit(*base)?.parents.iter().copied());
            }
            let below = history.reach(&below)?;
            bases.retain(|base| !below.contains(base));
        }
        let mut best = None;
        for base in bases {
            best = best.max(Some((history.commit(base)?.time, Reverse(base))));
        }
        let best = best.map(|(_, Reverse(base))| base);
        if !history.border.is_empty() {
            // What is cut off below the best is below it, too; anywhere else a better one may hide.
            let under_best = history.reach(best.as_slice())?;
            if history.reach(&[a, b])?.iter().any(|id| history.border.contains(id) && !under_best.contains(id)) {
                return Ok(MergeBase::Cut);
            }
        }
        Ok(best.map_or(MergeBase::None, |base| MergeBase::Found(CommitId(base))))
    }

    /// When a commit was made, in seconds since the epoch, and on what it is based.
    fn facts(&self, commit: CommitId) -> Result<(i64, Vec<ObjectId>)> {
        let problem = || format!("reading commit {commit}");
        let object = self.commit(commit)?;
        let decoded = object.decode().map_err(failed(problem))?;
        let time = decoded.time().map_err(failed(problem))?;
        Ok((time.seconds, decoded.parents().collect()))
    }

    /// The commits at which the history of this clone is cut.
    fn border(&self) -> Result<FxHashSet<ObjectId>> {
        let problem = || "reading where the history of this clone is cut".to_owned();
        let commits = self.inner.shallow_commits().map_err(failed(problem))?;
        Ok(commits.map(|commits| commits.iter().copied().collect()).unwrap_or_default())
    }

    /// A commit of this clone.
    pub(super) fn commit(&self, commit: CommitId) -> Result<gix::Commit<'_>> {
        let problem = || format!("reading commit {commit}");
        let found = self.inner.try_find_object(commit.0).map_err(failed(problem))?;
        let object = found.ok_or_else(|| self.missing(&format!("commit {commit}")))?;
        object.try_into_commit().map_err(failed(problem))
    }

    /// Something that is not in this clone.
    pub(super) fn missing(&self, what: &str) -> Error {
        Error::Undecided(format!("{what} is not in this clone{}", self.hint()))
    }

    /// What to do when something is not there.
    fn hint(&self) -> &'static str {
        let partial = || self.inner.config_snapshot().string("remote.origin.promisor").is_some();
        match self.border() {
            Ok(border) if !border.is_empty() => "; its history is cut (shallow): fetch with a greater depth",
            _ if partial() => "; it is partial, and nothing is fetched on demand: fetch without a filter",
            _ => "",
        }
    }
}

/// The history of this clone, as far as it was looked at.
struct History<'a> {
    repository: &'a Repository,
    border: FxHashSet<ObjectId>,
    known: FxHashMap<ObjectId, Rc<Known>>,
}

/// What the search needs of a commit.
struct Known {
    /// When it was committed; a hint for the order of the search, never trusted.
    time: i64,
    /// None at the border.
    parents: Vec<ObjectId>,
}

/// Colours of commits in the search: ancestor of one, of the other, of a common ancestor.
const ONE: u8 = 1;
const OTHER: u8 = 2;
const STALE: u8 = 4;

impl History<'_> {
    fn commit(&mut self, id: ObjectId) -> Result<Rc<Known>> {
        if let Some(known) = self.known.get(&id) {
            return Ok(Rc::clone(known));
        }
        let (time, parents) = self.repository.facts(CommitId(id))?;
        let parents = if self.border.contains(&id) { Vec::new() } else { parents };
        let known = Rc::new(Known { time, parents });
        self.known.insert(id, Rc::clone(&known));
        Ok(known)
    }

    /// All best common ancestors, and perhaps some that are ancestors of these: colours flow from
    /// both commits to their ancestors, the newest first, until nothing is left that is not below a
    /// common ancestor.
    fn common(&mut self, a: ObjectId, b: ObjectId) -> Result<Vec<ObjectId>> {
        let mut colours: FxHashMap<ObjectId, u8> = FxHashMap::default();
        let (mut queue, mut common) = (BinaryHeap::new(), Vec::new());
        for (id, colour) in [(a, ONE), (b, OTHER)] {
            *colours.entry(id).or_default() |= colour;
            queue.push((self.commit(id)?.time, id));
        }
        while queue.iter().any(|(_, id)| colours.get(id).is_some_and(|colour| colour & STALE == 0)) {
            let Some((_, id)) = queue.pop() else { break };
            let mut colour = colours.get(&id).copied().unwrap_or_default();
            if colour == ONE | OTHER {
                common.push(id);
                colour |= STALE;
            }
            for parent in &self.commit(id)?.parents {
                let painted = colours.entry(*parent).or_default();
                if *painted & colour != colour {
                    *painted |= colour;
                    queue.push((self.commit(*parent)?.time, *parent));
                }
            }
        }
        common.retain(|id| colours.get(id).is_some_and(|colour| colour & STALE == 0));
        common.sort_unstable();
        common.dedup();
        Ok(common)
    }

    /// The commits of this clone that can be reached, the starts included.
    fn reach(&mut self, starts: &[ObjectId]) -> Result<FxHashSet<ObjectId>> {
        let (mut seen, mut open) = (FxHashSet::default(), starts.to_vec());
        while let Some(id) = open.pop() {
            if seen.insert(id) {
                open.extend(self.commit(id)?.parents.iter().copied());
            }
        }
        Ok(seen)
    }
}
