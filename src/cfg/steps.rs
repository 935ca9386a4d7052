//! The builder: a stack of tasks in place of recursion, so that depth costs memory and no stack. Here are the tree and plain
//! steps; conditions and constructs are in the modules beside it. Each construct plans its parts as tasks and keeps
//! what it must remember on a stack of its own.

use rustc_hash::FxHashMap;
use tree_sitter::{Node, TreeCursor};

use super::branches::{Choice, Switch};
use super::conditions::{Operand, Verdict, logical};
use super::graph::{Ends, Graph};
use super::jumps::{Final, Scope, Throws, Try};
use super::loops::{Comprehension, Loop};
use crate::lang::{Language, Place, Roles};
use crate::model::Cfg;

/// A node at its place in the tree.
#[derive(Debug, Clone, Copy)]
pub(super) struct At<'t> {
    pub(super) node: Node<'t>,
    pub(super) kind: u16,
    pub(super) roles: Roles,
    /// Kind of the parent.
    pub(super) parent: u16,
    /// The parent.
    pub(super) above: Option<Node<'t>>,
    /// Field under the parent.
    pub(super) field: Option<u16>,
}

impl At<'_> {
    pub(super) fn start(self) -> u32 {
        offset(self.node.start_byte())
    }

    pub(super) fn end(self) -> u32 {
        offset(self.node.end_byte())
    }

    pub(super) fn is_named(self) -> bool {
        self.node.is_named()
    }

    pub(super) fn is_under(self, field: Option<u16>) -> bool {
        field.is_some() && self.field == field
    }
}

pub(super) fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// A part of a construct that needs nothing but a number: a place, or an index.
pub(super) type Action<'l, 't> = fn(&mut Builder<'l, 't>, u32);

