//! Turns records into rows and back: one relational table a family, defined once for SQLite, DuckDB
//! and the documentation. A record is one row or more; the first two columns are its binary key and
//! the row's place within the record. Reading makes the record from its rows and its rows again
//! from the record, so a changed column is found even where the record does not need it. Never
//! names an engine.

mod facts;
mod families;
mod field;

use std::borrow::Cow;

use crate::error::Result;
use crate::store::record::{with_record, with_type};
use crate::store::{Family, Key, Record, Stored, Visit, codec};

/// The SQL type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// 64 bits, signed; unsigned numbers beyond 2^63 - 1 stand as negative ones.
    Integer,
    /// Finite 64-bit floating point.
    Real,
    /// UTF-8.
    Text,
    /// Bytes.
    Blob,
}

/// A column of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// Its type.
    pub kind: Kind,
    /// It may be NULL.
    pub nullable: bool,
    /// Computed from other columns: in exports only, because its definition may change between
    /// versions.
    pub derived: bool,
    /// Its description.
    pub about: &'static str,
}

/// A value of a column.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell<'c> {
    /// Nothing.
    Null,
    /// A number, an id's count, a truth value as 0 or 1.
    Int(i64),
    /// A finite number.
    Real(f64),
    /// Text, ids in hexadecimal, lists as JSON.
    Text(Cow<'c, str>),
    /// Bytes.
    Blob(Cow<'c, [u8]>),
}

/// The cells of a row without key and ordinal.
pub type Row = Vec<Cell<'static>>;

/// Called with each row of a record.
pub(super) type Emit<'e> = dyn FnMut(&[Cell<'_>]) -> Result<()> + 'e;

/// A record that has a table.
pub(super) trait Tabled: Stored {
    /// The columns after key and ordinal; derived ones last.
    fn columns() -> Vec<Column>;
    /// The rows of the record, at least one.
    fn project(&self, derived: bool, emit: &mut Emit<'_>) -> Result<()>;
    /// The record of rows.
    fn assemble(rows: &[Row]) -> Result<Self, String>;
}

/// Relative difference of derived values that machines' own mathematics may cause.
const REAL_TOLERANCE: f64 = 1e-9;

impl Cell<'_> {
    fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Real(a), Self::Real(b)) => {
                a.to_bits() == b.to_bits() || (a - b).abs() <= REAL_TOLERANCE * a.abs().max(b.abs())
            }
            _ => self == other,
        }
    }
}

/// The columns of a family's table after key and ordinal.
#[must_use]
pub fn columns(family: Family, derived: bool) -> Vec<Column> {
    let mut columns = with_type!(family, T => <T as Tabled>::columns());
    columns.retain(|column| derived || !column.derived);
    columns
}

/// The rows of a record.
///
/// # Errors
/// What `emit` returns.
pub fn project(record: &Record, derived: bool, emit: &mut dyn FnMut(&[Cell<'_>]) -> Result<()>) -> Result<()> {
    with_record!(record, record => record.project(derived, emit))
}

fn assemble(family: Family, rows: &[Row]) -> Result<Record, String> {
    with_type!(family, T => <T as Tabled>::assemble(rows).map(Record::from))
}

/// What the table states of the checksum of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seal {
    /// It keeps none.
    Without,
    /// It keeps them, and none is there.
    Missing,
    /// This one; see [`codec::seal`].
    Stated(i64),
}

/// Gathers the rows of a table, which come by key and ordinal, into records.
pub(super) struct Assembler<'v> {
    family: Family,
    derived: bool,
    key: Option<Key>,
    rows: Vec<Row>,
    seal: Seal,
    problem: Option<String>,
    visit: &'v mut Visit<'v>,
}

impl<'v> Assembler<'v> {
    /// Hands each record over to `visit`.
    pub(super) fn new(family: Family, derived: bool, visit: &'v mut Visit<'v>) -> Self {
        Self { family, derived, key: None, rows: Vec::new(), seal: Seal::Without, problem: None, visit }
    }

    /// Takes the next row; the first one of a record states its checksum.
    pub(super) fn push(&mut self, key: &[u8], ordinal: i64, row: Row, seal: Seal) -> Result<()> {
        if self.key.as_ref().is_none_or(|held| held.as_bytes() != key) {
            self.end()?;
            self.key = Some(Key::from_bytes(key));
            self.seal = seal;
        }
        if usize::try_from(ordinal) != Ok(self.rows.len()) {
            self.problem = Some(format!("its rows are not numbered from 0: {ordinal} follows {}", self.rows.len()));
        }
        self.rows.push(row);
        Ok(())
    }

    /// The rows so far are all rows of their record.
    pub(super) fn end(&mut self) -> Result<()> {
        let Some(key) = self.key.take() else { return Ok(()) };
        let (rows, problem) = (std::mem::take(&mut self.rows), self.problem.take());
        let record = problem.map_or_else(|| check(self.family, self.derived, &key, &rows, self.seal), Err);
        (self.visit)(key.as_bytes(), record.map_err(|problem| codec::damaged(key.as_bytes(), self.family, problem)))
    }
}

/// The record of rows, if its own rows are these.
fn check(family: Family, derived: bool, key: &Key, rows: &[Row], seal: Seal) -> Result<Record, String> {
    let record = assemble(family, rows)?;
    if record.key() != *key {
        return Err(format!("the row belongs to key {}", record.key()));
    }
    let (mut index, mut changed) = (0, None);
    let compared = project(&record, derived, &mut |cells| {
        match rows.get(index) {
            None => changed = Some("rows are missing".to_owned()),
            Some(row) => {
                let differs = cells.len() != row.len() || !cells.iter().zip(row).all(|(cell, read)| cell.same(read));
                if differs && changed.is_none() {
                    let columns = columns(family, derived);
                    let at = cells.iter().zip(row).position(|(cell, read)| !cell.same(read));
                    let name = at.and_then(|at| columns.get(at)).map_or("?", |column| column.name);
                    changed = Some(format!("column {name} of row {index} does not belong to the rest"));
                }
            }
        }
        index += 1;
        Ok(())
    });
    compared.map_err(|error| error.to_string())?;
    if index != rows.len() {
        changed.get_or_insert_with(|| "there are more rows than the record has".to_owned());
    }
    if let Some(changed) = changed {
        return Err(changed);
    }
    let matches = match seal {
        Seal::Without => true,
        Seal::Missing => return Err("it has no checksum".to_owned()),
        Seal::Stated(stated) => codec::seal(&record).map_err(|error| error.to_string())? == stated,
    };
    if matches { Ok(record) } else { Err("the checksum does not match".to_owned()) }
}
