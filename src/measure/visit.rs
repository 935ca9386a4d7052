//! Goes once over a syntax tree, in source order, with an explicit stack of ancestors. Finds every
//! metric, space, chunk and call of a file. Never recurses.

mod calls;
mod leaves;
mod members;
mod recursion;
mod spaces;
mod state;
mod unparsed;

use tree_sitter::{Node, Tree, TreeCursor};

use state::{Before, Frame, Visit, offset};

use super::clock::Clock;
use super::lost;
use super::options::Options;
use crate::cfg;
use crate::lang::{Kind, Language, Policy, Roles};
use crate::metric::cognitive::{self, Levels};
use crate::metric::{Step, Trace};
use crate::model::{AstNode, Chunk, FileFacts, Level, Note, NoteKind, Space, SpaceKind};

/// Nodes between two looks at the clock.
const NODES_A_LOOK: usize = 64;

/// Kind id of an ERROR node, in every grammar.
const ERROR: u16 = u16::MAX;

/// Visits a tree and fills in the facts.
///
/// # Errors
/// The note of a limit that was exceeded.
pub(super) fn visit(
    language: &Language,
    policy: &Policy,
    source: &[u8],
    tree: &Tree,
    (options, clock): (&Options, &Clock<'_>),
    trace: Option<&mut Trace>,
    facts: &mut FileFacts,
) -> Result<(), Note> {
    let root = tree.root_node();
    let mut visit = Visit::new(language, policy, source, root, (options, clock), trace);
    visit.open_unit(root.kind_id());
    let mut cursor = root.walk();
    visit.run(&mut cursor)?;
    let read = visit.read;
    // A tree may end before its file does.
    visit.gap(source.len());
    visit.close();
    visit.circles();
    facts.error_bytes = u64::from(visit.spaces[0].error_bytes);
    if root.has_error() {
        facts.notes.push(Note::new(
            NoteKind::ParseError,
            format!("{} of {} bytes in {} places", facts.error_bytes, source.len(), visit.errors),
        ));
    }
    facts.notes.extend(lost::note(language, source, &visit.hidden, read));
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

impl<'t> Visit<'_, 't> {
    fn run(&mut self, cursor: &mut TreeCursor<'t>) -> Result<(), Note> {
        loop {
            self.nodes += 1;
            if self.nodes > self.limits.nodes_max {
                return Err(Note::new(NoteKind::TooManyNodes, format!("more than {} nodes", self.limits.nodes_max)));
            }
            if self.nodes.is_multiple_of(NODES_A_LOOK)
                && let Some(stop) = self.clock.look()
            {
                return Err(self.clock.note(stop));
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
        let in_error = self.frames.last().is_some_and(|frame| frame.in_error);
        if kind.blank {
            self.missing(node);
            return false;
        }
        let before = self.frames.last().and_then(|parent| parent.unparsed);
        let before = before.map(|before| self.unparsed(node, kind, before));
        if kind.plain_token && !in_error {
            self.plain_token(node, kind);
            return false;
        }
        self.gap(node.start_byte());
        let (field, roles) = self.roles(cursor, node, kind);
        let roles = if matches!(before, None | Some(Before::Operand)) { roles } else { roles & !Roles::LOGICAL };
        if roles.has(Roles::COMMENT) {
            self.store(node, kind.named);
            self.comment(node);
            return false;
        }
        let is_error = id == ERROR;
        if is_error && !in_error {
            self.erroneous(node);
        }
        let (mut here, mut levels) = self.levels(node, roles, field);
        if roles.has(Roles::SPACES) {
            (here, levels) = self.enter_space(node, roles, here);
        }
        self.count(node, roles, here, field, kind.named);
        if kind.section {
            self.section(node);
        }
        let leaf = self.token(node, roles, kind);
        let stored = self.store(node, kind.named);
        if leaf {
            if roles.has(Roles::SPACES) {
                self.close();
            }
            return false;
        }
        let condition = roles.has(Roles::LOGICAL_EXPRESSION)
            || (roles.has(Roles::PAREN | Roles::NOT) && self.in_condition(node, field, kind.named));
        let suspends = roles.has(Roles::HEAD) && self.suspend(&mut levels);
        let sequences = self.sequences.len();
        let sequence = self.sequence_of(node, roles, kind, before);
        self.frames.push(Frame {
            node,
            kind: id,
            roles,
            levels,
            sequence,
            sequences,
            opened: roles.has(Roles::SPACES),
            condition,
            guarding: self.is_guarding(field),
            suspends,
            in_error: in_error || is_error,
            unparsed: kind.unparsed.then_some(Before::Nothing),
            stored,
        });
        true
    }

    /// The field and the roles of a node. Finding a field costs as much as a step of the walk: only
    /// where something depends on it.
    #[inline]
    fn roles(&self, cursor: &TreeCursor<'t>, node: Node<'t>, kind: Kind) -> (Option<u16>, Roles) {
        let needs_field =
            kind.ruled || self.frames.last().is_some_and(|parent| parent.roles.has(Roles::HEADED | Roles::CONDITION));
        let field = if needs_field { cursor.field_id().map(std::num::NonZero::get) } else { None };
        if kind.is_plain() {
            return (field, kind.roles);
        }
        let id = node.kind_id();
        (field, self.language.roles(kind, id, self.place(id, field), node, self.source))
    }

    #[cold]
    fn erroneous(&mut self, node: Node<'t>) {
        self.errors += 1;
        let width = offset(node.end_byte() - node.start_byte());
        if let Some(open) = self.open_spaces.last_mut() {
            open.error_bytes += width;
        }
    }

    /// Opens a space; the nesting levels of its own node and of its inside.
    fn enter_space(&mut self, node: Node<'t>, roles: Roles, here: u32) -> (u32, Levels) {
        if roles.has(Roles::ATTRIBUTE) {
            self.attribute(node);
        }
        let levels = self.open_space(node, roles, here);
        if !roles.has(self.policy.structural) {
            return (here, levels);
        }
        // A function that is nothing but a switch over its argument: it nests as both.
        (levels.inside, Levels::of(roles, levels.inside, levels.inside, self.policy))
    }

    fn leave(&mut self) {
        let Some(frame) = self.frames.pop() else { return };
        if frame.in_error {
            self.gap(frame.node.end_byte());
        }
        self.sequences.truncate(frame.sequences);
        if frame.suspends
            && let Some(open) = self.open_spaces.last_mut()
        {
            open.suspended = false;
        }
        if frame.opened {
            self.draw(frame.node, frame.roles);
            self.close();
        }
    }

    /// Draws the control flow graph of a function that closes, at level `full`.
    fn draw(&mut self, node: Node<'t>, roles: Roles) {
        let Some(open) = self.open_spaces.last().filter(|open| open.kind.is_function()) else { return };
        if self.level == Level::Full && roles.has(Roles::FUNCTIONS) {
            self.cfgs.push(cfg::build(self.language, node, open.index, self.source));
        }
    }

    /// The nesting level of a node under a field of the innermost frame, and the levels around it.
    fn levels(&self, node: Node<'t>, roles: Roles, field: Option<u16>) -> (u32, Levels) {
        let above = self.frames.last().map_or(Levels::default(), |frame| frame.levels);
        if above.header == above.inside {
            return (above.inside, Levels::of(roles, above.inside, above.header, self.policy));
        }
        // A conditional in the condition of another, without parentheses, is a chain that the
        // grammar binds the wrong way.
        let chained =
            roles.has(Roles::TERNARY) && self.frames.last().is_some_and(|parent| parent.roles.has(Roles::TERNARY));
        let header = self.language.is_outside_nesting(node.kind_id(), field) || self.is_placed_header(node);
        let header = header && !chained;
        let here = if header { above.header } else { above.inside };
        (here, Levels::of(roles, here, above.header, self.policy))
    }

    /// Whether a node is the header of its parent by its place.
    fn is_placed_header(&self, node: Node<'t>) -> bool {
        self.frames.last().is_some_and(|parent| self.language.is_outside_nesting_at(parent.node, node))
    }

    /// Where a logical expression's last operator is kept: with its parent, through parentheses; or
    /// a place of its own.
    fn sequence_of(&mut self, node: Node<'t>, roles: Roles, kind: Kind, before: Option<Before>) -> usize {
        const JOINING: [Roles; 2] = [Roles::LOGICAL_EXPRESSION, Roles::PAREN];
        let joins = |roles: Roles, kind: Kind| {
            kind.continues_into || kind.continues_out_of || roles.has(JOINING[0] | JOINING[1])
        };
        let parent = self.frames.last().filter(|parent| joins(parent.roles, self.language.kind(parent.kind)));
        if let Some(parent) = parent.filter(|_| joins(roles, kind)) {
            return parent.sequence;
        }
        if let Some(parent) = self.frames.last().filter(|_| self.is_unparsed_group(node, kind, before)) {
            return parent.sequence;
        }
        if kind.continues_out_of {
            let start = node.start_byte();
            let mut spine = self.frames.iter().rev().take_while(|frame| frame.node.start_byte() == start);
            if let Some(above) = spine.find(|frame| frame.roles.has(Roles::LOGICAL_EXPRESSION)) {
                return above.sequence;
            }
        }
        // An operator that no operator equals begins no sequence.
        self.sequences.push(roles & self.policy.without_sequences);
        self.sequences.len() - 1
    }

    fn in_condition(&self, node: Node<'t>, field: Option<u16>, named: bool) -> bool {
        named
            && self.frames.last().is_some_and(|parent| {
                parent.condition
                    || (parent.roles.has(Roles::CONDITIONAL) && self.language.is_condition(field))
                    || (parent.roles.has(Roles::TERNARY) && self.is_placed_header(node))
                    || (parent.roles.has(Roles::CONDITION) && self.language.is_held_condition(parent.node, node, field))
            })
    }

    /// Whether what stands under this field lies in the condition of a branch.
    fn is_guarding(&self, field: Option<u16>) -> bool {
        self.policy.logical_in_conditions
            && self.frames.last().is_some_and(|parent| {
                (parent.guarding && !parent.opened)
                    || (parent.roles.has(Roles::CONDITIONAL) && self.language.is_condition(field))
            })
    }

    /// Hands a node to the metrics.
    #[inline]
    fn count(&mut self, node: Node<'t>, roles: Roles, here: u32, field: Option<u16>, named: bool) {
        let condition = self.in_condition(node, field, named);
        if roles.is_empty() && !condition {
            return;
        }
        let byte = offset(node.start_byte());
        let guarding = self.frames.last().is_some_and(|parent| parent.guarding);
        let step = Step { roles, byte, condition, guarding };
        let owner = self.owner();
        if roles.has(Roles::LOGICAL) && self.policy.sequences {
            let at = self.frames.last().map_or(0, |frame| frame.sequence);
            let operator = roles & Roles::LOGICAL;
            if self.sequences[at] != operator && !self.sequences[at].has(self.policy.without_sequences) {
                self.sequences[at] = operator;
                cognitive::sequence(&mut self.open_spaces, byte, &mut self.trace);
            }
        }
        cognitive::node(&mut self.open_spaces, owner, step, here, self.policy, &mut self.trace);
        if roles.has(Roles::CALL) {
            self.call(node, byte);
        }
        if roles.has(Roles::PARAMETERS) {
            self.parameters(node);
        }
        if roles.has(Roles::PARAMETER) {
            self.parameter();
        }
        if roles.has(Roles::ATTRIBUTE | Roles::OWN_ATTRIBUTE | Roles::MEMBER) {
            self.declared(node, roles);
        }
        self.open_spaces[owner].node(step, self.policy, &mut self.trace);
    }

    /// Keeps a named node of the tree at level `full`; its index there, or its nearest kept
    /// ancestor's.
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
}
