//! The order of things: a [`workspace`] is found once, a [`measurer`] measures its files, and on
//! them stand the scan, the check and what else a command does; [`run`] executes a plan of such
//! stages and writes the execution log. Never parses, stores or formats by itself.

pub mod address;
pub mod base;
pub mod check;
pub mod diff;
pub mod execution_log;
pub mod exemptions;
pub mod graph;
mod link;
mod locate;
pub mod measurer;
pub mod outputs;
pub mod plan;
pub mod progress;
pub mod recheck;
pub mod report;
pub mod run;
pub mod scan;
pub mod snapshot;
pub mod trust;
pub mod workspace;
