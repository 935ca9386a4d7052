//! ABC: assignments, branches (calls), conditions. Fitzpatrick 1997.

use super::step::Step;
use super::trace::{Increment, Trace, reason, record};
use crate::lang::Roles;
use crate::model::Metrics;

/// The roles that are a branch.
#[inline]
pub(super) fn branches() -> Roles {
    Roles::CALL | Roles::GOTO
}

const CONDITIONS: &[Roles] = &[
    Roles::COMPARISON,
    Roles::ELSE,
    Roles::ELIF,
    Roles::LOOP_ELSE,
    Roles::TRY_ELSE,
    Roles::LET_ELSE,
    Roles::ARM,
    Roles::DEFAULT,
    Roles::TERNARY,
    Roles::TRY_OPERATOR,
    Roles::TRY,
    Roles::CATCH,
];

#[inline]
pub(super) fn node(own: &mut Metrics, step: Step, trace: &mut Option<&mut Trace>, space: u32) {
    let roles = step.roles;
    let mut count = |counter: &mut u32, metric, reason: &dyn Fn() -> &'static str| {
        *counter += 1;
        record(trace, metric, space, || Increment { byte: step.byte, amount: 1, nesting: 0, reason: reason() });
    };
    if roles.has(Roles::ASSIGNMENT) {
        count(&mut own.assignments, "abc.assignments", &|| "assignment");
    }
    let branches = branches();
    if roles.has(branches) {
        count(&mut own.branches, "abc.branches", &|| reason(roles & branches));
    }
    let all = CONDITIONS.iter().fold(Roles::NONE, |all, role| all | *role);
    if roles.has(all) {
        count(&mut own.conditions, "abc.conditions", &|| reason(roles & all));
    } else if step.condition && !roles.has(Roles::WRITTEN_CONDITIONS) {
        count(&mut own.conditions, "abc.conditions", &|| "condition");
    }
}

pub(super) fn add(total: &mut Metrics, below: &Metrics) {
    total.assignments += below.assignments;
    total.branches += below.branches;
    total.conditions += below.conditions;
}

/// sqrt(A² + B² + C²).
pub(super) fn magnitude(metrics: &Metrics) -> f64 {
    let square = |count: u32| f64::from(count) * f64::from(count);
    (square(metrics.assignments) + square(metrics.branches) + square(metrics.conditions)).sqrt()
}
