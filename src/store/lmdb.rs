//! The default store: LMDB, one named database a family. Never interprets a record beyond its key
//! and value.
//!
//! Its own floors, lowest first: `meta` and `system` (the file and the machine), `pages` and `lock_file`, `environment`
//! (maps and transactions), `store` (records), `bulk_writer` (a new store in one go).

mod bulk_writer;
mod environment;
mod lock_file;
mod meta;
mod pages;
mod store;
mod system;

pub(super) use bulk_writer::LmdbBulkWriter;
pub(super) use store::Lmdb;
pub(super) use system::DATA_FILE;
