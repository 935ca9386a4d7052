//! Keeps stores in relational tables: their columns, defined once, and the two databases. Never
//! defines a family.
//!
//! Its own floors, lowest first: `manifest` and `table`, then `sqlite` and `duckdb`.

mod duckdb;
mod manifest;
mod sqlite;
pub mod table;

pub(super) use duckdb::{DuckdbBulkWriter, DuckdbReader};
pub(super) use sqlite::{Sqlite, SqliteBulkWriter};
