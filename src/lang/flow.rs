//! Where control goes in a language: the spec's `[flow]` and the usual field names as kind and
//! field ids. Knows no syntax tree; reading one is the control flow graph's business.

use rustc_hash::FxHashMap;
use tree_sitter::Language as Grammar;

use super::spec;

/// The compiled `[flow]` of a spec.
#[derive(Debug, Default)]
pub struct Flow {
    /// A break leaves the innermost switch, too.
    pub switch_breaks: bool,
    /// A yield gives the innermost switch its value.
    pub switch_yields: bool,
    /// Kinds of arms, or of what holds them, whose end runs on into the next arm.
    pub falls_through: Vec<u16>,
    /// Kinds of statements that run on into the next arm.
    pub falls_through_by: Vec<u16>,
    /// Kinds of switches of which some arm always holds.
    pub exhaustive: Vec<u16>,
    /// Kinds of guards: the last child is the condition.
    pub guard_kinds: Vec<u16>,
    /// Fields of guards: what is under them is the condition.
    pub guard_fields: Vec<u16>,
    /// Kinds, or the words they begin with, that branch when their condition does not hold.
    pub inverted: Vec<u16>,
    /// Kinds of children that together are the body of a function, the first kind first.
    pub bodies: Vec<u16>,
    /// Kinds that hold the handlers of a `try`.
    pub handlers: Vec<u16>,
    /// Kinds in the head of a loop that hold its condition or what it runs over, or that are the
    /// head of a function.
    pub clauses: Vec<u16>,
    /// Kinds of classes and modules whose body runs where they are defined.
    pub runs_in_place: Vec<u16>,
    /// Kind -> which of its named children is the condition.
    pub condition_at: FxHashMap<u16, usize>,
    /// Kinds in which what a condition guards or repeats stands before it, under no field.
    pub modifiers: Vec<u16>,
    /// `condition`.
    pub condition: Option<u16>,
    /// `body`.
    pub body: Option<u16>,
    /// What a branch does when its condition holds: `consequence`.
    pub consequence: Option<u16>,
    /// What it does otherwise: `alternative`.
    pub alternative: Option<u16>,
    /// `label`.
    pub label: Option<u16>,
    /// What a loop does once, before its condition is first read.
    pub initializers: Vec<u16>,
    /// What a loop does after its body, before its condition is read again.
    pub updates: Vec<u16>,
}

impl Flow {
    /// Compiles `[flow]`; `kinds` finds the ids of kinds.
    ///
    /// # Errors
    /// A kind or field that the grammar does not have.
    pub(super) fn compile(
        spec: &spec::Flow,
        grammar: &Grammar,
        kinds: impl Fn(&[String]) -> Result<Vec<u16>, String>,
    ) -> Result<Self, String> {
        let field = |name: &str| grammar.field_id_for_name(name).map(std::num::NonZero::get);
        let (guard_fields, guard_kinds): (Vec<_>, Vec<_>) =
            spec.guards.iter().cloned().partition(|word| field(word).is_some());
        let mut condition_at = FxHashMap::default();
        for (kind, at) in &spec.condition_at {
            for id in kinds(std::slice::from_ref(kind))? {
                condition_at.insert(id, *at);
            }
        }
        Ok(Self {
            switch_breaks: spec.switch_breaks,
            switch_yields: spec.switch_yields,
            falls_through: kinds(&spec.falls_through)?,
            falls_through_by: kinds(&spec.falls_through_by)?,
            exhaustive: kinds(&spec.exhaustive)?,
            guard_kinds: kinds(&guard_kinds)?,
            guard_fields: guard_fields.iter().filter_map(|name| field(name)).collect(),
            inverted: kinds(&spec.inverted)?,
            bodies: kinds(&spec.bodies)?,
            handlers: kinds(&spec.handlers)?,
            clauses: kinds(&spec.clauses)?,
            runs_in_place: kinds(&spec.runs_in_place)?,
            condition_at,
            modifiers: kinds(&spec.modifiers)?,
            condition: field("condition"),
            body: field("body"),
            consequence: field("consequence"),
            alternative: field("alternative"),
            label: field("label"),
            initializers: ["initializer", "init", "initialize", "initialiser"].into_iter().filter_map(field).collect(),
            updates: ["update", "increment", "iterator", "continue"].into_iter().filter_map(field).collect(),
        })
    }
}
