//! The one way of one file: the index knows its content id, the store knows its facts; else it is
//! read, hashed and measured. Used by every command that measures. Never walks and never finds a
//! base: it is given files.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError, RwLock};

use crate::error::{Error, Result};
use crate::git::{self, IndexedContent};
use crate::isolate::{Isolation, Subject};
use crate::lang::{LineOnly, Registry};
use crate::measure::{Analyzer, Options};
use crate::metric::Trace;
use crate::model::{
    AnalyzerId, AstRecord, CfgRecord, ChunkRecord, ContentId, FactsRecord, FileFacts, Note, NoteKind, Skip,
};
use crate::store::{Record, Sender, Store};
use crate::walk::{Detected, Entry};

use super::progress::Monitor;
use super::recheck::{Recheck, Verdict, compare};

/// Where facts came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The file was parsed now.
    Parsed,
    /// The store knew them.
    Stored,
}

/// What became of a file.
#[derive(Debug)]
pub enum FileOutcome {
    /// It has numbers.
    Measured(FactsRecord, Origin),
    /// Its content shows that it is not to be measured; the facts hold the reason.
    Skipped(FactsRecord),
    /// It could not be measured. With facts if it could be read.
    Failed(Note, Option<(FactsRecord, Origin)>),
}

/// What to do when the store cannot give a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreFault {
    /// The run fails: it keeps its facts there.
    Fails,
    /// The file is parsed, with a warning: the store only spares parsing.
    Warns,
}

/// Measures files of a work tree and of commits, on any thread.
pub struct Measurer<'a> {
    registry: &'a Registry,
    policy: &'a str,
    options: Options,
    monitor: Monitor<'a>,
    analyzers: RwLock<Analyzers>,
    index: Option<&'a git::Index>,
    store: Option<(&'a dyn Store, StoreFault)>,
    sender: Option<Sender>,
    recheck: Option<Recheck>,
    isolation: Option<&'a Isolation>,
}

type Analyzers = BTreeMap<Detected, Arc<Analyzer>>;

impl<'a> Measurer<'a> {
    /// A measurer that parses all it is given.
    #[must_use]
    pub fn new(registry: &'a Registry, policy: &'a str, options: Options, monitor: Monitor<'a>) -> Self {
        let analyzers = RwLock::default();
        let (index, store, sender) = (None, None, None);
        let (recheck, isolation) = (None, None);
        Self { registry, policy, options, monitor, analyzers, index, store, sender, recheck, isolation }
    }

    /// Takes content ids of unchanged files from the index.
    #[must_use]
    pub fn with_index(self, index: Option<&'a git::Index>) -> Self {
        Self { index, ..self }
    }

    /// Takes facts that a store knows.
    #[must_use]
    pub fn with_store(self, store: Option<&'a dyn Store>, fault: StoreFault) -> Self {
        Self { store: store.map(|store| (store, fault)), ..self }
    }

    /// Sends new facts, and what the level keeps beside them, to a writer.
    #[must_use]
    pub fn with_sender(self, sender: Sender) -> Self {
        Self { sender: Some(sender), ..self }
    }

    /// Measures a share of what the store knows again, and compares.
    #[must_use]
    pub fn with_recheck(self, recheck: Option<Recheck>) -> Self {
        Self { recheck, ..self }
    }

    /// Measures in supervised processes.
    #[must_use]
    pub fn with_isolation(self, isolation: Option<&'a Isolation>) -> Self {
        Self { isolation, ..self }
    }

    /// What is kept, and what must not be exceeded.
    #[must_use]
    pub fn options(&self) -> Options {
        self.options
    }

