//! Class metrics: weighted methods (Chidamber & Kemerer 1994, weight = cyclomatic), public methods,
//! public attributes.

use rustc_hash::FxHashMap;

use crate::model::{Metrics, SpaceKind, Visibility};

/// The attributes of a class by name, where its methods give it some, too: each counts once.
#[derive(Debug, Default)]
pub(super) struct Attributes(FxHashMap<String, bool>);

impl Attributes {
    /// What the class says of an attribute holds, wherever it says so.
    pub(super) fn declare(&mut self, name: String, public: bool) {
        self.0.insert(name, public);
    }

    pub(super) fn give(&mut self, name: String, public: bool) {
        self.0.entry(name).or_insert(public);
    }

    pub(super) fn public(&self) -> u32 {
        u32::try_from(self.0.values().filter(|public| **public).count()).unwrap_or(u32::MAX)
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
