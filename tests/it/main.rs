//! One binary of scenario tests.

mod repo;
mod walk_accounts;
mod walk_explain;
mod walk_oracle;
mod walk_rules;
