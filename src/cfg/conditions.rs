//! Draws conditions: through parentheses, negations and short-circuit operators down to the
//! operands, each of which decides. Never draws what a condition decides about.

use super::builder::Builder;
use super::frames::ConditionEnds;
use super::graph::{Ends, join};
use super::node::{At, JUMPS, any};
use super::task::{ExpressionTask, Operand, Task};
use crate::lang::Roles;
use crate::model::EdgeKind;

/// What is walked through in a way of its own.
const CONSTRUCTS: [Roles; 9] = [
    Roles::SPACES,
    Roles::IF,
    Roles::ELIF,
    Roles::TERNARY,
    Roles::LET_ELSE,
    Roles::LOOP,
    Roles::SWITCH,
    Roles::TRY,
    Roles::ASSERT,
];

impl<'t> Builder<'_, 't> {
    /// Does a part of an expression.
    pub(super) fn run_expression(&mut self, task: ExpressionTask) {
        match task {
            ExpressionTask::OpenShortCircuit => self.shorts.push(Ends::new()),
            ExpressionTask::Skip { place } => self.skip(place),
            ExpressionTask::CloseShortCircuit => self.close_short(),
            // Closing parentheses belong to what they close.
            ExpressionTask::Stretch { end } => self.graph.stretch(end, end),
            ExpressionTask::Evaluate { place } => self.evaluate(place),
            ExpressionTask::Invert => self.invert(),
            ExpressionTask::NextOperand { is_and } => self.next_operand(is_and),
            ExpressionTask::LastOperand { is_and } => self.last_operand(is_and),
        }
    }

    /// From here to the end of the expression is evaluated, or not.
    fn skip(&mut self, place: u32) {
        let block = self.graph.decide(place);
        self.short(vec![(block, EdgeKind::False)]);
        self.graph.resume(vec![(block, EdgeKind::True)]);
    }

    fn close_short(&mut self) {
        let mut ends = self.shorts.pop().unwrap_or_default();
        join(&mut ends, self.graph.take());
        self.graph.resume(ends);
    }

    fn short(&mut self, ends: Ends) {
        if let Some(short) = self.shorts.last_mut() {
            join(short, ends);
        }
    }

    /// Several conditions are read one after the other, and the last one decides.
    pub(super) fn plan_conditions(&self, at: At<'t>, conditions: &[At<'t>], tasks: &mut Vec<Task<'t>>) {
        let Some((last, before)) = conditions.split_last() else { return };
        tasks.extend(before.iter().copied().map(Task::Visit));
        tasks.push(Task::Condition(*last));
        let inverted = &self.language.flow.inverted;
        let mut cursor = at.node.walk();
        // The word of a modifier stands behind what it guards.
        let words = if self.language.flow.modifiers.contains(&at.kind) { usize::MAX } else { 1 };
        let is_negated = at.node.children(&mut cursor).take(words).any(|child| inverted.contains(&child.kind_id()));
        if inverted.contains(&at.kind) || is_negated {
            tasks.push(Task::Expression(ExpressionTask::Invert));
        }
    }

    /// The ends of the condition that was read last.
    pub(super) fn pop_condition_ends(&mut self) -> ConditionEnds {
        self.condition_ends.pop().unwrap_or_default()
    }

    /// A condition: through parentheses and negations to its operands.
    pub(super) fn condition(&mut self, outer: At<'t>) {
        let mut at = outer;
        loop {
            if let Some((operands, and)) = self.loosest(at) {
                return self.condition_of(operands, and);
            }
            if at.roles.has(any(&CONSTRUCTS)) || at.roles.has(any(&JUMPS)) || at.node.child_count() == 0 {
                break;
            }
            let children = self.children(at);
            let mut named = children.iter().filter(|child| child.is_named());
            let (first, last) = (named.next(), named.next_back());
            if at.roles.has(Roles::LOGICAL_EXPRESSION) {
                if let Some((operands, and)) = logical(&children) {
                    return self.condition_of(operands, and);
                }
            } else if at.roles.has(Roles::NOT) {
                if let Some(inner) = last.or(first) {
                    return self.plan(vec![Task::Condition(*inner), Task::Expression(ExpressionTask::Invert)]);
                }
            } else if let (Some(_), Some(inner), true) = (first, last, at.roles.has(Roles::PAREN)) {
                // A declaration may stand before the condition.
                let before = children.iter().filter(|child| child.is_named() && child.start() < inner.start());
                let mut tasks: Vec<_> = before.copied().map(Task::Visit).collect();
                tasks.push(Task::Condition(*inner));
                return self.plan(tasks);
            } else if let (Some(inner), None) = (first, last) {
                let brackets = |child: &&At<'t>| matches!(child.node.kind(), "(" | ")");
                let bracketed = children.len() == 3 && children.iter().filter(brackets).count() == 2;
                if bracketed || (children.len() == 1 && at.roles.has(Roles::PAREN)) {
                    at = *inner;
                    continue;
                }
            }
            break;
        }
        self.plan(vec![
            Task::Visit(at),
            Task::Expression(ExpressionTask::Stretch { end: outer.end() }),
            Task::Expression(ExpressionTask::Evaluate { place: outer.start() }),
        ]);
    }

    fn evaluate(&mut self, place: u32) {
        let block = self.graph.decide(place);
        self.condition_ends.push((vec![(block, EdgeKind::True)], vec![(block, EdgeKind::False)]));
    }

    fn invert(&mut self) {
        let (holds, fails) = self.pop_condition_ends();
        self.condition_ends.push((fails, holds));
    }

    /// A short-circuit expression as a condition.
    fn condition_of(&mut self, operands: Vec<Operand<'t>>, and: bool) {
        let mut tasks = vec![Task::Expression(ExpressionTask::OpenShortCircuit)];
        let last = operands.len() - 1;
        for (at, operand) in operands.into_iter().enumerate() {
            tasks.push(Task::Operand { parts: operand, is_condition: true });
            if at < last {
                tasks.push(Task::Expression(ExpressionTask::NextOperand { is_and: and }));
            }
        }
        tasks.push(Task::Expression(ExpressionTask::LastOperand { is_and: and }));
        self.plan(tasks);
    }

    /// A short-circuit expression as a value.
    pub(super) fn enter_logical(&mut self, operands: Vec<Operand<'t>>, and: bool) {
        let mut tasks = vec![Task::Expression(ExpressionTask::OpenShortCircuit)];
        let last = operands.len() - 1;
        for (at, operand) in operands.into_iter().enumerate() {
            tasks.push(Task::Operand { parts: operand, is_condition: at < last });
            if at < last {
                tasks.push(Task::Expression(ExpressionTask::NextOperand { is_and: and }));
            }
        }
        tasks.push(Task::Expression(ExpressionTask::CloseShortCircuit));
        self.plan(tasks);
    }

    /// An operand, as a condition or as a value.
    pub(super) fn operand(&mut self, parts: Operand<'t>, is_condition: bool) {
        let ([first, ..], [.., last]) = (&parts[..], &parts[..]) else { return };
        let (start, end) = (first.start(), last.end());
        if let [at] = &parts[..] {
            return self.plan(vec![if is_condition { Task::Condition(*at) } else { Task::Visit(*at) }]);
        }
        match split(&parts) {
            Some((operands, and)) if is_condition => self.condition_of(operands, and),
            Some((operands, and)) => self.enter_logical(operands, and),
            None => {
                let mut tasks: Vec<_> = parts.into_iter().map(Task::Visit).collect();
                if is_condition {
                    tasks.extend([
                        Task::Expression(ExpressionTask::Stretch { end }),
                        Task::Expression(ExpressionTask::Evaluate { place: start }),
                    ]);
                }
                self.plan(tasks);
            }
        }
    }

    /// Where a grammar gives no precedence, `a == 1 && b` is read as `a == (1 && b)`: what the
    /// loosest short-circuit operator of such an expression joins.
    pub(super) fn loosest(&mut self, at: At<'t>) -> Option<(Vec<Operand<'t>>, bool)> {
        if !self.flat {
            return None;
        }
        let (mut terms, mut rest) = (Vec::new(), at);
        loop {
            let children = self.children(rest);
            let [left, operator, right] = children[..] else { break };
            if !self.language.kind(rest.kind).continues_into && !operator.roles.has(Roles::LOGICAL) {
                break;
            }
            terms.extend([left, operator]);
            rest = right;
        }
        terms.push(rest);
        split(&terms)
    }

    fn next_operand(&mut self, is_and: bool) {
        let (holds, fails) = self.pop_condition_ends();
        let (on, out) = if is_and { (holds, fails) } else { (fails, holds) };
        self.short(out);
        self.graph.resume(on);
    }

    fn last_operand(&mut self, is_and: bool) {
        let (mut holds, mut fails) = self.pop_condition_ends();
        let short = self.shorts.pop().unwrap_or_default();
        join(if is_and { &mut fails } else { &mut holds }, short);
        self.condition_ends.push((holds, fails));
    }
}

