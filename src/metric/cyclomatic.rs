//! Cyclomatic complexity: 1 + decisions of a function. `McCabe` 1976; NIST SP 500-235.

use super::step::Step;
use super::trace::{Increment, Trace, reason, record};
use crate::lang::{Policy, Roles};
use crate::model::{Metrics, SpaceKind};

pub(super) fn open(own: &mut Metrics, kind: SpaceKind) {
    let base = u32::from(kind.is_function());
    own.cyclomatic = base;
    own.cyclomatic_modified = base;
}

#[inline]
pub(super) fn node(own: &mut Metrics, step: Step, policy: &Policy, trace: &mut Option<&mut Trace>, space: u32) {
    let mut counted = step.roles & policy.cyclomatic;
    if policy.logical_in_conditions && !step.guarding {
        counted = counted & !Roles::LOGICAL;
    }
    let increment = || Increment { byte: step.byte, amount: 1, nesting: 0, reason: reason(counted) };
    if !counted.is_empty() {
        own.cyclomatic += 1;
        record(trace, "cyclomatic", space, increment);
    }
    // A whole switch stands for its arms.
    if counted.has(!(Roles::ARM | Roles::DEFAULT)) || step.roles.has(Roles::SWITCH) {
        own.cyclomatic_modified += 1;
        let reason = || reason(step.roles & (policy.cyclomatic | Roles::SWITCH));
        record(trace, "cyclomatic_modified", space, || Increment { reason: reason(), ..increment() });
    }
}
