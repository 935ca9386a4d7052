//! elcano measures source code: it walks repositories, parses them on all cores, keeps every fact in a store and
//! proves that what it exports is what it holds. The floors are drawn in `ARCHITECTURE.md`; a file uses only floors below.

pub mod cfg;
pub mod cli;
pub mod error;
pub mod export;
pub mod gate;
pub mod git;
pub mod lang;
pub mod link;
pub mod measure;
pub mod metric;
pub mod model;
pub mod pipeline;
pub mod report;
pub mod store;
pub mod walk;
