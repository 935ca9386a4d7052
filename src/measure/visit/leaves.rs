//! The leaves of a visit: tokens with the rows they stand on, and what the parser skipped.

use std::ops::Range;

use bstr::ByteSlice;
use tree_sitter::Node;

use super::state::Visit;
use crate::lang::{Kind, Roles};
use crate::metric::{self, Token};

impl<'t> Visit<'_, 't> {
    /// Passes a token of which only its text and rows matter, outside ERROR nodes.
    #[inline]
    pub(super) fn plain_token(&mut self, node: Node<'t>, kind: Kind) {
        let span = node.byte_range();
        self.gap(span.start);
        self.read = span.end;
        if span.is_empty() {
            self.missing(node);
        } else {
            let rows = self.rows.of(span.start, span.end);
            let mark = kind.roles.is_empty().then_some(Token::Mark(kind.canonical));
            metric::token(&mut self.open_spaces, &mut self.history, rows, mark);
        }
    }

    /// Passes a token; false if the node is none and its children are to be read.
    #[inline]
    pub(super) fn token(&mut self, node: Node<'t>, roles: Roles, kind: Kind) -> bool {
        let leaf = !kind.named || roles.has(Roles::TOKEN) || node.child_count() == 0;
        if !leaf && !roles.has(Roles::STRING) {
            return false;
        }
        let span = node.byte_range();
        let composed = !leaf && self.is_composed(node);
        if !composed {
            self.pass(&span);
        }
        let rows = self.rows.of(span.start, span.end);
        if composed {
            if let Some(open) = self.open_spaces.last_mut() {
                open.code(rows);
            }
            return false;
        }
        if span.is_empty() {
            self.missing(node);
            return true;
        }
        let text = &self.source[span.clone()];
        let token = if roles.has(Roles::OPERAND | Roles::STRING) {
            let is_string =
                roles.has(Roles::STRING) || self.frames.last().is_some_and(|parent| parent.roles.has(Roles::STRING));
            if rows.last > rows.first && is_string {
                self.hidden.push(span);
            }
            Some(Token::Operand(text))
        } else if roles.has(Roles::CLOSER | Roles::SEPARATOR) {
            None
        } else if kind.named {
            Some(Token::Operator(text))
        } else {
            Some(Token::Mark(kind.canonical))
        };
        metric::token(&mut self.open_spaces, &mut self.history, rows, token);
        true
    }

    /// Counts an empty node that the parser made up, outside ERROR nodes.
    #[cold]
    pub(super) fn missing(&mut self, node: Node<'t>) {
        let in_error = self.frames.last().is_some_and(|frame| frame.in_error);
        self.errors += u32::from(!in_error && node.is_missing());
    }

    /// Passes a comment.
    pub(super) fn comment(&mut self, node: Node<'t>) {
        let span = node.byte_range();
        self.pass(&span);
        let rows = self.rows.of(span.start, span.end);
        if let Some(open) = self.open_spaces.last_mut() {
            open.comment(rows);
        }
        if rows.last > rows.first {
            self.hidden.push(span);
        }
    }

    /// Notes how far the source is read.
    #[inline]
    fn pass(&mut self, span: &Range<usize>) {
        self.read = span.end;
    }

    /// What stands between the nodes before `end`: white space, or text that the parser skipped, in
    /// an ERROR node or where a row ends in a backslash. That has no node of its own; its rows are
    /// code all the same.
    #[inline]
    pub(super) fn gap(&mut self, end: usize) {
        if self.read < end {
            let gap = self.source.get(self.read..end).unwrap_or_default();
            if gap.trim_ascii_start().is_empty() {
                self.read = end;
            } else {
                self.unread(end);
            }
        }
    }

    #[cold]
    fn unread(&mut self, end: usize) {
        let skipped = self.source.get(self.read..end).unwrap_or_default();
        let text = skipped.trim_start();
        let start = self.read + skipped.len() - text.len();
        if !text.is_empty() {
            let rows = self.rows.of(start, start + text.trim_end().len());
            if let Some(open) = self.open_spaces.last_mut() {
                open.code(rows);
            }
        }
        self.read = self.read.max(end);
    }

    /// Whether a string holds more than plain pieces: an interpolation.
    fn is_composed(&mut self, node: Node<'t>) -> bool {
        self.scratch.reset(node);
        if !self.scratch.goto_first_child() {
            return false;
        }
        loop {
            let piece = self.scratch.node();
            let pieces = piece.child_count() > 0 && !self.language.kind(piece.kind_id()).roles.has(Roles::OPERAND);
            if pieces {
                return true;
            }
            if !self.scratch.goto_next_sibling() {
                return false;
            }
        }
    }
}
