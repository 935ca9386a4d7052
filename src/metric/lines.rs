//! Lines: physical, code, comment, blank. Park, CMU/SEI-92-TR-20.
//!
//! Tokens come in source order, so a row is new exactly when it is past the last one seen; no set
//! of rows is kept.

use crate::model::Metrics;

/// First and last row of a token, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rows {
    /// First row.
    pub first: u32,
    /// Last row.
    pub last: u32,
}

/// Distinct rows of a stream of row ranges whose ends never decrease.
#[derive(Debug, Clone, Copy, Default)]
struct RowCount {
    first: u32,
    /// One past the last row seen; 0 before the first.
    end: u32,
    count: u32,
}

impl RowCount {
    fn add(&mut self, rows: Rows) {
        if self.count == 0 {
            self.first = rows.first;
        }
        let from = rows.first.max(self.end);
        if rows.last >= from {
            self.count += rows.last + 1 - from;
            self.end = rows.last + 1;
        }
    }

    /// Adds the rows of a space inside this one: its first row can be known already, or all of them,
    /// where it stands in a string whose rows are.
    fn merge(&mut self, inner: &Self) {
        if inner.count == 0 {
            return;
        }
        if self.count == 0 {
            *self = *inner;
            return;
        }
        let shared = if inner.end <= self.end { inner.count } else { u32::from(inner.first < self.end) };
        self.count += inner.count - shared;
        self.end = self.end.max(inner.end);
    }
}

/// The rows of a space by what is on them.
#[derive(Debug, Default)]
pub(super) struct Lines {
    code: RowCount,
    comment: RowCount,
    either: RowCount,
}

impl Lines {
    pub(super) fn code(&mut self, rows: Rows) {
        self.code.add(rows);
        self.either.add(rows);
    }

    pub(super) fn comment(&mut self, rows: Rows) {
        self.comment.add(rows);
        self.either.add(rows);
    }

    pub(super) fn merge(&mut self, inner: &Self) {
        self.code.merge(&inner.code);
        self.comment.merge(&inner.comment);
        self.either.merge(&inner.either);
    }

    pub(super) fn write_to(&self, metrics: &mut Metrics, sloc: u32) {
        metrics.sloc = sloc;
        metrics.ploc = self.code.count;
        metrics.cloc = self.comment.count;
        metrics.blank = sloc.saturating_sub(self.either.count);
    }
}

/// Rows of a whole file: line ends are LF, CRLF and a lone CR; a trailing one begins no row; an
/// empty file has none.
#[must_use]
pub fn count(bytes: &[u8]) -> u32 {
    let ends = memchr::memchr2_iter(b'\n', b'\r', bytes).filter(|at| is_line_end(bytes, *at)).count();
    let open = bytes.last().is_some_and(|last| !matches!(last, b'\n' | b'\r'));
    u32::try_from(ends + usize::from(open)).unwrap_or(u32::MAX)
}

/// Whether the line-end byte at `at` ends a row; the CR of a CRLF does not.
fn is_line_end(bytes: &[u8], at: usize) -> bool {
    bytes[at] == b'\n' || bytes.get(at + 1) != Some(&b'\n')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_a_file() {
        for (text, rows) in [("", 0), ("a", 1), ("a\n", 1), ("a\r\nb", 2), ("a\rb\rc", 3), ("\n\n", 2), ("a\r", 1)] {
            assert_eq!(count(text.as_bytes()), rows, "{text:?}");
        }
    }

    #[test]
    fn a_shared_row_is_counted_once() {
        let mut outer = RowCount::default();
        outer.add(Rows { first: 0, last: 2 });
        let mut inner = RowCount::default();
        inner.add(Rows { first: 2, last: 4 });
        outer.merge(&inner);
        outer.add(Rows { first: 4, last: 4 });
        assert_eq!(outer.count, 5);
    }
}
