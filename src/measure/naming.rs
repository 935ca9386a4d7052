//! Names: what a space is called, who may see it, what a call calls. All by the rules of the spec.

use bstr::ByteSlice;
use tree_sitter::Node;

use crate::lang::spec::{Names, VisibilityRules};
use crate::lang::{Language, Place, Roles};
use crate::metric::OpenSpace;
use crate::model::{Space, SpaceKind, Visibility};

/// The name of a function that the language gives none.
pub(super) const ANONYMOUS: &str = Space::ANONYMOUS;

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
pub(super) fn space_kind(roles: Roles) -> SpaceKind {
    KINDS.iter().find(|(role, _)| roles.has(*role)).map_or(SpaceKind::Namespace, |(_, kind)| *kind)
}

fn text<'s>(node: Node<'_>, source: &'s [u8]) -> &'s [u8] {
    source.get(node.byte_range()).unwrap_or_default()
}

/// A node's text on one line.
fn line(node: Node<'_>, source: &[u8]) -> String {
    let text = String::from_utf8_lossy(text(node, source));
    if text.contains(char::is_whitespace) { text.split_whitespace().collect::<Vec<_>>().join(" ") } else { text.into() }
}

/// The name of a space, by its node, the node's parent and that one's.
pub(super) fn name(language: &Language, node: Node<'_>, around: [Option<Node<'_>>; 2], source: &[u8]) -> String {
    let parent = around[0];
    let names = &language.spec.names;
    let kind = node.kind();
    if let Some(fixed) = names.fixed.get(kind) {
        return fixed.clone();
    }
    let own = head(language, names, node)
        .or_else(|| named_by_kind(language, names, node))
        .or_else(|| language.first_field(node, &names.fields));
    if let Some(mut found) = own.map(|own| end_of_declarator(language, own)) {
        while let Some(inner) = named_by_kind(language, names, found) {
            found = inner;
        }
        return declared(language, found, source);
    }
    let mut cursor = node.walk();
    let child = node.named_children(&mut cursor).find(|child| names.children.iter().any(|known| known == child.kind()));
    if let Some(child) = child {
        return line(child, source);
    }
    let given = parent.and_then(|parent| {
        let words = names.parents.get(parent.kind())?;
        language.child_by_word(parent, words).filter(|found| found.id() != node.id())
    });
    let given =
        given.or_else(|| parent.zip(around[1]).and_then(|(list, above)| named_beside(names, node, list, above)));
    let given = given.map(|found| end_of_declarator(language, found));
    given.map_or_else(|| ANONYMOUS.to_owned(), |found| line(found, source))
}

/// The part of a space that bears its name, two levels down.
fn head<'t>(language: &Language, names: &Names, node: Node<'t>) -> Option<Node<'t>> {
    let paths = names.heads.get(node.kind())?;
    paths
        .split(" | ")
        .find_map(|path| path.split(" > ").try_fold(node, |node, word| language.child_by_word(node, word)))
}

/// The name that stands in the list of names where the node stands in the list of values.
fn named_beside<'t>(names: &Names, node: Node<'t>, values: Node<'t>, above: Node<'t>) -> Option<Node<'t>> {
    let words = names.lists.get(values.kind())?;
    let mut cursor = values.walk();
    let at = values.named_children(&mut cursor).position(|child| child.id() == node.id())?;
    let mut cursor = above.walk();
    let before = above.named_children(&mut cursor).take_while(|child| child.id() != values.id());
    let before = before.filter(|child| words.split(" | ").any(|word| is_at(word, *child, above))).collect::<Vec<_>>();
    match before.last()? {
        list if list.named_child_count() > 0 => list.named_child(u32::try_from(at).ok()?),
        _ => before.get(at).copied(),
    }
}

/// Whether a node is of a kind, or of a kind under one of another (`outer > inner`).
fn is_at(word: &str, node: Node<'_>, above: Node<'_>) -> bool {
    word.split_once(" > ").map_or(node.kind() == word, |(outer, inner)| above.kind() == outer && node.kind() == inner)
}

