//! Jumps and what they leave: scopes of break and continue, labels, exceptions and their handlers,
//! `finally`. Never reads a condition.

use super::builder::Builder;
use super::graph::{EXIT, Ends, join, jumping};
use super::node::At;
use super::state::{Final, Scope, Throws, Try, Way};
use super::task::{Action, Task};
use crate::lang::Roles;
use crate::model::{BlockKind, EdgeKind};

impl<'t> Builder<'_, 't> {
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
            Some(name) if roles.has(Roles::GOTO) => Task::Do(Action::GoTo { label: name }),
            Some(name) if roles.has(Roles::LABELLED) && is_continue => Task::Do(Action::ContinueLabel { label: name }),
            Some(name) if roles.has(Roles::LABELLED) => Task::Do(Action::BreakLabel { label: name }),
            _ if roles.has(Roles::RETURN) => Task::Do(Action::LeaveFunction),
            _ if roles.has(Roles::THROW) => Task::Do(Action::Throw),
            _ if roles.has(Roles::YIELD) => Task::Do(Action::YieldToSwitch),
            _ if is_continue => Task::Do(Action::GoOn),
            _ => Task::Do(Action::BreakOff),
        }
    }

    pub(super) fn jump_of_leaf(&mut self, at: At<'t>) {
        let action = self.action(at, None);
        self.plan(vec![action]);
    }

    pub(super) fn yields_to_switch(&self) -> bool {
        self.language.flow.switch_yields && !self.switches.is_empty()
    }

    pub(super) fn leave_function(&mut self) {
        self.leave(Way::Return);
    }

    pub(super) fn throw(&mut self) {
        self.leave(Way::Throw);
    }

    pub(super) fn break_off(&mut self) {
        let scope = self.scopes.last().and_then(|scope| scope.break_to);
        self.leave(scope.map_or(Way::Return, Way::Break));
    }

    pub(super) fn go_on(&mut self) {
        let scope = self.scopes.last().and_then(|scope| scope.continue_to);
        self.leave(scope.map_or(Way::Return, Way::Continue));
    }

    pub(super) fn yield_to_switch(&mut self) {
        let scope = self.scopes.iter().rposition(|scope| scope.label.is_none() && !scope.is_loop);
        self.leave(scope.map_or(Way::Return, Way::Break));
    }

    fn scope_of(&self, label: u32, only_loops: bool) -> Option<usize> {
        let bears = |scope: &Scope| scope.label.is_some_and(|own| self.name(own) == self.name(label));
        self.scopes.iter().rposition(|scope| (scope.is_loop || !only_loops) && bears(scope))
    }

    pub(super) fn break_label(&mut self, label: u32) {
        match self.scope_of(label, false) {
            Some(scope) => self.leave(Way::Break(scope)),
            None => self.break_off(),
        }
    }

    pub(super) fn continue_label(&mut self, label: u32) {
        match self.scope_of(label, true) {
            Some(scope) => self.leave(Way::Continue(scope)),
            None => self.go_on(),
        }
    }

    pub(super) fn go_to(&mut self, label: u32) {
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
    fn route(&mut self, ends: Ends, way: Way) {
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
        let mut tasks = vec![Task::Do(Action::OpenLabel { label: name })];
        tasks.extend(labelled.into_iter().map(Task::Visit));
        tasks.push(Task::Do(Action::CloseLabel));
        self.plan(tasks);
    }

    /// The next block bears a label that jumps may name.
    pub(super) fn mark(&mut self, name: u32) {
        if self.has_goto {
            let name = self.name(name).to_owned();
            self.graph.label(name);
        }
    }

    pub(super) fn open_label(&mut self, name: u32) {
        self.mark(name);
        self.open_scope(Some(name), false, false);
    }

    pub(super) fn close_label(&mut self) {
        let mut breaks = self.close_scope().breaks;
        if !breaks.is_empty() {
            join(&mut breaks, self.graph.take());
            self.graph.resume(breaks);
        }
    }

    /// A try: its body, its handlers, its else, its `finally`.
    pub(super) fn enter_try(&mut self, children: &[At<'t>]) {
        let is = |child: &At<'t>, roles: Roles| child.is_named() && child.roles.has(roles);
        let handlers = children.iter().filter(|child| is(child, Roles::CATCH)).count();
        let has_finally = children.iter().any(|child| is(child, Roles::FINALLY));
        let mut tasks = vec![Task::Do(Action::OpenTry { has_finally, has_handlers: handlers > 0 })];
        let behind = Roles::CATCH | Roles::TRY_ELSE | Roles::FINALLY;
        let body = children.iter().filter(|child| child.is_named() && !child.roles.has(behind));
        tasks.extend(body.copied().map(Task::Visit));
        tasks.push(Task::Do(Action::CloseBody { has_handlers: handlers > 0 }));
        let mut left = handlers;
        for handler in children.iter().filter(|child| is(child, Roles::CATCH)) {
            left -= 1;
            self.plan_handler(*handler, left == 0, &mut tasks);
        }
        tasks.push(Task::Do(Action::OpenElse));
        tasks.extend(children.iter().filter(|child| is(child, Roles::TRY_ELSE)).copied().map(Task::Visit));
        tasks.push(Task::Do(Action::CloseHandlers));
        if let Some(finally) = children.iter().find(|child| is(child, Roles::FINALLY)) {
            tasks.push(Task::Do(Action::OpenFinally { place: finally.start() }));
            tasks.push(Task::Visit(*finally));
            tasks.push(Task::Do(Action::CloseFinally { place: finally.end() }));
        }
        tasks.push(Task::Do(Action::CloseTry));
        self.plan(tasks);
    }

    /// Puts handlers that are held together beside the body of their `try`.
    pub(super) fn spread_handlers(&mut self, children: &mut Vec<At<'t>>) {
        let language = self.language;
        let handlers = &language.flow.handlers;
        while let Some(at) =
            children.iter().position(|child| handlers.contains(&child.kind) && !child.roles.has(Roles::SPACES))
        {
            let inside = self.children(children[at]);
            children.splice(at..=at, inside.into_iter().filter(|inner| inner.is_named()));
        }
    }

    /// What a handler takes is read, and then its body.
    fn plan_handler(&mut self, at: At<'t>, last: bool, tasks: &mut Vec<Task<'t>>) {
        let children = self.children(at);
        let flow = &self.language.flow;
        let body = children.iter().position(|child| child.is_under(flow.body));
        let body = body.or_else(|| children.iter().rposition(|child| child.roles.has(Roles::BLOCK)));
        tasks.push(Task::Do(Action::OpenHandler { place: at.start() }));
        let decide = Task::Do(Action::PassOn { place: at.start() });
        let (head, rest) = children.split_at(body.unwrap_or(usize::from(!children.is_empty())));
        tasks.extend(head.iter().copied().map(Task::Visit));
        if !last {
            tasks.push(decide);
        }
        tasks.extend(rest.iter().copied().map(Task::Visit));
        tasks.push(Task::Do(Action::CloseHandler));
    }

    pub(super) fn open_try(&mut self, has_finally: bool, has_handlers: bool) {
        self.graph.split();
        self.tries.push(Try { has_finally, mark: self.graph.loose(), ..Try::default() });
        if has_finally {
            self.finals.push(Final::default());
            self.throws.push(Throws::Final);
        }
        if has_handlers {
            self.throws.push(Throws::Handlers(Ends::new()));
        }
    }

    pub(super) fn close_body(&mut self, has_handlers: bool) {
        let normal = self.graph.take();
        let Some(open) = self.tries.last_mut() else { return };
        open.normal = normal;
        if !has_handlers {
            return;
        }
        let mut caught = self.graph.exceptions(open.mark);
        if let Some(Throws::Handlers(thrown)) = self.throws.pop() {
            join(&mut caught, thrown);
        }
        open.caught = caught;
    }

    pub(super) fn open_handler(&mut self, place: u32) {
        let caught = self.tries.last_mut().map(|open| std::mem::take(&mut open.caught)).unwrap_or_default();
        self.graph.resume(caught);
        self.graph.begin(BlockKind::Catch, place);
        self.graph.step(place, place);
    }

    /// The next handler looks at what this one does not take.
    pub(super) fn pass_on(&mut self, place: u32) {
        let block = self.graph.decide(place);
        if let Some(open) = self.tries.last_mut() {
            open.caught = vec![(block, EdgeKind::False)];
        }
        self.graph.resume(vec![(block, EdgeKind::True)]);
    }

    pub(super) fn close_handler(&mut self) {
        let ends = self.graph.take();
        if let Some(open) = self.tries.last_mut() {
            join(&mut open.exits, ends);
        }
    }

    pub(super) fn open_else(&mut self) {
        let normal = self.tries.last_mut().map(|open| std::mem::take(&mut open.normal)).unwrap_or_default();
        self.graph.resume(normal);
    }

    /// Whatever the handlers, the else, or a body without handlers throws goes through `finally`,
    /// too.
    pub(super) fn close_handlers(&mut self) {
        self.close_handler();
        let Some(open) = self.tries.last().filter(|open| open.has_finally) else { return };
        let thrown = self.graph.exceptions(open.mark);
        self.route(thrown, Way::Throw);
    }

    pub(super) fn open_finally(&mut self, place: u32) {
        // The clause does not run on the way out of itself.
        self.throws.pop();
        let passed = self.finals.pop().unwrap_or_default();
        let Some(open) = self.tries.last_mut() else { return };
        let mut ends = passed.entries;
        open.ways = passed.ways;
        // Only where some end comes here by itself does control go on behind the clause.
        open.goes_on = !open.exits.is_empty();
        join(&mut ends, std::mem::take(&mut open.exits));
        self.graph.resume(ends);
        self.graph.begin(BlockKind::Body, place);
        self.graph.step(place, place);
    }

    pub(super) fn close_finally(&mut self, place: u32) {
        let Some(open) = self.tries.last_mut() else { return };
        let (ways, goes_on) = (std::mem::take(&mut open.ways), open.goes_on);
        let mut ends = self.graph.take();
        if ends.is_empty() {
            return;
        }
        // From one block, so that each way out has an edge of its own kind.
        if ends.len() > 1 || ends[0].1 != EdgeKind::Next {
            self.graph.resume(ends);
            let block = self.graph.begin(BlockKind::Body, place);
            self.graph.take();
            ends = vec![(block, EdgeKind::Next)];
        }
        for way in ways {
            self.route(jumping(ends.clone(), way.kind()), way);
        }
        if goes_on {
            self.graph.resume(ends);
        }
    }

    pub(super) fn close_try(&mut self) {
        let open = self.tries.pop().unwrap_or_default();
        let mut ends = self.graph.take();
        join(&mut ends, open.exits);
        self.graph.resume(ends);
    }
}
