//! Draws decisions between two ways: if in all its spellings, bindings with an else, assertions.
//! Never draws a decision among more.

use super::builder::Builder;
use super::frames::{Choice, Way};
use super::graph::{Ends, join};
use super::node::At;
use super::task::{BranchTask, Task};
use crate::lang::Roles;
use crate::model::EdgeKind;

impl<'t> Builder<'_, 't> {
    /// Does a part of a decision.
    pub(super) fn run_branch(&mut self, task: BranchTask) {
        match task {
            BranchTask::Open => self.open_choice(),
            BranchTask::Holds => self.holds(),
            BranchTask::Otherwise => self.otherwise(),
            BranchTask::Close => self.close_choice(),
            BranchTask::Bind { place } => self.bind(place),
            BranchTask::Assert => self.assert(),
            BranchTask::Fail => self.leave(Way::Throw),
        }
    }

    /// An if, a conditional expression, or an else-if clause that stands alone.
    pub(super) fn enter_if(&mut self, at: At<'t>) {
        self.open_choice();
        self.plan(vec![Task::Clause(at), Task::Branch(BranchTask::Close)]);
    }

    fn open_choice(&mut self) {
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
        tasks.push(Task::Branch(BranchTask::Holds));
        tasks.append(&mut then);
        tasks.push(Task::Branch(BranchTask::Otherwise));
        tasks.append(&mut rest);
        self.plan(tasks);
    }

    /// The conditions of a node: under the field of that name, where the spec says so, or its first
    /// child.
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

    fn holds(&mut self) {
        let (holds, fails) = self.pop_condition_ends();
        if let Some(choice) = self.choices.last_mut() {
            choice.otherwise = fails;
        }
        self.graph.resume(holds);
    }

    /// What follows is done where the last condition of the innermost if does not hold.
    fn otherwise(&mut self) {
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

    fn close_choice(&mut self) {
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
        tasks.push(Task::Branch(BranchTask::Bind { place: at.start() }));
        tasks.extend(children.get(otherwise).copied().map(Task::Visit));
        tasks.push(Task::Branch(BranchTask::Close));
        self.plan(tasks);
    }

    fn bind(&mut self, place: u32) {
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
            tasks.push(Task::Branch(BranchTask::Assert));
            tasks.extend(named.map(Task::Visit));
            tasks.push(Task::Branch(BranchTask::Fail));
            tasks.push(Task::Branch(BranchTask::Close));
        }
        self.plan(tasks);
    }

    fn assert(&mut self) {
        let (holds, fails) = self.pop_condition_ends();
        self.choices.push(Choice { exits: holds, otherwise: Ends::new() });
        self.graph.resume(fails);
    }
}
