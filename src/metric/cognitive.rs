//! Cognitive complexity. Campbell, *Cognitive Complexity*, `SonarSource` white paper v1.5 (2021).
//!
//! Nesting is a level per node: what is inside a branching construct is one deeper than the
//! construct; its header (the condition) is not. A function's inside is one deeper than the
//! function when another function encloses it. An increment goes to every open space at once,
//! measured from the level at which that space's outermost function begins, so a function's value
//! includes its nested functions and a file's is the sum over its outermost ones.

use super::open_space::OpenSpace;
use super::step::Step;
use super::trace::{Increment, Trace, reason, record};
use crate::lang::{Policy, Roles};
use crate::model::Space;

/// The nesting levels around a node.
#[derive(Debug, Clone, Copy, Default)]
pub struct Levels {
    /// For what is inside it.
    pub inside: u32,
    /// For its header: what is read before its nesting begins.
    pub header: u32,
}

impl Levels {
    /// The levels of a node with `roles`, standing at `here` under a parent whose header level is
    /// `parent_header`.
    #[inline]
    #[must_use]
    pub fn of(roles: Roles, here: u32, parent_header: u32, policy: &Policy) -> Self {
        if roles.has(Roles::ELSE_IF | policy.flat) && !roles.has(Roles::LABELLED | Roles::GOTO) {
            // An else belongs to its if: one deeper than that if, however the grammar nests the
            // chain.
            return Self { inside: parent_header + 1, header: parent_header };
        }
        if roles.has(policy.structural) {
            return Self { inside: here + 1, header: here };
        }
        Self { inside: here, header: here }
    }
}

/// Passes a node at nesting level `here`, which belongs to the open space at `owner`.
#[inline]
pub fn node(
    spaces: &mut [OpenSpace],
    owner: usize,
    step: Step,
    here: u32,
    policy: &Policy,
    trace: &mut Option<&mut Trace>,
) {
    if step.roles.has(policy.structural) && !step.roles.has(Roles::ELSE_IF) {
        let counted = step.roles & policy.structural;
        add_to_all(spaces, step.byte, Some(here), || reason(counted), trace);
        if let Some(open) = spaces.get_mut(owner) {
            open.own.nesting = open.own.nesting.max(here + 1 - open.entry.min(here));
        }
    } else if step.roles.has(policy.flat) {
        add_to_all(spaces, step.byte, None, || reason(step.roles & policy.flat), trace);
    }
}

/// Passes a logical operator that begins a new sequence.
pub fn sequence(spaces: &mut [OpenSpace], byte: u32, trace: &mut Option<&mut Trace>) {
    add_to_all(spaces, byte, None, || "logical_sequence", trace);
}

/// Passes a call: direct recursion counts once a function. Whether it is one.
pub fn call(
    spaces: &mut [OpenSpace],
    byte: u32,
    is_self: impl Fn(&OpenSpace, Option<&str>) -> bool,
    trace: &mut Option<&mut Trace>,
) -> bool {
    let mut known = false;
    let position = (0..spaces.len()).rev().find(|at| {
        let class = at.checked_sub(1).map(|outer| spaces[outer].name.as_str());
        let open = &spaces[*at];
        let calls_it = open.kind.is_function() && is_self(open, class);
        known |= calls_it;
        calls_it && !open.recursive
    });
    if let Some(position) = position {
        spaces[position].recursive = true;
        add_to_all(&mut spaces[..=position], byte, None, || "recursion", trace);
    }
    known
}

/// A function that others of the file call in a circle counts one, and so does all that it stands
/// in.
pub fn circle(spaces: &mut [Space], function: u32, byte: u32, trace: &mut Option<&mut Trace>) {
    let mut next = Some(function);
    while let Some(at) = next {
        let space = &mut spaces[at as usize];
        space.metrics.cognitive += 1;
        next = space.parent;
        record(trace, "cognitive", at, || Increment { byte, amount: 1, nesting: 0, reason: "recursion" });
    }
}

fn add_to_all(
    spaces: &mut [OpenSpace],
    byte: u32,
    nested_at: Option<u32>,
    reason: impl Fn() -> &'static str,
    trace: &mut Option<&mut Trace>,
) {
    let mut entry = None;
    let mut nested = false;
    for open in spaces.iter_mut().rev().filter(|open| !open.suspended) {
        if open.kind.is_function() || entry.is_none() {
            entry = Some(open.entry);
        }
        let nesting = nested_at.map_or(0, |level| level.saturating_sub(entry.unwrap_or(level)));
        open.own.cognitive += 1 + nesting;
        open.nested += if nested { 1 + nesting } else { 0 };
        nested |= open.kind.is_function();
        record(trace, "cognitive", open.index, || Increment { byte, amount: 1 + nesting, nesting, reason: reason() });
    }
}
