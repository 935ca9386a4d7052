//! The tables, family by family: each column with its type, its value and what it says, and how the record is read back.

use std::borrow::Cow;

use super::field::{Field, Reader};
use super::{Cell, Column, Emit, Kind, Row, Tabled};
use crate::error::Result;
use crate::metric::{CATALOG, Metric, Value};
use crate::model::{
    Ast, AstRecord, Block, BodyHash, Call, CfgRecord, ChunkRecord, ContentId, Edge, EngineId, ExecutionId,
    ExecutionRecord, FactsRecord, FileRecord, Level, LinkRecord, Metrics, NameRecord, Note, Outcome, ReferenceRecord,
    RepoPath, Skip, SnapshotId, SnapshotRecord, Space, SpaceKind, Stage, SymbolId, SymbolRecord, Tally, Visibility,
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
                let mut $row = Reader::of(row);
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
        "stages": Vec<Stage> = r.stages, "The stages in order, a JSON array of objects.";
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

fn read_tally(row: &mut Reader<'_>) -> Result<Tally, String> {
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
        "engine": EngineId = r.engine, "Hash over the engines of all languages.";
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
        engine: row.take()?,
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
        "engine": EngineId = r.engine, "What its facts are valid for.";
        "language": String = r.language, "The language's id.";
        "bytes": u64 = r.bytes, "Size.";
        "skip": Option<Skip> = r.skip, "Why its content is not measured.";
        "notes": Vec<Note> = r.notes, "Notes of reading and measuring, a JSON array of objects.";
    }
    row => Self {
        snapshot: row.take()?,
        path: row.take()?,
        content: row.take()?,
        engine: row.take()?,
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
        "engine": EngineId = r.engine, "What it is valid for.";
        "nodes": u64 = (r.ast.nodes.len() as u64), "Number of named nodes.";
        "body": Ast = r.ast, "The nodes in preorder: version byte, then postcard, compressed with zstd when it is 2.";
    }
    row => Self {
        content: row.take()?,
        engine: row.take()?,
        ast: {
            row.pass();
            row.take()?
        },
    }
}

table! {
    CfgRecord(r) {
        "content": ContentId = r.content, "Git blob id of the file's bytes.";
        "engine": EngineId = r.engine, "What it is valid for.";
        "space": u32 = r.space, "Index of the function's space in the facts: their ordinal.";
        "blocks": Vec<Block> = r.blocks, "Basic blocks, a JSON array of objects; the first is the entry, the second the exit.";
        "edges": Vec<Edge> = r.edges, "Edges, a JSON array of objects.";
    }
    row => Self {
        content: row.take()?,
        engine: row.take()?,
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
            emit(&[borrowed(&snapshot), self.fqn.to_cell(), symbol.map_or(Cell::Null, Field::to_cell)])
        };
        if self.symbols.is_empty() {
            return row(None);
        }
        self.symbols.iter().try_for_each(|symbol| row(Some(symbol)))
    }

    fn assemble(rows: &[Row]) -> Result<Self, String> {
        let first = rows.first().ok_or("it has no rows")?;
        let mut reader = Reader::of(first);
        let (snapshot, fqn) = (reader.take()?, reader.take()?);
        let mut symbols = Vec::new();
        for row in rows {
            let mut row = Reader::of(row);
            row.pass();
            row.pass();
            symbols.extend(row.take::<Option<SymbolId>>()?);
        }
        Ok(Self { snapshot, fqn, symbols })
    }
}

/// A metric that is stored: its column, and how it is read and set.
struct Base(&'static str, fn(&Metrics) -> u32, fn(&mut Metrics, u32));

macro_rules! bases {
    ($($column:literal = $field:ident,)+) => {
        const BASES: &[Base] = &[$(Base($column, |m| m.$field, |m, value| m.$field = value),)+];
    };
}

bases! {
    "sloc" = sloc,
    "ploc" = ploc,
    "lloc" = lloc,
    "cloc" = cloc,
    "blank" = blank,
    "cyclomatic" = cyclomatic,
    "cyclomatic_modified" = cyclomatic_modified,
    "cognitive" = cognitive,
    "halstead_operators_distinct" = operators_distinct,
    "halstead_operands_distinct" = operands_distinct,
    "halstead_operators" = operators,
    "halstead_operands" = operands,
    "abc_assignments" = assignments,
    "abc_branches" = branches,
    "abc_conditions" = conditions,
    "nargs" = nargs,
    "nexits" = nexits,
    "nom_functions" = functions,
    "nom_closures" = closures,
    "nesting" = nesting,
    "tokens" = tokens,
    "wmc" = wmc,
    "npm" = npm,
    "npa" = npa,
}

/// The metrics that are computed from others.
fn derived_metrics() -> impl Iterator<Item = &'static Metric> {
    CATALOG.iter().filter(|metric| BASES.iter().all(|base| base.0 != metric.column))
}

