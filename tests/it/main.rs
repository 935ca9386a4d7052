//! All integration tests: one binary, so they link once.

mod gate_baseline;
mod gate_check;
mod gate_formats;
mod git_history;
mod git_index;
mod git_repository;
mod lang_conformance;
mod lang_fixtures;
mod lang_golden;
mod lang_registry;
mod records;
mod repo;
mod store_copy;
mod store_executions;
mod store_keys;
mod store_live;
mod store_lmdb;
mod store_values;
mod store_writer;
mod walk_accounts;
mod walk_explain;
mod walk_oracle;
mod walk_rules;
