//! Walks through the tree, from task to task, and hands each node to its construct: plain steps
//! here, conditions and constructs in the files beside it. Iterative, so that depth costs memory
//! and no stack.

use rustc_hash::FxHashMap;
use tree_sitter::Node;

use super::builder::Builder;
use super::conditions::logical;
use super::graph::Graph;
use super::node::{At, JUMPS, any, is_word};
use super::task::{Action, Task};
use crate::lang::{Language, Roles};
use crate::model::Cfg;

/// Roles of operators that decide whether the rest of their expression is evaluated.
const SKIPS: [Roles; 3] = [Roles::COALESCE, Roles::SAFE_NAVIGATION, Roles::LOGICAL_ASSIGN];
impl<'l, 't> Builder<'l, 't> {
    pub(super) fn new(language: &'l Language, function: Node<'t>, source: &'l [u8]) -> Self {
        let mut builder = Self {
            language,
            source,
            cursor: function.walk(),
            graph: Graph::new(0, 0, 0),
            tasks: Vec::new(),
            condition_ends: Vec::new(),
            shorts: Vec::new(),
            choices: Vec::new(),
            switches: Vec::new(),
            loops: Vec::new(),
            comprehensions: Vec::new(),
            tries: Vec::new(),
            flat: !language.spec.logical_sequences.continue_into.is_empty(),
            has_goto: language.spec.mapped().any(|role| role == "goto"),
            scopes: Vec::new(),
            finals: Vec::new(),
            throws: Vec::new(),
            gotos: Vec::new(),
            names: Vec::new(),
            labelled: FxHashMap::default(),
        };
        let kind = function.kind_id();
        let at = At { node: function, kind, roles: language.kind(kind).roles, parent: kind, above: None, field: None };
        let body = builder.body(at);
        let start = body.first().map_or(at.end(), |first| first.start());
        builder.graph = Graph::new(at.start(), start, at.end());
        let mut tasks = Vec::new();
        builder.plan_children(at, &body, &mut tasks);
        builder.plan(tasks);
        builder
    }

