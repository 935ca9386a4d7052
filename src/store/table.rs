//! Records as rows: one table a family, the same in SQLite and DuckDB. A record is one or more rows; facts are one row a
//! space. The tables that people query are the tables that are verified: a row that is read is made a record, and the
//! record a row again, and the two must be equal, so no column can be changed unnoticed. Knows no engine.

use serde_json::{Map, Value};

use super::family::{with_record, with_type};
use super::{Family, Record};
use crate::error::{Error, Result};
use crate::metric::{CATALOG, Value as MetricValue};
use crate::model::{AstRecord, ChunkRecord, FactsRecord, Metrics, Space};

/// A value in a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Nothing.
    Null,
    /// A whole number; unsigned ones beyond `i64::MAX` wrap.
    Int(i64),
    /// A finite number.
    Real(f64),
    /// UTF-8; may hold NUL.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
}

/// The type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// Signed whole number.
    Int,
    /// Unsigned whole number.
    Uint,
    /// 0 or 1.
    Bool,
    /// Finite floating point.
    Real,
    /// Text.
    Text,
    /// Text that is JSON.
    Json,
    /// Bytes.
    Blob,
}

/// A column of a family's table.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// Its type.
    pub of: Type,
}

use Type::{Blob, Bool, Int, Json, Real, Text, Uint};

const fn column(name: &'static str, of: Type) -> Column {
    Column { name, of }
}

/// Every table begins with these: the canonical key, and the number of the row within its record.
pub const KEY_COLUMNS: [Column; 2] = [column("key", Blob), column("ordinal", Int)];

/// The number of key columns.
const KEYS: usize = KEY_COLUMNS.len();

const EXECUTIONS: &[Column] = &[
    column("id", Text),
    column("pipeline", Text),
    column("args", Json),
    column("version", Text),
    column("root", Text),
    column("outcome", Text),
    column("started_us", Int),
    column("duration_us", Uint),
    column("snapshot", Text),
    column("tally", Json),
    column("error", Json),
    column("stages", Json),
];
const SNAPSHOTS: &[Column] = &[
    column("id", Text),
    column("repository", Text),
    column("commit", Text),
    column("reference", Text),
    column("dirty", Bool),
    column("time_us", Int),
    column("engine", Text),
    column("policy", Text),
    column("level", Text),
    column("tally", Json),
    column("execution", Text),
];
const FILES: &[Column] = &[
    column("snapshot", Text),
    column("path", Text),
    column("content", Text),
    column("engine", Text),
    column("language", Text),
    column("bytes", Uint),
    column("skip", Text),
    column("notes", Json),
];
/// Of a file: set in the row of the unit, which every record has.
const FACTS_FILE: &[Column] = &[
    column("content", Text),
    column("engine", Text),
    column("language", Text),
    column("policy", Text),
    column("level", Text),
    column("bytes", Uint),
    column("file_error_bytes", Uint),
    column("skip", Text),
    column("notes", Json),
];
const FACTS_SPACE: &[Column] = &[
    column("kind", Text),
    column("name", Text),
    column("qualified_name", Text),
    column("parent", Int),
    column("start_byte", Int),
    column("end_byte", Int),
    column("start_line", Int),
    column("end_line", Int),
    column("visibility", Text),
    column("error_bytes", Int),
    column("body", Text),
    column("calls", Json),
];
const CHUNKS: &[Column] = &[
    column("content", Text),
    column("start", Int),
    column("end", Int),
    column("hash", Text),
    column("symbol", Text),
    column("kind", Text),
    column("text", Blob),
];
const AST: &[Column] = &[column("content", Text), column("engine", Text), column("nodes", Int), column("body", Blob)];
const CFG: &[Column] = &[
    column("content", Text),
    column("engine", Text),
    column("space", Int),
    column("blocks", Json),
    column("edges", Json),
];
const SYMBOLS: &[Column] = &[
    column("snapshot", Text),
    column("id", Text),
    column("fqn", Text),
    column("kind", Text),
    column("path", Text),
    column("space", Int),
    column("start_line", Int),
    column("end_line", Int),
];
const NAMES: &[Column] = &[column("snapshot", Text), column("fqn", Text), column("symbols", Json)];
const REFERENCES: &[Column] =
    &[column("snapshot", Text), column("target", Text), column("source", Text), column("count", Uint)];
const LINKS: &[Column] = &[
    column("snapshot", Text),
    column("symbol", Text),
    column("fan_in", Uint),
    column("fan_out", Uint),
    column("unresolved", Uint),
];

