//! The facts of a file of which only the lines are known.

use crate::lang::Lines;
use crate::model::{BodyHash, Metrics, Space, SpaceKind, Visibility};

/// The space of a file of which only the lines are known.
pub(super) fn unit(lines: Lines, bytes: usize) -> Space {
    let sloc = lines.code + lines.comment + lines.blank;
    Space {
        kind: SpaceKind::Unit,
        name: String::new(),
        qualified_name: String::new(),
        parent: None,
        start_byte: 0,
        end_byte: u32::try_from(bytes).unwrap_or(u32::MAX),
        start_line: 1,
        end_line: sloc.max(1),
        visibility: Visibility::Public,
        error_bytes: 0,
        body: BodyHash::default(),
        metrics: Metrics { sloc, ploc: lines.code, cloc: lines.comment, blank: lines.blank, ..Metrics::default() },
        calls: Vec::new(),
    }
}
