//! From bytes to a syntax tree: within a budget, and with what the grammar does not know written
//! over.

use std::cell::RefCell;

use tree_sitter::{Node, ParseOptions, Parser, Tree};

use super::budget::Budget;
use super::clock::Clock;
use super::options::FileLimits;
use crate::lang::Language;
use crate::model::{Note, NoteKind};

thread_local! {
    static PARSER: RefCell<Parser> = RefCell::new(Parser::new());
}

/// Gives this thread a new parser: after a panic the old one may be in any state.
pub(super) fn renew() {
    PARSER.with_borrow_mut(|parser| *parser = Parser::new());
}

/// The tree of a source, or of the copy of it that has fewer errors.
///
/// # Errors
/// The note of the budget, when it is used up or would not do.
pub(super) fn parse(language: &Language, source: &[u8], limits: FileLimits, clock: &Clock<'_>) -> Result<Tree, Note> {
    if language.is_unsafe_to_parse(source) {
        return Err(Note::new(NoteKind::ParseBudget, "the parser might not come to an end"));
    }
    let rewritten = language.rewritten(source);
    let source = rewritten.as_deref().unwrap_or(source);
    let tree = parse_once(language, Budget::new(source, limits, clock))?;
    if !tree.root_node().has_error() {
        return Ok(tree);
    }
    let Some(rewritten) = language.rewritten_after_error(source) else { return Ok(tree) };
    let other = parse_once(language, Budget::new(&rewritten, limits, clock))?;
    Ok(if errors(&other) < errors(&tree) { other } else { tree })
}

fn parse_once(language: &Language, budget: Budget<'_>) -> Result<Tree, Note> {
    PARSER.with_borrow_mut(|parser| {
        let refused = |error: tree_sitter::LanguageError| Note::new(NoteKind::Panicked, error.to_string());
        parser.set_language(&language.grammar).map_err(refused)?;
        parser.reset();
        let mut progress = |_: &tree_sitter::ParseState| budget.step();
        let options = ParseOptions::new().progress_callback(&mut progress);
        let tree = parser.parse_with_options(&mut |at, _| budget.read(at), None, Some(options));
        match (tree, budget.note()) {
            (Some(tree), None) => Ok(tree),
            (_, note) => {
                parser.reset();
                Err(note.unwrap_or_else(|| Note::new(NoteKind::ParseBudget, "the parser gave no tree")))
            }
        }
    })
}

/// How badly a tree was parsed: bytes in ERROR nodes, then how many tokens the parser made up.
fn errors(tree: &Tree) -> (usize, usize) {
    let mut sums = (0, 0);
    let mut cursor = tree.walk();
    loop {
        let node: Node<'_> = cursor.node();
        if node.is_error() {
            sums.0 += node.byte_range().len();
        } else if node.is_missing() {
            sums.1 += 1;
        } else if node.has_error() && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return sums;
            }
        }
    }
}