/// The columns of a family's table, the key columns first.
#[must_use]
pub fn columns(family: Family) -> Vec<Column> {
    let own: &[&[Column]] = match family {
        Family::Executions => &[EXECUTIONS],
        Family::Snapshots => &[SNAPSHOTS],
        Family::Files => &[FILES],
        Family::Facts => &[FACTS_FILE, FACTS_SPACE],
        Family::Chunks => &[CHUNKS],
        Family::Ast => &[AST],
        Family::Cfg => &[CFG],
        Family::Symbols => &[SYMBOLS],
        Family::Names => &[NAMES],
        Family::References => &[REFERENCES],
        Family::Links => &[LINKS],
    };
    let mut all: Vec<Column> = KEY_COLUMNS.iter().chain(own.iter().copied().flatten()).copied().collect();
    if family == Family::Facts {
        all.extend(CATALOG.iter().map(|metric| match (metric.get)(&Metrics::default()) {
            MetricValue::Int(_) => column(metric.column, Int),
            MetricValue::Real(_) => column(metric.column, Real),
        }));
    }
    all
}

/// The statement that makes a family's table; `type_name` names the engine's types.
#[must_use]
pub fn create_statement(family: Family, type_name: fn(Type) -> &'static str) -> String {
    let columns = columns(family);
    let columns = columns.iter().map(|column| format!("\"{}\" {}", column.name, type_name(column.of)));
    format!("CREATE TABLE \"{}\" ({})", family.name(), columns.collect::<Vec<_>>().join(", "))
}

/// The statement that puts a row into a family's table.
#[must_use]
pub fn insert_statement(family: Family) -> String {
    let marks = vec!["?"; columns(family).len()].join(", ");
    format!("INSERT INTO \"{}\" VALUES ({marks})", family.name())
}

/// The statement that reads the rows of a range of keys, from the first parameter to before the second, if there is one.
#[must_use]
pub fn select_statement(family: Family, bounded: bool) -> String {
    let end = if bounded { " AND \"key\" < ?" } else { "" };
    format!("SELECT * FROM \"{}\" WHERE \"key\" >= ?{end} ORDER BY \"key\", \"ordinal\"", family.name())
}

/// Gathers rows that come in key order into records and hands them on, a damaged one as its error.
pub struct Gather<'a> {
    family: Family,
    rows: Vec<Row>,
    visit: &'a mut super::Visit<'a>,
}

impl<'a> Gather<'a> {
    /// Nothing gathered yet.
    pub fn new(family: Family, visit: &'a mut super::Visit<'a>) -> Self {
        Self { family, rows: Vec::new(), visit }
    }

    /// Takes the next row.
    ///
    /// # Errors
    /// What the visitor returned for the record that ended with the row before.
    pub fn row(&mut self, row: Row) -> Result<()> {
        if self.rows.first().is_some_and(|first| first[0] != row[0]) {
            self.end()?;
        }
        self.rows.push(row);
        Ok(())
    }

    /// Hands on the last record.
    ///
    /// # Errors
    /// What the visitor returned.
    pub fn end(&mut self) -> Result<()> {
        let rows = std::mem::take(&mut self.rows);
        match rows.first().map(|row| &row[0]) {
            None => Ok(()),
            Some(Cell::Blob(key)) => (self.visit)(key, record(self.family, &rows)),
            Some(_) => (self.visit)(&[], record(self.family, &rows)),
        }
    }
}

/// A row of a table.
pub type Row = Vec<Cell>;

/// The rows of a record.
///
/// # Errors
/// A record that cannot be shown as rows; none that elcano makes is such.
pub fn rows(record: &Record) -> Result<Vec<Row>> {
    let key = record.key();
    let mut rows = match record {
        Record::Facts(facts) => facts_rows(facts)?,
        Record::Chunks(chunk) => vec![chunk_row(chunk)],
        Record::Ast(ast) => vec![ast_row(ast)?],
        other => vec![plain_row(other)?],
    };
    for (ordinal, row) in (0..).zip(&mut rows) {
        row.splice(0..0, [Cell::Blob(key.as_bytes().to_vec()), Cell::Int(ordinal)]);
    }
    Ok(rows)
}