/// Columns of facts before those of a space.
const FILE_COLUMNS: usize = 9;

/// One row a space, and in each row what the file's facts say of all of them; facts without spaces have one row.
impl Tabled for FactsRecord {
    fn columns() -> Vec<Column> {
        let about =
            |column: &str| CATALOG.iter().find(|metric| metric.column == column).map_or("", |metric| metric.about);
        let mut columns = vec![
            Column::of::<ContentId>("content", "Git blob id of the file's bytes."),
            Column::of::<EngineId>("engine", "What the facts are valid for."),
            Column::of::<String>("language", "The language's id."),
            Column::of::<String>("policy", "The counting policy."),
            Column::of::<Level>("level", "How much was kept beside the metrics: metrics, chunks or full."),
            Column::of::<Option<u64>>("file_bytes", "Size of the file; in the first row only."),
            Column::of::<Option<u64>>(
                "file_error_bytes",
                "Bytes of the file inside ERROR nodes; in the first row only.",
            ),
            Column::of::<Option<Skip>>("skip", "Why the content is not measured; in the first row only."),
            Column::of::<Option<Vec<Note>>>("notes", "Notes of the measurement, a JSON array; in the first row only."),
            Column::of::<Option<SpaceKind>>(
                "kind",
                "What the space is; the unit is the whole file; NULL when not measured.",
            ),
            Column::of::<Option<String>>("name", "As the source writes it."),
            Column::of::<Option<String>>("qualified_name", "With the enclosing names."),
            Column::of::<Option<u32>>("parent", "Ordinal of the enclosing space."),
            Column::of::<Option<u32>>("start_byte", "First byte."),
            Column::of::<Option<u32>>("end_byte", "One past the last byte."),
            Column::of::<Option<u32>>("start_line", "First line, from 1."),
            Column::of::<Option<u32>>("end_line", "Last line, from 1."),
            Column::of::<Option<Visibility>>("visibility", "public or private, by the language's own rules."),
            Column::of::<Option<u32>>("error_bytes", "Bytes of the space inside ERROR nodes."),
            Column::of::<Option<BodyHash>>("body", "BLAKE3 of the space's text, cut to 16 bytes."),
            Column::of::<Option<Vec<Call>>>("calls", "What it calls by name, a JSON array; empty below level full."),
        ];
        columns.extend(BASES.iter().map(|base| Column::of::<Option<u32>>(base.0, about(base.0))));
        columns.extend(derived_metrics().map(|metric| {
            let kind =
                if matches!((metric.get)(&Metrics::default()), Value::Int(_)) { Kind::Integer } else { Kind::Real };
            Column { name: metric.column, kind, nullable: true, derived: true, about: metric.about }
        }));
        columns
    }

    fn project(&self, derived: bool, emit: &mut Emit<'_>) -> Result<()> {
        let (content, engine) = (self.content.to_cell(), self.engine.to_cell());
        let (bytes, error_bytes) = (Some(self.bytes), Some(self.error_bytes));
        let width = Self::columns().len();
        let mut row: Vec<Cell<'_>> = Vec::with_capacity(width);
        for index in 0..self.spaces.len().max(1) {
            row.clear();
            row.extend([borrowed(&content), borrowed(&engine), self.language.to_cell(), self.policy.to_cell()]);
            row.push(self.level.to_cell());
            if index == 0 {
                row.extend([bytes.to_cell(), error_bytes.to_cell(), self.skip.to_cell(), self.notes.to_cell()]);
            } else {
                row.resize(FILE_COLUMNS, Cell::Null);
            }
            if let Some(space) = self.spaces.get(index) {
                push_space(space, derived, &mut row);
            } else {
                row.resize(width - if derived { 0 } else { derived_metrics().count() }, Cell::Null);
            }
            emit(&row)?;
        }
        Ok(())
    }

