//! What is still to be done: a stack of tasks in place of recursion. Knows no construct.

use super::node::At;
use super::state::Operand;

/// A task; the innermost stands last on the stack.
pub(super) enum Task<'t> {
    /// Walk through a node.
    Visit(At<'t>),
    /// Walk through a node that is a condition, and leave its ends.
    Condition(At<'t>),
    /// Walk through an operand, as a condition or as a value.
    Terms { operand: Operand<'t>, is_condition: bool },
    /// Walk through an else-if clause of the if that is being read, or through that if.
    Clause(At<'t>),
    /// Something happens at a span.
    Step { start: u32, end: u32 },
    /// Do a part of a construct.
    Do(Action),
}

/// A part of a construct; the method of the same name does it. A place is a byte of the source, a
/// label the index of its text.
#[derive(Debug, Clone, Copy)]
pub(super) enum Action {
    Assert,
    Bind { place: u32 },
    BreakLabel { label: u32 },
    BreakOff,
    CloseBody { has_handlers: bool },
    CloseChoice,
    CloseComprehension,
    CloseFinally { place: u32 },
    CloseHandler,
    CloseHandlers,
    CloseLabel,
    CloseLoop,
    CloseRounds,
    CloseShort,
    CloseSwitch,
    CloseTry,
    ContinueLabel { label: u32 },
    EndRound,
    Evaluate { place: u32 },
    Fail,
    FallThrough,
    GoOn,
    GoTo { label: u32 },
    Guard,
    Holds,
    Invert,
    LastOperand { and: bool },
    LeaveFunction,
    MayThrow { place: u32 },
    NextOperand { and: bool },
    OpenArm { place: u32 },
    OpenChoice,
    OpenDefault { place: u32 },
    OpenEach { place: u32 },
    OpenElse,
    OpenFinally { place: u32 },
    OpenHandler { place: u32 },
    OpenLabel { label: u32 },
    OpenLoop { place: u32 },
    OpenShort,
    OpenSwitch { complete: bool },
    OpenTry { has_finally: bool, has_handlers: bool },
    Otherwise,
    PassOn { place: u32 },
    Reach { place: u32 },
    RunOn { on: bool },
    Sift,
    Skip { place: u32 },
    Suspend,
    Test,
    TestEach { place: u32 },
    TestNext { place: u32 },
    Throw,
    YieldToSwitch,
}
