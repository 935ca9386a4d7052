//! Class metrics: weighted methods (Chidamber & Kemerer 1994, weight = cyclomatic), public methods,
//! public attributes.

use super::step::Step;
use crate::lang::Roles;
use crate::model::{Metrics, SpaceKind, Visibility};

/// An attribute that is met directly in a class.
#[inline]
pub(super) fn node(own: &mut Metrics, step: Step, kind: SpaceKind) {
    if step.roles.has(Roles::ATTRIBUTE) && step.public && kind.is_class() {
        own.npa += 1;
    }
}

/// A method ends directly in a class.
pub(super) fn method(class: &mut Metrics, kind: SpaceKind, method: SpaceKind, visibility: Visibility, cyclomatic: u32) {
    if kind.is_class() && method == SpaceKind::Function {
        class.wmc += cyclomatic;
        class.npm += u32::from(visibility == Visibility::Public);
    }
}

/// A class keeps its own, without those of the classes inside it.
pub(super) fn own(result: &mut Metrics, own: &Metrics) {
    result.wmc = own.wmc;
    result.npm = own.npm;
    result.npa = own.npa;
}

pub(super) fn add(total: &mut Metrics, below: &Metrics) {
    total.wmc += below.wmc;
    total.npm += below.npm;
    total.npa += below.npa;
}
