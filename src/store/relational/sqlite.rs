//! Keeps a store in one SQLite file: the tables that people query are the tables that a run lives
//! on, and exports have the same ones. Never builds a statement from data: parameters are bound,
//! and table names come from the list of families.
//!
//! Its own floors, lowest first: `failure` and `schema` (errors and SQL), `file` (opening), `rows`
//! (values), `seals` (checksums of old stores), then `store` and `bulk_writer`.

mod bulk_writer;
mod failure;
mod file;
mod rows;
mod schema;
mod seals;
mod store;

pub(in crate::store) use bulk_writer::{Purpose, SqliteBulkWriter};
pub(in crate::store) use store::Sqlite;