/// The record of its rows, which come in the order of their ordinals.
///
/// # Errors
/// [`Error::Record`] with family and key: a row is missing, too many, not of its type, or a column disagrees with the rest.
pub fn record(family: Family, rows: &[Row]) -> Result<Record> {
    let key = match rows.first().and_then(|row| row.first()) {
        Some(Cell::Blob(key)) => key.clone(),
        _ => Vec::new(),
    };
    let damaged = |problem: String| {
        use std::fmt::Write as _;
        let key = key.iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        });
        Error::Record { family: family.name(), key, problem }
    };
    let record = match family {
        Family::Facts => facts_record(rows),
        _ if rows.len() != 1 => Err(format!("{} rows in place of one", rows.len())),
        Family::Chunks => chunk_record(&rows[0]),
        Family::Ast => ast_record(&rows[0]),
        _ => plain_record(family, &rows[0]),
    };
    let record = record.map_err(&damaged)?;
    let again = self::rows(&record)?;
    if again == rows {
        return Ok(record);
    }
    let columns = columns(family);
    let differs = again.iter().zip(rows).enumerate().find_map(|(ordinal, (made, read))| {
        let at = made.iter().zip(read).position(|(made, read)| made != read)?;
        Some(format!("column `{}` of row {ordinal} disagrees with the rest of the record", columns[at].name))
    });
    Err(damaged(differs.unwrap_or_else(|| format!("{} rows in place of {}", rows.len(), again.len()))))
}

fn encode_error(error: &dyn std::fmt::Display) -> Error {
    Error::Record { family: "any", key: String::new(), problem: error.to_string() }
}

fn json_cell<T: serde::Serialize>(value: &T) -> Result<Cell> {
    serde_json::to_string(value).map(Cell::Text).map_err(|error| encode_error(&error))
}

fn text(value: &dyn std::fmt::Display) -> Cell {
    Cell::Text(value.to_string())
}

fn optional(value: Option<&dyn std::fmt::Display>) -> Cell {
    value.map_or(Cell::Null, text)
}

#[expect(clippy::cast_possible_wrap, reason = "unsigned numbers wrap into the column and back; nothing is lost")]
const fn unsigned(value: u64) -> Cell {
    Cell::Int(value as i64)
}

fn int(value: u32) -> Cell {
    Cell::Int(i64::from(value))
}

/// Families without large parts travel through their JSON form: members are columns.
fn plain_row(record: &Record) -> Result<Row> {
    let value = with_record!(record, record => serde_json::to_value(record)).map_err(|error| encode_error(&error))?;
    let Value::Object(mut members) = value else { return Err(encode_error(&"not an object")) };
    let columns = columns(record.family());
    let cells = columns[KEYS..].iter().map(|column| {
        let member = members.remove(column.name).unwrap_or(Value::Null);
        match (column.of, member) {
            (Json, member) => json_cell(&member),
            (_, Value::Null) => Ok(Cell::Null),
            (Bool, Value::Bool(value)) => Ok(Cell::Int(i64::from(value))),
            (Int, Value::Number(number)) => number.as_i64().map(Cell::Int).ok_or_else(|| encode_error(&number)),
            (Uint, Value::Number(number)) => number.as_u64().map(unsigned).ok_or_else(|| encode_error(&number)),
            (Text, Value::String(text)) => Ok(Cell::Text(text)),
            (_, other) => Err(encode_error(&format!("column `{}` cannot hold {other}", column.name))),
        }
    });
    cells.collect()
}

fn plain_record(family: Family, row: &Row) -> Result<Record, String> {
    let mut members = Map::new();
    for (column, cell) in columns(family)[KEYS..].iter().zip(&row[KEYS..]) {
        let value = match (column.of, cell) {
            (Json, Cell::Text(text)) => {
                serde_json::from_str(text).map_err(|error| format!("column `{}`: {error}", column.name))?
            }
            (_, Cell::Null) => Value::Null,
            (Bool, Cell::Int(value @ (0 | 1))) => Value::Bool(*value == 1),
            (Int, Cell::Int(value)) => Value::from(*value),
            #[expect(clippy::cast_sign_loss, reason = "unsigned numbers wrap into the column and back")]
            (Uint, Cell::Int(value)) => Value::from(*value as u64),
            (Text, Cell::Text(text)) => Value::String(text.clone()),
            (_, other) => return Err(format!("column `{}` holds {other:?}", column.name)),
        };
        members.insert(column.name.to_owned(), value);
    }
    let value = Value::Object(members);
    with_type!(family, T => serde_json::from_value::<T>(value).map(Record::from)).map_err(|error| error.to_string())
}

