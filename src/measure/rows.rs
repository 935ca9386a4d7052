//! Finds the rows of one file by byte. Never looks at a node.

use crate::metric::Rows;

/// Rows by byte. Line ends are LF, CRLF and a lone CR, which the parser would not count.
///
/// Nodes come in source order, so the row of a start is found by going on from the last one.
pub(super) struct RowIndex {
    /// First bytes of all rows, and a sentinel past every byte.
    starts: Vec<usize>,
    row: usize,
}

impl RowIndex {
    pub(super) fn new(source: &[u8]) -> Self {
        let ends = memchr::memchr2_iter(b'\n', b'\r', source);
        let ends = ends.filter(|at| source[*at] == b'\n' || source.get(at + 1) != Some(&b'\n'));
        let starts = std::iter::once(0).chain(ends.map(|at| at + 1)).chain(std::iter::once(usize::MAX)).collect();
        Self { starts, row: 0 }
    }

    /// First and last row of a span; one that takes its line end along does not touch the next row.
    #[inline]
    pub(super) fn of(&mut self, start: usize, end: usize) -> Rows {
        while self.starts[self.row] > start {
            self.row -= 1;
        }
        while self.starts[self.row + 1] <= start {
            self.row += 1;
        }
        let mut last = self.row;
        while self.starts[last + 1] < end {
            last += 1;
        }
        let row = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Rows { first: row(self.row), last: row(last) }
    }
}
