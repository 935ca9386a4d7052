//! The gate: compares the numbers of a change with limits, and with what they were before. Takes
//! the spaces of files and gives findings. Never reads a file, a store or a repository.
//!
//! Three scopes. *Patch*: functions that the change touches must be within the limits. *Ratchet*:
//! what is over a limit already must not get worse. *Project*: totals inform. A touched function
//! that is no worse than before never fails, however far it is over; without a base everything is
//! gated.

pub mod allow;
pub mod baseline;
mod difference;
mod evaluate;
pub mod limits;
mod matching;
mod text;
mod version;

pub use difference::differences;
pub use evaluate::{compare, deltas, everything, sort};
pub use limits::{Limit, Limits};
pub use text::{first_change, line_hashes};
pub use version::FileVersion;
