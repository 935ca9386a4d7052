//! The calls of a visit: direct recursion, and at level `full` every call by what it names.

use tree_sitter::Node;

use super::state::Visit;
use crate::measure::naming;
use crate::metric::OpenSpace;
use crate::metric::cognitive;
use crate::model::{Call, Level};

/// How many lists of arguments a call may have.
const CURRIED_MAX: usize = 8;

impl<'t> Visit<'_, 't> {
    pub(super) fn call(&mut self, node: Node<'t>, byte: u32) {
        let Some(mut callee) = naming::callee(self.language, node, self.source) else { return };
        if self.policy.recursion {
            callee = callee.within(self.frames.iter().rev().take(CURRIED_MAX).map(|frame| frame.node));
            let is_self = |open: &OpenSpace, class: Option<&str>| callee.is_call_of(open, class);
            if !cognitive::call(&mut self.open_spaces, byte, is_self, &mut self.trace) {
                self.circles.call(&self.open_spaces, &callee, byte);
            }
        }
        if self.level == Level::Full {
            let space = self.open_spaces[self.owner()].index;
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

    /// Counts the functions that call each other in a circle.
    pub(super) fn circles(&mut self) {
        let circles = std::mem::take(&mut self.circles);
        circles.count(&mut self.spaces, &self.language.spec.calls, &mut self.trace);
    }

    /// What stands before a call; where that is the variable of the method's own receiver, the type
    /// of it.
    fn receiver(&self, written: &str) -> String {
        let own = self.open_spaces.iter().rev().find(|open| !open.receiver.is_empty() && open.receiver == written);
        let of = own.map(|open| &self.spaces[open.index as usize]);
        let class = of.and_then(|space| space.qualified_name.strip_suffix(&space.name));
        class.map_or(written, |class| class.trim_end_matches(':')).to_owned()
    }
}
