//! The gate: numbers of a change against limits, and against what they were before. Pure: it is handed the spaces of files
//! and gives findings; it never reads a file, a store or a repository.
//!
//! Three scopes. *Patch*: functions that the change touches must be within the limits. *Ratchet*: what is over a limit
//! already must not get worse. *Project*: totals inform. A touched function that is no worse than before never fails,
//! however far it is over; without a base everything is gated.

pub mod allow;
pub mod baseline;
mod difference;
mod evaluate;
pub mod limits;
mod matching;
mod text;

pub use difference::differences;
pub use evaluate::{FileVersion, compare, deltas, everything, sort};
pub use limits::{Limit, Limits, Subject};
pub use matching::{Counterpart, pair};
pub use text::{first_change, line_hashes};
