//! Hands the tokens of a file to the spaces that they are in. Never looks at a node.

use super::halstead::{Token, TokenHistory};
use super::lines::Rows;
use super::open_space::OpenSpace;

/// Passes a code token of the innermost open space; None is one that is neither operator nor
/// operand.
#[inline]
pub fn token<'s>(spaces: &mut [OpenSpace], history: &mut TokenHistory<'s>, rows: Rows, token: Option<Token<'s>>) {
    if let Some(open) = spaces.last_mut() {
        open.rows.code(rows);
        open.own.tokens += 1;
    }
    let Some(token) = token else { return };
    let last = history.record(token);
    let is_operand = matches!(token, Token::Operand(_));
    if let Some(innermost) = spaces.last_mut() {
        innermost.halstead.count(is_operand);
    }
    for open in spaces.iter_mut().rev() {
        if !open.halstead.count_new(last, is_operand) {
            break;
        }
    }
}
