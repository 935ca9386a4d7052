//! The one harness of all tests: temporary repositories, the binary, fixtures, stores and records.
//! Holds no test.

pub mod cases;
pub mod gate;
pub mod graphs;
pub mod languages;
pub mod memory;
pub mod mutations;
pub mod processes;
pub mod records;
mod repo;
pub mod run;
pub mod stores;

pub use repo::Repo;
pub use run::{CommandOutput, command, elcano, sample};
