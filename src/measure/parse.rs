//! From bytes to a syntax tree: within a budget, and with what the grammar does not know written
//! over.

use std::cell::RefCell;

use tree_sitter::{Node, ParseOptions, Parser, Tree};

use super::budget::Budget;
use super::clock::Clock;
use super::options::FileLimits;
use crate::lang::{Language, Rewritten, Stage};
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
    let sure = language.rewritten(Stage::Always, source, None);
    let doubtful = language.rewritten(Stage::Doubtful, source, sure.as_ref());
    let first = doubtful.as_ref().or(sure.as_ref());
    let mut best = parse_rewritten(language, source, first, limits, clock)?;
    if best.root_node().has_error()
        && let Some(second) = language.rewritten(Stage::OnError, source, first)
    {
        best = better(best, parse_rewritten(language, source, Some(&second), limits, clock))?;
    }
    if best.root_node().has_error() && doubtful.is_some() {
        best = better(best, parse_rewritten(language, source, sure.as_ref(), limits, clock))?;
    }
    Ok(best)
}

/// The tree with fewer errors; an attempt that used up its budget costs nobody the other one.
fn better(tree: Tree, other: Result<Tree, Note>) -> Result<Tree, Note> {
    match other {
        Ok(other) if errors(&other) < errors(&tree) => Ok(other),
        Err(note) if note.kind != NoteKind::ParseBudget => Err(note),
        _ => Ok(tree),
    }
}

/// The tree of what a source was rewritten into, with the offsets of the source.
fn parse_rewritten(
    language: &Language,
    source: &[u8],
    rewritten: Option<&Rewritten>,
    limits: FileLimits,
    clock: &Clock<'_>,
) -> Result<Tree, Note> {
    let Some(rewritten) = rewritten else { return parse_once(language, Budget::new(source, limits, clock)) };
    let mut tree = parse_once(language, Budget::new(&rewritten.text(), limits, clock))?;
    rewritten.restore(&mut tree);
    Ok(tree)
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

/// How badly a tree was parsed: bytes in ERROR nodes, then how many tokens the parser made up, then
/// whether there is an error that no node of its own shows.
fn errors(tree: &Tree) -> (usize, usize, bool) {
    let mut sums = (0, 0, tree.root_node().has_error());
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
