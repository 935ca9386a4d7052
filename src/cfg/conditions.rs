//! Conditions: through parentheses, negations and short-circuit operators down to the operands,
//! each of which decides. Never knows what the condition is for.

use super::builder::Builder;
use super::graph::{Ends, join};
use super::node::{At, JUMPS, any};
use super::state::{ConditionEnds, Operand};
use super::task::{Action, Task};
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
    pub(super) fn open_short(&mut self) {
        self.shorts.push(Ends::new());
    }

    /// From here to the end of the expression is evaluated, or not.
    pub(super) fn skip(&mut self, place: u32) {
        let block = self.graph.decide(place);
        self.short([(block, EdgeKind::False)].to_vec());
        self.graph.resume(vec![(block, EdgeKind::True)]);
    }

    pub(super) fn close_short(&mut self) {
        let mut ends = self.shorts.pop().unwrap_or_default();
        join(&mut ends, self.graph.take());
        self.graph.resume(ends);
    }

    fn short(&mut self, ends: Ends) {
        if let Some(short) = self.shorts.last_mut() {
            join(short, ends);
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
                    return self.plan(vec![Task::Condition(*inner), Task::Do(Action::Invert)]);
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
            Task::Do(Action::Reach { place: outer.end() }),
            Task::Do(Action::Evaluate { place: outer.start() }),
        ]);
    }

    /// Closing parentheses belong to what they close.
    pub(super) fn reach(&mut self, end: u32) {
        self.graph.stretch(end, end);
    }

    pub(super) fn evaluate(&mut self, place: u32) {
        let block = self.graph.decide(place);
        self.condition_ends.push((vec![(block, EdgeKind::True)], vec![(block, EdgeKind::False)]));
    }

    pub(super) fn invert(&mut self) {
        let (holds, fails) = self.pop_condition_ends();
        self.condition_ends.push((fails, holds));
    }

    /// A short-circuit expression as a condition.
    fn condition_of(&mut self, operands: Vec<Operand<'t>>, and: bool) {
        let mut tasks = vec![Task::Do(Action::OpenShort)];
        let last = operands.len() - 1;
        for (at, operand) in operands.into_iter().enumerate() {
            tasks.push(Task::Terms { operand, is_condition: true });
            if at < last {
                tasks.push(Task::Do(Action::NextOperand { and }));
            }
        }
        tasks.push(Task::Do(Action::LastOperand { and }));
        self.plan(tasks);
    }

    /// A short-circuit expression as a value.
    pub(super) fn enter_logical(&mut self, operands: Vec<Operand<'t>>, and: bool) {
        let mut tasks = vec![Task::Do(Action::OpenShort)];
        let last = operands.len() - 1;
        for (at, operand) in operands.into_iter().enumerate() {
            tasks.push(Task::Terms { operand, is_condition: at < last });
            if at < last {
                tasks.push(Task::Do(Action::NextOperand { and }));
            }
        }
        tasks.push(Task::Do(Action::CloseShort));
        self.plan(tasks);
    }

    /// An operand, as a condition or as a value.
    pub(super) fn terms(&mut self, terms: Operand<'t>, condition: bool) {
        let ([first, ..], [.., last]) = (&terms[..], &terms[..]) else { return };
        let (start, end) = (first.start(), last.end());
        if let [at] = &terms[..] {
            return self.plan(vec![if condition { Task::Condition(*at) } else { Task::Visit(*at) }]);
        }
        match split(&terms) {
            Some((operands, and)) if condition => self.condition_of(operands, and),
            Some((operands, and)) => self.enter_logical(operands, and),
            None => {
                let mut tasks: Vec<_> = terms.into_iter().map(Task::Visit).collect();
                if condition {
                    tasks.extend([Task::Do(Action::Reach { place: end }), Task::Do(Action::Evaluate { place: start })]);
                }
                self.plan(tasks);
            }
        }
    }

    /// Where a grammar knows no precedence, `a == 1 && b` is read as `a == (1 && b)`: what the
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

    pub(super) fn next_operand(&mut self, and: bool) {
        let (holds, fails) = self.pop_condition_ends();
        let (on, out) = if and { (holds, fails) } else { (fails, holds) };
        self.short(out);
        self.graph.resume(on);
    }

    pub(super) fn last_operand(&mut self, and: bool) {
        let (mut holds, mut fails) = self.pop_condition_ends();
        let short = self.shorts.pop().unwrap_or_default();
        join(if and { &mut fails } else { &mut holds }, short);
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
