//! The two sides of a check: files of the work tree and of a commit, measured or taken from the store, on all cores.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use rayon::prelude::*;

use super::{Past, Work};
use crate::error::{Error, Result};
use crate::gate::FileVersion;
use crate::git;
use crate::lang::is_line_only;
use crate::measure::{Analyzer, Options};
use crate::model::{ContentId, Level, NoteKind, RepoPath, Skip, Space};
use crate::pipeline::scan::add_analyzer;
use crate::walk::{self, Entry};

/// What is known of a file after its turn.
pub(super) enum Turn {
    /// Its spaces, and its bytes when they were read.
    Measured(Vec<Space>, Option<Vec<u8>>),
    /// Its content says that it is not to be measured.
    SetAside,
    /// It could not be measured.
    Failed(String),
}

impl Work<'_> {
    /// The content of a file on disk; none when it cannot be read.
    pub(super) fn content(&self, entry: &Entry) -> Result<Option<ContentId>> {
        self.go_on()?;
        let known = self.index.and_then(|index| index.content_id(&entry.path, &entry.stat));
        let read = || entry.read(self.options.file_limits.file_bytes_max).ok().map(|bytes| ContentId::of(&bytes));
        Ok(known.or_else(read))
    }

    /// Files of the base that are no longer there, as they would be measured. Those that are there and are not walked are
    /// none of the gate's business.
    pub(super) fn gone(
        &self,
        repository: &git::Repository,
        entries: &[&Entry],
        before: &BTreeMap<RepoPath, ContentId>,
    ) -> Result<BTreeMap<RepoPath, (&'static str, bool)>> {
        let mut gone = BTreeMap::new();
        if !self.options.root.is_dir() {
            return Ok(gone);
        }
        let mut rules = walk::Rules::new(&self.options.root, &self.options.walk, self.registry)?;
        let walked: BTreeSet<&RepoPath> = entries.iter().map(|entry| &entry.path).collect();
        for (path, content) in before.iter().filter(|(path, _)| !walked.contains(*path)) {
            if on_disk(&self.options.root, path).symlink_metadata().is_err()
                && let Some(found) = rules.language(path, &|| repository.blob(*content))?
                && !is_line_only(found.0)
            {
                gone.insert(path.clone(), found);
            }
        }
        Ok(gone)
    }

    pub(in crate::pipeline) fn add_analyzers(&mut self, past: &[Past]) -> Result<()> {
        for (_, language, denied, _) in past {
            add_analyzer(&mut self.analyzers, self.registry, (*language, *denied), &self.options.policy)?;
        }
        Ok(())
    }

    /// The files of the head: what was measured, what could not be, and every path of which nothing can be said.
    #[expect(clippy::type_complexity, reason = "three lists of one pass")]
    pub(super) fn heads(
        &self,
        changed: &[(&Entry, Option<ContentId>)],
    ) -> Result<(Vec<FileVersion>, Vec<(RepoPath, String)>, BTreeSet<RepoPath>)> {
        let turns = changed.par_iter().map(|(entry, content)| self.head(entry, *content));
        let turns = turns.collect::<Result<Vec<_>>>()?;
        let (mut sides, mut failed, mut unknown) = (Vec::new(), Vec::new(), BTreeSet::new());
        for ((entry, _), turn) in changed.iter().zip(turns) {
            match turn {
                Turn::Measured(spaces, _) => sides.push(FileVersion { path: entry.path.clone(), spaces }),
                Turn::SetAside => {
                    unknown.insert(entry.path.clone());
                }
                Turn::Failed(why) => {
                    unknown.insert(entry.path.clone());
                    failed.push((entry.path.clone(), why));
                }
            }
        }
        Ok((sides, failed, unknown))
    }

    /// The files of a commit, measured; those that cannot be are left out.
    pub(in crate::pipeline) fn bases(&self, repository: &git::Repository, past: &[Past]) -> Result<Vec<FileVersion>> {
        // Objects are read on one thread and measured on all: in portions, so that memory stays bounded.
        const PORTION: usize = 256;
        let mut sides = Vec::new();
        for portion in past.chunks(PORTION) {
            let mut open = Vec::new();
            for (path, language, denied, content) in portion {
                let analyzer = &self.analyzers[&(*language, *denied)];
                match self.stored(*content, analyzer)? {
                    Some(Turn::Measured(spaces, _)) => sides.push(FileVersion { path: path.clone(), spaces }),
                    Some(_) => {}
                    None => open.push((path, analyzer, *content, repository.blob(*content)?)),
                }
            }
            let measured = open.into_par_iter().map(|(path, analyzer, content, bytes)| {
                self.go_on()?;
                let turn = self.measured(analyzer, content, bytes);
                Ok(if let Turn::Measured(spaces, _) = turn {
                    Some(FileVersion { path: path.clone(), spaces })
                } else {
                    None
                })
            });
            sides.extend(measured.collect::<Result<Vec<_>>>()?.into_iter().flatten());
        }
        sides.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(sides)
    }

    pub(super) fn head(&self, entry: &Entry, known: Option<ContentId>) -> Result<Turn> {
        self.go_on()?;
        let analyzer = &self.analyzers[&(entry.language, entry.generated_denied)];
        if let Some(content) = known
            && let Some(turn) = self.stored(content, analyzer)?
        {
            return Ok(turn);
        }
        let bytes = match entry.read(self.options.file_limits.file_bytes_max) {
            Ok(bytes) => bytes,
            Err(note) => return Ok(Turn::Failed(described(note.kind, &note.detail))),
        };
        let content = ContentId::of(&bytes);
        if known != Some(content)
            && let Some(turn) = self.stored(content, analyzer)?
        {
            return Ok(turn);
        }
        Ok(self.measured(analyzer, content, bytes))
    }

    fn stored(&self, content: ContentId, analyzer: &Analyzer) -> Result<Option<Turn>> {
        let Some(store) = self.store else { return Ok(None) };
        match store.facts(content, analyzer.id()) {
            Ok(facts) => Ok(facts.map(|facts| turn(facts.skip, facts.spaces, &facts.notes, None))),
            // A store spares parsing, and nothing depends on it.
            Err(error @ (Error::Store { .. } | Error::Record { .. })) => {
                tracing::warn!("measured anew: {}", error.chain().join(": "));
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    fn measured(&self, analyzer: &Analyzer, content: ContentId, bytes: Vec<u8>) -> Turn {
        let options = Options { level: Level::Metrics, limits: self.options.file_limits };
        let facts = analyzer.measure(content, &bytes, options);
        if facts.skip.is_none() {
            self.parsed.fetch_add(1, Ordering::Relaxed);
        }
        turn(facts.skip, facts.spaces, &facts.notes, Some(bytes))
    }
}

fn turn(skip: Option<Skip>, spaces: Vec<Space>, notes: &[crate::model::Note], bytes: Option<Vec<u8>>) -> Turn {
    match (skip, spaces.is_empty(), notes.last()) {
        (Some(_), ..) => Turn::SetAside,
        (None, false, _) => Turn::Measured(spaces, bytes),
        (None, true, Some(note)) => Turn::Failed(described(note.kind, &note.detail)),
        (None, true, None) => Turn::Failed("it gave no facts".into()),
    }
}

fn described(kind: NoteKind, detail: &str) -> String {
    if detail.is_empty() { kind.to_string() } else { format!("{kind}: {detail}") }
}

pub(super) fn on_disk(root: &Path, path: &RepoPath) -> PathBuf {
    use std::os::unix::ffi::OsStrExt as _;
    root.join(std::ffi::OsStr::from_bytes(path.as_bytes()))
}
