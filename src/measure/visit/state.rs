//! What a visit keeps: the stack of ancestors, the open spaces, and what it found so far.

use std::ops::Range;

use rustc_hash::FxHashMap;
use tree_sitter::{Node, TreeCursor};

use super::recursion::Circles;
use crate::lang::{Language, Memo, Place, Policy, Roles};
use crate::measure::clock::Clock;
use crate::measure::naming::KnownModifiers;
use crate::measure::options::{FileLimits, Options};
use crate::measure::rows::RowIndex;
use crate::metric::cognitive::Levels;
use crate::metric::{OpenSpace, TokenHistory, Trace};
use crate::model::{Ast, Cfg, Level, Space};

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// What stands before a token without a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Before {
    /// An opening bracket, a separator.
    Nothing,
    /// A logical operator.
    Logical,
    /// Another operator, a word of the language.
    Other,
    /// The end of an operand.
    Operand,
}

/// An ancestor of the node that is being entered.
#[expect(clippy::struct_excessive_bools, reason = "independent facts of a node, found one by one")]
pub(super) struct Frame<'t> {
    pub(super) node: Node<'t>,
    pub(super) kind: u16,
    pub(super) roles: Roles,
    pub(super) levels: Levels,
    /// Where the last operator of the running logical sequence is kept.
    pub(super) sequence: usize,
    /// How many sequences were being read before it.
    pub(super) sequences: usize,
    /// It opened a space that closes with it.
    pub(super) opened: bool,
    /// Its operands stand where a condition is expected.
    pub(super) condition: bool,
    /// It lies in the condition of a branch, where the policy asks for that.
    pub(super) guarding: bool,
    /// While it is read, the space around it does not count.
    pub(super) suspends: bool,
    /// It lies in an ERROR node.
    pub(super) in_error: bool,
    /// Its children are tokens without a tree; what stands before the next one.
    pub(super) unparsed: Option<Before>,
    /// Its index in the stored tree, or its nearest stored ancestor's.
    pub(super) stored: u32,
}

/// What a visit knows while it goes over a tree.
pub(super) struct Visit<'a, 't> {
    pub(super) language: &'a Language,
    pub(super) policy: &'a Policy,
    pub(super) limits: &'a FileLimits,
    pub(super) clock: &'a Clock<'a>,
    pub(super) level: Level,
    pub(super) source: &'t [u8],
    pub(super) rows: RowIndex,
    pub(super) frames: Vec<Frame<'t>>,
    pub(super) open_spaces: Vec<OpenSpace>,
    /// Last operator of each logical sequence that is being read, innermost last.
    pub(super) sequences: Vec<Roles>,
    pub(super) spaces: Vec<Space>,
    pub(super) circles: Circles<'t>,
    pub(super) calls: FxHashMap<(u32, String, String), usize>,
    pub(super) history: TokenHistory<'t>,
    pub(super) ast: Ast,
    pub(super) cfgs: Vec<Cfg>,
    pub(super) ast_kinds: FxHashMap<u16, u32>,
    pub(super) nodes: usize,
    pub(super) errors: u32,
    /// End of the last token or comment.
    pub(super) read: usize,
    /// Comments and pieces of strings that go on over a row's end.
    pub(super) hidden: Vec<Range<usize>>,
    pub(super) trace: Option<&'a mut Trace>,
    pub(super) scratch: TreeCursor<'t>,
    /// The list of parameters that was read last.
    pub(super) arity_of: usize,
    /// What rules found out about nodes with many children.
    pub(super) memo: Memo,
    /// What the modifiers of nodes around members were found to give.
    pub(super) modifiers: KnownModifiers,
}

impl<'a, 't> Visit<'a, 't> {
    pub(super) fn new(
        language: &'a Language,
        policy: &'a Policy,
        source: &'t [u8],
        root: Node<'t>,
        (options, clock): (&'a Options, &'a Clock<'a>),
        trace: Option<&'a mut Trace>,
    ) -> Self {
        Self {
            language,
            policy,
            limits: &options.limits,
            clock,
            level: options.level,
            source,
            rows: RowIndex::new(source),
            frames: Vec::with_capacity(64),
            open_spaces: Vec::with_capacity(8),
            sequences: vec![Roles::NONE],
            spaces: Vec::new(),
            circles: Circles::default(),
            calls: FxHashMap::default(),
            history: TokenHistory::new(language.grammar.node_kind_count(), source.len()),
            ast: Ast::default(),
            cfgs: Vec::new(),
            ast_kinds: FxHashMap::default(),
            nodes: 0,
            errors: 0,
            read: if source.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 },
            hidden: Vec::new(),
            trace,
            scratch: root.walk(),
            arity_of: 0,
            memo: Memo::default(),
            modifiers: KnownModifiers::default(),
        }
    }

    /// Where a node stands that is being entered.
    pub(super) fn place(&self, id: u16, field: Option<u16>) -> Place<'t, '_> {
        let mut ancestors = self.frames.iter().rev().map(|frame| frame.kind);
        let parent = ancestors.next().unwrap_or(id);
        let mut nodes = self.frames.iter().rev().map(|frame| frame.node);
        let (above, beyond) = (nodes.next(), nodes.next());
        Place { above, beyond, parent, grandparent: ancestors.next().unwrap_or(parent), field, memo: &self.memo }
    }
}

/// A position in a file, which has at most 4 GiB.
pub(super) fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
