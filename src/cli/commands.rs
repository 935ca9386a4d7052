//! The commands, a file each: its options and what it does with them.

pub(super) mod baseline;
pub(super) mod check;
pub(super) mod config;
pub(super) mod diff;
pub(super) mod exemptions;
pub(super) mod explain;
pub(super) mod export;
pub(super) mod get;
pub(super) mod import;
pub(super) mod init;
pub(super) mod langs;
pub(super) mod log;
pub(super) mod measure;
pub(super) mod migrate;
pub(super) mod query;
pub(super) mod report;
pub(super) mod run;
pub(super) mod scan;
pub(super) mod store;
pub(super) mod verify;
