//! Holds the state of a graph under construction: a stack of tasks in place of recursion, so that
//! depth costs memory and no stack, and a stack of frames for each construct. Never decides what a
//! node means.

use rustc_hash::FxHashMap;
use tree_sitter::{Node, TreeCursor};

use super::frames::{Choice, Comprehension, ConditionEnds, Final, Loop, Scope, Switch, Throws, Try};
use super::graph::{Ends, Graph};
use super::node::{At, offset};
use super::task::Task;
use crate::lang::{Language, Memo, Place, Roles};

/// The state that all constructs share.
pub(super) struct Builder<'l, 't> {
    pub(super) language: &'l Language,
    pub(super) source: &'l [u8],
    cursor: TreeCursor<'t>,
    pub(super) graph: Graph,
    pub(super) tasks: Vec<Task<'t>>,
    pub(super) condition_ends: Vec<ConditionEnds>,
    /// The ends of conditions, and of skipped parts of expressions, that are being read.
    pub(super) shorts: Vec<Ends>,
    pub(super) choices: Vec<Choice>,
    pub(super) switches: Vec<Switch>,
    pub(super) loops: Vec<Loop>,
    pub(super) comprehensions: Vec<Comprehension>,
    pub(super) tries: Vec<Try>,
    /// The grammar gives no precedence to short-circuit operators.
    pub(super) flat: bool,
    /// The language has jumps to labels: then a label begins a block.
    pub(super) has_goto: bool,
    /// What breaks and continues can leave.
    pub(super) scopes: Vec<Scope>,
    /// The `finally` clauses that are to run on the way out.
    pub(super) finals: Vec<Final>,
    /// Where exceptions go.
    pub(super) throws: Vec<Throws>,
    /// Jumps to labels, which may stand anywhere in the function.
    pub(super) gotos: Vec<(Ends, String)>,
    /// Texts of labels; tasks hold their indices.
    pub(super) names: Vec<String>,
    /// Start of a loop -> the index of its label.
    pub(super) labelled: FxHashMap<u32, u32>,
}

impl<'l, 't> Builder<'l, 't> {
    pub(super) fn new(language: &'l Language, function: Node<'t>, source: &'l [u8]) -> Self {
        Self {
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
        }
    }

    /// Puts tasks before all others, in their order.
    pub(super) fn plan(&mut self, tasks: Vec<Task<'t>>) {
        self.tasks.extend(tasks.into_iter().rev());
    }

    /// The children of a node, but comments and what is not there.
    pub(super) fn children(&mut self, of: At<'t>) -> Vec<At<'t>> {
        let mut children = Vec::with_capacity(of.node.child_count() as usize);
        self.cursor.reset(of.node);
        let memo = Memo::default();
        let mut more = self.cursor.goto_first_child();
        while more {
            let node = self.cursor.node();
            let field = self.cursor.field_id().map(std::num::NonZero::get);
            let id = node.kind_id();
            let kind = self.language.kind(id);
            let (parent, grandparent) = (of.kind, of.parent);
            let place = Place { above: Some(of.node), beyond: of.above, parent, grandparent, field, memo: &memo };
            let roles = self.language.roles(kind, id, place, node, self.source);
            if !kind.blank && !roles.has(Roles::COMMENT) && node.start_byte() < node.end_byte() {
                children.push(At { node, kind: id, roles, parent: of.kind, above: Some(of.node), field });
            }
            more = self.cursor.goto_next_sibling();
        }
        children
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
