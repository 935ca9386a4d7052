//! Two- and many-way decisions: if in all its forms, bindings with an else, assertions, switches.
//! Never draws a loop or a jump.

use super::builder::Builder;
use super::graph::{Ends, join};
use super::node::At;
use super::state::{Choice, Switch, Way};
use super::task::{Action, Task};
use crate::lang::Roles;
use crate::model::{BlockKind, EdgeKind};

impl<'t> Builder<'_, 't> {
    /// An if, a conditional expression, or an else-if clause that stands alone.
    pub(super) fn enter_if(&mut self, at: At<'t>) {
        self.open_choice();
        self.plan(vec![Task::Clause(at), Task::Do(Action::CloseChoice)]);
    }

    pub(super) fn open_choice(&mut self) {
        self.choices.push(Choice::default());
    }

    /// The condition of an if or of its else-if clause, what it does then, and what it does
    /// otherwise.
    pub(super) fn enter_clause(&mut self, at: At<'t>) {
        let children = self.children(at);
        let conditions = self.conditions(at, &children);
        let Some(first) = conditions.first().copied() else {
            return self.plan(children.into_iter().map(Task::Visit).collect());
        };
        let flow = &self.language.flow;
        let (mut before, mut then, mut rest) = (Vec::new(), Vec::new(), Vec::new());
        let mut behind_else = false;
        for child in children {
            behind_else |= child.roles.has(Roles::ELSE);
            let is_condition = conditions.iter().any(|condition| condition.node.id() == child.node.id());
            let keyword = !child.is_named() && child.start() == at.start();
            if keyword {
                before.push(Task::Step { start: child.start(), end: child.end() });
            } else if is_condition || !child.is_named() || child.roles.has(Roles::LABEL) {
                // Read by itself; or brackets, and the words between the parts.
            } else if child.roles.has(Roles::ELIF) {
                rest.push(Task::Clause(child));
            } else if behind_else || child.is_under(flow.alternative) || !rest.is_empty() {
                rest.push(Task::Visit(child));
            } else if at.roles.has(Roles::TERNARY) {
                if then.is_empty() { then.push(Task::Visit(child)) } else { rest.push(Task::Visit(child)) }
            } else if child.start() < first.start()
                && !child.is_under(flow.consequence)
                && !child.is_under(flow.body)
                && !flow.modifiers.contains(&at.kind)
            {
                before.push(Task::Visit(child));
            } else {
                then.push(Task::Visit(child));
            }
        }
        let mut tasks = before;
        self.plan_conditions(at, &conditions, &mut tasks);
        tasks.push(Task::Do(Action::Holds));
        tasks.append(&mut then);
        tasks.push(Task::Do(Action::Otherwise));
        tasks.append(&mut rest);
        self.plan(tasks);
    }

    /// The conditions of a node: under the field of that name, where the spec places it, or its
    /// first child.
    fn conditions(&self, at: At<'t>, children: &[At<'t>]) -> Vec<At<'t>> {
        let flow = &self.language.flow;
        let named = || children.iter().filter(|child| child.is_named());
        let by_field: Vec<_> = named().filter(|child| child.is_under(flow.condition)).copied().collect();
        if !by_field.is_empty() {
            return by_field;
        }
        let index = flow.condition_at.get(&at.kind).copied().unwrap_or(0);
        named().nth(index).filter(|child| !child.roles.has(Roles::BLOCK)).into_iter().copied().collect()
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
            tasks.push(Task::Do(Action::Invert));
        }
    }

    pub(super) fn holds(&mut self) {
        let (holds, fails) = self.pop_condition_ends();
        if let Some(choice) = self.choices.last_mut() {
            choice.otherwise = fails;
        }
        self.graph.resume(holds);
    }

    /// What follows is done where the last condition of the innermost if does not hold.
    pub(super) fn otherwise(&mut self) {
        let ends = self.graph.take();
        if let Some(choice) = self.choices.last_mut() {
            join(&mut choice.exits, ends);
            self.graph.resume(std::mem::take(&mut choice.otherwise));
        }
    }

    /// An else that stands deeper than its if, inside what is done when the condition holds.
    pub(super) fn meet_else(&mut self) {
        if self.choices.last().is_some_and(|choice| !choice.otherwise.is_empty()) {
            self.otherwise();
        }
    }

    pub(super) fn close_choice(&mut self) {
        let mut ends = self.choices.pop().unwrap_or_default().exits;
        join(&mut ends, self.graph.take());
        self.graph.resume(ends);
    }

    /// A binding whose else does not come back.
    pub(super) fn enter_let_else(&mut self, at: At<'t>) {
        let children = self.children(at);
        let is_else = |child: &At<'t>| child.is_under(self.language.flow.alternative);
        let found = children.iter().position(is_else);
        let found = found.or_else(|| children.iter().rposition(|child| child.roles.has(Roles::BLOCK)));
        let otherwise = found.unwrap_or(children.len());
        let mut tasks = vec![Task::Step { start: at.start(), end: at.start() }];
        tasks.extend(children[..otherwise].iter().copied().map(Task::Visit));
        tasks.push(Task::Do(Action::Bind { place: at.start() }));
        tasks.extend(children.get(otherwise).copied().map(Task::Visit));
        tasks.push(Task::Do(Action::CloseChoice));
        self.plan(tasks);
    }

    pub(super) fn bind(&mut self, place: u32) {
        let block = self.graph.decide(place);
        self.choices.push(Choice { exits: vec![(block, EdgeKind::True)], otherwise: Ends::new() });
        self.graph.resume(vec![(block, EdgeKind::False)]);
    }

    pub(super) fn enter_assert(&mut self, at: At<'t>) {
        let children = self.children(at);
        let mut named = children.iter().filter(|child| child.is_named()).copied();
        let mut tasks = vec![Task::Step { start: at.start(), end: at.start() }];
        tasks.extend(named.next().map(Task::Condition));
        if tasks.len() > 1 {
            tasks.push(Task::Do(Action::Assert));
            tasks.extend(named.map(Task::Visit));
            tasks.push(Task::Do(Action::Fail));
            tasks.push(Task::Do(Action::CloseChoice));
        }
        self.plan(tasks);
    }

    pub(super) fn assert(&mut self) {
        let (holds, fails) = self.pop_condition_ends();
        self.choices.push(Choice { exits: holds, otherwise: Ends::new() });
        self.graph.resume(fails);
    }

    pub(super) fn fail(&mut self) {
        self.leave(Way::Throw);
    }

    pub(super) fn enter_switch(&mut self, at: At<'t>) {
        let children = self.children(at);
        let complete = self.language.flow.exhaustive.contains(&at.kind);
        let mut tasks = vec![Task::Do(Action::OpenSwitch { complete })];
        for child in children {
            if child.is_named() || self.is_arm(child) {
                tasks.push(Task::Visit(child));
            } else if child.start() == at.start() {
                tasks.push(Task::Step { start: child.start(), end: child.end() });
            }
        }
        tasks.push(Task::Do(Action::CloseSwitch));
        self.plan(tasks);
    }

    pub(super) fn open_switch(&mut self, complete: bool) {
        self.switches.push(Switch { complete, ..Switch::default() });
        self.open_scope(None, false, self.language.flow.switch_breaks);
    }

    /// Whether a node begins an arm of the switch that is being read.
    pub(super) fn is_arm(&self, at: At<'t>) -> bool {
        let under_switch = || self.language.kind(at.parent).roles.has(Roles::SWITCH);
        at.roles.has(Roles::ARM | Roles::DEFAULT) || (at.roles.has(Roles::ELSE) && under_switch())
    }

    pub(super) fn enter_arm(&mut self, at: At<'t>) {
        let place = at.start();
        let open = if at.roles.has(Roles::ARM) { Action::OpenArm { place } } else { Action::OpenDefault { place } };
        let mut tasks = vec![Task::Do(open)];
        if at.node.child_count() > 0 {
            let children = self.children(at);
            self.plan_children(at, &children, &mut tasks);
        } else {
            tasks.push(Task::Step { start: at.start(), end: at.end() });
        }
        self.plan(tasks);
    }

    pub(super) fn open_default(&mut self, place: u32) {
        self.open_arm(place);
        if let Some(switch) = self.switches.last_mut() {
            switch.complete = true;
        }
    }

    /// Begins a block that the switch may go to, after what runs on from the arm before it.
    pub(super) fn open_arm(&mut self, place: u32) {
        let Some(switch) = self.switches.last_mut() else { return };
        let dispatch = match switch.dispatch {
            None => self.graph.decide(place),
            Some(dispatch) => {
                let before = self.graph.take();
                join(if switch.runs_on { &mut switch.falling } else { &mut switch.exits }, before);
                if switch.anew.is_empty() {
                    dispatch
                } else {
                    self.graph.resume(std::mem::take(&mut switch.anew));
                    self.graph.begin(BlockKind::Branch, place)
                }
            }
        };
        switch.dispatch = Some(dispatch);
        switch.runs_on = switch.inside_runs_on;
        let mut ends = std::mem::take(&mut switch.falling);
        ends.push((dispatch, EdgeKind::Case));
        self.graph.resume(ends);
        self.graph.step(place, place);
    }

    /// The guard of an arm was read: where it fails, the arms after it are tried.
    pub(super) fn guard(&mut self) {
        let (holds, fails) = self.pop_condition_ends();
        if let Some(switch) = self.switches.last_mut() {
            join(&mut switch.anew, fails);
            switch.anew.extend(switch.dispatch.map(|dispatch| (dispatch, EdgeKind::False)));
        }
        self.graph.resume(holds);
    }

    /// Arms from here on run on into the next one, or do not.
    pub(super) fn run_on(&mut self, on: bool) {
        if let Some(switch) = self.switches.last_mut() {
            switch.inside_runs_on = on;
        }
    }

    pub(super) fn fall_through(&mut self) {
        let ends = self.graph.take();
        if let Some(switch) = self.switches.last_mut() {
            join(&mut switch.falling, ends);
        }
    }

    pub(super) fn close_switch(&mut self) {
        let switch = self.switches.pop().unwrap_or_default();
        let mut ends = self.graph.take();
        for more in [switch.exits, switch.falling, self.close_scope().breaks] {
            join(&mut ends, more);
        }
        if !switch.anew.is_empty() {
            join(&mut ends, switch.anew);
        } else if !switch.complete {
            ends.extend(switch.dispatch.map(|dispatch| (dispatch, EdgeKind::False)));
        }
        self.graph.resume(ends);
    }
}
