//! Plain counts: logical statements, exits, functions and closures. Parameters and tokens are
//! counted where they are met.

use super::step::Step;
use super::trace::{Increment, Trace, reason, record};
use crate::lang::Roles;
use crate::model::{Metrics, SpaceKind};

pub(super) fn open(own: &mut Metrics, kind: SpaceKind) {
    own.functions = u32::from(kind == SpaceKind::Function);
    own.closures = u32::from(kind == SpaceKind::Closure);
}

/// The roles that leave a function.
#[inline]
pub(super) fn exits() -> Roles {
    Roles::RETURN | Roles::THROW | Roles::TRY_OPERATOR
}

#[inline]
pub(super) fn node(own: &mut Metrics, step: Step, trace: &mut Option<&mut Trace>, space: u32) {
    let exits = exits();
    own.lloc += u32::from(step.roles.has(Roles::STATEMENT));
    if step.roles.has(exits) {
        own.nexits += 1;
        let reason = || reason(step.roles & exits);
        record(trace, "nexits", space, || Increment { byte: step.byte, amount: 1, nesting: 0, reason: reason() });
    }
}

pub(super) fn add(total: &mut Metrics, below: &Metrics) {
    total.lloc += below.lloc;
    total.nargs += below.nargs;
    total.nexits += below.nexits;
    total.functions += below.functions;
    total.closures += below.closures;
    total.tokens += below.tokens;
}
