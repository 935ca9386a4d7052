//! A space while the visit is inside of it: its numbers so far, and what its members and calls
//! depend on. Decides what is summed upwards, what is a function's own and what is a maximum. Never
//! sees a node kind.

use super::halstead::{Halstead, TokenHistory};
use super::lines::{Lines, Rows};
use super::step::Step;
use super::trace::Trace;
use super::{abc, class, counts, cyclomatic};
use crate::lang::Policy;
use crate::model::{Metrics, SpaceKind, Visibility};

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
    /// It reads or writes a property, and no call calls it.
    pub is_accessor: bool,
    /// A part of its head is read, which belongs to what is around it.
    pub suspended: bool,
    /// A class or module whose body runs where it is defined.
    pub runs_in_place: bool,
    /// Cognitive nesting level at which it stands itself.
    pub outside: u32,
    /// What is nested in it counts for itself alone.
    pub is_apart: bool,
    /// The cognitive complexity of the functions in it.
    pub(super) nested: u32,
    /// Its parameters were counted.
    pub has_parameters: bool,
    /// Bytes of it inside ERROR nodes.
    pub error_bytes: u32,
    pub(super) own: Metrics,
    below: Metrics,
    attributes: class::Attributes,
    pub(super) rows: Lines,
    pub(super) halstead: Halstead,
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
            is_accessor: false,
            suspended: false,
            runs_in_place: false,
            outside: 0,
            is_apart: false,
            nested: 0,
            has_parameters: false,
            error_bytes: 0,
            own,
            below: Metrics::default(),
            attributes: class::Attributes::default(),
            rows: Lines::default(),
            halstead: Halstead::new(history.now()),
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
    }

    /// The last part of its name.
    #[must_use]
    pub fn own_name(&self) -> &str {
        self.name.rsplit(['.', ':']).next().unwrap_or(&self.name)
    }

    /// Whether it is a method: of a class around it, of its receiver's type, or of what its name
    /// says.
    #[must_use]
    pub fn is_member(&self) -> bool {
        self.is_method || !self.receiver.is_empty() || self.own_name() != self.name
    }

    /// Passes a public attribute of a class.
    pub fn attribute(&mut self) {
        self.own.npa += 1;
    }

    /// Passes an attribute of a class whose methods may give it the same one.
    pub fn named_attribute(&mut self, name: String, public: bool) {
        self.attributes.declare(name, public);
    }

    /// Passes an attribute that a method gives to its object.
    pub fn own_attribute(&mut self, name: String, public: bool) {
        self.attributes.give(name, public);
    }

    /// Passes a public method without a body.
    pub fn member(&mut self) {
        self.own.npm += 1;
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
    pub fn close(mut self, sloc: u32, parent: Option<&mut Self>) -> Metrics {
        self.own.npa += self.attributes.public();
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
        if self.is_apart {
            result.cognitive -= self.nested;
        }
        self.rows.write_to(&mut result, sloc);
        self.halstead.write_to(&mut result);
        if let Some(parent) = parent {
            total.nesting = total.nesting.max(self.below.nesting);
            let below = &mut parent.below;
            counts::add(below, &total);
            below.cyclomatic += total.cyclomatic;
            below.cyclomatic_modified += total.cyclomatic_modified;
            abc::add(below, &total);
            class::add(below, &total);
            below.nesting = below.nesting.max(total.nesting);
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
