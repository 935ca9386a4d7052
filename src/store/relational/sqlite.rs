//! A store in one SQLite file: the tables that people query are the tables that a run lives on, and
//! exports have the same ones. Statements have bound parameters only; table names come from the
//! list of families.

mod bulk_writer;
mod failure;
mod file;
mod rows;
mod schema;
mod store;

pub(in crate::store) use bulk_writer::SqliteBulkWriter;
pub(in crate::store) use store::Sqlite;
