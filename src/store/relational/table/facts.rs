//! Defines the table of facts: one row a space, with the stored metrics, and in exports the
//! computed ones. Never computes a metric; the catalog does.

use super::field::{Field, RowReader};
use super::{Cell, Column, Emit, Kind, Row, Tabled};
use crate::error::Result;
use crate::metric::catalog::Formula;
use crate::metric::{CATALOG, Metric, Value};
use crate::model::{
    AnalyzerId, BodyHash, Call, ContentId, FactsRecord, Level, Metrics, Note, Skip, Space, SpaceKind, Visibility,
};

/// A metric that is stored: its row in the catalog, and how it is read and set.
struct Stored {
    metric: &'static Metric,
    get: fn(&Metrics) -> u32,
    set: fn(&mut Metrics, u32),
}

/// The metrics that are stored.
fn stored_metrics() -> impl Iterator<Item = Stored> {
    CATALOG.iter().filter_map(|metric| match metric.formula {
        Formula::Stored(get, set) => Some(Stored { metric, get, set }),
        Formula::Derived(_) => None,
    })
}

/// The metrics that are computed from others.
fn derived_metrics() -> impl Iterator<Item = &'static Metric> {
    CATALOG.iter().filter(|metric| metric.is_derived())
}

/// Columns of facts before those of a space.
const FILE_COLUMNS: usize = 9;

/// One row a space, and in each row the file's facts; facts without spaces have one row.
impl Tabled for FactsRecord {
    fn columns() -> Vec<Column> {
        let mut columns = vec![
            Column::of::<ContentId>("content", "Git blob id of the file's bytes."),
            Column::of::<AnalyzerId>("engine", "What the facts are valid for."),
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
        columns.extend(
            stored_metrics().map(|stored| Column::of::<Option<u32>>(stored.metric.column, stored.metric.about)),
        );
        columns.extend(derived_metrics().map(|metric| {
            let kind =
                if matches!(metric.value(&Metrics::default()), Value::Int(_)) { Kind::Integer } else { Kind::Real };
            Column { name: metric.column, kind, nullable: true, derived: true, about: metric.about }
        }));
        columns
    }

    fn project(&self, derived: bool, emit: &mut Emit<'_>) -> Result<()> {
        let (content, engine) = (self.content.to_cell(), self.analyzer.to_cell());
        let (bytes, error_bytes) = (Some(self.bytes), Some(self.error_bytes));
        let width = Self::columns().len();
        let mut row: Vec<Cell<'_>> = Vec::with_capacity(width);
        for index in 0..self.spaces.len().max(1) {
            row.clear();
            row.extend([content.borrowed(), engine.borrowed(), self.language.to_cell(), self.policy.to_cell()]);
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
        let mut row = RowReader::of(first);
        let mut facts = Self {
            content: row.take()?,
            analyzer: row.take()?,
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
            let mut reader = RowReader::of(row);
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
    row.extend(stored_metrics().map(|stored| Cell::Int(i64::from((stored.get)(&space.metrics)))));
    if derived {
        row.extend(derived_metrics().map(|metric| match metric.value(&space.metrics) {
            Value::Int(value) => Cell::Int(i64::from(value)),
            Value::Real(value) => Cell::Real(value),
        }));
    }
}

fn read_space(row: &mut RowReader<'_>) -> Result<Space, String> {
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
    for stored in stored_metrics() {
        (stored.set)(&mut space.metrics, row.take()?);
    }
    Ok(space)
}
