//! All integration tests: one binary, so they link once.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on says where and stops"
)]
#![expect(clippy::pedantic, reason = "tests are read once, from top to bottom")]
#![expect(unreachable_pub, reason = "nothing outside reaches into a test binary")]

mod cfg_c;
mod cfg_go;
mod cfg_graphs;
mod cfg_invariants;
mod cfg_java;
mod cfg_javascript;
mod cfg_others;
mod cfg_python;
mod cfg_rust;
mod ci_store;
mod cli;
mod cli_data;
mod cli_input;
mod cli_scan;
mod docs_metrics;
mod docs_readme;
mod docs_specs;
mod docs_tables;
mod floors;
mod gate_action;
mod gate_baseline;
mod gate_check;
mod gate_complaints;
mod gate_config;
mod gate_consumers;
mod gate_formats;
mod git_events;
mod git_history;
mod git_index;
mod git_repository;
mod lang_conformance;
mod lang_contest;
mod lang_counted;
mod lang_fixtures;
mod lang_golden;
mod lang_policies;
mod lang_policy_peers;
mod lang_registry;
mod link;
mod memory;
mod parse_health;
mod records;
mod repo;
mod report_dot;
mod report_explain;
mod report_graph;
mod store_compat;
mod store_copy;
mod store_executions;
mod store_gc;
mod store_keys;
mod store_kill;
mod store_lifecycle;
mod store_live;
mod store_lmdb;
mod store_loom;
mod store_process;
mod store_round_trip;
mod store_sql;
mod store_values;
mod store_verify;
mod store_writer;
mod walk_accounts;
mod walk_explain;
mod walk_oracle;
mod walk_rules;
mod workflows;
