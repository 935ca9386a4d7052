//! The one visit: once over the syntax tree, in source order, with an explicit stack of ancestors. Every metric, space,
//! chunk and call of a file comes out of it.

use rustc_hash::FxHashMap;
use tree_sitter::{Node, Tree, TreeCursor};

use super::tokens::{RowIndex, Texts};
use super::{Engine, Limits, Options, naming};
use crate::facts::cfg;
use crate::lang::{Language, Place, Policy, Roles};
use crate::metric::cognitive::{self, Levels};
use crate::metric::{Open, Rows, Step, Token, Trace, count_lines};
use crate::model::{
    Ast, AstNode, BodyHash, Call, Cfg, Chunk, FileFacts, Level, Metrics, Note, NoteKind, Space, SpaceKind, Visibility,
};

/// An ancestor of the node that is being entered.
struct Frame<'t> {
    node: Node<'t>,
    kind: u16,
    roles: Roles,
    levels: Levels,
    /// Where the last operator of the running logical sequence is kept.
    sequence: usize,
    /// It opened a space that closes with it.
    opened: bool,
    /// Its operands stand where a condition is expected.
    condition: bool,
    /// It lies in an ERROR node.
    in_error: bool,
    /// Its index in the stored tree, or its nearest stored ancestor's.
    stored: u32,
}

struct Visit<'a, 't> {
    language: &'a Language,
    policy: &'a Policy,
    limits: &'a Limits,
    level: Level,
    source: &'t [u8],
    rows: RowIndex,
    /// The tree has ERROR or MISSING nodes.
    has_error: bool,
    frames: Vec<Frame<'t>>,
    open: Vec<Open>,
    /// Last operator of each logical sequence that is being read, innermost last.
    sequences: Vec<Roles>,
    spaces: Vec<Space>,
    calls: FxHashMap<(u32, String, String), usize>,
    texts: Texts<'t>,
    ast: Ast,
    cfgs: Vec<Cfg>,
    ast_kinds: FxHashMap<u16, u32>,
    nodes: usize,
    errors: u32,
    /// End of the last token or comment.
    read: usize,
    trace: Option<&'a mut Trace>,
    scratch: TreeCursor<'t>,
}

/// Visits a tree and fills in the facts.
///
/// # Errors
/// The note of a limit that bit.
pub(super) fn visit(
    engine: &Engine,
    source: &[u8],
    tree: &Tree,
    options: Options,
    trace: Option<&mut Trace>,
    facts: &mut FileFacts,
) -> Result<(), Note> {
    let root = tree.root_node();
    let mut visit = Visit {
        language: &engine.language,
        policy: &engine.policy,
        limits: &options.limits,
        level: options.level,
        source,
        rows: RowIndex::new(source),
        has_error: root.has_error(),
        frames: Vec::with_capacity(64),
        open: Vec::with_capacity(8),
        sequences: vec![Roles::NONE],
        spaces: Vec::new(),
        calls: FxHashMap::default(),
        texts: Texts::default(),
        ast: Ast::default(),
        cfgs: Vec::new(),
        ast_kinds: FxHashMap::default(),
        nodes: 0,
        errors: 0,
        read: 0,
        trace,
        scratch: root.walk(),
    };
    visit.open_unit(root.kind_id());
    let mut cursor = root.walk();
    visit.run(&mut cursor)?;
    visit.close();
    facts.error_bytes = u64::from(visit.spaces[0].error_bytes);
    if root.has_error() {
        facts.notes.push(Note::new(
            NoteKind::ParseError,
            format!("{} of {} bytes in {} places", facts.error_bytes, source.len(), visit.errors),
        ));
    }
    if options.level == Level::Full {
        facts.ast = Some(visit.ast);
        // Inner functions close first.
        visit.cfgs.sort_by_key(|cfg| cfg.space);
        facts.cfgs = visit.cfgs;
    }
    if options.level >= Level::Chunks {
        facts.chunks = chunks(&visit.spaces, source);
    }
    facts.spaces = visit.spaces;
    Ok(())
}