fn facts_rows(facts: &FactsRecord) -> Result<Vec<Row>> {
    let mut first = vec![
        text(&facts.content),
        text(&facts.engine),
        text(&facts.language),
        text(&facts.policy),
        text(&facts.level),
        unsigned(facts.bytes),
        unsigned(facts.error_bytes),
        optional(facts.skip.as_ref().map(|skip| skip as _)),
        json_cell(&facts.notes)?,
    ];
    let Some((unit, inner)) = facts.spaces.split_first() else {
        first.resize(FACTS_FILE.len() + FACTS_SPACE.len() + CATALOG.len(), Cell::Null);
        return Ok(vec![first]);
    };
    first.extend(space_cells(unit)?);
    let mut rows = vec![first];
    for space in inner {
        let mut row = vec![Cell::Null; FACTS_FILE.len()];
        row[0] = text(&facts.content);
        row[1] = text(&facts.engine);
        row.extend(space_cells(space)?);
        rows.push(row);
    }
    Ok(rows)
}

fn space_cells(space: &Space) -> Result<Vec<Cell>> {
    let mut cells = Vec::with_capacity(FACTS_SPACE.len() + CATALOG.len() + FACTS_FILE.len() + KEYS);
    cells.extend([
        text(&space.kind),
        text(&space.name),
        text(&space.qualified_name),
        space.parent.map_or(Cell::Null, int),
        int(space.start_byte),
        int(space.end_byte),
        int(space.start_line),
        int(space.end_line),
        text(&space.visibility),
        int(space.error_bytes),
        text(&space.body),
        json_cell(&space.calls)?,
    ]);
    cells.extend(CATALOG.iter().map(|metric| match (metric.get)(&space.metrics) {
        MetricValue::Int(value) => int(value),
        MetricValue::Real(value) => Cell::Real(value),
    }));
    Ok(cells)
}

/// Reads cells one after the other.
struct Cells<'r>(std::slice::Iter<'r, Cell>);

impl Cells<'_> {
    fn next(&mut self) -> Result<&Cell, String> {
        self.0.next().ok_or_else(|| "a column is missing".to_owned())
    }

    fn string(&mut self) -> Result<&str, String> {
        match self.next()? {
            Cell::Text(text) => Ok(text),
            other => Err(format!("{other:?} in place of text")),
        }
    }

    fn parse<T: std::str::FromStr<Err: std::fmt::Display>>(&mut self) -> Result<T, String> {
        self.string()?.parse().map_err(|error: T::Err| error.to_string())
    }

    fn parse_optional<T: std::str::FromStr<Err: std::fmt::Display>>(&mut self) -> Result<Option<T>, String> {
        match self.next()? {
            Cell::Null => Ok(None),
            Cell::Text(text) => text.parse().map(Some).map_err(|error: T::Err| error.to_string()),
            other => Err(format!("{other:?} in place of text")),
        }
    }

    fn json<T: serde::de::DeserializeOwned>(&mut self) -> Result<T, String> {
        serde_json::from_str(self.string()?).map_err(|error| error.to_string())
    }

    fn int<T: TryFrom<i64>>(&mut self) -> Result<T, String> {
        match self.next()? {
            Cell::Int(value) => T::try_from(*value).map_err(|_| format!("{value} is out of range")),
            other => Err(format!("{other:?} in place of a whole number")),
        }
    }

    #[expect(clippy::cast_sign_loss, reason = "unsigned numbers wrap into the column and back")]
    fn unsigned(&mut self) -> Result<u64, String> {
        self.int::<i64>().map(|value| value as u64)
    }

    fn blob(&mut self) -> Result<&[u8], String> {
        match self.next()? {
            Cell::Blob(bytes) => Ok(bytes),
            other => Err(format!("{other:?} in place of bytes")),
        }
    }
}

fn facts_record(rows: &[Row]) -> Result<Record, String> {
    let first = rows.first().ok_or("no row")?;
    let mut cells = Cells(first.get(KEYS..).ok_or("no columns")?.iter());
    let mut facts = FactsRecord {
        content: cells.parse()?,
        engine: cells.parse()?,
        language: cells.string()?.to_owned(),
        policy: cells.string()?.to_owned(),
        level: cells.parse()?,
        bytes: cells.unsigned()?,
        error_bytes: cells.unsigned()?,
        skip: cells.parse_optional()?,
        notes: cells.json()?,
        spaces: Vec::with_capacity(rows.len()),
    };
    let kind = KEYS + FACTS_FILE.len();
    if rows.len() == 1 && first.get(kind) == Some(&Cell::Null) {
        return Ok(Record::Facts(facts));
    }
    for row in rows {
        facts.spaces.push(space_of(row.get(kind..).ok_or("columns are missing")?)?);
    }
    Ok(Record::Facts(facts))
}

