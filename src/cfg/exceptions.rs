//! Draws a try: its body, its handlers, its else and its `finally`. Never draws a throw.

use super::builder::Builder;
use super::frames::{Final, Throws, Try, Way};
use super::graph::{Ends, join, jumping};
use super::node::At;
use super::task::{Task, TryTask};
use crate::lang::Roles;
use crate::model::{BlockKind, EdgeKind};

impl<'t> Builder<'_, 't> {
    /// Does a part of a try.
    pub(super) fn run_try(&mut self, task: TryTask) {
        match task {
            TryTask::Open { has_finally, has_handlers } => self.open_try(has_finally, has_handlers),
            TryTask::CloseBody { has_handlers } => self.close_body(has_handlers),
            TryTask::OpenHandler { place } => self.open_handler(place),
            TryTask::PassOn { place } => self.pass_on(place),
            TryTask::CloseHandler => self.close_handler(),
            TryTask::OpenElse => self.open_else(),
            TryTask::CloseHandlers => self.close_handlers(),
            TryTask::OpenFinally { place } => self.open_finally(place),
            TryTask::CloseFinally { place } => self.close_finally(place),
            TryTask::Close => self.close_try(),
        }
    }

    /// A try: its body, its handlers, its else, its `finally`.
    pub(super) fn enter_try(&mut self, children: &[At<'t>]) {
        let is = |child: &At<'t>, roles: Roles| child.is_named() && child.roles.has(roles);
        let handlers = children.iter().filter(|child| is(child, Roles::CATCH)).count();
        let has_finally = children.iter().any(|child| is(child, Roles::FINALLY));
        let mut tasks = vec![Task::Try(TryTask::Open { has_finally, has_handlers: handlers > 0 })];
        let behind = Roles::CATCH | Roles::TRY_ELSE | Roles::FINALLY;
        let body = children.iter().filter(|child| child.is_named() && !child.roles.has(behind));
        tasks.extend(body.copied().map(Task::Visit));
        tasks.push(Task::Try(TryTask::CloseBody { has_handlers: handlers > 0 }));
        let mut left = handlers;
        for handler in children.iter().filter(|child| is(child, Roles::CATCH)) {
            left -= 1;
            self.plan_handler(*handler, left == 0, &mut tasks);
        }
        tasks.push(Task::Try(TryTask::OpenElse));
        tasks.extend(children.iter().filter(|child| is(child, Roles::TRY_ELSE)).copied().map(Task::Visit));
        tasks.push(Task::Try(TryTask::CloseHandlers));
        if let Some(finally) = children.iter().find(|child| is(child, Roles::FINALLY)) {
            tasks.push(Task::Try(TryTask::OpenFinally { place: finally.start() }));
            tasks.push(Task::Visit(*finally));
            tasks.push(Task::Try(TryTask::CloseFinally { place: finally.end() }));
        }
        tasks.push(Task::Try(TryTask::Close));
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
        tasks.push(Task::Try(TryTask::OpenHandler { place: at.start() }));
        let decide = Task::Try(TryTask::PassOn { place: at.start() });
        let (head, rest) = children.split_at(body.unwrap_or(usize::from(!children.is_empty())));
        tasks.extend(head.iter().copied().map(Task::Visit));
        if !last {
            tasks.push(decide);
        }
        tasks.extend(rest.iter().copied().map(Task::Visit));
        tasks.push(Task::Try(TryTask::CloseHandler));
    }

    fn open_try(&mut self, has_finally: bool, has_handlers: bool) {
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

    fn close_body(&mut self, has_handlers: bool) {
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

    fn open_handler(&mut self, place: u32) {
        let caught = self.tries.last_mut().map(|open| std::mem::take(&mut open.caught)).unwrap_or_default();
        self.graph.resume(caught);
        self.graph.begin(BlockKind::Catch, place);
        self.graph.step(place, place);
    }

    /// The next handler looks at what this one does not take.
    fn pass_on(&mut self, place: u32) {
        let block = self.graph.decide(place);
        if let Some(open) = self.tries.last_mut() {
            open.caught = vec![(block, EdgeKind::False)];
        }
        self.graph.resume(vec![(block, EdgeKind::True)]);
    }

    fn close_handler(&mut self) {
        let ends = self.graph.take();
        if let Some(open) = self.tries.last_mut() {
            join(&mut open.exits, ends);
        }
    }

    fn open_else(&mut self) {
        let normal = self.tries.last_mut().map(|open| std::mem::take(&mut open.normal)).unwrap_or_default();
        self.graph.resume(normal);
    }

    /// Whatever the handlers, the else, or a body without handlers throws goes through `finally`,
    /// too.
    fn close_handlers(&mut self) {
        self.close_handler();
        let Some(open) = self.tries.last().filter(|open| open.has_finally) else { return };
        let thrown = self.graph.exceptions(open.mark);
        self.route(thrown, Way::Throw);
    }

    fn open_finally(&mut self, place: u32) {
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

    fn close_finally(&mut self, place: u32) {
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

    fn close_try(&mut self) {
        let open = self.tries.pop().unwrap_or_default();
        let mut ends = self.graph.take();
        join(&mut ends, open.exits);
        self.graph.resume(ends);
    }
}
