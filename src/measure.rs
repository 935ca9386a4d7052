//! Measures the bytes of one file. The syntax tree lives and dies inside [`Analyzer::measure`], on
//! the calling thread; what cannot be measured becomes a note. Never reads a file and never fails.

mod allocated;
mod analyzer;
mod budget;
pub mod classify;
mod clock;
mod guard;
mod lines;
mod lost;
mod naming;
mod options;
mod parse;
mod plain;
mod roles;
mod rows;
mod source;
mod visit;

pub use analyzer::Analyzer;
pub use options::{FileLimits, Options};
pub use plain::decoded;
pub use roles::roles_in;
pub use source::{SourceError, measure_source};
