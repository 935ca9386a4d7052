//! The metrics: one file each, in terms of roles; none knows a node kind or a language.
//!
//! The visit keeps one [`OpenSpace`] per space that it is inside of and hands each metric what it passes; a space's numbers
//! are final when it closes. What is summed upwards, what is a function's own and what is a maximum is decided in
//! [`OpenSpace::close`] alone.

mod abc;
pub mod catalog;
mod class;
pub mod cognitive;
mod counts;
mod cyclomatic;
mod halstead;
mod lines;
mod maintainability;

pub use catalog::{Aggregate, CATALOG, Direction, Metric, Subject, Value};
pub use halstead::{Token, TokenHistory};
pub use lines::{Rows, count as count_lines};

use crate::lang::{Policy, Roles};
use crate::model::{Metrics, SpaceKind, Visibility};

/// Changes whenever a definition changes: part of every analyzer id.
pub const METRICS_VERSION: u32 = 1;

/// One increment of a traced metric.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Increment {
    /// Where: first byte of the node.
    pub byte: u32,
    /// By how much.
    pub amount: u32,
    /// How much of it is nesting.
    pub nesting: u32,
    /// The roles that earned it, or the reason.
    pub reason: &'static str,
}

/// Follows one metric of one space through the visit.
#[derive(Debug, Default)]
pub struct Trace {
    /// Id of the metric.
    pub metric: &'static str,
    /// Index of the space.
    pub space: u32,
    /// What it met, in source order.
    pub increments: Vec<Increment>,
}

/// What the metrics see of a node.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    /// Its roles.
    pub roles: Roles,
    /// First byte.
    pub byte: u32,
    /// It stands where a condition is expected.
    pub condition: bool,
    /// Visible outside, for an attribute.
    pub public: bool,
}

/// A space that the visit is inside of.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts, found one by one")]
pub struct OpenSpace {
    /// Index in the list of spaces.
    pub index: u32,
    /// What it is.
    pub kind: SpaceKind,
    /// As the source writes it.
    pub name: String,
    /// Of the space itself, in its own class.
    pub visibility: Visibility,
    /// Visibility of the members that follow, where labels in the class set it.
    pub section: Visibility,
    /// Name of the receiver variable, in languages that have one.
    pub receiver: String,
    /// It stands directly in a class.
    pub is_method: bool,
    /// A function in it has its name: a bare call calls that one.
    pub shadowed: bool,
    /// It can be called by the name of its class.
    pub is_static: bool,
    /// Cognitive nesting level at which its inside begins.
    pub entry: u32,
    /// Functions directly inside are not nested in it.
    pub is_wrapper: bool,
    /// Calls may pass another number of arguments than it has parameters.
    pub variable_arity: bool,
    /// It calls itself.
    pub recursive: bool,
    /// Its parameters were counted.
    pub has_parameters: bool,
    /// Bytes of it inside ERROR nodes.
    pub error_bytes: u32,
    own: Metrics,
    below: Metrics,
    rows: lines::Lines,
    halstead: halstead::Halstead,
}

impl OpenSpace {
    /// A space that begins here, after the tokens of `history`.
    #[must_use]
    pub fn new(index: u32, kind: SpaceKind, name: String, entry: u32, history: &TokenHistory<'_>) -> Self {
        let mut own = Metrics::default();
        cyclomatic::open(&mut own, kind);
        counts::open(&mut own, kind);
        Self {
            index,
            kind,
            name,
            visibility: Visibility::Public,
            section: Visibility::Public,
            receiver: String::new(),
            is_method: false,
            is_static: true,
            shadowed: false,
            entry,
            is_wrapper: false,
            variable_arity: false,
            recursive: false,
            has_parameters: false,
            error_bytes: 0,
            own,
            below: Metrics::default(),
            rows: lines::Lines::default(),
            halstead: halstead::Halstead::new(history.now()),
        }
    }

    /// Passes a node that lies in this space and in none of its children.
    #[inline]
    pub fn node(&mut self, step: Step, policy: &Policy, trace: &mut Option<&mut Trace>) {
        if step.roles.is_empty() && !step.condition {
            return;
        }
        cyclomatic::node(&mut self.own, step, policy, trace, self.index);
        abc::node(&mut self.own, step, trace, self.index);
        counts::node(&mut self.own, step, trace, self.index);
        class::node(&mut self.own, step, self.kind);
    }

    /// Passes code that is no token by itself: the inside of a string.
    pub fn code(&mut self, rows: Rows) {
        self.rows.code(rows);
    }

    /// Passes a comment.
    pub fn comment(&mut self, rows: Rows) {
        self.rows.comment(rows);
    }

    /// Counts formal parameters.
    pub fn parameters(&mut self, count: u32) {
        self.own.nargs += count;
    }

    /// The parameters counted so far.
    #[must_use]
    pub const fn nargs(&self) -> u32 {
        self.own.nargs
    }

    /// Ends the space: its numbers, after handing its parent what sums upwards. `sloc` is its rows.
    pub fn close(self, sloc: u32, parent: Option<&mut Self>) -> Metrics {
        let mut total = self.own;
        counts::add(&mut total, &self.below);
        total.cyclomatic += self.below.cyclomatic;
        total.cyclomatic_modified += self.below.cyclomatic_modified;
        abc::add(&mut total, &self.below);
        class::add(&mut total, &self.below);
        let mut result = if self.kind.is_function() { self.own } else { total };
        if self.kind.is_class() {
            class::own(&mut result, &self.own);
        }
        result.lloc = total.lloc;
        result.cognitive = self.own.cognitive;
        self.rows.write_to(&mut result, sloc);
        self.halstead.write_to(&mut result);
        if let Some(parent) = parent {
            cognitive::add(&mut total, &self.below);
            let below = &mut parent.below;
            counts::add(below, &total);
            below.cyclomatic += total.cyclomatic;
            below.cyclomatic_modified += total.cyclomatic_modified;
            abc::add(below, &total);
            class::add(below, &total);
            cognitive::add(below, &total);
            class::method(&mut parent.own, parent.kind, self.kind, self.visibility, result.cyclomatic);
            parent.rows.merge(&self.rows);
            parent.halstead.merge(&self.halstead);
            parent.error_bytes += self.error_bytes;
        }
        if !self.kind.is_function() {
            result.nesting = self.own.nesting.max(self.below.nesting);
        }
        result
    }
}

/// Passes a code token of the innermost open space; None is one that is neither operator nor operand.
#[inline]
pub fn token<'s>(spaces: &mut [OpenSpace], history: &mut TokenHistory<'s>, rows: Rows, token: Option<Token<'s>>) {
    if let Some(open) = spaces.last_mut() {
        open.rows.code(rows);
        open.own.tokens += 1;
    }
    if let Some(token) = token {
        halstead::add(spaces, history, token);
    }
}

/// Records an increment where the trace asks for this metric and space.
#[inline]
fn record(trace: &mut Option<&mut Trace>, metric: &'static str, space: u32, increment: impl FnOnce() -> Increment) {
    if let Some(trace) = trace.as_deref_mut()
        && trace.metric == metric
        && trace.space == space
    {
        trace.increments.push(increment());
    }
}

/// The first role of a set that a metric counts, as a reason.
fn reason(roles: Roles) -> &'static str {
    roles.names().next().unwrap_or("decision")
}
