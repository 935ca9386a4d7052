//! The spaces of a visit: units, classes and functions open and close, with what belongs to each:
//! names, visibility, parameters, calls.

use tree_sitter::Node;

use super::state::{Visit, offset};
use crate::lang::Roles;
use crate::measure::naming;
use crate::metric::cognitive::{self, Levels};
use crate::metric::{OpenSpace, Step, count_lines};
use crate::model::{BodyHash, Call, Level, Metrics, Space, SpaceKind, Visibility};

/// How many lists of arguments a call may have.
const CURRIED_MAX: usize = 8;

const KINDS: [(Roles, SpaceKind); 10] = [
    (Roles::FUNCTION, SpaceKind::Function),
    (Roles::CLOSURE, SpaceKind::Closure),
    (Roles::CLASS, SpaceKind::Class),
    (Roles::STRUCT, SpaceKind::Struct),
    (Roles::UNION, SpaceKind::Union),
    (Roles::ENUM, SpaceKind::Enum),
    (Roles::TRAIT, SpaceKind::Trait),
    (Roles::IMPL, SpaceKind::Impl),
    (Roles::INTERFACE, SpaceKind::Interface),
    (Roles::NAMESPACE, SpaceKind::Namespace),
];

/// What a node with a space's role is.
fn space_kind(roles: Roles) -> SpaceKind {
    KINDS.iter().find(|(role, _)| roles.has(*role)).map_or(SpaceKind::Namespace, |(_, kind)| *kind)
}

