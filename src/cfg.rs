//! Draws control flow graphs of functions from roles: where control can go, never whether it does.
//! Pure, iterative, linear in the size of the function. Nested functions and classes are one step
//! each.
//!
//! Its files, from below: `graph` and `node`, `frames` and `task`, `builder`, the constructs
//! (`conditions`, `jumps`, `exceptions`, `branches`, `switches`, `loops`), and `visit`, which walks
//! the tree and runs the tasks.
//!
//! Block 0 is the entry and block 1 the exit. The others follow in source order. The rules:
//!
//! - A block begins where something happens. Paths that meet and do nothing more lead on together,
//!   so no empty block is drawn. A block's span is that of its steps.
//! - Each operand of a short-circuit operator ends a block of its own, wherever it stands. `??`,
//!   `?.` and `||=` decide whether the rest of their expression is evaluated: `true` when it is.
//! - An edge that leaves a decision is `true`, `false` or `case`, whatever comes next. Only the
//!   edge of a block that decides nothing becomes `back`, `return`, `break` or `continue`. `false`
//!   of a switch: no arm held.
//! - The head of a loop is a block of kind `loop`, to which all its back edges lead. The head of a
//!   `do` loop is its body. The else of a loop runs when its condition fails, not after a break.
//! - Each label of a switch begins a block of its own. Where a guard fails, a block of its own
//!   decides on the arms after it. Arms fall through where the language lets them.
//! - Any block inside a `try` may throw: to the first `catch`, and from each `catch` that does not
//!   hold to the next. The last one takes what comes to it. Outside a `try` only `throw`, a failing
//!   assertion and `?` do.
//! - `finally` is drawn once. What leaves through it enters it by its own edge and leaves it by
//!   another of the same kind.
//! - A `yield` ends its block: control comes back after it. A comprehension is its loops and
//!   conditions.
//! - Where the grammar gives no structure, there is one step: operators among the arguments of a
//!   macro.
//! - Unreachable code is kept, as blocks of kind `unreachable`.
//!
//! So for a function of structured code without `try`, edges minus blocks plus two is its
//! cyclomatic complexity, but for guards and for switches of which some arm always holds.

mod branches;
mod builder;
mod conditions;
mod exceptions;
mod frames;
mod graph;
mod jumps;
mod loops;
mod node;
mod switches;
mod task;
mod visit;

use tree_sitter::Node;

use crate::lang::Language;
use crate::model::Cfg;
use builder::Builder;

/// The control flow graph of a function or closure: `function` is its node, `space` the index of
/// its space.
#[must_use]
pub fn build(language: &Language, function: Node<'_>, space: u32, source: &[u8]) -> Cfg {
    Builder::new(language, function, source).run(function, space)
}
