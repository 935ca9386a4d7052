//! Draws jumps and the scopes that they leave: return, throw, break, continue, goto, labels. Never
//! draws what handles an exception.

use super::builder::Builder;
use super::frames::{Scope, Throws, Way};
use super::graph::{EXIT, Ends, join, jumping};
use super::node::At;
use super::task::{JumpTask, Task};
use crate::lang::Roles;
use crate::model::EdgeKind;

impl<'t> Builder<'_, 't> {
    /// Jumps, or does a part of a labelled statement.
    pub(super) fn run_jump(&mut self, task: JumpTask) {
        match task {
            JumpTask::Return => self.leave(Way::Return),
            JumpTask::Throw => self.leave(Way::Throw),
            JumpTask::Break => self.break_off(),
            JumpTask::Continue => self.go_on(),
            JumpTask::BreakLabel { label } => self.break_label(label),
            JumpTask::ContinueLabel { label } => self.continue_label(label),
            JumpTask::GoTo { label } => self.go_to(label),
            JumpTask::YieldToSwitch => self.yield_to_switch(),
            JumpTask::OpenLabel { label } => self.open_label(label),
            JumpTask::CloseLabel => self.close_label(),
            JumpTask::MayThrow { place } => self.may_throw(place),
        }
    }

    pub(super) fn enter_jump(&mut self, at: At<'t>) {
        let children = self.children(at);
        let flow = &self.language.flow;
        let label = if at.roles.has(Roles::LABELLED | Roles::GOTO) {
            // Where the grammar takes the jump's own word for a label, the label follows it.
            let behind = || children.iter().filter(|child| child.start() > at.start());
            let by_field = behind().find(|child| child.is_under(flow.label));
            by_field.or_else(|| behind().find(|child| child.is_named())).copied()
        } else {
            None
        };
        let is_label = |child: &At<'t>| label.is_some_and(|label| label.node.id() == child.node.id());
        let mut tasks = vec![Task::Step { start: at.start(), end: at.start() }];
        for child in children {
            tasks.push(if is_label(&child) {
                Task::Step { start: child.start(), end: child.end() }
            } else {
                Task::Visit(child)
            });
        }
        let action = self.action(at, label);
        tasks.push(action);
        self.plan(tasks);
    }

    /// What a jump does once its value was read.
    fn action(&mut self, at: At<'t>, label: Option<At<'t>>) -> Task<'t> {
        let roles = at.roles;
        let name = label.map(|label| self.intern(label));
        // Rules take the role from a labelled jump, not from its kind.
        let kind = self.language.kind(at.kind).roles | roles;
        let is_continue = kind.has(Roles::CONTINUE)
            || (!kind.has(Roles::BREAK)
                && self.source.get(at.node.byte_range()).is_some_and(|text| text.starts_with(b"continue")));
        match name {
            Some(name) if roles.has(Roles::GOTO) => Task::Jump(JumpTask::GoTo { label: name }),
            Some(name) if roles.has(Roles::LABELLED) && is_continue => {
                Task::Jump(JumpTask::ContinueLabel { label: name })
            }
            Some(name) if roles.has(Roles::LABELLED) => Task::Jump(JumpTask::BreakLabel { label: name }),
            _ if roles.has(Roles::RETURN) => Task::Jump(JumpTask::Return),
            _ if roles.has(Roles::THROW) => Task::Jump(JumpTask::Throw),
            _ if roles.has(Roles::YIELD) => Task::Jump(JumpTask::YieldToSwitch),
            _ if is_continue => Task::Jump(JumpTask::Continue),
            _ => Task::Jump(JumpTask::Break),
        }
    }

    pub(super) fn jump_of_leaf(&mut self, at: At<'t>) {
        let action = self.action(at, None);
        self.plan(vec![action]);
    }

    pub(super) fn yields_to_switch(&self) -> bool {
        self.language.flow.switch_yields && !self.switches.is_empty()
    }

    fn break_off(&mut self) {
        let scope = self.scopes.last().and_then(|scope| scope.break_to);
        self.leave(scope.map_or(Way::Return, Way::Break));
    }

    fn go_on(&mut self) {
        let scope = self.scopes.last().and_then(|scope| scope.continue_to);
        self.leave(scope.map_or(Way::Return, Way::Continue));
    }

    fn yield_to_switch(&mut self) {
        let scope = self.scopes.iter().rposition(|scope| scope.label.is_none() && !scope.is_loop);
        self.leave(scope.map_or(Way::Return, Way::Break));
    }

    fn scope_of(&self, label: u32, only_loops: bool) -> Option<usize> {
        let bears = |scope: &Scope| scope.label.is_some_and(|own| self.name(own) == self.name(label));
        self.scopes.iter().rposition(|scope| (scope.is_loop || !only_loops) && bears(scope))
    }

    fn break_label(&mut self, label: u32) {
        match self.scope_of(label, false) {
            Some(scope) => self.leave(Way::Break(scope)),
            None => self.break_off(),
        }
    }

    fn continue_label(&mut self, label: u32) {
        match self.scope_of(label, true) {
            Some(scope) => self.leave(Way::Continue(scope)),
            None => self.go_on(),
        }
    }

    fn go_to(&mut self, label: u32) {
        let ends = jumping(self.graph.take(), EdgeKind::Goto);
        let name = self.name(label).to_owned();
        self.gotos.push((ends, name));
    }

    /// Control leaves on a way.
    pub(super) fn leave(&mut self, way: Way) {
        let ends = jumping(self.graph.take(), way.kind());
        self.route(ends, way);
    }

    /// Takes ends where they go, as far as the next `finally` on the way.
    pub(super) fn route(&mut self, ends: Ends, way: Way) {
        if ends.is_empty() {
            return;
        }
        let bound = match way {
            Way::Return => 0,
            Way::Break(scope) | Way::Continue(scope) => self.scopes.get(scope).map_or(0, |scope| scope.finals),
            Way::Throw => match self.throws.last_mut() {
                Some(Throws::Handlers(handlers)) => return join(handlers, ends),
                Some(Throws::Final) => 0,
                None => return self.graph.connect(ends, EXIT),
            },
        };
        if self.finals.len() > bound {
            if let Some(around) = self.finals.last_mut() {
                join(&mut around.entries, ends);
                around.ways.insert(way);
            }
            return;
        }
        match way {
            Way::Return | Way::Throw => self.graph.connect(ends, EXIT),
            Way::Break(scope) => join(&mut self.scopes[scope].breaks, ends),
            Way::Continue(scope) => join(&mut self.scopes[scope].continues, ends),
        }
    }

    /// What may throw here goes on where it does not.
    pub(super) fn may_throw(&mut self, place: u32) {
        let block = self.graph.decide(place);
        self.route(vec![(block, EdgeKind::Throw)], Way::Throw);
        self.graph.resume(vec![(block, EdgeKind::Next)]);
    }

    pub(super) fn open_scope(&mut self, label: Option<u32>, is_loop: bool, breaks: bool) {
        let index = self.scopes.len();
        let (break_to, continue_to) = self.scopes.last().map_or((None, None), |o| (o.break_to, o.continue_to));
        self.scopes.push(Scope {
            label,
            is_loop,
            break_to: if breaks { Some(index) } else { break_to },
            continue_to: if is_loop { Some(index) } else { continue_to },
            finals: self.finals.len(),
            ..Scope::default()
        });
    }

    pub(super) fn close_scope(&mut self) -> Scope {
        self.scopes.pop().unwrap_or_default()
    }

    /// A label: alone, or with the statement it labels.
    pub(super) fn enter_label(&mut self, at: At<'t>, children: &[At<'t>]) {
        let by_field = children.iter().find(|child| child.is_under(self.language.flow.label));
        let label = by_field.or_else(|| children.iter().find(|child| child.is_named())).copied();
        let name = self.intern(label.unwrap_or(at));
        let is_label = |child: &&At<'t>| label.is_some_and(|label| label.node.id() == child.node.id());
        let labelled: Vec<_> = children.iter().filter(|child| child.is_named() && !is_label(child)).copied().collect();
        if labelled.is_empty() {
            return self.mark(name);
        }
        if let Some(inner) = labelled.iter().find(|child| child.roles.has(Roles::LOOP)) {
            self.labelled.insert(inner.start(), name);
        }
        let mut tasks = vec![Task::Jump(JumpTask::OpenLabel { label: name })];
        tasks.extend(labelled.into_iter().map(Task::Visit));
        tasks.push(Task::Jump(JumpTask::CloseLabel));
        self.plan(tasks);
    }

    /// The next block bears a label that jumps may name.
    pub(super) fn mark(&mut self, name: u32) {
        if self.has_goto {
            let name = self.name(name).to_owned();
            self.graph.label(name);
        }
    }

    fn open_label(&mut self, name: u32) {
        self.mark(name);
        self.open_scope(Some(name), false, false);
    }

    fn close_label(&mut self) {
        let mut breaks = self.close_scope().breaks;
        if !breaks.is_empty() {
            join(&mut breaks, self.graph.take());
            self.graph.resume(breaks);
        }
    }
}
