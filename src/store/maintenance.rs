//! What is done to whole stores: copying, comparing, collecting garbage, packing, diagnosing and
//! quarantine. Works on every engine alike; never keeps a record itself.

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
pub use verify::{DIFFERENCES_MAX, Difference, Verification, digest, digest_all, verify};
