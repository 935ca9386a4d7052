//! Stores: every engine, every encoding, every way to be interrupted.

mod compat;
mod copy;
mod disk;
mod executions;
mod gc;
mod in_ci;
mod keys;
mod lifecycle;
mod links;
mod live;
mod lmdb;
mod loom;
mod process;
mod round_trip;
mod sql;
mod values;
mod verify;
mod writer;