/// What is still to be done, innermost last.
pub(super) enum Task<'l, 't> {
    /// Walk through a node.
    Visit(At<'t>),
    /// Walk through a node that is a condition, and leave a verdict.
    Condition(At<'t>),
    /// Walk through an operand, as a condition or as a value.
    Terms(Operand<'t>, bool),
    /// Walk through an else-if clause of the if that is being read, or through that if.
    Clause(At<'t>),
    /// Something happens at a span.
    Step(u32, u32),
    Do(Action<'l, 't>, u32),
}

/// Roles of jumps.
pub(super) const JUMPS: [Roles; 6] =
    [Roles::RETURN, Roles::THROW, Roles::BREAK, Roles::CONTINUE, Roles::LABELLED, Roles::GOTO];
/// Roles of operators that decide whether the rest of their expression is evaluated.
const SKIPS: [Roles; 3] = [Roles::COALESCE, Roles::SAFE_NAVIGATION, Roles::LOGICAL_ASSIGN];
pub(super) fn any(roles: &[Roles]) -> Roles {
    roles.iter().fold(Roles::NONE, |all, role| all | *role)
}

pub(super) struct Builder<'l, 't> {
    pub(super) language: &'l Language,
    pub(super) source: &'l [u8],
    cursor: TreeCursor<'t>,
    pub(super) graph: Graph,
    tasks: Vec<Task<'l, 't>>,
    pub(super) verdicts: Vec<Verdict>,
    /// The ends of conditions, and of skipped parts of expressions, that are being read.
    pub(super) shorts: Vec<Ends>,
    pub(super) choices: Vec<Choice>,
    pub(super) switches: Vec<Switch>,
    pub(super) loops: Vec<Loop>,
    pub(super) comprehensions: Vec<Comprehension>,
    pub(super) tries: Vec<Try>,
    /// The grammar knows no precedence of short-circuit operators.
    pub(super) flat: bool,
    /// The language has jumps to labels: then a label begins a block.
    pub(super) has_goto: bool,
    /// What breaks and continues can leave.
    pub(super) scopes: Vec<Scope>,
    /// The `finally` clauses that are to run on the way out.
    pub(super) finals: Vec<Final>,
    /// Where exceptions go.
    pub(super) throws: Vec<Throws>,
    pub(super) gotos: Vec<(Ends, String)>,
    /// Texts of labels; tasks know them by index.
    pub(super) names: Vec<String>,
    /// Start of a loop -> the index of its label.
    pub(super) labelled: FxHashMap<u32, u32>,
}

impl<'l, 't> Builder<'l, 't> {
    pub(super) fn new(language: &'l Language, function: Node<'t>, source: &'l [u8]) -> Self {
        let mut builder = Self {
            language,
            source,
            cursor: function.walk(),
            graph: Graph::new(0, 0, 0),
            tasks: Vec::new(),
            verdicts: Vec::new(),
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

    /// What runs when a function is called: its body; else its block; else what follows its head; else what comes last.
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
                Task::Terms(terms, condition) => self.terms(terms, condition),
                Task::Clause(at) => self.enter_clause(at),
                Task::Step(start, end) => self.graph.step(start, end),
                Task::Do(action, number) => action(&mut self, number),
            }
        }
        self.graph.finish(self.gotos, space)
    }

    /// Puts tasks before all others, in their order.
    pub(super) fn plan(&mut self, tasks: Vec<Task<'l, 't>>) {
        self.tasks.extend(tasks.into_iter().rev());
    }

    /// The children of a node, but comments and what is not there.
    pub(super) fn children(&mut self, of: At<'t>) -> Vec<At<'t>> {
        let mut children = Vec::with_capacity(of.node.child_count() as usize);
        self.cursor.reset(of.node);
        let mut more = self.cursor.goto_first_child();
        while more {
            let node = self.cursor.node();
            let field = self.cursor.field_id().map(std::num::NonZero::get);
            let id = node.kind_id();
            let kind = self.language.kind(id);
            let place =
                Place { above: Some(of.node), beyond: of.above, parent: of.kind, grandparent: of.parent, field };
            let roles = self.language.roles(kind, id, place, node, self.source);
            if !kind.blank && !roles.has(Roles::COMMENT) && node.start_byte() < node.end_byte() {
                children.push(At { node, kind: id, roles, parent: of.kind, above: Some(of.node), field });
            }
            more = self.cursor.goto_next_sibling();
        }
        children
    }

    fn visit(&mut self, at: At<'t>) {
        let roles = at.roles;
        let flow = &self.language.flow;
        if flow.falls_through.contains(&at.kind) {
            self.tasks.push(Task::Do(Self::run_on, 0));
            self.run_on(1);
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
            self.plan(vec![Task::Step(at.start(), at.end()), Task::Do(Self::fall_through, 0)]);
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
            self.suspend(end);
        } else if self.language.flow.falls_through_by.contains(&at.kind) {
            self.fall_through(end);
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
            tasks.push(Task::Step(at.start(), at.start()));
        }
        self.plan_children(at, &children, &mut tasks);
        if at.roles.has(Roles::TRY_OPERATOR) {
            tasks.push(Task::Do(Self::may_throw, at.end()));
        }
        if at.roles.has(Roles::YIELD) {
            tasks.push(Task::Do(Self::suspend, at.end()));
        }
        self.plan(tasks);
    }

    /// Children one after the other, but for what an operator among them may skip.
    pub(super) fn plan_children(&mut self, at: At<'t>, children: &[At<'t>], tasks: &mut Vec<Task<'l, 't>>) {
        let flow = &self.language.flow;
        let skips = any(&SKIPS);
        let is_token = |child: &At<'t>| child.node.named_child_count() < 2;
        // The operator is a token among the children, or the node's own: then it stands behind the first child.
        let own = at.roles.has(skips) && children.iter().filter(|child| child.is_named()).count() > 1;
        let is_skip = |child: &At<'t>| child.roles.has(skips) && is_token(child);
        let may_skip = own || children.iter().any(is_skip);
        let is_label = |child: &&At<'t>| child.roles.has(Roles::LABEL) && is_token(child);
        let label = children.first().filter(is_label).copied();
        let braces = at.is_under(flow.body) && children.first().is_some_and(|first| first.node.kind() == "{");
        let mute = braces || at.roles.has(Roles::BLOCK);
        if may_skip {
            tasks.push(Task::Do(Self::open_short, 0));
        }
        if let Some(label) = label {
            let name = self.intern(label);
            tasks.push(Task::Do(Self::open_label, name));
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
                // If, else-if and else that stand side by side, in nothing that holds them together.
                if !chained {
                    tasks.push(Task::Do(Self::open_choice, 0));
                }
                tasks.push(if child.roles.has(Roles::ELSE) { Task::Visit(*child) } else { Task::Clause(*child) });
                chained = next;
                if !next {
                    tasks.push(Task::Do(Self::close_choice, 0));
                }
            } else if is_skip(child) && !own {
                tasks.push(Task::Do(Self::skip, child.start()));
            } else if flow.guard_kinds.contains(&child.kind) && !self.switches.is_empty() {
                let condition = self.children(*child).into_iter().rfind(|inner| inner.is_named());
                tasks.push(Task::Condition(condition.unwrap_or(*child)));
                tasks.push(Task::Do(Self::guard, child.start()));
            } else if child.field.is_some_and(|field| flow.guard_fields.contains(&field)) && !self.switches.is_empty() {
                tasks.push(Task::Condition(*child));
                tasks.push(Task::Do(Self::guard, child.start()));
            } else if child.is_named() || !mute || child.roles.has(any(&JUMPS)) {
                tasks.push(Task::Visit(*child));
                if std::mem::take(&mut first) {
                    tasks.push(Task::Do(Self::skip, child.end()));
                }
            }
        }
        if label.is_some() {
            tasks.push(Task::Do(Self::close_label, 0));
        }
        if may_skip {
            tasks.push(Task::Do(Self::close_short, 0));
        }
    }

    /// A yield: control goes away and comes back.
    fn suspend(&mut self, _: u32) {
        self.graph.split();
    }

    /// The text of a node as a label: without what marks it as one.
    pub(super) fn intern(&mut self, at: At<'t>) -> u32 {
        let text = self.source.get(at.node.byte_range()).unwrap_or_default();
        let text = String::from_utf8_lossy(text);
        let name = text.trim_matches(|character: char| !character.is_alphanumeric() && character != '_');
        self.names.push(name.to_owned());
        offset(self.names.len() - 1)
    }

    pub(super) fn name(&self, index: u32) -> &str {
        self.names.get(index as usize).map_or("", String::as_str)
    }
}

/// Whether a node is a word of the language.
pub(super) fn is_word(at: &At<'_>) -> bool {
    !at.is_named() && at.node.kind().starts_with(char::is_alphabetic)
}
