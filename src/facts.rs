//! What a file's content says beside its numbers: whether it is to be measured at all.

pub mod classify;
