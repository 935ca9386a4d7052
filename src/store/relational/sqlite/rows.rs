//! Converts records and cells to and from SQLite's values. Never prepares or commits a statement.

use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, params_from_iter};

use super::failure::{SqliteFailure, explain};
use super::schema::Shape;
use crate::error::Result;
use crate::store::relational::table::{Cell, Row, Seal, project};
use crate::store::{Put, PutValue, StoreUrl, codec};

/// Inserts the rows of a record.
pub(super) fn insert_record(url: &StoreUrl, insert: &mut CachedStatement<'_>, put: &Put, shape: Shape) -> Result<()> {
    let decoded;
    let record = match &put.value {
        PutValue::Record(record) => record,
        PutValue::Bytes(bytes) => {
            decoded = codec::decode(put.family, put.key.as_bytes(), bytes)?;
            &decoded
        }
    };
    let mut ordinal = 0_i64;
    let mut seal = shape.sealed.then(|| codec::seal(record)).transpose()?.map(Cell::Int);
    project(record, shape.derived, &mut |cells| {
        let head = [Cell::Blob(put.key.as_bytes().into()), Cell::Int(ordinal)];
        let values = head.iter().chain(cells).chain(&seal);
        insert.execute(params_from_iter(values)).map_err(|error| explain(url, error))?;
        if seal.is_some() {
            seal = Some(Cell::Null);
        }
        ordinal += 1;
        Ok(())
    })
}

/// The checksum that a row states.
pub(super) fn seal(row: &rusqlite::Row<'_>, width: usize, shape: Shape) -> Result<Seal, SqliteFailure> {
    Ok(match shape.sealed.then(|| row.get_ref(width)).transpose()? {
        None => Seal::Without,
        Some(ValueRef::Integer(value)) => Seal::Stated(value),
        Some(_) => Seal::Missing,
    })
}

impl ToSql for Cell<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(value) => ValueRef::Integer(*value),
            Self::Real(value) => ValueRef::Real(*value),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

/// The cells after key and ordinal. Text that is not UTF-8 becomes a blob, which no text column
/// takes.
pub(super) fn cells(row: &rusqlite::Row<'_>, width: usize) -> Result<Row, SqliteFailure> {
    let mut cells = Vec::with_capacity(width);
    for index in 2..width {
        cells.push(match row.get_ref(index)? {
            ValueRef::Null => Cell::Null,
            ValueRef::Integer(value) => Cell::Int(value),
            ValueRef::Real(value) => Cell::Real(value),
            ValueRef::Text(bytes) => std::str::from_utf8(bytes)
                .map_or_else(|_| Cell::Blob(bytes.to_vec().into()), |text| Cell::Text(text.to_owned().into())),
            ValueRef::Blob(bytes) => Cell::Blob(bytes.to_vec().into()),
        });
    }
    Ok(cells)
}
