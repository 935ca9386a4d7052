//! Defines the records of the store, one type a family. A record holds every field of its key: two
//! stores are equal when their records are. Plain data; never read or written here.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::named::named;
use super::{
    AnalyzerId, Ast, Block, BodyHash, ContentId, Edge, ExecutionId, Level, Note, RepoPath, Skip, SnapshotId, Space,
    SpaceKind, SymbolId,
};

named!(
    /// How a run or a stage ended.
    Outcome {
        /// Not ended yet.
        Running = "running",
        /// All done.
        Success = "success",
        /// Ended by an error.
        Failure = "failure",
        /// More files failed than allowed.
        Partial = "partial",
        /// Ended by the user.
        Cancelled = "cancelled",
        /// Its process died; found at a later start.
        Aborted = "aborted",
    }
);

/// What a run or a stage went through.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Tally {
    /// Files found for analysis.
    pub files_found: u64,
    /// Files parsed.
    pub files_parsed: u64,
    /// Files whose facts were in the store.
    pub files_cached: u64,
    /// Bytes of the files found.
    pub bytes: u64,
    /// Functions, closures and classes.
    pub symbols: u64,
    /// Files skipped, by reason.
    pub skipped: BTreeMap<Skip, u64>,
    /// Notes, by kind.
    pub notes: BTreeMap<super::NoteKind, u64>,
}

/// A stage of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageRecord {
    /// The stage's name in the pipeline.
    pub name: String,
    /// How it ended.
    pub outcome: Outcome,
    /// Microseconds from the run's start, monotonic.
    pub start_us: u64,
    /// Microseconds, monotonic.
    pub duration_us: u64,
    /// What came out, for a person: `3 tables`, `report.md`.
    pub detail: String,
}

/// Family `executions`: one run of a pipeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExecutionRecord {
    /// UUIDv7.
    pub id: ExecutionId,
    /// The pipeline's name: `ci`, `nightly`, `scan`, ...
    pub pipeline: String,
    /// As typed.
    pub args: Vec<String>,
    /// elcano's version.
    pub version: String,
    /// The root that was scanned.
    pub root: RepoPath,
    /// How it ended.
    pub outcome: Outcome,
    /// Microseconds since the epoch, wall clock.
    pub started_us: i64,
    /// Microseconds, monotonic; 0 while running.
    pub duration_us: u64,
    /// The snapshot it made or read.
    pub snapshot: Option<SnapshotId>,
    /// What it went through.
    pub tally: Tally,
    /// The error and its causes, outermost first; empty on success.
    pub error: Vec<String>,
    /// Its stages in order.
    pub stages: Vec<StageRecord>,
}

/// Family `snapshots`: one repository at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotRecord {
    /// Derived from all that follows but time, tally and execution.
    pub id: SnapshotId,
    /// The repository's name: its origin without scheme and credentials, or the folder's name.
    pub repository: String,
    /// The commit that is checked out, in hexadecimal.
    pub commit: Option<String>,
    /// The branch or tag that is checked out.
    pub reference: Option<String>,
    /// The work tree differs from the commit; false outside git.
    pub dirty: bool,
    /// Microseconds since the epoch of the newest run that found it.
    pub time_us: i64,
    /// Hash over the analyzers of all languages.
    #[serde(rename = "engine")]
    pub analyzer: AnalyzerId,
    /// The counting policy's id.
    pub policy: String,
    /// How much was kept.
    pub level: Level,
    /// Totals.
    pub tally: Tally,
    /// The newest run that found it.
    pub execution: Option<ExecutionId>,
}

/// Family `files`: one file of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRecord {
    /// Where it belongs.
    pub snapshot: SnapshotId,
    /// Its path.
    pub path: RepoPath,
    /// None when it could not be read.
    pub content: Option<ContentId>,
    /// The analyzer of its facts.
    #[serde(rename = "engine")]
    pub analyzer: AnalyzerId,
    /// The language's id.
    pub language: String,
    /// Size in bytes.
    pub bytes: u64,
    /// Why its content is not measured.
    pub skip: Option<Skip>,
    /// Notes of reading and measuring.
    pub notes: Vec<Note>,
}

/// Family `facts`: metrics of a content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactsRecord {
    /// Of the bytes.
    pub content: ContentId,
    /// What they are valid for.
    #[serde(rename = "engine")]
    pub analyzer: AnalyzerId,
    /// The language's id.
    pub language: String,
    /// The counting policy's id.
    pub policy: String,
    /// How much was kept beside the metrics.
    pub level: Level,
    /// Size in bytes.
    pub bytes: u64,
    /// Bytes inside ERROR nodes.
    pub error_bytes: u64,
    /// Why the content is not measured.
    pub skip: Option<Skip>,
    /// Notes of the measurement.
    pub notes: Vec<Note>,
    /// The unit and all that is in it, in source order; empty when not measured.
    pub spaces: Vec<Space>,
}

/// Family `chunks`: the source text of a span.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChunkRecord {
    /// Of the file's bytes.
    pub content: ContentId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
    /// Hash of the text.
    pub hash: BodyHash,
    /// Qualified name of the function or class.
    pub symbol: String,
    /// Its kind.
    pub kind: SpaceKind,
    /// The bytes as they are in the file.
    #[serde(with = "super::bytes")]
    pub text: Vec<u8>,
}

/// Family `ast`: the syntax tree of a content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AstRecord {
    /// Of the bytes.
    pub content: ContentId,
    /// What it is valid for.
    #[serde(rename = "engine")]
    pub analyzer: AnalyzerId,
    /// The tree.
    pub ast: Ast,
}

/// Family `cfg`: the control flow graph of one function of a content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CfgRecord {
    /// Of the bytes.
    pub content: ContentId,
    /// What it is valid for.
    #[serde(rename = "engine")]
    pub analyzer: AnalyzerId,
    /// Index of the function's space in the facts.
    pub space: u32,
    /// Basic blocks; entry, exit, then in source order.
    pub blocks: Vec<Block>,
    /// Sorted.
    pub edges: Vec<Edge>,
}

/// Family `symbols`: a named space of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SymbolRecord {
    /// Where it belongs.
    pub snapshot: SnapshotId,
    /// Stable under edits elsewhere in the file.
    pub id: SymbolId,
    /// Fully qualified name.
    pub fqn: String,
    /// Its kind.
    pub kind: SpaceKind,
    /// Its file.
    pub path: RepoPath,
    /// Index of its space in the facts of the file.
    pub space: u32,
    /// First line, from 1.
    pub start_line: u32,
    /// Last line, from 1.
    pub end_line: u32,
}

/// Family `names`: all symbols that bear a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NameRecord {
    /// Where it belongs.
    pub snapshot: SnapshotId,
    /// Fully qualified name.
    pub fqn: String,
    /// Sorted.
    pub symbols: Vec<SymbolId>,
}

/// Family `references`: who refers to whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReferenceRecord {
    /// Where it belongs.
    pub snapshot: SnapshotId,
    /// Who is called.
    pub target: SymbolId,
    /// Who calls.
    pub source: SymbolId,
    /// How often.
    pub count: u64,
}

/// Family `links`: the result of cross-file analysis for a symbol.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkRecord {
    /// Where it belongs.
    pub snapshot: SnapshotId,
    /// The function.
    pub symbol: SymbolId,
    /// Distinct functions of the snapshot that call it.
    pub fan_in: u64,
    /// Distinct functions of the snapshot that it calls.
    pub fan_out: u64,
    /// Called names that resolve to no single function; never guessed.
    pub unresolved: u64,
}
