//! Counting policies as data: which roles a metric counts. Numbers of two policies are never compared.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Roles;

/// A policy as it is written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    label: String,
    about: String,
    cyclomatic: Cyclomatic,
    cognitive: Cognitive,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cyclomatic {
    /// Roles worth +1.
    counts: Vec<String>,
    /// Roles worth +1 in some languages only, or not at all in some.
    #[serde(default)]
    only: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    except: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cognitive {
    /// Roles worth +1 and the nesting level; what is inside is one level deeper.
    structural: Vec<String>,
    /// Roles worth +1.
    flat: Vec<String>,
    /// Whether each sequence of like logical operators is worth +1.
    sequences: bool,
    /// Whether a function that calls itself is worth +1.
    recursion: bool,
}

/// A policy as the visit reads it, for one language.
#[derive(Debug, Clone, Copy)]
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
    /// Whether direct recursion counts.
    pub recursion: bool,
}

/// Id and text of every policy.
pub const POLICIES: &[(&str, &str)] = &[
    ("default", include_str!("policies/default.toml")),
    ("sonar", include_str!("policies/sonar.toml")),
    ("gocyclo", include_str!("policies/gocyclo.toml")),
    ("radon", include_str!("policies/radon.toml")),
    ("eslint", include_str!("policies/eslint.toml")),
    ("lizard", include_str!("policies/lizard.toml")),
    ("rca", include_str!("policies/rca.toml")),
    ("visual-studio", include_str!("policies/visual-studio.toml")),
];

impl Policy {
    /// The policy of that id, as it applies to a language.
    ///
    /// # Errors
    /// An unknown id (with a suggestion), or a policy that names an unknown role.
    pub fn load(id: &str, language: &str) -> Result<Self, String> {
        let Some((id, text)) = POLICIES.iter().find(|(known, _)| *known == id) else {
            let hint = crate::error::suggestion(id, POLICIES.iter().map(|(id, _)| *id));
            return Err(format!("unknown policy `{id}`{hint}"));
        };
        let written: Written = toml::from_str(text).map_err(|error| format!("policy `{id}`: {error}"))?;
        let roles = |names: &[String]| {
            names.iter().try_fold(Roles::NONE, |all, name| {
                Roles::by_name(name)
                    .map(|role| all | role)
                    .ok_or_else(|| format!("policy `{id}`: unknown role `{name}`"))
            })
        };
        let mut cyclomatic = roles(&written.cyclomatic.counts)?;
        for (role, languages) in &written.cyclomatic.only {
            if languages.iter().any(|known| known == language) {
                cyclomatic |= roles(std::slice::from_ref(role))?;
            }
        }
        for (role, languages) in &written.cyclomatic.except {
            if languages.iter().any(|known| known == language) {
                cyclomatic = cyclomatic & !roles(std::slice::from_ref(role))?;
            }
        }
        Ok(Self {
            id,
            cyclomatic,
            structural: roles(&written.cognitive.structural)?,
            flat: roles(&written.cognitive.flat)?,
            sequences: written.cognitive.sequences,
            recursion: written.cognitive.recursion,
        })
    }

    /// Label and description of a policy.
    ///
    /// # Errors
    /// As [`Policy::load`].
    pub fn describe(text: &str) -> Result<(String, String), String> {
        toml::from_str::<Written>(text).map(|written| (written.label, written.about)).map_err(|error| error.to_string())
    }
}
