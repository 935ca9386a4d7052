//! Defines the other tables: each column with its type, value and description, and how a record is
//! read back. The columns of facts come from the catalog of metrics and never stand here.

use super::field::{Field, RowReader};
use super::{Cell, Column, Emit, Row, Tabled};
use crate::error::Result;
use crate::model::{
    AnalyzerId, Ast, AstRecord, Block, BodyHash, CfgRecord, ChunkRecord, ContentId, Edge, ExecutionId, ExecutionRecord,
    FileRecord, Level, LinkRecord, NameRecord, Note, Outcome, ReferenceRecord, RepoPath, Skip, SnapshotId,
    SnapshotRecord, SpaceKind, StageRecord, SymbolId, SymbolRecord, Tally,
};

type BySkip = std::collections::BTreeMap<Skip, u64>;
type ByNote = std::collections::BTreeMap<crate::model::NoteKind, u64>;

/// A family whose records are one row each.
macro_rules! table {
    ($record:ident($r:ident) { $($name:literal: $type:ty = $value:expr, $about:literal;)+ } $row:ident => $made:expr) => {
        impl Tabled for $record {
            fn columns() -> Vec<Column> {
                vec![$(Column::of::<$type>($name, $about)),+]
            }

            fn project(&self, _derived: bool, emit: &mut Emit<'_>) -> Result<()> {
                let $r = self;
                emit(&[$(<$type as Field>::to_cell(&$value)),+])
            }

            fn assemble(rows: &[Row]) -> Result<Self, String> {
                let [row] = rows else { return Err(format!("it has {} rows", rows.len())) };
                let mut $row = RowReader::of(row);
                Ok($made)
            }
        }
    };
}

table! {
    ExecutionRecord(r) {
        "id": ExecutionId = r.id, "UUIDv7 of the run: ordered by time.";
        "pipeline": String = r.pipeline, "The pipeline's name.";
        "args": Vec<String> = r.args, "The arguments as typed, a JSON array.";
        "version": String = r.version, "Version of elcano.";
        "root": RepoPath = r.root, "The root that was scanned.";
        "outcome": Outcome = r.outcome, "running, success, failure, partial, cancelled or aborted.";
        "started_us": i64 = r.started_us, "Begin in microseconds since 1970, by the wall clock.";
        "duration_us": u64 = r.duration_us, "Microseconds, monotonic; 0 while running.";
        "snapshot": Option<SnapshotId> = r.snapshot, "The snapshot that was made or read.";
        "files_found": u64 = r.tally.files_found, "Files found for analysis.";
        "files_parsed": u64 = r.tally.files_parsed, "Files parsed.";
        "files_cached": u64 = r.tally.files_cached, "Files whose facts were in the store.";
        "bytes": u64 = r.tally.bytes, "Bytes of the files found.";
        "symbols": u64 = r.tally.symbols, "Functions, closures and classes.";
        "skipped": BySkip = r.tally.skipped, "Files skipped by reason, a JSON object.";
        "notes": ByNote = r.tally.notes, "Notes by kind, a JSON object.";
        "error": Vec<String> = r.error, "The error and its causes, a JSON array; empty on success.";
        "stages": Vec<StageRecord> = r.stages, "The stages in order, a JSON array of objects.";
    }
    row => Self {
        id: row.take()?,
        pipeline: row.take()?,
        args: row.take()?,
        version: row.take()?,
        root: row.take()?,
        outcome: row.take()?,
        started_us: row.take()?,
        duration_us: row.take()?,
        snapshot: row.take()?,
        tally: read_tally(&mut row)?,
        error: row.take()?,
        stages: row.take()?,
    }
}

fn read_tally(row: &mut RowReader<'_>) -> Result<Tally, String> {
    Ok(Tally {
        files_found: row.take()?,
        files_parsed: row.take()?,
        files_cached: row.take()?,
        bytes: row.take()?,
        symbols: row.take()?,
        skipped: row.take()?,
        notes: row.take()?,
    })
}