    /// What is shown and heeded meanwhile.
    #[must_use]
    pub fn monitor(&self) -> Monitor<'a> {
        self.monitor
    }

    /// The analyzer of a language.
    ///
    /// # Errors
    /// An unknown language or policy, or a spec that does not fit its grammar.
    pub fn analyzer(&self, detected: Detected) -> Result<Arc<Analyzer>> {
        if let Some(known) = self.analyzers.read().unwrap_or_else(PoisonError::into_inner).get(&detected) {
            return Ok(Arc::clone(known));
        }
        let analyzer = Analyzer::new(self.registry, detected.language, self.policy)?;
        let analyzer = Arc::new(if detected.generated { analyzer.with_generated() } else { analyzer });
        let mut known = self.analyzers.write().unwrap_or_else(PoisonError::into_inner);
        Ok(Arc::clone(known.entry(detected).or_insert(analyzer)))
    }

    /// What facts depend on besides the bytes, over all analyzers that were asked for.
    #[must_use]
    pub fn fingerprint(&self) -> AnalyzerId {
        fingerprint(self.analyzers.read().unwrap_or_else(PoisonError::into_inner).values().map(AsRef::as_ref))
    }

    /// The content id of a file on disk. None when it cannot be read.
    ///
    /// # Errors
    /// The user's interrupt, or the store's failure.
    pub fn content(&self, entry: &Entry) -> Result<Option<ContentId>> {
        self.monitor.go_on()?;
        let read = || entry.read(self.options.limits.file_bytes_max).ok().map(|bytes| ContentId::of(&bytes));
        Ok(self.indexed(entry)?.0.or_else(read))
    }

    /// A file of the work tree.
    ///
    /// # Errors
    /// The user's interrupt, or the failure of the store or its writer.
    pub fn file(&self, entry: &Entry) -> Result<FileOutcome> {
        self.monitor.go_on()?;
        match self.indexed(entry)? {
            (_, Some(outcome)) => self.rechecked(entry.detected, outcome, &entry.path, || self.read(entry)),
            (known, None) => self.file_of(entry, known),
        }
    }

    /// The content of a file that the index knows; with the stored facts where their length was needed
    /// to be sure.
    fn indexed(&self, entry: &Entry) -> Result<(Option<ContentId>, Option<FileOutcome>)> {
        match self.index.and_then(|index| index.content(&entry.path, &entry.stat)) {
            Some(IndexedContent::Same(content)) => Ok((Some(content), None)),
            Some(IndexedContent::SameIfSameLength(content)) => {
                let stored = self.stored(entry.detected, content)?;
                let stored = stored.filter(|outcome| outcome.has_length(entry.stat.bytes));
                Ok((stored.as_ref().map(|_| content), stored))
            }
            None => Ok((None, None)),
        }
    }

    /// A file of the work tree whose content may be known already.
    ///
    /// # Errors
    /// As [`Measurer::file`].
    pub fn file_of(&self, entry: &Entry, known: Option<ContentId>) -> Result<FileOutcome> {
        self.monitor.go_on()?;
        if let Some(content) = known
            && let Some(outcome) = self.stored(entry.detected, content)?
        {
            return self.rechecked(entry.detected, outcome, &entry.path, || self.read(entry));
        }
        let bytes = match entry.read(self.options.limits.file_bytes_max) {
            Ok(bytes) => bytes,
            Err(note) => return Ok(FileOutcome::Failed(note, None)),
        };
        let content = ContentId::of(&bytes);
        if known == Some(content) {
            return self.parse(entry.detected, content, &bytes);
        }
        match self.stored(entry.detected, content)? {
            Some(outcome) => self.rechecked(entry.detected, outcome, &entry.path, || Some(bytes)),
            None => self.parse(entry.detected, content, &bytes),
        }
    }

    /// The bytes of a file, if it can be read still.
    fn read(&self, entry: &Entry) -> Option<Vec<u8>> {
        entry.read(self.options.limits.file_bytes_max).ok()
    }

    /// A content that was read, from a commit or from anywhere else.
    ///
    /// # Errors
    /// As [`Measurer::file`].
    pub fn blob(&self, detected: Detected, content: ContentId, bytes: &[u8]) -> Result<FileOutcome> {
        self.monitor.go_on()?;
        self.stored(detected, content)?.map_or_else(|| self.parse(detected, content, bytes), Ok)
    }

    /// What the store knows of a content, if it knows all that is to be kept.
    ///
    /// # Errors
    /// The store's failure, where that is to be one.
    pub fn stored(&self, detected: Detected, content: ContentId) -> Result<Option<FileOutcome>> {
        let Some((store, fault)) = self.store else { return Ok(None) };
        match store.facts(content, self.analyzer(detected)?.id()) {
            Ok(facts) => {
                let facts = facts.filter(|facts| facts.level >= self.options.level);
                Ok(facts.map(|facts| FileOutcome::of(facts, Origin::Stored)))
            }
            Err(error @ (Error::Store { .. } | Error::Record { .. })) if fault == StoreFault::Warns => {
                tracing::warn!("measured anew: {}", error.chain().join(": "));
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// What the store knows of a content, measured again and compared where chance has it. What
    /// another machine could not measure, and this one can, is taken from this one.
    ///
    /// # Errors
    /// [`Error::Store`]: the two differ, and the store is wrong.
    pub(super) fn rechecked(
        &self,
        detected: Detected,
        outcome: FileOutcome,
        name: &dyn std::fmt::Display,
        bytes: impl FnOnce() -> Option<Vec<u8>>,
    ) -> Result<FileOutcome> {
        let (Some(recheck), Some((store, _)), Some(known)) = (self.recheck, self.store, outcome.facts()) else {
            return Ok(outcome);
        };
        if !recheck.takes(known.content) {
            return Ok(outcome);
        }
        // A file that was changed meanwhile is one for the next run.
        let Some(bytes) = bytes().filter(|bytes| ContentId::of(bytes) == known.content) else { return Ok(outcome) };
        let options = Options { level: known.level, ..self.options };
        let (facts, beside) = records(self.measure(detected, known.content, &bytes, options)?);
        match compare(store, known, &facts, &beside, &bytes)? {
            Verdict::Same => Ok(outcome),
            Verdict::Measurable => self.parse(detected, known.content, &bytes),
            Verdict::Differs(family, how) => Err(Error::Store {
                store: store.url().to_string(),
                problem: format!(
                    "it is wrong and cannot be believed: measured again, `{name}` has other {family} ({how}); remove it, or \
                     name another store"
                ),
                source: None,
            }),
        }
    }

    /// Measures a content.
    ///
    /// # Errors
    /// The user's interrupt, the writer's failure, or that of a process that measures.
    pub fn parse(&self, detected: Detected, content: ContentId, bytes: &[u8]) -> Result<FileOutcome> {
        let (facts, beside) = records(self.measure(detected, content, bytes, self.options)?);
        if let Some(sender) = &self.sender {
            sender.send(std::iter::once(Record::Facts(facts.clone())).chain(beside).collect())?;
        }
        Ok(FileOutcome::of(facts, Origin::Parsed))
    }

    /// The facts of a content, by this process or by one that is supervised.
    fn measure(&self, detected: Detected, content: ContentId, bytes: &[u8], options: Options) -> Result<FileFacts> {
        let (analyzer, cancelled) = (self.analyzer(detected)?, self.monitor.cancelled);
        let facts = match self.isolation {
            Some(isolation) => {
                let Detected { language, generated, .. } = detected;
                let subject = Subject { language, policy: self.policy, generated, content, bytes };
                isolation.measure(&analyzer, subject, options, cancelled)?
            }
            None => analyzer.measure_until(content, bytes, options, None, Some(cancelled)),
        };
        // A file that was given up for the user's sake is not to be remembered as one that failed.
        self.monitor.go_on()?;
        Ok(facts)
    }

    /// Measures a content and follows one metric of one of its spaces on the way.
    ///
    /// # Errors
    /// As [`Measurer::analyzer`]; or the user's interrupt.
    pub fn trace(&self, detected: Detected, content: ContentId, bytes: &[u8], trace: &mut Trace) -> Result<FileFacts> {
        let (analyzer, cancelled) = (self.analyzer(detected)?, self.monitor.cancelled);
        let facts = analyzer.measure_until(content, bytes, self.options, Some(trace), Some(cancelled));
        self.monitor.go_on()?;
        Ok(facts)
    }
}

impl FileOutcome {
    fn of(facts: FactsRecord, origin: Origin) -> Self {
        if facts.skip.is_some() {
            return Self::Skipped(facts);
        }
        if !facts.spaces.is_empty() {
            return Self::Measured(facts, origin);
        }
        let nothing = || Note::new(NoteKind::Panicked, "it gave no facts");
        Self::Failed(facts.notes.last().cloned().unwrap_or_else(nothing), Some((facts, origin)))
    }

    /// The facts, if there are any.
    #[must_use]
    pub fn facts(&self) -> Option<&FactsRecord> {
        match self {
            Self::Measured(facts, _) | Self::Skipped(facts) | Self::Failed(_, Some((facts, _))) => Some(facts),
            Self::Failed(_, None) => None,
        }
    }

    /// Whether the content has this length.
    fn has_length(&self, bytes: u64) -> bool {
        self.facts().is_some_and(|facts| facts.bytes == bytes)
    }

    /// Where the facts came from; None for a file that was skipped or could not be read.
    #[must_use]
    pub fn origin(&self) -> Option<Origin> {
        match self {
            Self::Measured(_, origin) | Self::Failed(_, Some((_, origin))) => Some(*origin),
            Self::Skipped(_) | Self::Failed(_, None) => None,
        }
    }

    /// Why it is not measured, if its content shows that.
    #[must_use]
    pub fn skip(&self) -> Option<Skip> {
        if let Self::Skipped(facts) = self { facts.skip } else { None }
    }
}

/// What facts depend on besides the bytes, in all languages at once: facts of another elcano are of
/// use to this one only where this is equal.
///
/// # Errors
/// There is no such policy.
pub fn fingerprint_of_all(registry: &Registry, policy: &str) -> Result<AnalyzerId> {
    let ids: BTreeSet<_> = registry.ids().chain(LineOnly::all().map(|language| language.id)).collect();
    let analyzers = ids.into_iter().map(|id| Analyzer::new(registry, id, policy));
    Ok(fingerprint(analyzers.collect::<Result<Vec<_>, _>>()?.iter()))
}

/// Hash over the ids of analyzers, in the order of their languages.
fn fingerprint<'a>(analyzers: impl Iterator<Item = &'a Analyzer>) -> AnalyzerId {
    let mut hasher = blake3::Hasher::new();
    for analyzer in analyzers {
        hasher.update(&analyzer.id().0);
    }
    let mut id = [0; 16];
    id.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    AnalyzerId(id)
}

/// A file's facts as records: the facts themselves, and what the level keeps beside them.
fn records(facts: FileFacts) -> (FactsRecord, Vec<Record>) {
    let (content, analyzer) = (facts.content, facts.analyzer);
    let spaces = &facts.spaces;
    let chunks = facts.chunks.into_iter().map(|chunk| {
        let space = &spaces[chunk.space as usize];
        Record::Chunks(ChunkRecord {
            content,
            start: chunk.start,
            end: chunk.end,
            hash: space.body,
            symbol: space.qualified_name.clone(),
            kind: space.kind,
            text: chunk.text,
        })
    });
    let ast = facts.ast.map(|ast| Record::Ast(AstRecord { content, analyzer, ast }));
    let cfgs = facts.cfgs.into_iter().map(|cfg| {
        Record::Cfg(CfgRecord { content, analyzer, space: cfg.space, blocks: cfg.blocks, edges: cfg.edges })
    });
    let records = chunks.chain(ast).chain(cfgs).collect();
    let facts = FactsRecord {
        content,
        analyzer,
        language: facts.language,
        policy: facts.policy,
        level: facts.level,
        bytes: facts.bytes,
        error_bytes: facts.error_bytes,
        skip: facts.skip,
        notes: facts.notes,
        spaces: facts.spaces,
    };
    (facts, records)
}
