//! Defines the errors that end a run, each with a documented exit code. A file's failure is a note,
//! never one of these.

use std::path::PathBuf;

/// Result of everything that can end a run.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What ends a run.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Wrong usage or configuration: exit code 2.
    #[error("{0}")]
    Usage(String),
    /// The question could not be decided (nothing matched, base missing): exit code 3.
    #[error("{0}")]
    Undecided(String),
    /// A file or folder could not be read or written: exit code 3.
    #[error("{action} `{}`", path.display())]
    Io {
        /// What was tried, as a gerund: `reading`.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// The system's error.
        source: std::io::Error,
    },
    /// The git repository could not be used (damaged, unreadable, unknown format): exit code 3.
    #[error("{problem}")]
    Git {
        /// What was tried, on what.
        problem: String,
        /// The git library's error.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The store could not be used as a whole (locked, newer, damaged, full): exit code 3.
    #[error("{store}: {problem}")]
    Store {
        /// Which store: `lmdb:DIR`, `sqlite:FILE`, `duckdb:FILE`.
        store: String,
        /// The problem, and what to do.
        problem: String,
        /// The engine's error.
        #[source]
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
    /// A record could not be read: exit code 3.
    #[error("record {key} of family {family} is damaged: {problem}")]
    Record {
        /// The family's name.
        family: &'static str,
        /// The key in hexadecimal.
        key: String,
        /// The problem.
        problem: String,
    },
    /// The user ended the run: exit code 130.
    #[error("interrupted")]
    Interrupted,
}

impl Error {
    /// Wraps a system error with what was tried on which path.
    pub fn io(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { action, path, source }
    }

    /// The process exit code; see the README's table.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::Undecided(_) | Self::Io { .. } | Self::Git { .. } | Self::Store { .. } | Self::Record { .. } => 3,
            Self::Interrupted => 130,
        }
    }

    /// The message and its causes, outermost first.
    #[must_use]
    pub fn chain(&self) -> Vec<String> {
        let mut chain = vec![self.to_string()];
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            chain.push(error.to_string());
            cause = error.source();
        }
        chain
    }
}

/// The nearest of `known` to a mistyped `word`, as `; did you mean ...?`, or nothing.
pub fn suggestion<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    known
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .min()
        .filter(|(distance, candidate)| *distance <= 1 + candidate.len() / 3)
        .map_or_else(String::new, |(_, candidate)| format!("; did you mean `{candidate}`?"))
}
