//! What a visit finds of classes and functions beside their code: visibility, attributes, methods
//! without a body, parameters.

use tree_sitter::Node;

use super::state::Visit;
use crate::lang::Roles;
use crate::measure::naming;
use crate::model::Visibility;

impl<'t> Visit<'_, 't> {
    pub(super) fn visibility(&mut self, node: Node<'t>, name: Option<&str>) -> Visibility {
        let section = self.open_spaces.last().map_or(Visibility::Public, |open| open.section);
        self.visibility_in(section, node, name)
    }

    /// The visibility of a member in a class whose members without a modifier are `section`.
    fn visibility_in(&mut self, section: Visibility, node: Node<'t>, name: Option<&str>) -> Visibility {
        // A declaration lists its names itself or in a node of its own; the class around it holds
        // no modifiers of theirs.
        let around = self.frames.iter().rev().take_while(|frame| !frame.opened).take(2).map(|frame| frame.node);
        naming::visibility(self.language, node, (around, &mut self.modifiers), name, section, self.source)
    }

    /// An attribute or a method without a body, of the class around it.
    pub(super) fn declared(&mut self, node: Node<'t>, roles: Roles) {
        if roles.has(Roles::OWN_ATTRIBUTE) {
            self.own_attribute(node);
        }
        if roles.has(Roles::ATTRIBUTE) {
            self.attribute(node);
        }
        if roles.has(Roles::MEMBER) && self.open_spaces.last().is_some_and(|open| open.kind.is_class()) {
            let name = naming::member_name(self.language, node, self.source);
            if self.visibility(node, Some(&name)) == Visibility::Public
                && let Some(class) = self.open_spaces.last_mut()
            {
                class.member();
            }
        }
    }

    /// An attribute that stands in a class; where its initialiser is a space of its own, it belongs
    /// to the space around that.
    pub(super) fn attribute(&mut self, node: Node<'t>) {
        if !self.open_spaces.last().is_some_and(|open| open.kind.is_class()) {
            return;
        }
        let public = self.visibility(node, None) == Visibility::Public;
        let Some(class) = self.open_spaces.last_mut() else { return };
        if self.language.has_own_attributes {
            class.named_attribute(naming::member_name(self.language, node, self.source), public);
        } else if public {
            class.attribute();
        }
    }

    /// An attribute that a method gives to its object.
    fn own_attribute(&mut self, node: Node<'t>) {
        let Some(at) = self.open_spaces.iter().rposition(|open| !open.kind.is_function()) else { return };
        let [class, method, ..] = &self.open_spaces[at..] else { return };
        let spec = &self.language.spec;
        let is_constructor = spec.calls.constructors.contains(&method.name);
        if !class.kind.is_class() || (spec.visibility.attributes_in_constructors && !is_constructor) {
            return;
        }
        let section = class.section;
        let public = self.visibility_in(section, node, None) == Visibility::Public;
        self.open_spaces[at].own_attribute(naming::member_name(self.language, node, self.source), public);
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

    /// A parameter outside a list.
    pub(super) fn parameter(&mut self) {
        let Some(open) = self.open_spaces.last_mut().filter(|open| open.kind.is_function()) else { return };
        open.parameters(1);
        // A list that was read for one parameter need not be read for the next.
        let list = self.frames.last().map(|frame| frame.node).filter(|list| list.id() != self.arity_of);
        if let Some(list) = list {
            self.arity_of = list.id();
            open.variable_arity |= naming::has_variable_arity(self.language, list, self.source);
        }
    }
}
