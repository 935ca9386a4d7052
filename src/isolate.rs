//! Measures files in supervised processes, so that one file costs one file: a crash, an endless
//! loop or a flood of memory in a grammar's C code ends the process that measured it, and becomes a
//! note on that file. [`Isolation`] is the side that supervises, [`serve()`] the process that
//! measures. Never decides which files are measured, and never keeps facts.

mod exchange;
mod process;
mod protocol;
mod serve;
mod supervise;
mod when;

pub use serve::serve;
pub use supervise::{Isolation, Subject};
pub use when::When;