fn named_by_kind<'t>(language: &Language, names: &Names, node: Node<'t>) -> Option<Node<'t>> {
    names.kinds.get(node.kind()).and_then(|words| language.child_by_word(node, words))
}

/// A name on one line; a conversion operator (`A::operator bool() const`) ends with its type.
fn declared(language: &Language, node: Node<'_>, source: &[u8]) -> String {
    let mut last = node;
    while let Some(inner) = language.child(last, "name") {
        last = inner;
    }
    let tail = (last.kind() == CONVERSION).then(|| language.child(last, "declarator")).flatten();
    tail.and_then(|tail| source.get(node.start_byte()..tail.start_byte())).map_or_else(
        || line(node, source),
        |text| String::from_utf8_lossy(text).split_whitespace().collect::<Vec<_>>().join(" "),
    )
}

const CONVERSION: &str = "operator_cast";

/// The name at the end of a chain of declarators (`*(*f)(int)` names `f`).
fn end_of_declarator<'t>(language: &Language, mut node: Node<'t>) -> Node<'t> {
    while node.kind() != CONVERSION {
        let inner = language.child(node, "declarator").or_else(|| {
            let wraps = node.kind() == "parenthesized_declarator" || node.kind() == "reference_declarator";
            wraps.then(|| node.named_child(0)).flatten()
        });
        match inner {
            Some(inner) => node = inner,
            None => return node,
        }
    }
    node
}

/// Enclosing names, the receiver's type and the own name, joined by `::`.
pub(super) fn qualified(outer: &str, receiver_type: &str, name: &str) -> String {
    let parts = [outer, receiver_type, name];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("::")
}

/// Name and type of a method's receiver, where the language writes one; empty otherwise.
pub(super) fn receiver(language: &Language, node: Node<'_>, source: &[u8]) -> (String, String) {
    let names = &language.spec.names;
    let none = (String::new(), String::new());
    if names.receivers.is_empty() {
        return none;
    }
    let Some(field) = names.receivers.get(node.kind()) else { return none };
    let Some(list) = language.child(node, field) else { return none };
    let (mut variable, mut of) = none;
    let mut pending = vec![list];
    while let Some(next) = pending.pop() {
        if names.receiver_types.iter().any(|known| known == next.kind()) {
            if of.is_empty() {
                of = line(next, source);
            }
        } else if next.kind() == "identifier" && variable.is_empty() {
            variable = line(next, source);
        }
        let mut cursor = next.walk();
        let children: Vec<_> = next.named_children(&mut cursor).collect();
        pending.extend(children.into_iter().rev());
    }
    (variable, of)
}

/// The visibility of members of a class-like node before any label.
pub(super) fn default_visibility(language: &Language, kind: u16, roles: Roles) -> Visibility {
    let rules = &language.spec.visibility;
    let name = language.grammar.node_kind_for_id(kind).unwrap_or_default();
    let differs = rules.except_in.iter().any(|known| known == name);
    if roles.has(Roles::PUBLIC_MEMBERS) || rules.private_by_default == differs {
        Visibility::Public
    } else {
        Visibility::Private
    }
}

/// The visibility of a member in a class whose members are `section` unless they say otherwise. An attribute has no
/// `name` yet; the declaration that it or an accessor stands in, among the nodes `around` it, speaks for it.
pub(super) fn visibility<'t>(
    language: &Language,
    node: Node<'t>,
    around: impl Iterator<Item = Node<'t>>,
    name: Option<&str>,
    section: Visibility,
    source: &[u8],
) -> Visibility {
    let rules = &language.spec.visibility;
    if !rules.modifiers.is_empty() {
        let asks = name.is_none() || rules.accessors.iter().any(|kind| kind == node.kind());
        let declaration = around.filter(|_| asks);
        let said = std::iter::once(node).chain(declaration).find_map(|node| said(rules, node, source));
        if let Some(said) = said {
            return said;
        }
    }
    if rules.capitals || !rules.private_prefixes.is_empty() {
        let found;
        let name = if let Some(name) = name {
            name
        } else {
            found = self::name(language, node, [None; 2], source);
            if found == ANONYMOUS { &line(node, source) } else { &found }
        };
        if rules.capitals {
            let public = name.rsplit("::").next().is_some_and(|last| last.starts_with(char::is_uppercase));
            return if public { Visibility::Public } else { Visibility::Private };
        }
        let dunder = name.len() > 4 && name.starts_with("__") && name.ends_with("__");
        if !dunder && rules.private_prefixes.iter().any(|prefix| name.starts_with(prefix.as_str())) {
            return Visibility::Private;
        }
    }
    if name.is_none() && rules.public_attributes { Visibility::Public } else { section }
}

