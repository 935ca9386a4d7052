//! How a file is measured: what is kept of it, and what it must not exceed.

use serde::{Deserialize, Serialize};

use crate::model::Level;

/// What must not be exceeded by one file; a file that exceeds a limit gets a note and is not
/// measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
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
    /// How often the parser may read each byte of source, looking ahead and going back.
    pub parse_reads_per_byte_max: u64,
    /// Bytes of memory that the parser may ask for, per byte of source.
    pub parse_memory_per_byte_max: u64,
    /// Seconds of a processor for one file: for what is not counted.
    pub seconds_max: u64,
    /// Megabytes of memory for one file that is measured in a process of its own.
    pub megabytes_max: u64,
}

impl Default for FileLimits {
    fn default() -> Self {
        Self {
            file_bytes_max: 8 << 20,
            depth_max: 10_000,
            nodes_max: 5_000_000,
            parse_steps_per_byte_max: 1,
            parse_reads_per_byte_max: 64,
            parse_memory_per_byte_max: 500,
            seconds_max: 10,
            megabytes_max: 500,
        }
    }
}

/// How to measure.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
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
