//! What is wrong with a spec or a policy, or with the name of a language. Never a failure of the
//! disk: specs are text here.

use crate::error::Error;

/// Why there is no such language or policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SpecError {
    /// No spec of this build has the id.
    #[error("unknown language `{id}`{hint}")]
    UnknownLanguage {
        /// The id that was asked for.
        id: String,
        /// `; did you mean ...`, or nothing.
        hint: String,
    },
    /// A spec was handed in for a language that this build does not have.
    #[error("no language `{id}` in this build{hint}")]
    NotInBuild {
        /// The id of the spec.
        id: String,
        /// `; did you mean ...`, or nothing.
        hint: String,
    },
    /// The language has no grammar here.
    #[error("of {label} only lines are counted")]
    LineOnly {
        /// The language's name.
        label: &'static str,
    },
    /// Malformed TOML, an unknown or a missing key.
    #[error("{problem}")]
    Malformed {
        /// The parser's message, with line and key.
        problem: String,
    },
    /// A spec cannot be read.
    #[error("spec `{id}`: {cause}")]
    Unreadable {
        /// The language.
        id: &'static str,
        /// What is wrong with its text.
        cause: Box<Self>,
    },
    /// A spec extends one that is not there.
    #[error("spec `{id}` extends `{base}`, which is not in this build")]
    UnknownBase {
        /// The language.
        id: &'static str,
        /// What it extends.
        base: String,
    },
    /// A spec names a kind, token, field or role that does not exist, or has a regular expression
    /// that cannot be used.
    #[error("language `{id}`: {problem}")]
    Misfit {
        /// The language.
        id: &'static str,
        /// The place in the spec, and what is wrong there.
        problem: String,
    },
    /// No policy has the id.
    #[error("unknown policy `{id}`{hint}")]
    UnknownPolicy {
        /// The id that was asked for.
        id: String,
        /// `; did you mean ...`, or nothing.
        hint: String,
    },
    /// A policy cannot be read, or names an unknown role.
    #[error("policy `{id}`: {problem}")]
    Policy {
        /// The policy.
        id: &'static str,
        /// What is wrong with it.
        problem: String,
    },
}

impl From<SpecError> for Error {
    fn from(error: SpecError) -> Self {
        Self::Usage(error.to_string())
    }
}
