//! The scan stage: walk, measure on all cores, store. Facts stream into the store while files are measured; the snapshot
//! with its files is written last, in one transaction, so that it is complete or invisible.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::discovery::{Discovery, discovery, nothing_found};
use super::link;
use super::progress::{Progress, Verbosity};
use crate::error::{Error, Result};
use crate::git;
use crate::lang::{LineOnly, Registry};
use crate::measure::{Analyzer, Limits, Options};
use crate::model::{
    AnalyzerId, AstRecord, CfgRecord, ChunkRecord, ContentId, FactsRecord, FileFacts, FileRecord, Level, Note,
    NoteKind, RepoPath, Skip, SnapshotId, SnapshotRecord, Tally,
};
use crate::store::{Batch, BatchLimits, Record, Sender, Store, Writer};
use crate::walk::{Entry, WalkOptions};

/// What to scan and how.
pub struct ScanOptions {
    /// The root folder or file.
    pub root: PathBuf,
    /// What is walked.
    pub walk: WalkOptions,
    /// What is kept.
    pub level: Level,
    /// The counting policy.
    pub policy: String,
    /// What must not be exceeded by one file.
    pub limits: Limits,
    /// Threads; 0 is one a core.
    pub jobs: usize,
    /// What is said meanwhile.
    pub verbosity: Verbosity,
}

/// A scan's result.
pub struct Scanned {
    /// The snapshot, as it is stored.
    pub snapshot: SnapshotRecord,
    /// Files that failed: noted and not measured.
    pub files_failed: u64,
    /// What it found on disk.
    pub discovery: Discovery,
}

/// One file after its turn.
struct Turn {
    record: FileRecord,
    parsed: bool,
    cached: bool,
    symbols: u64,
    notes: Vec<NoteKind>,
    failed: bool,
}

/// How the languages that were found are measured, by language id and whether what says "generated" is not to count.
pub(super) type Analyzers = BTreeMap<(&'static str, bool), Analyzer>;

struct Scan<'a> {
    registry: &'a Registry,
    options: &'a ScanOptions,
    store: &'a dyn Store,
    analyzers: Analyzers,
    discovery: &'a Discovery,
    cancelled: &'a AtomicBool,
}

/// Scans the root and stores its snapshot.
///
/// # Errors
/// The root cannot be walked, holds nothing to measure, the store fails, or the user interrupts.
pub fn scan(
    registry: &Registry,
    store: &Arc<dyn Store>,
    options: &ScanOptions,
    execution: Option<crate::model::ExecutionId>,
    cancelled: &AtomicBool,
) -> Result<Scanned> {
    let repository = git::Repository::discover(&options.root)?;
    let discovery = discovery(&options.root, &options.walk, registry)?;
    let walked = &discovery.walked;
    if walked.entries.is_empty() {
        return Err(nothing_found(&options.root, walked));
    }
    let analyzers = analyzers(registry, &walked.entries, &options.policy)?;
    let scan = Scan { registry, options, store: store.as_ref(), analyzers, discovery: &discovery, cancelled };
    let turns = scan.turns(store, &walked.entries)?;
    if cancelled.load(Ordering::Relaxed) {
        return Err(Error::Interrupted);
    }
    let (snapshot, files_failed) = scan.conclude(repository.as_ref(), turns, execution)?;
    Ok(Scanned { snapshot, files_failed, discovery })
}

pub(super) fn analyzers(registry: &Registry, entries: &[Entry], policy: &str) -> Result<Analyzers> {
    let mut analyzers = Analyzers::new();
    for entry in entries {
        add_analyzer(&mut analyzers, registry, (entry.language, entry.generated_denied), policy)?;
    }
    Ok(analyzers)
}

/// Makes the analyzer of a language, if it is not there yet.
pub(super) fn add_analyzer(
    analyzers: &mut Analyzers,
    registry: &Registry,
    (id, generated_denied): (&'static str, bool),
    policy: &str,
) -> Result<()> {
    if let std::collections::btree_map::Entry::Vacant(e) = analyzers.entry((id, generated_denied)) {
        let meter = Analyzer::new(registry, id, policy).map_err(Error::Usage)?;
        e.insert(if generated_denied { meter.with_generated() } else { meter });
    }
    Ok(())
}

/// The threads that measure; 0 is one a core.
pub(super) fn pool(jobs: usize) -> Result<rayon::ThreadPool> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(jobs)
        .thread_name(|at| format!("measure-{at}"))
        .build()
        .map_err(|error| Error::Usage(format!("cannot start {jobs} threads: {error}")))
}