    fn assemble(rows: &[Row]) -> Result<Self, String> {
        let first = rows.first().ok_or("it has no rows")?;
        let mut row = Reader::of(first);
        let mut facts = Self {
            content: row.take()?,
            engine: row.take()?,
            language: row.take()?,
            policy: row.take()?,
            level: row.take()?,
            bytes: row.take::<Option<u64>>()?.ok_or("file_bytes is NULL")?,
            error_bytes: row.take::<Option<u64>>()?.ok_or("file_error_bytes is NULL")?,
            skip: row.take()?,
            notes: row.take::<Option<Vec<Note>>>()?.ok_or("notes is NULL")?,
            spaces: Vec::new(),
        };
        if row.take::<Option<SpaceKind>>()?.is_none() {
            return Ok(facts);
        }
        for row in rows {
            let mut reader = Reader::of(row);
            (0..FILE_COLUMNS).for_each(|_| reader.pass());
            facts.spaces.push(read_space(&mut reader)?);
        }
        Ok(facts)
    }
}

fn push_space<'s>(space: &'s Space, derived: bool, row: &mut Vec<Cell<'s>>) {
    row.extend([
        space.kind.to_cell(),
        space.name.to_cell(),
        space.qualified_name.to_cell(),
        space.parent.to_cell(),
        space.start_byte.to_cell(),
        space.end_byte.to_cell(),
        space.start_line.to_cell(),
        space.end_line.to_cell(),
        space.visibility.to_cell(),
        space.error_bytes.to_cell(),
        space.body.to_cell(),
        space.calls.to_cell(),
    ]);
    row.extend(BASES.iter().map(|base| Cell::Int(i64::from((base.1)(&space.metrics)))));
    if derived {
        row.extend(derived_metrics().map(|metric| match (metric.get)(&space.metrics) {
            Value::Int(value) => Cell::Int(i64::from(value)),
            Value::Real(value) => Cell::Real(value),
        }));
    }
}

fn read_space(row: &mut Reader<'_>) -> Result<Space, String> {
    let mut space = Space {
        kind: row.take()?,
        name: row.take()?,
        qualified_name: row.take()?,
        parent: row.take()?,
        start_byte: row.take()?,
        end_byte: row.take()?,
        start_line: row.take()?,
        end_line: row.take()?,
        visibility: row.take()?,
        error_bytes: row.take()?,
        body: row.take()?,
        calls: row.take()?,
        metrics: Metrics::default(),
    };
    for base in BASES {
        (base.2)(&mut space.metrics, row.take()?);
    }
    Ok(space)
}

fn borrowed<'c>(cell: &'c Cell<'_>) -> Cell<'c> {
    match cell {
        Cell::Null => Cell::Null,
        Cell::Int(value) => Cell::Int(*value),
        Cell::Real(value) => Cell::Real(*value),
        Cell::Text(text) => Cell::Text(Cow::Borrowed(text)),
        Cell::Blob(bytes) => Cell::Blob(Cow::Borrowed(bytes)),
    }
}

#[cfg(test)]
mod tests {
    use super::{BASES, Base, CATALOG, Metrics, Value};

    #[test]
    fn every_stored_metric_is_the_catalog_column_of_its_name() {
        for (value, Base(column, get, set)) in (1..).zip(BASES) {
            let mut metrics = Metrics::default();
            set(&mut metrics, value);
            assert_eq!(get(&metrics), value);
            assert_eq!(BASES.iter().filter(|base| (base.1)(&metrics) != 0).count(), 1, "{column} sets another one");
            let metric = CATALOG.iter().find(|metric| metric.column == *column);
            let metric = metric.unwrap_or_else(|| panic!("the catalog has no column {column}"));
            assert_eq!((metric.get)(&metrics), Value::Int(value), "{column}");
        }
        let bytes = size_of::<Metrics>();
        assert_eq!(BASES.len() * size_of::<u32>(), bytes, "a field of the metrics has no column");
    }
}
