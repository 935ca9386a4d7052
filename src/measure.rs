//! Bytes of one file in, facts out: pure, no IO, no failure. The syntax tree lives and dies inside [`measure`], on the
//! calling thread; whatever cannot be measured comes back as a note.

mod analyzer;
pub mod classify;
mod naming;
mod parse;
mod roles;
mod rows;
mod visit;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crate::lang::{Language, Policy};
use crate::metric::{METRICS_VERSION, Trace};
use crate::model::{AnalyzerId, ContentId, FileFacts, Level, Note, NoteKind, Skip};

pub use analyzer::Analyzer;
pub use roles::roles_in;

/// What must not be exceeded by one file; where a limit bites the file gets a note and is not measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Size of a file. Larger ones are data or generated; people do not read them.
    pub file_bytes_max: u64,
    /// Depth of the syntax tree. Code that people write stays below a few hundred.
    pub depth_max: usize,
    /// Nodes of the syntax tree, bounding the memory of one file.
    pub nodes_max: usize,
    /// Parser steps per byte of source, in hundreds of operations; counted, not timed, so that every machine agrees.
    pub parse_steps_per_byte_max: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { file_bytes_max: 8 << 20, depth_max: 10_000, nodes_max: 5_000_000, parse_steps_per_byte_max: 4 }
    }
}

/// A language under a policy: what facts are valid for.
#[derive(Debug, Clone)]
pub struct TreeAnalyzer {
    /// The language.
    pub language: Arc<Language>,
    /// The counting policy.
    pub policy: Policy,
    /// Hash over both, the grammar's version and the metrics version.
    pub id: AnalyzerId,
    /// Generated code is measured, too.
    generated: bool,
}

impl TreeAnalyzer {
    /// The analyzer of a language under a policy.
    #[must_use]
    pub fn new(language: Arc<Language>, policy: Policy) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(b"elcano engine v1");
        hasher.update(&METRICS_VERSION.to_be_bytes());
        hasher.update(&language.fingerprint);
        hasher.update(language.id.as_bytes());
        hasher.update(b"\0");
        hasher.update(policy.id.as_bytes());
        let mut id = [0; 16];
        id.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        Self { language, policy, id: AnalyzerId(id), generated: false }
    }

    /// The same analyzer for files that somebody says are not generated, whatever they say themselves. It has an id of its
    /// own: facts are a function of content and analyzer alone.
    #[must_use]
    pub fn with_generated(mut self) -> Self {
        self.id = generated(self.id);
        self.generated = true;
        self
    }
}

/// The id of an analyzer that measures generated code, too.
fn generated(id: AnalyzerId) -> AnalyzerId {
    let hash = blake3::hash(&[b"generated".as_slice(), &id.0].concat());
    let mut id = [0; 16];
    id.copy_from_slice(&hash.as_bytes()[..16]);
    AnalyzerId(id)
}

/// How to measure.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// What is kept beside the metrics.
    pub level: Level,
    /// What must not be exceeded.
    pub limits: Limits,
}

/// Measures the bytes of one file. A panic inside becomes a note on the file.
#[must_use]
pub fn measure(analyzer: &TreeAnalyzer, content: ContentId, bytes: &[u8], options: Options) -> FileFacts {
    measure_traced(analyzer, content, bytes, options, None)
}

/// Measures and follows one metric of one space on the way.
#[must_use]
pub fn measure_traced(
    analyzer: &TreeAnalyzer,
    content: ContentId,
    bytes: &[u8],
    options: Options,
    trace: Option<&mut Trace>,
) -> FileFacts {
    let origin = Origin {
        id: analyzer.id,
        language: analyzer.language.id,
        policy: analyzer.policy.id,
        generated: analyzer.generated,
    };
    guarded(origin, content, bytes, options, |facts| {
        let tree = parse::parse(analyzer, bytes, &options.limits)?;
        visit::visit(analyzer, bytes, &tree, options, trace, facts)
    })
}

/// Who measures.
#[derive(Debug, Clone, Copy)]
struct Origin {
    id: AnalyzerId,
    language: &'static str,
    policy: &'static str,
    generated: bool,
}

/// The facts of a file to which `work` adds what it finds; none of that where the bytes are no code that people write, where a
/// limit bites or where `work` panics.
fn guarded(
    origin: Origin,
    content: ContentId,
    bytes: &[u8],
    options: Options,
    work: impl FnOnce(&mut FileFacts) -> Result<(), Note>,
) -> FileFacts {
    let mut facts = FileFacts {
        content,
        analyzer: origin.id,
        language: origin.language.to_owned(),
        policy: origin.policy.to_owned(),
        level: options.level,
        bytes: bytes.len() as u64,
        error_bytes: 0,
        skip: classify::classify(bytes).filter(|skip| !(origin.generated && *skip == Skip::Generated)),
        notes: Vec::new(),
        spaces: Vec::new(),
        chunks: Vec::new(),
        ast: None,
        cfgs: Vec::new(),
    };
    if facts.skip.is_some() {
        return facts;
    }
    if facts.bytes > options.limits.file_bytes_max.min(u64::from(u32::MAX)) {
        facts.notes.push(Note::new(NoteKind::TooLarge, format!("{} bytes", facts.bytes)));
        return facts;
    }
    if let Err(error) = std::str::from_utf8(bytes) {
        facts.notes.push(Note::new(NoteKind::NotUtf8, format!("from byte {}", error.valid_up_to())));
    }
    let clean = facts.clone();
    let note = match catch_unwind(AssertUnwindSafe(|| work(&mut facts))) {
        Ok(Ok(())) => return facts,
        Ok(Err(note)) => note,
        Err(panic) => {
            // The parser may be in any state: the next file on this thread gets a new one.
            parse::renew();
            Note::new(NoteKind::Panicked, message(panic.as_ref()))
        }
    };
    let mut facts = clean;
    facts.notes.push(note);
    facts
}

fn message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("the measurement panicked").to_owned()
}
