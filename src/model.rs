//! Defines the nouns that all rooms share: ids, paths, notes, metrics, facts and the records of the
//! store. Plain data with derived equality and serialisation; never input or output, no behaviour
//! beyond formatting and parsing itself.

mod bytes;
mod facts;
mod finding;
mod function_name;
mod id;
mod metrics;
mod named;
mod note;
mod path;
mod printable;
mod record;
mod stat;

pub use facts::{
    Ast, AstNode, Block, BlockKind, Call, Cfg, Chunk, Edge, EdgeKind, FileFacts, Level, Space, SpaceKind, Visibility,
};
pub use finding::{
    Base, ChangeKind, Check, Delta, Difference, FailOn, Finding, Rule, Severity, Span, Status, Verdict, number_text,
};
pub use function_name::{Candidate, NameError, function_named, functions_named};
pub use id::{AnalyzerId, BodyHash, ContentId, ExecutionId, IdError, SnapshotId, SymbolId};
pub use metrics::Metrics;
pub(crate) use named::named;
pub use note::{Note, NoteKind, Skip};
pub use path::RepoPath;
pub use printable::{json_escaped, json_text, printable, printable_lines, shortened, steers, xml_reference};
pub use record::{
    AstRecord, CfgRecord, ChunkRecord, ExecutionRecord, FactsRecord, FileRecord, LinkRecord, NameRecord, Outcome,
    ReferenceRecord, SnapshotRecord, StageRecord, SymbolRecord, Tally,
};
pub use stat::Stat;
