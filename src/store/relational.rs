//! Stores of relational tables: their columns, defined once, and the two databases that keep them.
//! Never defines a family.

mod duckdb;
mod manifest;
mod sqlite;
pub mod table;

pub(super) use duckdb::{DuckdbBulkWriter, DuckdbReader};
pub(super) use sqlite::{Sqlite, SqliteBulkWriter};