table! {
    SnapshotRecord(r) {
        "id": SnapshotId = r.id, "Derived from everything but time, totals and run.";
        "repository": String = r.repository, "The repository's name.";
        "commit_id": Option<String> = r.commit, "The commit that was checked out.";
        "reference": Option<String> = r.reference, "The branch or tag that was checked out.";
        "dirty": bool = r.dirty, "1 when the work tree differed from the commit.";
        "time_us": i64 = r.time_us, "Microseconds since 1970 of the newest run that found it.";
        "engine": AnalyzerId = r.analyzer, "Hash over the engines of all languages.";
        "policy": String = r.policy, "The counting policy.";
        "level": Level = r.level, "How much was kept: metrics, chunks or full.";
        "files_found": u64 = r.tally.files_found, "Files found for analysis.";
        "files_parsed": u64 = r.tally.files_parsed, "Files parsed.";
        "files_cached": u64 = r.tally.files_cached, "Files whose facts were in the store.";
        "bytes": u64 = r.tally.bytes, "Bytes of the files found.";
        "symbols": u64 = r.tally.symbols, "Functions, closures and classes.";
        "skipped": BySkip = r.tally.skipped, "Files skipped by reason, a JSON object.";
        "notes": ByNote = r.tally.notes, "Notes by kind, a JSON object.";
        "execution": Option<ExecutionId> = r.execution, "The newest run that found it.";
    }
    row => Self {
        id: row.take()?,
        repository: row.take()?,
        commit: row.take()?,
        reference: row.take()?,
        dirty: row.take()?,
        time_us: row.take()?,
        analyzer: row.take()?,
        policy: row.take()?,
        level: row.take()?,
        tally: read_tally(&mut row)?,
        execution: row.take()?,
    }
}

table! {
    FileRecord(r) {
        "snapshot": SnapshotId = r.snapshot, "The snapshot.";
        "path": RepoPath = r.path, "Path from the root; bytes that are not UTF-8 as U+10FF00 + byte.";
        "content": Option<ContentId> = r.content, "Git blob id of its bytes; NULL when it could not be read.";
        "engine": AnalyzerId = r.analyzer, "What its facts are valid for.";
        "language": String = r.language, "The language's id.";
        "bytes": u64 = r.bytes, "Size.";
        "skip": Option<Skip> = r.skip, "Why its content is not measured.";
        "notes": Vec<Note> = r.notes, "Notes of reading and measuring, a JSON array of objects.";
    }
    row => Self {
        snapshot: row.take()?,
        path: row.take()?,
        content: row.take()?,
        analyzer: row.take()?,
        language: row.take()?,
        bytes: row.take()?,
        skip: row.take()?,
        notes: row.take()?,
    }
}

table! {
    ChunkRecord(r) {
        "content": ContentId = r.content, "Git blob id of the file's bytes.";
        "start_byte": u32 = r.start, "First byte.";
        "end_byte": u32 = r.end, "One past the last byte.";
        "hash": BodyHash = r.hash, "BLAKE3 of the text, cut to 16 bytes.";
        "symbol": String = r.symbol, "Qualified name of the function or class.";
        "kind": SpaceKind = r.kind, "Its kind.";
        "text": Vec<u8> = r.text, "The bytes as they are in the file.";
    }
    row => Self {
        content: row.take()?,
        start: row.take()?,
        end: row.take()?,
        hash: row.take()?,
        symbol: row.take()?,
        kind: row.take()?,
        text: row.take()?,
    }
}

table! {
    AstRecord(r) {
        "content": ContentId = r.content, "Git blob id of the file's bytes.";
        "engine": AnalyzerId = r.analyzer, "What it is valid for.";
        "nodes": u64 = (r.ast.nodes.len() as u64), "Number of named nodes.";
        "body": Ast = r.ast, "The nodes in preorder: version byte, then postcard, compressed with zstd when it is 2.";
    }
    row => Self {
        content: row.take()?,
        analyzer: row.take()?,
        ast: {
            row.pass();
            row.take()?
        },
    }
}

