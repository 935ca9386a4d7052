//! How a file is measured: what is kept of it, and what it must not exceed.

use crate::model::Level;

/// What must not be exceeded by one file; a file that exceeds a limit gets a note and is not
/// measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileLimits {
    /// Size of a file. Larger ones are data or generated; people do not read them.
    pub file_bytes_max: u64,
    /// Depth of the syntax tree. Code that people write stays below a few hundred.
    pub depth_max: usize,
    /// Nodes of the syntax tree, bounding the memory of one file.
    pub nodes_max: usize,
    /// Parser steps per byte of source, in hundreds of operations; counted, not timed, so that
    /// every machine agrees.
    pub parse_steps_per_byte_max: u64,
}

impl Default for FileLimits {
    fn default() -> Self {
        Self { file_bytes_max: 8 << 20, depth_max: 10_000, nodes_max: 5_000_000, parse_steps_per_byte_max: 4 }
    }
}

/// How to measure.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// What is kept beside the metrics.
    pub level: Level,
    /// What must not be exceeded.
    pub limits: FileLimits,
}

impl Options {
    /// The metrics alone, within the default limits.
    #[must_use]
    pub fn metrics() -> Self {
        Self { level: Level::Metrics, limits: FileLimits::default() }
    }
}
