//! All integration tests: one binary, so they link once.

mod records;
mod store_compat;
mod store_copy;
mod store_executions;
mod store_gc;
mod store_keys;
mod store_live;
mod store_lmdb;
mod store_process;
mod store_sql;
mod store_values;
mod store_writer;
