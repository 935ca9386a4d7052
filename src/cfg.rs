//! Control flow graphs of functions, from roles: where control can go, never whether it does. Pure,
//! iterative, linear in the size of the function; nested functions and classes are one step each.
//!
//! Its files, from below: `graph` and `node`, `state` and `task`, `builder`, the constructs
//! (`branches`, `conditions`, `jumps`, `loops`), and `steps`, which walks the tree and calls them.
//!
//! Block 0 is the entry and block 1 the exit; the others follow in source order. What is drawn, and
//! how:
//!
//! - A block begins where something happens: paths that meet and do nothing more lead on together,
//!   no empty block is drawn. A block's span is that of its steps.
//! - Each operand of a short-circuit operator ends a block of its own, wherever it stands. `??`,
//!   `?.` and `||=` decide whether the rest of their expression is evaluated: `true` when it is.
//! - The kind of an edge that leaves a decision is the way it went (`true`, `false`, `case`),
//!   whatever comes next: only what went on by itself becomes `back`, `return`, `break`,
//!   `continue`. `false` of a switch: no arm held.
//! - The head of a loop is a block of kind `loop`, to which all its back edges lead; a `do` loop's
//!   head is its body. The else of a loop runs when its condition fails, not after a break.
//! - Each label of a switch begins a block of its own. Where a guard fails, the arms after it are
//!   decided on anew, in a block of their own. Arms fall through where the language has that.
//! - Any block inside a `try` may throw: to the first `catch`, and from each `catch` that does not
//!   hold to the next; the last one takes what comes to it. Outside a `try` only `throw`, a failing
//!   assertion and `?` do.
//! - `finally` is drawn once. Whatever leaves through it enters it by its own edge and leaves it by
//!   another of the same kind.
//! - A `yield` ends its block: control comes back after it. A comprehension is its loops and
//!   conditions.
//! - What the grammar gives no structure is one step: operators among the arguments of a macro.
//! - What cannot be reached is kept, as blocks of kind `unreachable`.
//!
//! So a function of structured code without `try` has as many edges more than blocks, plus two, as
//! its cyclomatic complexity, but for guards and for switches of which some arm always holds.

mod branches;
mod builder;
mod conditions;
mod graph;
mod jumps;
mod loops;
mod node;
mod state;
mod steps;
mod task;

use tree_sitter::Node;

use crate::lang::Language;
use crate::model::Cfg;
use builder::Builder;

/// The control flow graph of a function or closure: `function` is its node, `space` the index of
/// its space.
#[must_use]
pub fn build(language: &Language, function: Node<'_>, space: u32, source: &[u8]) -> Cfg {
    Builder::new(language, function, source).run(space)
}
