//! What is remembered of the constructs that are being read, a stack of each. Decides nothing.

use std::collections::BTreeSet;

use super::graph::Ends;
use super::node::At;
use crate::model::EdgeKind;

/// Where control goes when a condition holds, and when it does not.
pub(super) type ConditionEnds = (Ends, Ends);

/// The parts of one operand of a short-circuit operator: one node, or terms and operators in turn.
pub(super) type Operand<'t> = Vec<At<'t>>;

/// An if that is being read.
#[derive(Default)]
pub(super) struct Choice {
    /// Ends of its branches.
    pub(super) exits: Ends,
    /// Where its last condition does not hold; empty once that is being read.
    pub(super) otherwise: Ends,
}

/// A switch that is being read.
#[derive(Default)]
pub(super) struct Switch {
    /// The block that decides on the arm; none before the first arm.
    pub(super) dispatch: Option<u32>,
    /// Where a guard may fail, the arms after it are decided on anew: from here.
    pub(super) anew: Ends,
    /// Ends of its arms.
    pub(super) exits: Ends,
    /// What falls through into the next arm by a statement.
    pub(super) falling: Ends,
    /// The arm that is being read runs on into the next one.
    pub(super) runs_on: bool,
    /// Arms that begin here run on.
    pub(super) inside_runs_on: bool,
    /// Some arm always holds.
    pub(super) complete: bool,
}

/// A loop that is being read.
#[derive(Default)]
pub(super) struct Loop {
    pub(super) head: u32,
    /// Where its condition fails.
    pub(super) exits: Ends,
    /// Breaks out of it.
    pub(super) breaks: Ends,
}

/// A comprehension that is being read.
#[derive(Default)]
pub(super) struct Comprehension {
    pub(super) heads: Vec<u32>,
    /// Where the first of its loops ends.
    pub(super) exits: Ends,
}

/// Where a jump goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Way {
    Return,
    Throw,
    /// Out of the scope of that index.
    Break(usize),
    /// To the next round of the loop whose scope has that index.
    Continue(usize),
}

impl Way {
    pub(super) const fn kind(self) -> EdgeKind {
        match self {
            Self::Return => EdgeKind::Return,
            Self::Throw => EdgeKind::Throw,
            Self::Break(_) => EdgeKind::Break,
            Self::Continue(_) => EdgeKind::Continue,
        }
    }
}

/// What breaks and continues can leave: a loop, a switch, a labelled statement.
#[derive(Default)]
pub(super) struct Scope {
    pub(super) label: Option<u32>,
    pub(super) is_loop: bool,
    /// The scope that a break without a label leaves from here.
    pub(super) break_to: Option<usize>,
    /// The loop that a continue without a label goes on with from here.
    pub(super) continue_to: Option<usize>,
    /// How many `finally` clauses there are around it.
    pub(super) finals: usize,
    pub(super) breaks: Ends,
    pub(super) continues: Ends,
}

/// A try that is being read.
#[derive(Default)]
pub(super) struct Try {
    pub(super) has_finally: bool,
    /// How many loose blocks there were before it.
    pub(super) mark: usize,
    /// Where its body ends by itself.
    pub(super) normal: Ends,
    /// Where body and handlers end.
    pub(super) exits: Ends,
    /// Exceptions that the next handler looks at.
    pub(super) caught: Ends,
    /// What goes through its `finally` goes on these ways.
    pub(super) ways: BTreeSet<Way>,
    /// Control goes on behind it.
    pub(super) goes_on: bool,
}

/// A `finally` clause that is to run on the way out.
#[derive(Default)]
pub(super) struct Final {
    pub(super) entries: Ends,
    /// What goes through it goes on these ways.
    pub(super) ways: BTreeSet<Way>,
}

/// Where an exception goes.
pub(super) enum Throws {
    /// To the handlers of a try.
    Handlers(Ends),
    /// Through a `finally` clause.
    Final,
}