/// What a node's modifiers say.
fn said(rules: &VisibilityRules, node: Node<'_>, source: &[u8]) -> Option<Visibility> {
    let mut cursor = node.walk();
    let mut modifiers = node
        .children(&mut cursor)
        .filter(|child| rules.modifiers.iter().any(|kind| is_at(kind.trim_matches('\''), *child, node)));
    modifiers.find_map(|child| {
        let words = text(child, source);
        let says = |list: &[String]| {
            let mut words = words.split(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_');
            words.any(|word| list.iter().any(|known| known.as_bytes() == word))
        };
        let public = says(&rules.public).then_some(Visibility::Public);
        says(&rules.private).then_some(Visibility::Private).or(public)
    })
}

/// The visibility that a label sets for what follows it.
pub(super) fn section(language: &Language, node: Node<'_>, source: &[u8]) -> Option<Visibility> {
    let rules = &language.spec.visibility;
    let word = line(node, source);
    let word = word.trim_end_matches(':').trim();
    if rules.public.iter().any(|known| known == word) {
        return Some(Visibility::Public);
    }
    rules.private.iter().any(|known| known == word).then_some(Visibility::Private)
}

/// The formal parameters of a list.
pub(super) fn parameter_count<'t>(language: &Language, list: Node<'t>, outer: Option<Node<'t>>, source: &[u8]) -> u32 {
    let parent = list.kind_id();
    let grandparent = outer.map_or(parent, |outer| outer.kind_id());
    let mut cursor = list.walk();
    let mut count = 0;
    let mut more = cursor.goto_first_child();
    while more {
        let child = cursor.node();
        let id = child.kind_id();
        let kind = language.kind(id);
        let field = cursor.field_id().map(std::num::NonZero::get);
        let place = Place { above: Some(list), beyond: outer, parent, grandparent, field };
        let roles = language.roles(kind, id, place, child, source);
        if kind.named && !child.is_error() && !roles.has(Roles::COMMENT | Roles::NOT_PARAMETER) {
            let mut names = child.walk();
            count += if roles.has(Roles::NAMES_EACH) {
                u32::try_from(child.children_by_field_name("name", &mut names).count()).unwrap_or(u32::MAX).max(1)
            } else {
                1
            };
        }
        more = cursor.goto_next_sibling();
    }
    count
}

/// A call, read as far as it is asked for: every call of a file is, and few of them matter.
pub(super) struct Callee<'t, 's> {
    language: &'s Language,
    node: Node<'t>,
    source: &'s [u8],
    /// The last part of its name.
    pub(super) name: &'s str,
    before: &'s [u8],
    /// The nodes that it stands in, innermost first.
    around: Vec<Node<'t>>,
}

/// What a call calls; None where that is not a name.
pub(super) fn callee<'t, 's>(language: &'s Language, node: Node<'t>, source: &'s [u8]) -> Option<Callee<'t, 's>> {
    let written = without_type_arguments(text(language.callee(node)?, source).trim_ascii());
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte >= 0x80 || b"_$@?!'#".contains(byte);
    // From the end: in a chain of calls each target holds all those before it.
    let start = written.iter().rposition(|byte| !is_part(byte)).map_or(0, |at| at + 1);
    let name = std::str::from_utf8(&written[start..]).ok()?.trim_start_matches(['?', '!', '@', '\'']);
    if name.is_empty() || name.as_bytes()[0].is_ascii_digit() {
        return None;
    }
    Some(Callee { language, node, source, name, before: &written[..start], around: Vec::new() })
}

