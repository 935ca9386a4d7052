//! Works on whole stores: copying, comparing, garbage collection, packing, diagnosis and
//! quarantine. Works on every engine alike; never keeps a record itself.
//!
//! Its own floors, lowest first: `copy`, `verify`, `gc` and `quarantine`, then `pack` and `doctor`.

mod copy;
mod doctor;
mod gc;
mod pack;
mod quarantine;
mod verify;

pub use copy::{Counts, copy};
pub use doctor::{Diagnosis, diagnose};
pub use gc::{Collected, collect};
pub use pack::{pack, unpack};
pub use quarantine::quarantine;
pub use verify::{DIFFERENCES_MAX, RecordDifference, Verification, digest, digest_all, verify};
