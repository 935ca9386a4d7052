//! What a file's content says beside its numbers: whether it is to be measured at all, where control goes in its
//! functions, and, over all files of a snapshot, who calls whom. Pure; knows roles and specs, never a language.

pub mod cfg;
pub mod classify;
pub mod link;