impl Scan<'_> {
    /// Every file's turn, in path order, measured on all threads.
    fn turns(&self, store: &Arc<dyn Store>, entries: &[Entry]) -> Result<Vec<Turn>> {
        let pool = pool(self.options.jobs)?;
        let progress = Progress::start("scan", entries.len() as u64, self.options.verbosity);
        let (sender, writer) = Writer::spawn(Arc::clone(store), BatchLimits::default())?;
        let next = AtomicUsize::new(0);
        // Each thread takes the next file when it is done with one: a large file holds up nobody, and taking costs nothing.
        let parts = pool.broadcast(|_| {
            let sender = sender.clone();
            let mut turns = Vec::new();
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some(entry) = entries.get(at) else { return Ok(turns) };
                if self.cancelled.load(Ordering::Relaxed) {
                    return Err(Error::Interrupted);
                }
                progress.begin(&entry.path);
                turns.push((at, self.turn(entry, &sender)?));
                progress.done(entry.stat.bytes);
            }
        });
        drop(sender);
        // The writer's own failure explains why a sender failed.
        writer.finish()?;
        let mut turns: Vec<(usize, Turn)> =
            parts.into_iter().collect::<Result<Vec<_>>>()?.into_iter().flatten().collect();
        turns.sort_unstable_by_key(|(at, _)| *at);
        Ok(turns.into_iter().map(|(_, turn)| turn).collect())
    }

    fn turn(&self, entry: &Entry, sender: &Sender) -> Result<Turn> {
        let analyzer = &self.analyzers[&(entry.language, entry.generated_denied)];
        let known = self.discovery.index.as_ref().and_then(|index| index.content_id(&entry.path, &entry.stat));
        if let Some(content) = known
            && let Some(facts) = self.stored(content, analyzer.id())?
        {
            return Ok(Turn::cached(entry, &facts));
        }
        let bytes = match entry.read(self.options.limits.file_bytes_max) {
            Ok(bytes) => bytes,
            Err(note) => return Ok(Turn::noted(entry, analyzer.id(), note)),
        };
        let content = ContentId::of(&bytes);
        if known != Some(content)
            && let Some(facts) = self.stored(content, analyzer.id())?
        {
            return Ok(Turn::cached(entry, &facts));
        }
        let options = Options { level: self.options.level, limits: self.options.limits };
        let facts = analyzer.measure(content, &bytes, options);
        let (facts, records) = records(facts);
        let turn = Turn::measured(entry, &facts);
        sender.send(std::iter::once(Record::Facts(facts)).chain(records).collect())?;
        Ok(turn)
    }

    /// Facts of a content that hold at least what this scan is to keep.
    fn stored(&self, content: ContentId, analyzer: AnalyzerId) -> Result<Option<FactsRecord>> {
        let facts = self.store.facts(content, analyzer)?;
        Ok(facts.filter(|facts| facts.level >= self.options.level))
    }

    /// Writes the snapshot and its files; also says how many files failed.
    fn conclude(
        &self,
        repository: Option<&git::Repository>,
        turns: Vec<Turn>,
        execution: Option<crate::model::ExecutionId>,
    ) -> Result<(SnapshotRecord, u64)> {
        let walked = &self.discovery.walked;
        let mut tally = tally(&turns, walked.skipped.clone());
        for (_, note) in &walked.notes {
            *tally.notes.entry(note.kind).or_default() += 1;
        }
        let files_failed = turns.iter().filter(|turn| turn.failed).count() as u64 + walked.notes.len() as u64;
        let head = repository.map(git::Repository::head).transpose()?;
        let (commit, reference) = head.map_or((None, None), |head| (head.commit, head.reference));
        let files: Vec<FileRecord> = turns.into_iter().map(|turn| turn.record).collect();
        let read = |path: &RepoPath| {
            let at = files.binary_search_by(|file| file.path.cmp(path)).ok()?;
            files[at].content
        };
        let dirty = self.discovery.index.as_ref().map_or(Ok(false), |index| index.is_dirty(&read))?;
        let mut snapshot = SnapshotRecord {
            id: SnapshotId::default(),
            repository: name(repository, &self.options.root),
            commit: commit.map(|commit| commit.to_string()),
            reference,
            dirty,
            time_us: super::execution_log::now_us(),
            analyzer: fingerprint_of_all(&self.analyzers),
            policy: self.options.policy.clone(),
            level: self.options.level,
            tally,
            execution,
        };
        snapshot.id = snapshot_id(&snapshot, &files);
        let id = snapshot.id;
        let links = match self.options.level {
            Level::Full => link::records(self.registry, self.store, id, &files)?,
            Level::Metrics | Level::Chunks => Vec::new(),
        };
        let files = files.into_iter().map(|file| Record::Files(FileRecord { snapshot: id, ..file }));
        let snapshot_record = std::iter::once(Record::Snapshots(snapshot.clone()));
        self.store.write(&Batch::of(files.chain(links).chain(snapshot_record)))?;
        Ok((snapshot, files_failed))
    }
}

