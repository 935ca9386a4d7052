//! The languages as the build embeds them: build.rs makes the list from the specs. Never reads one.

/// A language as the build embeds it.
pub(super) struct Embedded {
    /// The name of the spec's file.
    pub(super) id: &'static str,
    /// The text of the spec.
    pub(super) spec: &'static str,
    /// The grammar's language function.
    pub(super) grammar: fn() -> tree_sitter::Language,
    /// The version of the grammar's crate.
    pub(super) version: &'static str,
}

include!(concat!(env!("OUT_DIR"), "/languages.rs"));
