//! The leaves of a visit: tokens with the rows they stand on, and what the parser skipped.

use bstr::ByteSlice;
use tree_sitter::Node;

use super::Visit;
use crate::lang::Roles;
use crate::metric::{Rows, Token};

impl<'t> Visit<'_, 't> {
    /// Passes a token; false if the node is none and its children are to be read.
    #[inline]
    pub(super) fn token(&mut self, node: Node<'t>, roles: Roles, canonical: u16, named: bool) -> bool {
        let leaf = !named || roles.has(Roles::TOKEN) || node.child_count() == 0;
        if !leaf && !roles.has(Roles::STRING) {
            return false;
        }
        if leaf {
            self.pass(node);
        }
        let rows = self.rows(node);
        if !leaf && self.is_composed(node) {
            if let Some(open) = self.open.last_mut() {
                open.code(rows);
            }
            return false;
        }
        if node.start_byte() == node.end_byte() {
            return true;
        }
        let text = &self.source[node.byte_range()];
        let token = if roles.has(Roles::OPERAND | Roles::STRING) {
            Some(Token::Operand(self.texts.id(text)))
        } else if roles.has(Roles::CLOSER | Roles::SEPARATOR) {
            None
        } else if named {
            Some(Token::Operator(self.texts.id(text)))
        } else {
            Some(Token::Operator(u32::from(canonical)))
        };
        if let Some(open) = self.open.last_mut() {
            open.token(rows, token);
        }
        true
    }

    /// Notes how far the source is read.
    #[inline]
    pub(super) fn pass(&mut self, node: Node<'t>) {
        self.read = node.end_byte();
    }

    /// What stands between the nodes before `end`: white space, or text that the parser skipped, in an ERROR node or
    /// where a row ends in a backslash. That has no node of its own; its rows are code all the same.
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
            if let Some(open) = self.open.last_mut() {
                open.code(rows);
            }
        }
        self.read = self.read.max(end);
    }

    /// Whether a string holds more than plain pieces: an interpolation.
    pub(super) fn is_composed(&mut self, node: Node<'t>) -> bool {
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

    #[inline]
    pub(super) fn rows(&mut self, node: Node<'_>) -> Rows {
        self.rows.of(node.start_byte(), node.end_byte())
    }
}