impl<'t> Visit<'_, 't> {
    pub(super) fn open_unit(&mut self, kind: u16) {
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
        let mut open = OpenSpace::new(0, SpaceKind::Unit, String::new(), 0, &self.history);
        open.section = naming::default_visibility(self.language, kind, Roles::NONE);
        self.open_spaces.push(open);
    }

    /// Opens a space and gives the nesting levels of its inside.
    pub(super) fn open_space(&mut self, node: Node<'t>, roles: Roles, here: u32) -> Levels {
        let kind = space_kind(roles);
        let mut above = self.frames.iter().rev().map(|frame| frame.node);
        let name = naming::name(self.language, node, [above.next(), above.next()], self.source);
        let enclosing = self.open_spaces.iter().rev().find(|open| open.kind.is_function());
        // A wrapper's own declarations are not nested in it; a callback that it passes on is.
        let declared = name != naming::ANONYMOUS;
        let deeper = kind.is_function() && enclosing.is_some_and(|function| !(function.is_wrapper && declared));
        let entry = here + u32::from(deeper);
        let index = offset(self.spaces.len());
        let visibility = self.visibility(node, Some(&name));
        if kind.is_function()
            && let Some(outer) = self.open_spaces.last_mut().filter(|outer| outer.kind.is_function())
        {
            outer.shadowed |= outer.name == name;
        }
        let mut open = OpenSpace::new(index, kind, name.clone(), entry, &self.history);
        open.visibility = visibility;
        open.is_method = self.open_spaces.last().is_some_and(|outer| outer.kind.is_class());
        if kind.is_function() {
            open.is_wrapper = self.language.is_wrapper(node, self.source);
            open.is_static = self.language.naming.calls.is_static(node);
        }
        let (receiver, receiver_type) = naming::receiver(self.language, node, self.source);
        open.receiver = receiver;
        open.section = naming::default_visibility(self.language, node.kind_id(), roles);
        let span = node.byte_range();
        let rows = self.rows.of(span.start, span.end);
        let outer = &self.spaces[self.open_spaces.last().map_or(0, |open| open.index as usize)].qualified_name;
        let space = Space {
            kind,
            qualified_name: naming::qualified(outer, &receiver_type, &name),
            name,
            parent: self.open_spaces.last().map(|open| open.index),
            start_byte: offset(span.start),
            end_byte: offset(span.end),
            start_line: rows.first + 1,
            end_line: rows.last + 1,
            visibility,
            error_bytes: 0,
            body: BodyHash::of(&self.source[span]),
            metrics: Metrics::default(),
            calls: Vec::new(),
        };
        self.spaces.push(space);
        self.open_spaces.push(open);
        Levels { inside: entry, header: entry }
    }

    /// Closes the innermost space.
    pub(super) fn close(&mut self) {
        let Some(open) = self.open_spaces.pop() else { return };
        let space = &mut self.spaces[open.index as usize];
        let is_empty_unit = space.kind == SpaceKind::Unit && self.source.is_empty();
        let sloc = if is_empty_unit { 0 } else { space.end_line + 1 - space.start_line };
        space.error_bytes = open.error_bytes;
        space.metrics = open.close(sloc, self.open_spaces.last_mut());
    }

    pub(super) fn visibility(&mut self, node: Node<'t>, name: Option<&str>) -> Visibility {
        let section = self.open_spaces.last().map_or(Visibility::Public, |open| open.section);
        // A declaration lists its names itself or in a node of its own; the class around it holds
        // no modifiers of theirs.
        let around = self.frames.iter().rev().take_while(|frame| !frame.opened).take(2);
        naming::visibility(self.language, node, around.map(|frame| frame.node), name, section, self.source)
    }

    /// An attribute whose initialiser is a space of its own belongs to the space around it.
    pub(super) fn attribute(&mut self, node: Node<'t>) {
        let public = self.visibility(node, None) == Visibility::Public;
        let step = Step { roles: Roles::ATTRIBUTE, byte: offset(node.start_byte()), condition: false, public };
        let policy = self.policy;
        if let Some(open) = self.open_spaces.last_mut() {
            open.node(step, policy, &mut None);
        }
    }

    /// A label that changes the visibility of what follows in a class.
    pub(super) fn section(&mut self, node: Node<'t>) {
        let rules = &self.language.naming.visibility;
        let is_label = |parent: u16| rules.is_section_label(node.kind_id(), parent);
        if self.frames.last().is_some_and(|parent| is_label(parent.kind))
            && let Some(visibility) = naming::section(self.language, node, self.source)
            && let Some(open) = self.open_spaces.last_mut()
        {
            open.section = visibility;
        }
    }

    pub(super) fn parameters(&mut self, list: Node<'t>) {
        let Some(open) = self.open_spaces.last_mut().filter(|open| open.kind.is_function()) else { return };
        open.variable_arity |= naming::has_variable_arity(self.language, list, self.source);
        if open.has_parameters {
            return;
        }
        open.has_parameters = true;
        open.parameters(naming::parameter_count(
            self.language,
            list,
            self.frames.last().map(|frame| frame.node),
            self.source,
        ));
    }

    pub(super) fn call(&mut self, node: Node<'t>, byte: u32) {
        let Some(mut callee) = naming::callee(self.language, node, self.source) else { return };
        if self.policy.recursion && self.open_spaces.iter().any(|open| callee.is_named_as(open)) {
            callee = callee.within(self.frames.iter().rev().take(CURRIED_MAX).map(|frame| frame.node));
            let is_self = |open: &OpenSpace, class: Option<&str>| callee.is_call_of(open, class);
            cognitive::call(&mut self.open_spaces, byte, is_self, &mut self.trace);
        }
        if self.level == Level::Full {
            let Some(space) = self.open_spaces.last().map(|open| open.index) else { return };
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

    /// What stands before a call; where that is the variable of the method's own receiver, the type
    /// of it.
    pub(super) fn receiver(&self, written: &str) -> String {
        let own = self.open_spaces.iter().rev().find(|open| !open.receiver.is_empty() && open.receiver == written);
        let of = own.map(|open| &self.spaces[open.index as usize]);
        let class = of.and_then(|space| space.qualified_name.strip_suffix(&space.name));
        class.map_or(written, |class| class.trim_end_matches(':')).to_owned()
    }
}
