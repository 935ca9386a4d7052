//! One binary of scenario tests.

mod git_history;
mod git_index;
mod git_repository;
mod repo;
mod walk_accounts;
mod walk_explain;
mod walk_oracle;
mod walk_rules;