table! {
    CfgRecord(r) {
        "content": ContentId = r.content, "Git blob id of the file's bytes.";
        "engine": AnalyzerId = r.analyzer, "What it is valid for.";
        "space": u32 = r.space, "Index of the function's space in the facts: their ordinal.";
        "blocks": Vec<Block> = r.blocks, "Basic blocks, a JSON array of objects; the first is the entry, the second the exit.";
        "edges": Vec<Edge> = r.edges, "Edges, a JSON array of objects.";
    }
    row => Self {
        content: row.take()?,
        analyzer: row.take()?,
        space: row.take()?,
        blocks: row.take()?,
        edges: row.take()?,
    }
}

table! {
    SymbolRecord(r) {
        "snapshot": SnapshotId = r.snapshot, "The snapshot.";
        "id": SymbolId = r.id, "Stable under edits elsewhere in the file.";
        "fqn": String = r.fqn, "Fully qualified name.";
        "kind": SpaceKind = r.kind, "Its kind.";
        "path": RepoPath = r.path, "Its file.";
        "space": u32 = r.space, "Index of its space in the facts of the file: their ordinal.";
        "start_line": u32 = r.start_line, "First line, from 1.";
        "end_line": u32 = r.end_line, "Last line, from 1.";
    }
    row => Self {
        snapshot: row.take()?,
        id: row.take()?,
        fqn: row.take()?,
        kind: row.take()?,
        path: row.take()?,
        space: row.take()?,
        start_line: row.take()?,
        end_line: row.take()?,
    }
}

table! {
    ReferenceRecord(r) {
        "snapshot": SnapshotId = r.snapshot, "The snapshot.";
        "target": SymbolId = r.target, "Who is called.";
        "source": SymbolId = r.source, "Who calls.";
        "count": u64 = r.count, "How often.";
    }
    row => Self { snapshot: row.take()?, target: row.take()?, source: row.take()?, count: row.take()? }
}

table! {
    LinkRecord(r) {
        "snapshot": SnapshotId = r.snapshot, "The snapshot.";
        "symbol": SymbolId = r.symbol, "The function.";
        "fan_in": u64 = r.fan_in, "Distinct functions of the snapshot that call it.";
        "fan_out": u64 = r.fan_out, "Distinct functions of the snapshot that it calls.";
        "unresolved": u64 = r.unresolved, "Called names that resolve to no single function.";
    }
    row => Self {
        snapshot: row.take()?,
        symbol: row.take()?,
        fan_in: row.take()?,
        fan_out: row.take()?,
        unresolved: row.take()?,
    }
}

/// One row a symbol; a name without symbols has one row with NULL.
impl Tabled for NameRecord {
    fn columns() -> Vec<Column> {
        vec![
            Column::of::<SnapshotId>("snapshot", "The snapshot."),
            Column::of::<String>("fqn", "Fully qualified name."),
            Column::of::<Option<SymbolId>>("symbol", "A symbol that bears it."),
        ]
    }

    fn project(&self, _derived: bool, emit: &mut Emit<'_>) -> Result<()> {
        let snapshot = self.snapshot.to_cell();
        let mut row = |symbol: Option<&SymbolId>| {
            emit(&[snapshot.borrowed(), self.fqn.to_cell(), symbol.map_or(Cell::Null, Field::to_cell)])
        };
        if self.symbols.is_empty() {
            return row(None);
        }
        self.symbols.iter().try_for_each(|symbol| row(Some(symbol)))
    }

    fn assemble(rows: &[Row]) -> Result<Self, String> {
        let first = rows.first().ok_or("it has no rows")?;
        let mut reader = RowReader::of(first);
        let (snapshot, fqn) = (reader.take()?, reader.take()?);
        let mut symbols = Vec::new();
        for row in rows {
            let mut row = RowReader::of(row);
            row.pass();
            row.pass();
            symbols.extend(row.take::<Option<SymbolId>>()?);
        }
        Ok(Self { snapshot, fqn, symbols })
    }
}