/// What the facts of all these analyzers depend on.
fn fingerprint_of_all(analyzers: &Analyzers) -> AnalyzerId {
    let mut hasher = blake3::Hasher::new();
    for analyzer in analyzers.values() {
        hasher.update(&analyzer.id().0);
    }
    let mut id = [0; 16];
    id.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    AnalyzerId(id)
}

/// What facts depend on besides the bytes, in all languages at once: facts of another elcano are of use to this one only
/// where this is equal.
///
/// # Errors
/// There is no such policy.
pub fn analyzers_fingerprint(registry: &Registry, policy: &str) -> Result<AnalyzerId> {
    let mut analyzers = Analyzers::new();
    for id in registry.ids().chain(LineOnly::all().map(|counted| counted.id)) {
        add_analyzer(&mut analyzers, registry, (id, false), policy)?;
    }
    Ok(fingerprint_of_all(&analyzers))
}

/// The repository's name: its origin's, or its folder's; with the part of it that was scanned.
fn name(repository: Option<&git::Repository>, root: &Path) -> String {
    let folder =
        |path: &Path| path.file_name().map_or_else(|| "/".to_owned(), |name| name.to_string_lossy().into_owned());
    let Some(repository) = repository else { return folder(root) };
    let name = repository.name().unwrap_or_else(|| folder(repository.workdir()));
    let prefix = RepoPath::new(repository.prefix());
    format!("{name}/{prefix}").trim_end_matches('/').to_owned()
}

/// Hash over everything that makes two snapshots different, and nothing that does not.
fn snapshot_id(snapshot: &SnapshotRecord, files: &[FileRecord]) -> SnapshotId {
    let mut hasher = blake3::Hasher::new();
    let mut field = |bytes: &[u8]| {
        hasher.update(&(bytes.len() as u64).to_be_bytes());
        hasher.update(bytes);
    };
    field(b"elcano snapshot v1");
    field(snapshot.repository.as_bytes());
    field(snapshot.commit.as_deref().unwrap_or_default().as_bytes());
    field(snapshot.reference.as_deref().unwrap_or_default().as_bytes());
    field(&[u8::from(snapshot.dirty), snapshot.level as u8]);
    field(&snapshot.analyzer.0);
    for file in files {
        field(file.path.as_bytes());
        field(file.content.as_ref().map_or(&[][..], |content| &content.0));
        field(&file.analyzer.0);
        for note in &file.notes {
            field(note.kind.name().as_bytes());
        }
    }
    for (reason, count) in &snapshot.tally.skipped {
        field(reason.name().as_bytes());
        field(&count.to_be_bytes());
    }
    let mut id = [0; 16];
    id.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    SnapshotId(id)
}

fn tally(turns: &[Turn], skipped: BTreeMap<Skip, u64>) -> Tally {
    let mut tally = Tally { skipped, ..Tally::default() };
    for turn in turns {
        if let Some(reason) = turn.record.skip {
            *tally.skipped.entry(reason).or_default() += 1;
        } else {
            tally.files_found += 1;
            tally.bytes += turn.record.bytes;
        }
        tally.files_parsed += u64::from(turn.parsed);
        tally.files_cached += u64::from(turn.cached);
        tally.symbols += turn.symbols;
        for kind in &turn.notes {
            *tally.notes.entry(*kind).or_default() += 1;
        }
    }
    tally
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

impl Turn {
    fn of(entry: &Entry, analyzer: AnalyzerId, content: Option<ContentId>, notes: Vec<Note>) -> Self {
        let kinds = notes.iter().map(|note| note.kind).collect();
        let record = FileRecord {
            snapshot: SnapshotId::default(),
            path: entry.path.clone(),
            content,
            analyzer,
            language: entry.language.to_owned(),
            bytes: entry.stat.bytes,
            skip: None,
            notes,
        };
        Self { record, parsed: false, cached: false, symbols: 0, notes: kinds, failed: false }
    }

    fn noted(entry: &Entry, analyzer: AnalyzerId, note: Note) -> Self {
        Self { failed: true, ..Self::of(entry, analyzer, None, vec![note]) }
    }

    fn with(entry: &Entry, facts: &FactsRecord) -> Self {
        let mut turn = Self::of(entry, facts.analyzer, Some(facts.content), Vec::new());
        turn.record.skip = facts.skip;
        turn.record.bytes = facts.bytes;
        turn.symbols = facts.spaces.len().saturating_sub(1) as u64;
        turn.notes.extend(facts.notes.iter().map(|note| note.kind));
        turn.failed = facts.skip.is_none() && facts.spaces.is_empty();
        turn
    }

    fn cached(entry: &Entry, facts: &FactsRecord) -> Self {
        Self { cached: facts.skip.is_none(), ..Self::with(entry, facts) }
    }

    fn measured(entry: &Entry, facts: &FactsRecord) -> Self {
        Self { parsed: facts.skip.is_none(), ..Self::with(entry, facts) }
    }
}
