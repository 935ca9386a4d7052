//! Keeps stores in relational tables: their columns, defined once, and the two databases. Never
//! defines a family.
//!
//! Its own floors, lowest first: `manifest` and `table`, then `sqlite` and `duckdb`.

mod duckdb;
mod manifest;
mod sqlite;
pub mod table;

pub use duckdb::can_start;
pub(super) use duckdb::{DuckdbBulkWriter, DuckdbReader};
pub(super) use sqlite::{Purpose, Sqlite, SqliteBulkWriter};