fn space_of(row: &[Cell]) -> Result<Space, String> {
    let mut cells = Cells(row.iter());
    let mut space = Space {
        kind: cells.parse()?,
        name: cells.string()?.to_owned(),
        qualified_name: cells.string()?.to_owned(),
        parent: match cells.next()? {
            Cell::Null => None,
            Cell::Int(value) => Some(u32::try_from(*value).map_err(|error| error.to_string())?),
            other => return Err(format!("{other:?} in place of a whole number")),
        },
        start_byte: cells.int()?,
        end_byte: cells.int()?,
        start_line: cells.int()?,
        end_line: cells.int()?,
        visibility: cells.parse()?,
        error_bytes: cells.int()?,
        body: cells.parse()?,
        calls: cells.json()?,
        metrics: Metrics::default(),
    };
    for (metric, cell) in CATALOG.iter().zip(&row[FACTS_SPACE.len()..]) {
        // Derived columns follow from these; that they agree is checked when the record is made a row again.
        if let (Some(set), Cell::Int(value)) = (metric.set, cell) {
            *set(&mut space.metrics) = u32::try_from(*value).map_err(|error| error.to_string())?;
        }
    }
    Ok(space)
}

fn chunk_row(chunk: &ChunkRecord) -> Row {
    vec![
        text(&chunk.content),
        int(chunk.start),
        int(chunk.end),
        text(&chunk.hash),
        text(&chunk.symbol),
        text(&chunk.kind),
        Cell::Blob(chunk.text.clone()),
    ]
}

fn chunk_record(row: &Row) -> Result<Record, String> {
    let mut cells = Cells(row[KEYS..].iter());
    Ok(Record::Chunks(ChunkRecord {
        content: cells.parse()?,
        start: cells.int()?,
        end: cells.int()?,
        hash: cells.parse()?,
        symbol: cells.string()?.to_owned(),
        kind: cells.parse()?,
        text: cells.blob()?.to_vec(),
    }))
}

/// The tree's body is postcard within zstd: a row a node would be twenty times larger than all else.
fn ast_row(record: &AstRecord) -> Result<Row> {
    let plain = postcard::to_stdvec(&record.ast).map_err(|error| encode_error(&error))?;
    let body = zstd::bulk::compress(&plain, 1).map_err(|error| encode_error(&error))?;
    let nodes = i64::try_from(record.ast.nodes.len()).map_err(|error| encode_error(&error))?;
    Ok(vec![text(&record.content), text(&record.engine), Cell::Int(nodes), Cell::Blob(body)])
}

fn ast_record(row: &Row) -> Result<Record, String> {
    // A node is at most 20 bytes; a body that claims more is no tree of ours.
    const NODE_BYTES_MAX: usize = 20;
    const KINDS_BYTES_MAX: usize = 1 << 20;
    let mut cells = Cells(row[KEYS..].iter());
    let (content, engine) = (cells.parse()?, cells.parse()?);
    let nodes: usize =
        cells.int::<i64>().and_then(|value| usize::try_from(value).map_err(|error| error.to_string()))?;
    let body = cells.blob()?;
    let room = nodes.saturating_mul(NODE_BYTES_MAX).saturating_add(KINDS_BYTES_MAX).min(1 << 30);
    let plain = zstd::bulk::decompress(body, room).map_err(|error| error.to_string())?;
    let ast = postcard::from_bytes(&plain).map_err(|error| error.to_string())?;
    Ok(Record::Ast(AstRecord { content, engine, ast }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_family_has_columns_of_unique_names() {
        for family in Family::ALL {
            let mut names: Vec<_> = columns(*family).iter().map(|column| column.name.to_lowercase()).collect();
            names.sort();
            let count = names.len();
            names.dedup();
            assert_eq!(names.len(), count, "{family}");
        }
    }

    #[test]
    fn every_base_count_can_be_set_and_comes_back() {
        let mut metrics = Metrics::default();
        for (value, metric) in (1..).zip(CATALOG) {
            if let Some(set) = metric.set {
                *set(&mut metrics) = value;
                assert_eq!((metric.get)(&metrics), MetricValue::Int(value), "{}", metric.id);
            }
        }
        let zero: Vec<u32> =
            postcard::to_stdvec(&metrics).map(|bytes| bytes.iter().map(|b| u32::from(*b)).collect()).unwrap();
        assert!(zero.iter().all(|count| *count > 0), "a count has no column of its own: {metrics:?}");
    }
}
