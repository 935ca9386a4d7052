//! Defines the tasks of the builder: what is still to be done with a part of a construct. Never
//! runs one.

use super::node::At;

/// The parts of one operand of a short-circuit operator: one node, or terms and operators in turn.
pub(super) type Operand<'t> = Vec<At<'t>>;

/// What is still to be done.
pub(super) enum Task<'t> {
    /// Walk through a node.
    Visit(At<'t>),
    /// Walk through the children of a node.
    Children(At<'t>),
    /// Walk through a node that is a condition, and leave its ends.
    Condition(At<'t>),
    /// Walk through an operand, as a condition or as a value.
    Operand {
        parts: Operand<'t>,
        is_condition: bool,
    },
    /// Walk through an else-if clause of the if that is being read, or through that if.
    Clause(At<'t>),
    /// Something happens at a span.
    Step {
        start: u32,
        end: u32,
    },
    /// Control goes away here and comes back.
    Suspend,
    Expression(ExpressionTask),
    Branch(BranchTask),
    Switch(SwitchTask),
    Loop(LoopTask),
    Jump(JumpTask),
    Try(TryTask),
}

/// A part of a condition, or of an expression that may be evaluated in part.
pub(super) enum ExpressionTask {
    OpenShortCircuit,
    /// The rest of the expression is evaluated, or skipped.
    Skip {
        place: u32,
    },
    CloseShortCircuit,
    /// The block that control is in reaches as far as this.
    Stretch {
        end: u32,
    },
    /// What was read decides.
    Evaluate {
        place: u32,
    },
    /// The condition that was read last is negated.
    Invert,
    /// An operand was read, and another one follows.
    NextOperand {
        is_and: bool,
    },
    /// The last operand was read.
    LastOperand {
        is_and: bool,
    },
}

/// A part of an if, of a binding with an else, or of an assertion.
pub(super) enum BranchTask {
    Open,
    /// What follows is done where the condition holds.
    Holds,
    /// What follows is done where the condition does not hold.
    Otherwise,
    Close,
    /// A binding was read, and its else follows.
    Bind {
        place: u32,
    },
    /// The condition of an assertion was read.
    Assert,
    /// An assertion fails.
    Fail,
}

/// A part of a switch.
pub(super) enum SwitchTask {
    Open {
        /// Some arm always holds.
        is_exhaustive: bool,
    },
    OpenArm {
        place: u32,
        is_default: bool,
    },
    /// The guard of an arm was read.
    Guard,
    /// Arms from here on do not run on into the next one.
    StopRunningOn,
    /// A statement falls through into the next arm.
    FallThrough,
    Close,
}

/// A part of a loop or of a comprehension.
pub(super) enum LoopTask {
    /// Begin the head of a loop with a condition, or without end.
    Open {
        place: u32,
    },
    /// The condition was read.
    Test,
    /// Begin what a loop runs over.
    OpenEach {
        place: u32,
    },
    /// What a loop runs over was read.
    TestEach {
        place: u32,
    },
    /// The body was read.
    EndRound,
    /// A round was read.
    CloseRounds,
    /// The loop was read, with its else.
    Close,
    /// What a loop of a comprehension runs over was read.
    TestNext {
        place: u32,
    },
    /// A condition of a comprehension was read.
    Filter,
    CloseComprehension,
}

/// A jump, or a part of a labelled statement. Labels are given by their index.
pub(super) enum JumpTask {
    Return,
    Throw,
    Break,
    Continue,
    BreakLabel {
        label: u32,
    },
    ContinueLabel {
        label: u32,
    },
    GoTo {
        label: u32,
    },
    YieldToSwitch,
    OpenLabel {
        label: u32,
    },
    CloseLabel,
    /// An operator that leaves the function, or goes on.
    MayThrow {
        place: u32,
    },
}

/// A part of a try.
pub(super) enum TryTask {
    Open {
        has_finally: bool,
        has_handlers: bool,
    },
    /// The body was read.
    CloseBody {
        has_handlers: bool,
    },
    OpenHandler {
        place: u32,
    },
    /// What a handler takes was read, and another handler follows.
    PassOn {
        place: u32,
    },
    CloseHandler,
    OpenElse,
    /// The body, all handlers and the else were read.
    CloseHandlers,
    OpenFinally {
        place: u32,
    },
    CloseFinally {
        place: u32,
    },
    Close,
}