    /// What runs when a function is called: its body; else its block; else what follows its head;
    /// else what comes last.
    fn body(&mut self, function: At<'t>) -> Vec<At<'t>> {
        let mut children = self.children(function);
        if function.roles.has(Roles::BLOCK) {
            children.retain(|child| child.is_named());
            return children;
        }
        let body = children.iter().find(|child| child.is_under(self.language.flow.body));
        if let Some(body) = body.or_else(|| children.iter().rfind(|child| child.roles.has(Roles::BLOCK))) {
            return vec![*body];
        }
        let flow = &self.language.flow;
        if children.iter().any(|child| flow.bodies.contains(&child.kind)) {
            children.retain(|child| flow.bodies.contains(&child.kind));
            children.sort_by_key(|child| flow.bodies.iter().position(|kind| *kind == child.kind));
            return children;
        }
        let is_head = |child: &At<'t>| child.roles.has(Roles::PARAMETERS) || flow.clauses.contains(&child.kind);
        let parameters = children.iter().position(is_head);
        let last = || children.iter().rposition(|child| child.is_named());
        let first = parameters.map(|at| at + 1).or_else(last).unwrap_or(0);
        children.drain(..first);
        children
    }

    pub(super) fn run(mut self, space: u32) -> Cfg {
        while let Some(task) = self.tasks.pop() {
            match task {
                Task::Visit(at) => self.visit(at),
                Task::Condition(at) => self.condition(at),
                Task::Terms { operand, is_condition } => self.terms(operand, is_condition),
                Task::Clause(at) => self.enter_clause(at),
                Task::Step { start, end } => self.graph.step(start, end),
                Task::Do(action) => self.act(action),
            }
        }
        self.graph.finish(self.gotos, space)
    }

    /// Does a part of a construct.
    fn act(&mut self, action: Action) {
        match action {
            Action::Assert => self.assert(),
            Action::Bind { place } => self.bind(place),
            Action::BreakLabel { label } => self.break_label(label),
            Action::BreakOff => self.break_off(),
            Action::CloseBody { has_handlers } => self.close_body(has_handlers),
            Action::CloseChoice => self.close_choice(),
            Action::CloseComprehension => self.close_comprehension(),
            Action::CloseFinally { place } => self.close_finally(place),
            Action::CloseHandler => self.close_handler(),
            Action::CloseHandlers => self.close_handlers(),
            Action::CloseLabel => self.close_label(),
            Action::CloseLoop => self.close_loop(),
            Action::CloseRounds => self.close_rounds(),
            Action::CloseShort => self.close_short(),
            Action::CloseSwitch => self.close_switch(),
            Action::CloseTry => self.close_try(),
            Action::ContinueLabel { label } => self.continue_label(label),
            Action::EndRound => self.end_round(),
            Action::Evaluate { place } => self.evaluate(place),
            Action::Fail => self.fail(),
            Action::FallThrough => self.fall_through(),
            Action::GoOn => self.go_on(),
            Action::GoTo { label } => self.go_to(label),
            Action::Guard => self.guard(),
            Action::Holds => self.holds(),
            Action::Invert => self.invert(),
            Action::LastOperand { and } => self.last_operand(and),
            Action::LeaveFunction => self.leave_function(),
            Action::MayThrow { place } => self.may_throw(place),
            Action::NextOperand { and } => self.next_operand(and),
            Action::OpenArm { place } => self.open_arm(place),
            Action::OpenChoice => self.open_choice(),
            Action::OpenDefault { place } => self.open_default(place),
            Action::OpenEach { place } => self.open_each(place),
            Action::OpenElse => self.open_else(),
            Action::OpenFinally { place } => self.open_finally(place),
            Action::OpenHandler { place } => self.open_handler(place),
            Action::OpenLabel { label } => self.open_label(label),
            Action::OpenLoop { place } => self.open_loop(place),
            Action::OpenShort => self.open_short(),
            Action::OpenSwitch { complete } => self.open_switch(complete),
            Action::OpenTry { has_finally, has_handlers } => self.open_try(has_finally, has_handlers),
            Action::Otherwise => self.otherwise(),
            Action::PassOn { place } => self.pass_on(place),
            Action::Reach { place } => self.reach(place),
            Action::RunOn { on } => self.run_on(on),
            Action::Sift => self.sift(),
            Action::Skip { place } => self.skip(place),
            Action::Suspend => self.suspend(),
            Action::Test => self.test(),
            Action::TestEach { place } => self.test_each(place),
            Action::TestNext { place } => self.test_next(place),
            Action::Throw => self.throw(),
            Action::YieldToSwitch => self.yield_to_switch(),
        }
    }

    fn visit(&mut self, at: At<'t>) {
        let roles = at.roles;
        let flow = &self.language.flow;
        if flow.falls_through.contains(&at.kind) {
            self.tasks.push(Task::Do(Action::RunOn { on: false }));
            self.run_on(true);
        }
        if roles.has(Roles::SPACES) {
            self.graph.step(at.start(), at.end());
        } else if !self.switches.is_empty() && self.is_arm(at) {
            self.enter_arm(at);
        } else if at.node.child_count() == 0 || roles.has(Roles::TOKEN) {
            self.leaf(at);
        } else if roles.has(any(&JUMPS)) || (roles.has(Roles::YIELD) && self.yields_to_switch()) {
            self.enter_jump(at);
        } else if flow.falls_through_by.contains(&at.kind) {
            self.plan(vec![Task::Step { start: at.start(), end: at.end() }, Task::Do(Action::FallThrough)]);
        } else if roles.has(Roles::LET_ELSE) {
            self.enter_let_else(at);
        } else if roles.has(Roles::IF | Roles::ELIF | Roles::TERNARY) {
            self.enter_if(at);
        } else if roles.has(Roles::LOOP) {
            self.enter_loop(at);
        } else if roles.has(Roles::SWITCH) {
            self.enter_switch(at);
        } else if roles.has(Roles::ASSERT) {
            self.enter_assert(at);
        } else {
            self.enter_plain(at);
        }
    }

    fn leaf(&mut self, at: At<'t>) {
        let (start, end) = (at.start(), at.end());
        let roles = at.roles;
        let own = at.is_named() || roles.has(any(&JUMPS) | Roles::YIELD);
        if roles.has(Roles::ELSE) {
            self.meet_else();
        }
        if own {
            self.graph.step(start, end);
        } else {
            self.graph.stretch(start, end);
        }
        if roles.has(any(&JUMPS)) {
            self.jump_of_leaf(at);
        } else if roles.has(Roles::LABEL) {
            let name = self.intern(at);
            self.mark(name);
        } else if roles.has(Roles::TRY_OPERATOR) {
            self.may_throw(end);
        } else if roles.has(Roles::YIELD) {
            self.suspend();
        } else if self.language.flow.falls_through_by.contains(&at.kind) {
            self.fall_through();
        }
    }

    /// A node that does nothing to control but what its children do.
    fn enter_plain(&mut self, at: At<'t>) {
        if at.roles.has(Roles::ELSE) {
            self.meet_else();
        }
        let mut children = self.children(at);
        self.spread_handlers(&mut children);
        let is_clause = |child: &At<'t>| child.is_named() && child.node.child_count() > 0;
        if at.roles.has(Roles::TRY)
            || children.iter().any(|child| child.roles.has(Roles::CATCH | Roles::FINALLY) && is_clause(child))
        {
            return self.enter_try(&children);
        }
        if children.iter().any(|child| child.roles.has(Roles::COMPREHENSION_FOR) && is_clause(child)) {
            return self.enter_comprehension(children);
        }
        if at.roles.has(Roles::LABEL) {
            return self.enter_label(at, &children);
        }
        if let Some((operands, and)) = self.loosest(at) {
            return self.enter_logical(operands, and);
        }
        if at.roles.has(Roles::LOGICAL_EXPRESSION)
            && let Some((operands, and)) = logical(&children)
        {
            return self.enter_logical(operands, and);
        }
        let mut tasks = Vec::with_capacity(children.len() + 4);
        let begins = at.roles.has(Roles::STATEMENT | Roles::YIELD) && children.first().is_some_and(is_word);
        if begins || at.roles.has(Roles::STRING) {
            // `const`, `with`, `yield`, a quote: it begins here, whatever is in it.
            tasks.push(Task::Step { start: at.start(), end: at.start() });
        }
        self.plan_children(at, &children, &mut tasks);
        if at.roles.has(Roles::TRY_OPERATOR) {
            tasks.push(Task::Do(Action::MayThrow { place: at.end() }));
        }
        if at.roles.has(Roles::YIELD) {
            tasks.push(Task::Do(Action::Suspend));
        }
        self.plan(tasks);
    }

    /// Children one after the other, but for what an operator among them may skip.
    pub(super) fn plan_children(&mut self, at: At<'t>, children: &[At<'t>], tasks: &mut Vec<Task<'t>>) {
        let flow = &self.language.flow;
        let skips = any(&SKIPS);
        let is_token = |child: &At<'t>| child.node.named_child_count() < 2;
        // The operator is a token among the children, or the node's own: then it stands behind the
        // first child.
        let own = at.roles.has(skips) && children.iter().filter(|child| child.is_named()).count() > 1;
        let is_skip = |child: &At<'t>| child.roles.has(skips) && is_token(child);
        let may_skip = own || children.iter().any(is_skip);
        let is_label = |child: &&At<'t>| child.roles.has(Roles::LABEL) && is_token(child);
        let label = children.first().filter(is_label).copied();
        let braces = at.is_under(flow.body) && children.first().is_some_and(|first| first.node.kind() == "{");
        let mute = braces || at.roles.has(Roles::BLOCK);
        if may_skip {
            tasks.push(Task::Do(Action::OpenShort));
        }
        if let Some(label) = label {
            let name = self.intern(label);
            tasks.push(Task::Do(Action::OpenLabel { label: name }));
            if let Some(labelled) = children.iter().find(|child| child.roles.has(Roles::LOOP)) {
                self.labelled.insert(labelled.start(), name);
            }
        }
        let mut first = own;
        let mut chained = false;
        for (index, child) in children.iter().enumerate().skip(usize::from(label.is_some())) {
            let goes_on = |child: &At<'t>| child.is_named() && child.roles.has(Roles::ELIF | Roles::ELSE);
            let next = children.get(index + 1).is_some_and(goes_on);
            if (chained || child.roles.has(Roles::IF)) && (chained && goes_on(child) || next) {
                // If, else-if and else that stand side by side, in nothing that holds them
                // together.
                if !chained {
                    tasks.push(Task::Do(Action::OpenChoice));
                }
                tasks.push(if child.roles.has(Roles::ELSE) { Task::Visit(*child) } else { Task::Clause(*child) });
                chained = next;
                if !next {
                    tasks.push(Task::Do(Action::CloseChoice));
                }
            } else if is_skip(child) && !own {
                tasks.push(Task::Do(Action::Skip { place: child.start() }));
            } else if flow.guard_kinds.contains(&child.kind) && !self.switches.is_empty() {
                let condition = self.children(*child).into_iter().rfind(|inner| inner.is_named());
                tasks.push(Task::Condition(condition.unwrap_or(*child)));
                tasks.push(Task::Do(Action::Guard));
            } else if child.field.is_some_and(|field| flow.guard_fields.contains(&field)) && !self.switches.is_empty() {
                tasks.push(Task::Condition(*child));
                tasks.push(Task::Do(Action::Guard));
            } else if child.is_named() || !mute || child.roles.has(any(&JUMPS)) {
                tasks.push(Task::Visit(*child));
                if std::mem::take(&mut first) {
                    tasks.push(Task::Do(Action::Skip { place: child.end() }));
                }
            }
        }
        if label.is_some() {
            tasks.push(Task::Do(Action::CloseLabel));
        }
        if may_skip {
            tasks.push(Task::Do(Action::CloseShort));
        }
    }

    /// A yield: control goes away and comes back.
    pub(super) fn suspend(&mut self) {
        self.graph.split();
    }
}
