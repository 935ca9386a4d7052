//! Visits nodes and runs tasks: decides which construct a node is, and does what is next until
//! nothing is left. Never draws a construct itself.

use tree_sitter::Node;

use super::builder::Builder;
use super::conditions::logical;
use super::graph::Graph;
use super::node::{At, JUMPS, any, is_word};
use super::task::{BranchTask, ExpressionTask, JumpTask, SwitchTask, Task};
use crate::lang::Roles;
use crate::model::Cfg;

/// Roles of operators that decide whether the rest of their expression is evaluated.
const SKIPS: [Roles; 3] = [Roles::COALESCE, Roles::SAFE_NAVIGATION, Roles::LOGICAL_ASSIGN];

impl<'t> Builder<'_, 't> {
    /// Draws what runs when a function is called, to its end.
    pub(super) fn run(mut self, function: Node<'t>, space: u32) -> Cfg {
        self.enter_function(function);
        while let Some(task) = self.tasks.pop() {
            match task {
                Task::Visit(at) => self.visit(at),
                Task::Children(at) => {
                    let children = self.children(at);
                    self.enter_children(at, &children);
                }
                Task::Condition(at) => self.condition(at),
                Task::Operand { parts, is_condition } => self.operand(parts, is_condition),
                Task::Clause(at) => self.enter_clause(at),
                Task::Step { start, end } => self.graph.step(start, end),
                Task::Suspend => self.graph.split(),
                Task::Expression(task) => self.run_expression(task),
                Task::Branch(task) => self.run_branch(task),
                Task::Switch(task) => self.run_switch(task),
                Task::Loop(task) => self.run_loop(task),
                Task::Jump(task) => self.run_jump(task),
                Task::Try(task) => self.run_try(task),
            }
        }
        self.graph.finish(self.gotos, space)
    }

    fn enter_function(&mut self, function: Node<'t>) {
        let (kind, language) = (function.kind_id(), self.language);
        let at = At { node: function, kind, roles: language.kind(kind).roles, parent: kind, above: None, field: None };
        let body = self.body(at);
        let start = body.first().map_or(at.end(), |first| first.start());
        self.graph = Graph::new(at.start(), start, at.end());
        self.enter_children(at, &body);
    }

    fn enter_children(&mut self, at: At<'t>, children: &[At<'t>]) {
        let mut tasks = Vec::with_capacity(children.len());
        self.plan_children(at, children, &mut tasks);
        self.plan(tasks);
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

    fn visit(&mut self, at: At<'t>) {
        let roles = at.roles;
        let flow = &self.language.flow;
        if flow.falls_through.contains(&at.kind) {
            self.tasks.push(Task::Switch(SwitchTask::StopRunningOn));
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
            self.plan(vec![Task::Step { start: at.start(), end: at.end() }, Task::Switch(SwitchTask::FallThrough)]);
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
            self.graph.split();
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
            // `const`, `with`, `yield`, a quote: it begins here, whatever it holds.
            tasks.push(Task::Step { start: at.start(), end: at.start() });
        }
        self.plan_children(at, &children, &mut tasks);
        if at.roles.has(Roles::TRY_OPERATOR) {
            tasks.push(Task::Jump(JumpTask::MayThrow { place: at.end() }));
        }
        if at.roles.has(Roles::YIELD) {
            tasks.push(Task::Suspend);
        }
        self.plan(tasks);
    }

    /// Children one after the other, but for what an operator among them may skip.
    fn plan_children(&mut self, at: At<'t>, children: &[At<'t>], tasks: &mut Vec<Task<'t>>) {
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
            tasks.push(Task::Expression(ExpressionTask::OpenShortCircuit));
        }
        if let Some(label) = label {
            let name = self.intern(label);
            tasks.push(Task::Jump(JumpTask::OpenLabel { label: name }));
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
                    tasks.push(Task::Branch(BranchTask::Open));
                }
                tasks.push(if child.roles.has(Roles::ELSE) { Task::Visit(*child) } else { Task::Clause(*child) });
                chained = next;
                if !next {
                    tasks.push(Task::Branch(BranchTask::Close));
                }
            } else if is_skip(child) && !own {
                tasks.push(Task::Expression(ExpressionTask::Skip { place: child.start() }));
            } else if flow.guard_kinds.contains(&child.kind) && !self.switches.is_empty() {
                let condition = self.children(*child).into_iter().rfind(|inner| inner.is_named());
                tasks.push(Task::Condition(condition.unwrap_or(*child)));
                tasks.push(Task::Switch(SwitchTask::Guard));
            } else if child.field.is_some_and(|field| flow.guard_fields.contains(&field)) && !self.switches.is_empty() {
                tasks.push(Task::Condition(*child));
                tasks.push(Task::Switch(SwitchTask::Guard));
            } else if child.is_named() || !mute || child.roles.has(any(&JUMPS)) {
                tasks.push(Task::Visit(*child));
                if std::mem::take(&mut first) {
                    tasks.push(Task::Expression(ExpressionTask::Skip { place: child.end() }));
                }
            }
        }
        if label.is_some() {
            tasks.push(Task::Jump(JumpTask::CloseLabel));
        }
        if may_skip {
            tasks.push(Task::Expression(ExpressionTask::CloseShortCircuit));
        }
    }
}
