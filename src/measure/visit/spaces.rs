//! The spaces of a visit: units, classes and functions open and close.

use tree_sitter::Node;

use super::state::{Visit, offset};
use crate::lang::Roles;
use crate::measure::naming;
use crate::metric::cognitive::Levels;
use crate::metric::{OpenSpace, count_lines};
use crate::model::{BodyHash, Metrics, Space, SpaceKind, Visibility};

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
        let (name, path) = self.name_of(node);
        let enclosing = self.open_spaces.iter().rev().find(|open| open.kind.is_function() && !open.suspended);
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
        open.is_accessor = path.is_some();
        open.outside = here;
        open.is_apart = self.policy.apart && kind.is_function();
        open.runs_in_place = !kind.is_function() && self.language.flow.runs_in_place.contains(&node.kind_id());
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
            qualified_name: naming::qualified(outer, &receiver_type, path.as_ref().unwrap_or(&name)),
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
        if self.policy.recursion && space.kind.is_function() {
            self.circles.function(&open);
        }
        space.metrics = open.close(sloc, self.open_spaces.last_mut());
    }

    /// The name of a space that opens, and of an accessor that of its property before what it does.
    fn name_of(&self, node: Node<'t>) -> (String, Option<String>) {
        let mut above = self.frames.iter().rev().map(|frame| frame.node);
        naming::name(self.language, node, [above.next(), above.next(), above.next()], self.source)
    }

    /// The head of a space belongs to what is around that: until it is read, the space does not
    /// count. Sets the nesting levels of what is in the head.
    pub(super) fn suspend(&mut self, levels: &mut Levels) -> bool {
        let Some(open) = self.open_spaces.last_mut() else { return false };
        if open.suspended || open.kind == SpaceKind::Unit {
            return false;
        }
        open.suspended = true;
        *levels = Levels { inside: open.outside, header: open.outside };
        true
    }

    /// The open space to which belongs what is met here: the innermost one, or the function around
    /// a class that runs with it.
    #[inline]
    pub(super) fn owner(&self) -> usize {
        let innermost = self.open_spaces.len() - 1;
        let open = &self.open_spaces[innermost];
        if open.suspended || open.runs_in_place { self.owner_outside() } else { innermost }
    }

    #[cold]
    fn owner_outside(&self) -> usize {
        let all = &self.open_spaces;
        let counting = all.iter().rposition(|open| !open.suspended).unwrap_or_default();
        let mut in_place = counting + 1 < all.len();
        for (at, open) in all[..=counting].iter().enumerate().rev().filter(|(_, open)| !open.suspended) {
            in_place |= open.runs_in_place;
            if open.kind.is_function() {
                return at;
            }
            if !in_place {
                break;
            }
        }
        counting
    }
}
