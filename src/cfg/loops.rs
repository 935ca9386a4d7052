//! Loops: with a condition before or after the body, over a collection, without end; and
//! comprehensions. Never resolves a break or a continue.

use super::builder::Builder;
use super::graph::{Ends, join, jumping};
use super::node::{At, is_word};
use super::state::{Comprehension, Loop};
use super::task::{Action, Task};
use crate::lang::Roles;
use crate::model::{BlockKind, EdgeKind};

/// A loop taken apart.
#[derive(Default)]
struct Parts<'t> {
    keyword: Option<At<'t>>,
    /// Done once.
    before: Vec<At<'t>>,
    /// What it runs over, where it has no condition.
    over: Vec<At<'t>>,
    conditions: Vec<At<'t>>,
    body: Vec<At<'t>>,
    /// Done after each round.
    after: Vec<At<'t>>,
    otherwise: Option<At<'t>>,
}

impl<'t> Builder<'_, 't> {
    pub(super) fn enter_loop(&mut self, at: At<'t>) {
        let place = at.start();
        let parts = self.loop_parts(at);
        let mut keyword = parts.keyword.map(|keyword| Task::Step { start: keyword.start(), end: keyword.end() });
        let visits = |nodes: Vec<At<'t>>| nodes.into_iter().map(Task::Visit);
        let condition_first = match (parts.conditions.last(), parts.body.first()) {
            (Some(condition), Some(body)) => condition.start() < body.start(),
            _ => true,
        };
        let mut tasks = Vec::new();
        if !parts.over.is_empty() {
            tasks.push(Task::Do(Action::OpenEach { place }));
            tasks.extend(keyword);
            tasks.extend(visits(parts.over));
            tasks.push(Task::Do(Action::TestEach { place }));
            tasks.extend(visits(parts.body));
        } else if condition_first {
            if !parts.before.is_empty() {
                tasks.extend(keyword.take());
                tasks.extend(visits(parts.before));
            }
            tasks.push(Task::Do(Action::OpenLoop { place }));
            tasks.extend(keyword);
            if !parts.conditions.is_empty() {
                self.plan_conditions(at, &parts.conditions, &mut tasks);
                tasks.push(Task::Do(Action::Test));
            }
            tasks.extend(visits(parts.body));
            if !parts.after.is_empty() {
                tasks.push(Task::Do(Action::EndRound));
                tasks.extend(visits(parts.after));
            }
        } else {
            tasks.push(Task::Do(Action::OpenLoop { place }));
            tasks.extend(keyword);
            tasks.extend(visits(parts.body));
            tasks.push(Task::Do(Action::EndRound));
            self.plan_conditions(at, &parts.conditions, &mut tasks);
            tasks.push(Task::Do(Action::Test));
        }
        tasks.push(Task::Do(Action::CloseRounds));
        tasks.extend(parts.otherwise.map(Task::Visit));
        tasks.push(Task::Do(Action::CloseLoop));
        self.plan(tasks);
    }

    fn loop_parts(&mut self, at: At<'t>) -> Parts<'t> {
        let own = self.children(at);
        let (language, source) = (self.language, self.source);
        let flow = &language.flow;
        let mut children = Vec::with_capacity(own.len());
        for child in &own {
            if flow.clauses.contains(&child.kind) {
                let inside = self.children(*child);
                children.extend(inside.into_iter().map(|inner| At { parent: at.kind, above: Some(at.node), ..inner }));
            } else {
                children.push(*child);
            }
        }
        let body = |child: &At<'t>| child.is_under(flow.body);
        let is_head = |child: &&At<'t>| child.is_under(flow.condition) || flow.clauses.contains(&child.kind);
        // Without a body of its own, what stands behind the head is it.
        let bare = !own.iter().any(|child| body(child) || child.roles.has(Roles::BLOCK));
        let head = own.iter().rfind(is_head).filter(|_| bare).map_or(u32::MAX, |head| head.end());
        let last_block = || own.iter().rfind(|child| child.roles.has(Roles::BLOCK));
        let last_named = || own.iter().rfind(|child| child.is_named() && !child.roles.has(Roles::LOOP_ELSE));
        let guarded = || own.iter().find(|child| child.is_named() && flow.modifiers.contains(&at.kind));
        let first_of_body =
            own.iter().find(|child| body(child)).or_else(guarded).or_else(last_block).or_else(last_named).copied();
        let by_index =
            flow.condition_at.get(&at.kind).and_then(|index| own.iter().filter(|c| c.is_named()).nth(*index));
        let by_index = by_index.filter(|child| !flow.clauses.contains(&child.kind)).map(|child| child.node.id());
        let is = |one: Option<At<'t>>, child: &At<'t>| one.is_some_and(|one| one.node.id() == child.node.id());
        let is_nothing = |child: &At<'t>| source.get(child.node.byte_range()) == Some(b";".as_slice());
        let mut parts = Parts::default();
        // `:` separates what is in the head of a loop from what it runs over.
        let mut names = false;
        for child in children {
            let in_field = |fields: &[u16]| child.field.is_some_and(|field| fields.contains(&field));
            if is(first_of_body, &child) || body(&child) || (child.start() >= head && child.is_named()) {
                parts.body.push(child);
            } else if child.roles.has(Roles::LOOP_ELSE) {
                parts.otherwise = Some(child);
            } else if child.roles.has(Roles::LABEL) {
                let label = self.intern(child);
                self.labelled.insert(at.start(), label);
            } else if !child.is_named() || is_nothing(&child) {
                names |= child.node.kind() == ":" && !self.labelled.contains_key(&at.start());
                if is_word(&child) && parts.keyword.is_none() && parts.body.is_empty() {
                    parts.keyword = Some(child);
                }
            } else if child.is_under(flow.condition) || by_index.is_some_and(|id| id == child.node.id()) {
                parts.conditions.push(child);
            } else if in_field(&flow.initializers) {
                parts.before.push(child);
            } else if in_field(&flow.updates) {
                parts.after.push(child);
            } else if parts.body.is_empty() || flow.modifiers.contains(&at.kind) {
                parts.over.push(child);
            }
        }
        let counts = !parts.before.is_empty() || !parts.after.is_empty();
        if !parts.conditions.is_empty() || (counts && !names) {
            parts.before.append(&mut parts.over);
        }
        if parts.conditions.iter().any(|condition| is(first_of_body, condition)) {
            parts.body.clear();
        }
        parts
    }

    /// Begins the head, which every round comes back to.
    pub(super) fn open_loop(&mut self, place: u32) {
        let head = self.graph.begin(BlockKind::Loop, place);
        self.loops.push(Loop { head, ..Loop::default() });
        self.open_rounds(place);
    }

    fn open_rounds(&mut self, place: u32) {
        let label = self.labelled.remove(&place);
        self.open_scope(label, true, true);
    }

    /// The condition was read.
    pub(super) fn test(&mut self) {
        let (holds, fails) = self.pop_condition_ends();
        if let Some(open) = self.loops.last_mut() {
            open.exits = fails;
        }
        self.graph.resume(holds);
    }

    /// Begins what a loop runs over: a block of its own, as it may turn out to be the head.
    pub(super) fn open_each(&mut self, place: u32) {
        let head = self.graph.begin(BlockKind::Body, place);
        self.loops.push(Loop { head, ..Loop::default() });
    }

    /// Goes on while there is more. Where what the loop runs over took more than one block, the
    /// head is a block after them.
    pub(super) fn test_each(&mut self, place: u32) {
        let Some(mut open) = self.loops.pop() else { return };
        if self.graph.current() != Some(open.head) {
            open.head = self.graph.begin(BlockKind::Body, place);
        }
        self.graph.set_kind(open.head, BlockKind::Loop);
        self.graph.decide(place);
        open.exits = vec![(open.head, EdgeKind::False)];
        self.graph.resume(vec![(open.head, EdgeKind::True)]);
        self.loops.push(open);
        self.open_rounds(place);
    }

    /// The body was read: continues come here, if there is more to a round.
    pub(super) fn end_round(&mut self) {
        let continues = self.scopes.last_mut().map(|scope| std::mem::take(&mut scope.continues)).unwrap_or_default();
        if !continues.is_empty() {
            let mut ends = self.graph.take();
            join(&mut ends, continues);
            self.graph.resume(ends);
        }
    }

    /// Goes back to the head; what follows runs where the condition fails.
    pub(super) fn close_rounds(&mut self) {
        let ends = jumping(self.graph.take(), EdgeKind::Back);
        let scope = self.close_scope();
        let Some(open) = self.loops.last_mut() else { return };
        self.graph.connect(ends, open.head);
        self.graph.connect(scope.continues, open.head);
        open.breaks = scope.breaks;
        self.graph.resume(std::mem::take(&mut open.exits));
    }

    pub(super) fn close_loop(&mut self) {
        let mut ends = self.graph.take();
        join(&mut ends, self.loops.pop().unwrap_or_default().breaks);
        self.graph.resume(ends);
    }

    /// A comprehension: its loops and conditions in their order, then its element.
    pub(super) fn enter_comprehension(&mut self, children: Vec<At<'t>>) {
        self.comprehensions.push(Comprehension::default());
        let mut tasks = Vec::new();
        let (clauses, elements): (Vec<_>, Vec<_>) = children
            .into_iter()
            .filter(|child| child.is_named())
            .partition(|child| child.roles.has(Roles::COMPREHENSION_FOR | Roles::COMPREHENSION_IF));
        for clause in clauses {
            let inside = self.children(clause);
            if clause.roles.has(Roles::COMPREHENSION_IF) {
                let condition = inside.into_iter().rfind(|inner| inner.is_named());
                tasks.push(Task::Condition(condition.unwrap_or(clause)));
                tasks.push(Task::Do(Action::Sift));
            } else {
                tasks.push(Task::Do(Action::OpenEach { place: clause.start() }));
                tasks.push(Task::Step { start: clause.start(), end: clause.start() });
                tasks.extend(inside.into_iter().map(Task::Visit));
                tasks.push(Task::Do(Action::TestNext { place: clause.start() }));
            }
        }
        tasks.extend(elements.into_iter().map(Task::Visit));
        tasks.push(Task::Do(Action::CloseComprehension));
        self.plan(tasks);
    }

    /// A loop of a comprehension: when it ends, the one around it goes on.
    pub(super) fn test_next(&mut self, place: u32) {
        self.test_each(place);
        self.close_scope();
        let Some(open) = self.loops.pop() else { return };
        let Some(comprehension) = self.comprehensions.last_mut() else { return };
        match comprehension.heads.last() {
            Some(around) => self.graph.connect(open.exits, *around),
            None => comprehension.exits = open.exits,
        }
        comprehension.heads.push(open.head);
    }

    pub(super) fn sift(&mut self) {
        let (holds, fails) = self.pop_condition_ends();
        self.end_element(fails);
        self.graph.resume(holds);
    }

    fn end_element(&mut self, ends: Ends) {
        let head = self.comprehensions.last().and_then(|comprehension| comprehension.heads.last());
        if let Some(head) = head {
            self.graph.connect(jumping(ends, EdgeKind::Back), *head);
        }
    }

    pub(super) fn close_comprehension(&mut self) {
        let ends = self.graph.take();
        self.end_element(ends);
        self.graph.resume(self.comprehensions.pop().unwrap_or_default().exits);
    }
}
