//! What a call calls, and whether that is the function that it stands in.

use tree_sitter::Node;

use super::text::text;
use crate::lang::{Language, Roles};
use crate::metric::OpenSpace;

/// A call, read as far as it is needed: every call of a file is, and few of them matter.
pub(in crate::measure) struct Callee<'l, 't> {
    language: &'l Language,
    node: Node<'t>,
    source: &'t [u8],
    /// The last part of its name.
    pub(in crate::measure) name: &'t str,
    before: &'t [u8],
    /// The nodes that it stands in, innermost first.
    around: Vec<Node<'t>>,
}

/// What a call calls; None where that is not a name.
pub(in crate::measure) fn callee<'l, 't>(
    language: &'l Language,
    node: Node<'t>,
    source: &'t [u8],
) -> Option<Callee<'l, 't>> {
    let written = without_type_arguments(text(language.naming.calls.callee(node)?, source).trim_ascii());
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte >= 0x80 || b"_$@?!'#".contains(byte);
    // From the end: in a chain of calls each target holds all those before it.
    let start = written.iter().rposition(|byte| !is_part(byte)).map_or(0, |at| at + 1);
    let name = std::str::from_utf8(&written[start..]).ok()?.trim_start_matches(['?', '!', '@', '\'']);
    if name.is_empty() || name.as_bytes()[0].is_ascii_digit() {
        return None;
    }
    Some(Callee { language, node, source, name, before: &written[..start], around: Vec::new() })
}

impl<'t> Callee<'_, 't> {
    /// Whether its name is that of the open function; only then does the rest matter.
    pub(in crate::measure) fn is_named_as(&self, open: &OpenSpace) -> bool {
        open.name.ends_with(self.name)
    }

    /// The same call with the nodes that it stands in, innermost first, as far as they pass it
    /// arguments.
    pub(in crate::measure) fn within(mut self, around: impl Iterator<Item = Node<'t>>) -> Self {
        for node in around {
            self.around.push(node);
            if node.kind_id() != self.node.kind_id() {
                break;
            }
        }
        self
    }

    /// What stands before the name; empty for a bare call.
    pub(in crate::measure) fn receiver(&self) -> &str {
        let written = self.language.naming.calls.receiver(self.node).map(|found| text(found, self.source));
        let joins = |byte: &u8| {
            byte.is_ascii_whitespace()
                || (byte.is_ascii_punctuation() && !matches!(byte, b'_' | b'$' | b')' | b']' | b'}'))
        };
        let end = self.before.iter().rposition(|byte| !joins(byte)).map_or(0, |at| at + 1);
        let written = written.unwrap_or(&self.before[..end]);
        std::str::from_utf8(written).unwrap_or_default().trim_end_matches('?').trim()
    }

    /// How many arguments it passes, where functions of one name may differ in that.
    pub(in crate::measure) fn overload(&self) -> Option<u32> {
        self.language.spec.calls.overloads.then(|| self.arguments())
    }

    fn arguments(&self) -> u32 {
        let rules = &self.language.naming.calls;
        let is_comment = |child: Node<'_>| self.language.kind(child.kind_id()).roles.has(Roles::COMMENT);
        let piped = self.around.first().is_some_and(|above| rules.is_piped(*above, self.node));
        let mut all = rules.arguments(self.node, is_comment) + usize::from(piped);
        let mut call = self.node;
        // Arguments in several lists: each is a call of what the ones before it gave.
        for next in &self.around {
            if next.kind_id() != call.kind_id() || rules.callee(*next) != Some(call) {
                break;
            }
            all += rules.arguments(*next, is_comment);
            call = *next;
        }
        u32::try_from(all).unwrap_or(u32::MAX)
    }

    /// Whether this calls the open function itself, which stands in a space named `class`.
    pub(in crate::measure) fn is_call_of(&self, open: &OpenSpace, class: Option<&str>) -> bool {
        if !self.is_named_as(open) || open.is_accessor {
            return false;
        }
        let own = open.own_name();
        let calls = &self.language.spec.calls;
        if own != self.name
            || calls.delegating_constructors.iter().any(|name| name == self.name)
            || (calls.overloads && !open.variable_arity && self.arguments() != open.nargs())
        {
            return false;
        }
        let receiver = self.receiver();
        if receiver.is_empty() {
            if open.shadowed {
                return false;
            }
            return calls.implicit_self || !open.is_member();
        }
        let names_class = class == Some(receiver) && !receiver.is_empty() && open.is_static;
        names_class || self.means_object_of(open, class)
    }

    /// Whether what stands before its name is the object, or the class, of an open method, which
    /// stands in a space named `class`.
    pub(in crate::measure) fn means_object_of(&self, open: &OpenSpace, class: Option<&str>) -> bool {
        let (receiver, calls) = (self.receiver(), &self.language.spec.calls);
        let is_self_of = |own: &String, class: &str| {
            receiver.strip_suffix(own.as_str()).and_then(|rest| rest.strip_suffix('.')) == Some(class)
                || receiver.strip_prefix(own.as_str()).and_then(|rest| rest.strip_prefix('@')) == Some(class)
        };
        calls.self_names.iter().any(|known| known == receiver)
            || receiver == open.receiver
            || class
                .filter(|class| !class.is_empty())
                .is_some_and(|class| calls.self_names.iter().any(|own| is_self_of(own, class)))
            || open.name.rsplit_once([':', '.']).is_some_and(|(owner, _)| owner.trim_end_matches(':') == receiver)
    }
}

/// `f::<T>` and `f<T>` without what is in the angle brackets.
fn without_type_arguments(written: &[u8]) -> &[u8] {
    if !written.ends_with(b">") || written.ends_with(b"->") {
        return written;
    }
    let mut depth = 0;
    for (at, byte) in written.iter().enumerate().rev() {
        match byte {
            b'>' => depth += 1,
            b'<' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            let before = &written[..at];
            return before.strip_suffix(b"::").unwrap_or(before).trim_ascii_end();
        }
    }
    written
}