/// The text of each function and class.
fn chunks(spaces: &[Space], source: &[u8]) -> Vec<Chunk> {
    let named = |kind: SpaceKind| kind == SpaceKind::Function || kind.is_class();
    let chunk = |(index, space): (usize, &Space)| Chunk {
        space: u32::try_from(index).unwrap_or(u32::MAX),
        start: space.start_byte,
        end: space.end_byte,
        text: source[space.start_byte as usize..space.end_byte as usize].to_vec(),
    };
    spaces.iter().enumerate().filter(|(_, space)| named(space.kind)).map(chunk).collect()
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

impl<'t> Visit<'_, 't> {
    fn run(&mut self, cursor: &mut TreeCursor<'t>) -> Result<(), Note> {
        loop {
            self.nodes += 1;
            if self.nodes > self.limits.nodes_max {
                return Err(Note::new(NoteKind::TooManyNodes, format!("more than {} nodes", self.limits.nodes_max)));
            }
            if self.enter(cursor) {
                if self.frames.len() > self.limits.depth_max {
                    let detail = format!("nested deeper than {} levels", self.limits.depth_max);
                    return Err(Note::new(NoteKind::TooDeep, detail));
                }
                if cursor.goto_first_child() {
                    continue;
                }
                self.leave();
            }
            while !cursor.goto_next_sibling() {
                if !cursor.goto_parent() {
                    return Ok(());
                }
                self.leave();
            }
        }
    }

    /// Passes a node; true if its children are to be read, and then its frame is on the stack.
    fn enter(&mut self, cursor: &TreeCursor<'t>) -> bool {
        let node = cursor.node();
        let id = node.kind_id();
        let kind = self.language.kind(id);
        if kind.blank {
            self.errors += u32::from(node.is_missing());
            return false;
        }
        // Finding a node's field costs as much as a step of the walk: only where something depends on it.
        let asks = kind.ruled || self.frames.last().is_some_and(|parent| parent.roles.has(Roles::HEADED));
        let in_error = self.frames.last().is_some_and(|frame| frame.in_error);
        let field = if asks { cursor.field_id().map(std::num::NonZero::get) } else { None };
        let roles = if kind.is_plain() {
            kind.roles
        } else {
            self.language.roles(kind, id, self.place(id, field), node, self.source)
        };
        if roles.has(Roles::COMMENT) {
            self.store(node, kind.named);
            self.pass(node);
            let rows = self.rows(node);
            if let Some(open) = self.open.last_mut() {
                open.comment(rows);
            }
            return false;
        }
        let is_error = self.has_error && (node.is_error() || node.is_missing());
        if is_error && !in_error {
            self.errors += 1;
            let width = offset(node.end_byte() - node.start_byte());
            if let Some(open) = self.open.last_mut() {
                open.error_bytes += width;
            }
        }
        let (here, levels) = self.levels(roles, id, field);
        let levels = if roles.has(Roles::SPACES) {
            if roles.has(Roles::ATTRIBUTE) {
                self.attribute(node);
            }
            self.open_space(node, roles, here)
        } else {
            levels
        };
        self.count(node, roles, here, field, kind.named);
        if kind.section && self.frames.last().is_some_and(|parent| self.language.is_section(id, parent.kind)) {
            self.section(node);
        }
        let leaf = self.token(node, roles, kind.canonical, kind.named);
        let stored = self.store(node, kind.named);
        if leaf {
            if roles.has(Roles::SPACES) {
                self.close();
            }
            return false;
        }
        let condition = roles.has(Roles::LOGICAL_EXPRESSION)
            || (roles.has(Roles::PAREN | Roles::NOT) && self.in_condition(field, kind.named));
        let sequence = self.sequence_of(roles, kind.transparent);
        self.frames.push(Frame {
            node,
            kind: id,
            roles,
            levels,
            sequence,
            opened: roles.has(Roles::SPACES),
            condition,
            in_error: in_error || is_error,
            stored,
        });
        true
    }

    fn leave(&mut self) {
        let Some(frame) = self.frames.pop() else { return };
        if frame.in_error {
            self.unread(frame.node.end_byte());
        }
        let keep = self.frames.last().map_or(1, |parent| parent.sequence + 1);
        self.sequences.truncate(keep);
        if frame.opened {
            self.draw(frame.node, frame.roles);
            self.close();
        }
    }

    /// Draws the control flow graph of a function that closes, at level `full`.
    fn draw(&mut self, node: Node<'t>, roles: Roles) {
        let Some(open) = self.open.last().filter(|open| open.kind.is_function()) else { return };
        if self.level == Level::Full && roles.has(Roles::FUNCTIONS) {
            self.cfgs.push(cfg::build(self.language, node, open.index, self.source));
        }
    }

    fn place(&self, id: u16, field: Option<u16>) -> Place<'t> {
        let mut ancestors = self.frames.iter().rev().map(|frame| frame.kind);
        let parent = ancestors.next().unwrap_or(id);
        let mut nodes = self.frames.iter().rev().map(|frame| frame.node);
        let (above, beyond) = (nodes.next(), nodes.next());
        Place { above, beyond, parent, grandparent: ancestors.next().unwrap_or(parent), field }
    }

    /// The nesting level of a node under a field of the innermost frame, and the levels around it.
    fn levels(&self, roles: Roles, id: u16, field: Option<u16>) -> (u32, Levels) {
        let above = self.frames.last().map_or(Levels::default(), |frame| frame.levels);
        let here = if self.language.is_header(id, field) { above.header } else { above.inside };
        (here, Levels::of(roles, here, above.header, self.policy))
    }

    /// Where a logical expression's last operator is kept: with its parent, through parentheses; or a place of its own.
    fn sequence_of(&mut self, roles: Roles, transparent: bool) -> usize {
        const JOINING: [Roles; 2] = [Roles::LOGICAL_EXPRESSION, Roles::PAREN];
        let parent = self.frames.last();
        let joins = (transparent || roles.has(JOINING[0] | JOINING[1]))
            && parent.is_some_and(|parent| {
                parent.roles.has(JOINING[0] | JOINING[1]) || self.language.kind(parent.kind).transparent
            });
        match parent {
            Some(parent) if joins => parent.sequence,
            _ => {
                self.sequences.push(Roles::NONE);
                self.sequences.len() - 1
            }
        }
    }

    fn in_condition(&self, field: Option<u16>, named: bool) -> bool {
        const CONDITIONAL: [Roles; 5] = [Roles::IF, Roles::ELIF, Roles::LOOP, Roles::TERNARY, Roles::ELSE_IF];
        let branching = CONDITIONAL.iter().fold(Roles::NONE, |all, role| all | *role);
        named
            && self.frames.last().is_some_and(|parent| {
                parent.condition || (parent.roles.has(branching) && self.language.is_condition(field))
            })
    }

    /// Hands a node to the metrics.
    #[inline]
    fn count(&mut self, node: Node<'t>, roles: Roles, here: u32, field: Option<u16>, named: bool) {
        let condition = self.in_condition(field, named);
        if roles.is_empty() && !condition {
            return;
        }
        let byte = offset(node.start_byte());
        let public = roles.has(Roles::ATTRIBUTE) && self.visibility(node, None) == Visibility::Public;
        let step = Step { roles, byte, condition, public };
        if roles.has(Roles::LOGICAL) && self.policy.sequences {
            let at = self.frames.last().map_or(0, |frame| frame.sequence);
            let operator = roles & Roles::LOGICAL;
            if self.sequences[at] != operator {
                self.sequences[at] = operator;
                cognitive::sequence(&mut self.open, byte, &mut self.trace);
            }
        }
        cognitive::node(&mut self.open, step, here, self.policy, &mut self.trace);
        if roles.has(Roles::CALL) {
            self.call(node, byte);
        }
        if roles.has(Roles::PARAMETERS) {
            self.parameters(node);
        }
        let policy = self.policy;
        if let Some(open) = self.open.last_mut() {
            if roles.has(Roles::PARAMETER) && open.kind.is_function() {
                open.parameters(1);
            }
            open.node(step, policy, &mut self.trace);
        }
    }

    /// Passes a token; false if the node is none and its children are to be read.
    #[inline]
    fn token(&mut self, node: Node<'t>, roles: Roles, canonical: u16, named: bool) -> bool {
        let leaf = !named || roles.has(Roles::TOKEN) || node.child_count() == 0;
        if !leaf && !roles.has(Roles::STRING) {
            return false;
        }
        if leaf {
            self.pass(node);
        }
        let rows = self.rows(node);
        if !leaf && self.is_composed(node) {
            if let Some(open) = self.open.last_mut() {
                open.code(rows);
            }
            return false;
        }
        if node.start_byte() == node.end_byte() {
            return true;
        }
        let text = &self.source[node.byte_range()];
        let token = if roles.has(Roles::OPERAND | Roles::STRING) {
            Some(Token::Operand(self.texts.id(text)))
        } else if roles.has(Roles::CLOSER | Roles::SEPARATOR) {
            None
        } else if named {
            Some(Token::Operator(self.texts.id(text)))
        } else {
            Some(Token::Operator(u32::from(canonical)))
        };
        if let Some(open) = self.open.last_mut() {
            open.token(rows, token);
        }
        true
    }

    /// Notes how far the source is read.
    #[inline]
    fn pass(&mut self, node: Node<'t>) {
        if self.frames.last().is_some_and(|frame| frame.in_error) {
            self.unread(node.start_byte());
        }
        self.read = node.end_byte();
    }

    /// What the parser skipped in an ERROR node has no node of its own; its rows are code all the same.
    #[cold]
    fn unread(&mut self, end: usize) {
        let skipped = self.source.get(self.read..end).unwrap_or_default();
        let text = skipped.trim_ascii_start();
        let start = self.read + skipped.len() - text.len();
        if !text.is_empty() {
            let rows = self.rows.of(start, start + text.trim_ascii_end().len());
            if let Some(open) = self.open.last_mut() {
                open.code(rows);
            }
        }
        self.read = self.read.max(end);
    }

    /// Whether a string holds more than plain pieces: an interpolation.
    fn is_composed(&mut self, node: Node<'t>) -> bool {
        self.scratch.reset(node);
        if !self.scratch.goto_first_child() {
            return false;
        }
        loop {
            let piece = self.scratch.node();
            let pieces = piece.child_count() > 0 && !self.language.kind(piece.kind_id()).roles.has(Roles::OPERAND);
            if pieces {
                return true;
            }
            if !self.scratch.goto_next_sibling() {
                return false;
            }
        }
    }

    #[inline]
    fn rows(&mut self, node: Node<'_>) -> Rows {
        self.rows.of(node.start_byte(), node.end_byte())
    }

    /// Keeps a named node of the tree at level `full`; its index there, or its nearest kept ancestor's.
    fn store(&mut self, node: Node<'_>, named: bool) -> u32 {
        let parent = self.frames.last().map_or(0, |frame| frame.stored);
        if self.level != Level::Full || !named {
            return parent;
        }
        let kinds = &mut self.ast.kinds;
        let kind = *self.ast_kinds.entry(node.kind_id()).or_insert_with(|| {
            kinds.push(node.kind().to_owned());
            offset(kinds.len() - 1)
        });
        self.ast.nodes.push(AstNode { kind, start: offset(node.start_byte()), end: offset(node.end_byte()), parent });
        offset(self.ast.nodes.len() - 1)
    }

    fn open_unit(&mut self, kind: u16) {
        let source = self.source;
        self.spaces.push(Space {
            kind: SpaceKind::Unit,
            name: String::new(),
            qualified_name: String::new(),
            parent: None,
            start_byte: 0,
            end_byte: offset(source.len()),
            start_line: 1,
            end_line: count_lines(source).max(1),
            visibility: Visibility::Public,
            error_bytes: 0,
            body: BodyHash::default(),
            metrics: Metrics::default(),
            calls: Vec::new(),
        });
        let mut open = Open::new(0, SpaceKind::Unit, String::new(), 0);
        open.section = naming::default_visibility(self.language, kind, Roles::NONE);
        self.open.push(open);
    }

    /// Opens a space and gives the nesting levels of its inside.
    fn open_space(&mut self, node: Node<'t>, roles: Roles, here: u32) -> Levels {
        let kind = naming::space_kind(roles);
        let parent = self.frames.last().map(|frame| frame.node);
        let name = naming::name(self.language, node, parent, self.source);
        let enclosing = self.open.iter().rev().find(|open| open.kind.is_function());
        // A wrapper's own declarations are not nested in it; a callback that it passes on is.
        let declared = name != naming::ANONYMOUS;
        let deeper = kind.is_function() && enclosing.is_some_and(|function| !(function.wraps && declared));
        let entry = here + u32::from(deeper);
        let index = offset(self.spaces.len());
        let visibility = self.visibility(node, Some(&name));
        let mut open = Open::new(index, kind, name.clone(), entry);
        open.visibility = visibility;
        open.is_method = self.open.last().is_some_and(|outer| outer.kind.is_class());
        if kind.is_function() {
            open.wraps = self.language.is_wrapper(node);
        }
        let (receiver, receiver_type) = naming::receiver(self.language, node, self.source);
        open.receiver = receiver;
        open.section = naming::default_visibility(self.language, node.kind_id(), roles);
        let rows = self.rows(node);
        let outer = &self.spaces[self.open.last().map_or(0, |open| open.index as usize)].qualified_name;
        let space = Space {
            kind,
            qualified_name: naming::qualified(outer, &receiver_type, &name),
            name,
            parent: self.open.last().map(|open| open.index),
            start_byte: offset(node.start_byte()),
            end_byte: offset(node.end_byte()),
            start_line: rows.first + 1,
            end_line: rows.last + 1,
            visibility,
            error_bytes: 0,
            body: BodyHash::of(&self.source[node.byte_range()]),
            metrics: Metrics::default(),
            calls: Vec::new(),
        };
        self.spaces.push(space);
        self.open.push(open);
        Levels { inside: entry, header: entry }
    }

    /// Closes the innermost space.
    fn close(&mut self) {
        let Some(open) = self.open.pop() else { return };
        let space = &mut self.spaces[open.index as usize];
        let is_empty_unit = space.kind == SpaceKind::Unit && self.source.is_empty();
        let sloc = if is_empty_unit { 0 } else { space.end_line + 1 - space.start_line };
        space.error_bytes = open.error_bytes;
        space.metrics = open.close(sloc, self.open.last_mut());
    }

    fn visibility(&mut self, node: Node<'t>, name: Option<&str>) -> Visibility {
        let section = self.open.last().map_or(Visibility::Public, |open| open.section);
        // A declaration lists its names itself or in a node of its own; the class around it speaks for none of them.
        let around = self.frames.iter().rev().take_while(|frame| !frame.opened).take(2);
        naming::visibility(self.language, node, around.map(|frame| frame.node), name, section, self.source)
    }

    /// An attribute whose initialiser is a space of its own belongs to the space around it.
    fn attribute(&mut self, node: Node<'t>) {
        let public = self.visibility(node, None) == Visibility::Public;
        let step = Step { roles: Roles::ATTRIBUTE, byte: offset(node.start_byte()), condition: false, public };
        let policy = self.policy;
        if let Some(open) = self.open.last_mut() {
            open.node(step, policy, &mut None);
        }
    }

    /// A label that changes the visibility of what follows in a class.
    fn section(&mut self, node: Node<'t>) {
        if let Some(visibility) = naming::section(self.language, node, self.source)
            && let Some(open) = self.open.last_mut()
        {
            open.section = visibility;
        }
    }

    fn parameters(&mut self, list: Node<'t>) {
        let Some(open) = self.open.last_mut().filter(|open| open.kind.is_function() && !open.has_parameters) else {
            return;
        };
        open.has_parameters = true;
        open.parameters(naming::parameter_count(
            self.language,
            list,
            self.frames.last().map(|frame| frame.node),
            self.source,
        ));
    }

    fn call(&mut self, node: Node<'t>, byte: u32) {
        let Some(callee) = naming::callee(self.language, node, self.source) else { return };
        if self.policy.recursion {
            let is_self = |open: &Open, class: Option<&str>| callee.is_call_of(open, class);
            cognitive::call(&mut self.open, byte, is_self, &mut self.trace);
        }
        if self.level == Level::Full {
            let Some(space) = self.open.last().map(|open| open.index) else { return };
            let receiver = self.receiver(callee.receiver());
            let calls = &mut self.spaces[space as usize].calls;
            let key = (space, callee.name.to_owned(), receiver);
            let at = *self.calls.entry(key).or_insert_with_key(|(_, name, receiver)| {
                calls.push(Call { name: name.clone(), receiver: receiver.clone(), count: 0 });
                calls.len() - 1
            });
            calls[at].count += 1;
        }
    }

    /// What stands before a call; where that is the variable of the method's own receiver, the type of it.
    fn receiver(&self, written: &str) -> String {
        let own = self.open.iter().rev().find(|open| !open.receiver.is_empty() && open.receiver == written);
        let of = own.map(|open| &self.spaces[open.index as usize]);
        let class = of.and_then(|space| space.qualified_name.strip_suffix(&space.name));
        class.map_or(written, |class| class.trim_end_matches(':')).to_owned()
    }
}
