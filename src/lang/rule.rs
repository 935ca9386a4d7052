//! A language's rules: what a node is where it stands, by its parents, its field, its children and
//! its text. Never changes a kind's own roles.

use regex::bytes::Regex;
use tree_sitter::{Language as Grammar, Node};

use super::kinds::{KindNames, roles_of};
use super::memo::Memo;
use super::pattern::{Details, Pattern, Text};
use super::role::Roles;
use super::spec;

/// Where a node stands: what the rules ask for.
#[derive(Debug, Clone, Copy)]
pub struct Place<'t, 'm> {
    /// The parent; none at the root.
    pub above: Option<Node<'t>>,
    /// The parent's parent, where there is one.
    pub beyond: Option<Node<'t>>,
    /// Kind id of the parent; the node's own at the root.
    pub parent: u16,
    /// Kind id of the parent's parent.
    pub grandparent: u16,
    /// Field id under the parent.
    pub field: Option<u16>,
    /// What was found out about its parents for other children.
    pub memo: &'m Memo,
}

/// A rule against kind and field ids.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    when: Situation,
    unless: Option<Situation>,
    pub(super) add: Roles,
    pub(super) drop: Roles,
}

/// A node and what stands around it.
#[derive(Debug, Clone)]
struct Situation {
    node: Pattern,
    parent: Pattern,
    grandparent: Pattern,
    /// What one of the siblings before the node must be.
    after: Option<Pattern>,
}

impl Rule {
    /// Compiles a rule; it is kept under the kinds that it is about, so that those are not asked
    /// for again.
    ///
    /// # Errors
    /// A kind, field or role that does not exist.
    pub(super) fn compile(names: &KindNames, grammar: &Grammar, rule: &spec::When) -> Result<Self, String> {
        let mut when = Situation {
            node: compile_pattern(names, grammar, &rule.node)?,
            parent: compile_pattern(names, grammar, &rule.parent)?,
            grandparent: compile_pattern(names, grammar, &rule.grandparent)?,
            after: rule.after.as_ref().map(|after| compile_pattern(names, grammar, after)).transpose()?,
        };
        when.node.kind.clear();
        let unless = rule.unless.as_ref().map(|unless| {
            Ok::<_, String>(Situation {
                node: compile_pattern(names, grammar, &unless.node)?,
                parent: compile_pattern(names, grammar, &unless.parent)?,
                grandparent: compile_pattern(names, grammar, &unless.grandparent)?,
                after: unless.after.as_ref().map(|after| compile_pattern(names, grammar, after)).transpose()?,
            })
        });
        Ok(Self { when, unless: unless.transpose()?, add: roles_of(&rule.add)?, drop: roles_of(&rule.drop)? })
    }

    pub(super) fn holds(&self, place: Place<'_, '_>, node: Node<'_>, source: &[u8]) -> bool {
        self.when.holds(place, node, source)
            && !self.unless.as_ref().is_some_and(|unless| unless.holds(place, node, source))
    }
}

impl Situation {
    /// Whether it is the one of a node. What the place alone decides is asked first: reading
    /// children costs.
    fn holds(&self, place: Place<'_, '_>, node: Node<'_>, source: &[u8]) -> bool {
        self.parent.allows_kind(place.parent)
            && self.grandparent.allows_kind(place.grandparent)
            && self.node.allows_field(place.field)
            && self.node.allows_kind(node.kind_id())
            && self.node.details_hold(node, source)
            && self.after.as_ref().is_none_or(|after| stands_after(place, node, after, source))
            && place.memo.holds_beside_kind(&self.parent, place.above, source)
            && place.memo.holds_beside_kind(&self.grandparent, place.beyond, source)
    }
}

/// Whether a sibling before the node matches.
fn stands_after(place: Place<'_, '_>, node: Node<'_>, pattern: &Pattern, source: &[u8]) -> bool {
    place.above.is_some_and(|parent| place.memo.stands_after(pattern, parent, node, source))
}

/// Compiles a pattern.
///
/// # Errors
/// A kind or field that does not exist.
pub(super) fn compile_pattern(
    names: &KindNames,
    grammar: &Grammar,
    pattern: &spec::Pattern,
) -> Result<Pattern, String> {
    let text = |text: &spec::Text| compile_text(names, grammar, text, |text| Ok(text.to_owned()));
    let expression = |text: &str| Regex::new(&format!("^(?:{text})$")).map_err(|error| format!("`{text}`: {error}"));
    let texts = [&pattern.text, &pattern.starts_with, &pattern.contains, &pattern.matches];
    let asks_nothing = pattern.has.is_empty()
        && pattern.first.is_empty()
        && pattern.several.is_empty()
        && texts.into_iter().all(spec::Text::is_empty);
    let details = (!asks_nothing).then(|| {
        Ok::<_, String>(Box::new(Details {
            has: names.members(grammar, &pattern.has)?,
            first: pattern
                .first
                .iter()
                .map(|first| compile_pattern(names, grammar, first))
                .collect::<Result<_, _>>()?,
            text: text(&pattern.text)?,
            starts_with: text(&pattern.starts_with)?,
            contains: text(&pattern.contains)?,
            matches: compile_text(names, grammar, &pattern.matches, expression)?,
            several: names.ids(&pattern.several)?,
        }))
    });
    Ok(Pattern {
        kind: names.ids(&pattern.kind)?,
        field: KindNames::fields(grammar, &pattern.field)?,
        details: details.transpose()?,
    })
}

/// Compiles texts, each by `of`.
fn compile_text<T>(
    names: &KindNames,
    grammar: &Grammar,
    text: &spec::Text,
    of: impl Fn(&str) -> Result<T, String>,
) -> Result<Text<T>, String> {
    let all = |texts: &[String]| texts.iter().map(|text| of(text)).collect::<Result<Vec<_>, _>>();
    Ok(match text {
        spec::Text::Own(own) => Text { own: all(own)?, children: Vec::new() },
        spec::Text::Children(children) => Text {
            own: Vec::new(),
            children: children
                .iter()
                .map(|(name, texts)| Ok((names.member(grammar, name)?, all(texts)?)))
                .collect::<Result<_, String>>()?,
        },
    })
}
