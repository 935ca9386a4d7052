//! Counting policies as data: which roles a metric counts, where they differ from `default`. Never
//! compares two.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::error::SpecError;
use super::role::Roles;

/// A policy as it is written: what it does not set is as in `default`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    label: String,
    about: String,
    #[serde(default)]
    cyclomatic: Cyclomatic,
    #[serde(default)]
    cognitive: Cognitive,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cyclomatic {
    /// Roles worth +1.
    counts: Option<Vec<String>>,
    /// Roles worth +1 in some languages only.
    only: Option<BTreeMap<String, Vec<String>>>,
    /// Roles worth nothing in some languages.
    except: Option<BTreeMap<String, Vec<String>>>,
    /// Whether logical operators are worth +1 in the condition of a branch only.
    logical_in_conditions: Option<bool>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cognitive {
    /// Roles worth +1 and the nesting level; what is inside is one level deeper.
    structural: Option<Vec<String>>,
    /// Roles worth +1.
    flat: Option<Vec<String>>,
    /// Whether each sequence of like logical operators is worth +1.
    sequences: Option<bool>,
    /// Expressions whose logical operators are worth nothing.
    without_sequences: Option<Vec<String>>,
    /// Whether a function in a circle of calls is worth +1.
    recursion: Option<bool>,
    /// Languages in which recursion is worth nothing all the same.
    without_recursion: Option<Vec<String>>,
    /// Languages in which a function does not count the functions in it.
    apart: Option<Vec<String>>,
}

impl Written {
    fn parse(text: &str) -> Result<Self, SpecError> {
        toml::from_str(text).map_err(|error| SpecError::Malformed { problem: error.to_string() })
    }

    /// Takes over what it does not set itself.
    fn inherit(&mut self, base: Self) {
        let (own, theirs) = (&mut self.cyclomatic, base.cyclomatic);
        own.counts = own.counts.take().or(theirs.counts);
        own.only = own.only.take().or(theirs.only);
        own.except = own.except.take().or(theirs.except);
        own.logical_in_conditions = own.logical_in_conditions.or(theirs.logical_in_conditions);
        let (own, theirs) = (&mut self.cognitive, base.cognitive);
        own.structural = own.structural.take().or(theirs.structural);
        own.flat = own.flat.take().or(theirs.flat);
        own.sequences = own.sequences.or(theirs.sequences);
        own.without_sequences = own.without_sequences.take().or(theirs.without_sequences);
        own.recursion = own.recursion.or(theirs.recursion);
        own.without_recursion = own.without_recursion.take().or(theirs.without_recursion);
        own.apart = own.apart.take().or(theirs.apart);
    }
}

/// A policy as the visit reads it, for one language.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "independent choices, one key each")]
pub struct Policy {
    /// `default`, `sonar`, ...
    pub id: &'static str,
    /// Roles worth +1 in cyclomatic complexity.
    pub cyclomatic: Roles,
    /// Roles worth +1 and the nesting level in cognitive complexity.
    pub structural: Roles,
    /// Roles worth +1 in cognitive complexity.
    pub flat: Roles,
    /// Whether each sequence of like logical operators counts.
    pub sequences: bool,
    /// Whether recursion counts.
    pub recursion: bool,
    /// Logical operators count in conditions only.
    pub logical_in_conditions: bool,
    /// Roles of expressions whose logical operators form no sequence.
    pub without_sequences: Roles,
    /// A function does not count those in it.
    pub apart: bool,
}

/// What the others differ from.
const DEFAULT: &str = include_str!("policies/default.toml");

/// Id and text of every policy.
pub const POLICIES: &[(&str, &str)] = &[
    ("default", DEFAULT),
    ("sonar", include_str!("policies/sonar.toml")),
    ("gocyclo", include_str!("policies/gocyclo.toml")),
    ("radon", include_str!("policies/radon.toml")),
    ("eslint", include_str!("policies/eslint.toml")),
    ("lizard", include_str!("policies/lizard.toml")),
    ("pmd", include_str!("policies/pmd.toml")),
    ("detekt", include_str!("policies/detekt.toml")),
    ("rca", include_str!("policies/rca.toml")),
    ("visual-studio", include_str!("policies/visual-studio.toml")),
];

impl Policy {
    /// The policy of that id, as it applies to a language.
    ///
    /// # Errors
    /// An unknown id (with a suggestion), or a policy that names an unknown role.
    pub fn load(id: &str, language: &str) -> Result<Self, SpecError> {
        let Some((id, text)) = POLICIES.iter().find(|(known, _)| *known == id) else {
            let hint = crate::error::suggestion(id, POLICIES.iter().map(|(id, _)| *id));
            return Err(SpecError::UnknownPolicy { id: id.to_owned(), hint });
        };
        let named = |error: SpecError| SpecError::Policy { id, problem: error.to_string() };
        let mut written = Written::parse(text).map_err(named)?;
        written.inherit(Written::parse(DEFAULT).map_err(named)?);
        let roles = |names: &[String]| {
            names.iter().try_fold(Roles::NONE, |all, name| {
                let unknown = || SpecError::Policy { id, problem: format!("unknown role `{name}`") };
                Roles::by_name(name).map(|role| all | role).ok_or_else(unknown)
            })
        };
        let of_language = |lists: &Option<BTreeMap<String, Vec<String>>>| {
            let lists = lists.iter().flatten().filter(|(_, languages)| languages.iter().any(|known| known == language));
            roles(&lists.map(|(role, _)| role.clone()).collect::<Vec<_>>())
        };
        let is_listed = |list: &Option<Vec<String>>| list.iter().flatten().any(|known| known == language);
        let (cyclomatic, cognitive) = (&written.cyclomatic, &written.cognitive);
        let counts = roles(cyclomatic.counts.as_deref().unwrap_or_default())?;
        Ok(Self {
            id,
            cyclomatic: (counts | of_language(&cyclomatic.only)?) & !of_language(&cyclomatic.except)?,
            structural: roles(cognitive.structural.as_deref().unwrap_or_default())?,
            flat: roles(cognitive.flat.as_deref().unwrap_or_default())?,
            sequences: cognitive.sequences.unwrap_or_default(),
            recursion: cognitive.recursion.unwrap_or_default() && !is_listed(&cognitive.without_recursion),
            logical_in_conditions: cyclomatic.logical_in_conditions.unwrap_or_default(),
            without_sequences: roles(cognitive.without_sequences.as_deref().unwrap_or_default())?,
            apart: is_listed(&cognitive.apart),
        })
    }

    /// Label and description of a policy.
    ///
    /// # Errors
    /// As [`Policy::load`].
    pub fn describe(text: &str) -> Result<(String, String), SpecError> {
        Written::parse(text).map(|written| (written.label, written.about))
    }
}
