//! Follows one metric of one space: every increment with its place and its reason. Never counts.

use crate::lang::Roles;

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

/// Records an increment where the trace follows this metric and space.
#[inline]
pub(super) fn record(
    trace: &mut Option<&mut Trace>,
    metric: &'static str,
    space: u32,
    increment: impl FnOnce() -> Increment,
) {
    if let Some(trace) = trace.as_deref_mut()
        && trace.metric == metric
        && trace.space == space
    {
        trace.increments.push(increment());
    }
}

/// The first role of a set that a metric counts, as a reason.
pub(super) fn reason(roles: Roles) -> &'static str {
    roles.names().next().unwrap_or("decision")
}
