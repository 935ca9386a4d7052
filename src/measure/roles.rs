//! Finds the roles that occur in a file, for the tests of a language's spec. Never measures.

use tree_sitter::Node;

use super::clock::Clock;
use super::options::FileLimits;
use crate::lang::{Language, Memo, Place, Roles};
use crate::model::Note;

/// All roles that the nodes of a file have.
///
/// # Errors
/// The note of a parser that gave up.
pub fn roles_in(language: &Language, bytes: &[u8]) -> Result<Roles, Note> {
    let limits = FileLimits::default();
    let tree = super::parse::parse(language, bytes, limits, &Clock::start(limits.seconds_max, None))?;
    let mut cursor = tree.walk();
    let mut above: Vec<Node<'_>> = Vec::new();
    let memo = Memo::default();
    let mut all = Roles::NONE;
    loop {
        let node: Node<'_> = cursor.node();
        let id = node.kind_id();
        let field = cursor.field_id().map(std::num::NonZero::get);
        let mut kinds = above.iter().rev().map(Node::kind_id);
        let parent = kinds.next().unwrap_or(id);
        let grandparent = kinds.next().unwrap_or(parent);
        let mut nodes = above.iter().rev().copied();
        let place = Place { above: nodes.next(), beyond: nodes.next(), parent, grandparent, field, memo: &memo };
        let roles = language.roles(language.kind(id), id, place, node, bytes);
        all |= roles;
        // The visit does not look into these either.
        if !roles.has(Roles::COMMENT | Roles::TOKEN) && cursor.goto_first_child() {
            above.push(node);
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return Ok(all);
            }
            above.pop();
        }
    }
}
