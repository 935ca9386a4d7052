//! Counts the metrics, one file each, in terms of roles. Never knows a node kind or a language.
//!
//! The visit keeps one [`OpenSpace`] per space that it is inside of and hands each metric what it
//! passes; a space's numbers are final when it closes. [`OpenSpace::close`] alone decides what is
//! summed upwards, what is a function's own and what is a maximum.

mod abc;
pub mod catalog;
mod class;
pub mod cognitive;
mod counts;
mod cyclomatic;
mod halstead;
mod lines;
mod maintainability;
mod open_space;
mod step;
mod tokens;
mod trace;

pub use catalog::{Aggregate, CATALOG, Direction, Metric, Subject, Value};
pub use halstead::{Token, TokenHistory};
pub use lines::{Rows, count as count_lines};
pub use open_space::OpenSpace;
pub use step::Step;
pub use tokens::token;
pub use trace::{Increment, Trace};

/// Changes whenever a definition changes: part of every analyzer id.
pub const METRICS_VERSION: u32 = 2;