impl<'t> Callee<'t, '_> {
    /// Whether its name is that of the open function; only then is the rest worth asking.
    pub(super) fn is_named_as(&self, open: &OpenSpace) -> bool {
        open.name.ends_with(self.name)
    }

    /// The same call with the nodes that it stands in, innermost first.
    pub(super) fn within(mut self, around: impl Iterator<Item = Node<'t>>) -> Self {
        self.around.extend(around);
        self
    }

    /// What stands before the name; empty for a bare call.
    pub(super) fn receiver(&self) -> &str {
        let written = self.language.call_receiver(self.node).map(|found| text(found, self.source));
        let joins = |byte: &u8| {
            byte.is_ascii_whitespace()
                || (byte.is_ascii_punctuation() && !matches!(byte, b'_' | b'$' | b')' | b']' | b'}'))
        };
        let end = self.before.iter().rposition(|byte| !joins(byte)).map_or(0, |at| at + 1);
        let written = written.unwrap_or(&self.before[..end]);
        std::str::from_utf8(written).unwrap_or_default().trim_end_matches('?').trim()
    }

    fn arguments(&self) -> u32 {
        let known = &self.language.spec.calls.arguments;
        let is_comment = |child: &Node<'_>| self.language.kind(child.kind_id()).roles.has(Roles::COMMENT);
        let count = |list: Node<'_>| {
            let mut cursor = list.walk();
            list.named_children(&mut cursor).filter(|child| !is_comment(child)).count()
        };
        let of = |call: Node<'_>| {
            self.language.first_field(call, known).map_or_else(
                || {
                    let mut cursor = call.walk();
                    let lists =
                        call.named_children(&mut cursor).filter(|child| known.iter().any(|kind| kind == child.kind()));
                    lists.map(count).sum()
                },
                count,
            )
        };
        let piped = self.around.first().is_some_and(|above| self.language.is_piped(*above, self.node));
        let mut all = of(self.node) + usize::from(piped);
        let mut call = self.node;
        // Arguments in several lists: each is a call of what the ones before it gave.
        for next in &self.around {
            if next.kind_id() != call.kind_id() || self.language.callee(*next) != Some(call) {
                break;
            }
            all += of(*next);
            call = *next;
        }
        u32::try_from(all).unwrap_or(u32::MAX)
    }

    /// Whether this calls the open function itself, which stands in a space named `class`.
    pub(super) fn is_call_of(&self, open: &OpenSpace, class: Option<&str>) -> bool {
        if !self.is_named_as(open) {
            return false;
        }
        let own = open.name.rsplit(['.', ':']).next().unwrap_or(&open.name);
        let calls = &self.language.spec.calls;
        if own != self.name
            || calls.delegates.iter().any(|name| name == self.name)
            || (calls.overloads && !open.varies && self.arguments() != open.nargs())
        {
            return false;
        }
        let receiver = self.receiver();
        if receiver.is_empty() {
            if open.shadowed {
                return false;
            }
            let bare = own == open.name && open.receiver.is_empty() && !open.is_method;
            return calls.implicit_self || bare;
        }
        let is_self_of = |own: &String, class: &str| {
            receiver.strip_suffix(own.as_str()).and_then(|rest| rest.strip_suffix('.')) == Some(class)
                || receiver.strip_prefix(own.as_str()).and_then(|rest| rest.strip_prefix('@')) == Some(class)
        };
        calls.selves.iter().any(|known| known == receiver)
            || receiver == open.receiver
            || class.filter(|class| !class.is_empty()).is_some_and(|class| {
                (class == receiver && open.is_static) || calls.selves.iter().any(|own| is_self_of(own, class))
            })
            || open.name.rsplit_once([':', '.']).is_some_and(|(owner, _)| owner.trim_end_matches(':') == receiver)
    }
}

/// Whether calls may pass another number of arguments than there are in this list of parameters.
pub(super) fn varies(language: &Language, list: Node<'_>, source: &[u8]) -> bool {
    let text = text(list, source);
    language.spec.calls.varies.iter().any(|sign| text.find(sign).is_some())
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