/// Terms and operators in turn, parted at the loosest short-circuit operator among them, and
/// whether that is an `and`.
fn split<'t>(terms: &[At<'t>]) -> Option<(Vec<Operand<'t>>, bool)> {
    let operators = || terms.iter().skip(1).step_by(2);
    let loosest = [Roles::LOGICAL_OR, Roles::LOGICAL_AND];
    let loosest = loosest.into_iter().find(|role| operators().any(|operator| operator.roles.has(*role)))?;
    let mut operands = vec![Vec::new()];
    for (at, term) in terms.iter().enumerate() {
        if at % 2 == 1 && term.roles.has(loosest) {
            operands.push(Vec::new());
        } else if let Some(operand) = operands.last_mut() {
            operand.push(*term);
        }
    }
    Some((operands, loosest == Roles::LOGICAL_AND))
}

/// The operands of a short-circuit expression that is written as such, and whether it is an `and`.
pub(super) fn logical<'t>(children: &[At<'t>]) -> Option<(Vec<Operand<'t>>, bool)> {
    let is_operator = |child: &At<'t>| child.roles.has(Roles::LOGICAL);
    let operator = children.get(1)?.roles & Roles::LOGICAL;
    let alternate = children
        .iter()
        .enumerate()
        .all(|(at, child)| is_operator(child) == (at % 2 == 1) && (at % 2 == 0 || child.roles.has(operator)));
    let operands = || children.iter().step_by(2).map(|operand| vec![*operand]).collect();
    (alternate && children.len() % 2 == 1).then(|| (operands(), operator.has(Roles::LOGICAL_AND)))
}
