//! What a walk found: files to be measured, and the others by reason. Never walks.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

use super::detect::Detected;
use super::read;
use crate::model::{Note, NoteKind, RepoPath, Skip, Stat};

/// A file to be measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Relative to the root.
    pub path: RepoPath,
    /// Where it is.
    pub absolute: PathBuf,
    /// As what it is measured.
    pub detected: Detected,
    /// Size and times when it was found.
    pub stat: Stat,
}

impl Entry {
    /// Reads the file, if it has at most `bytes_max` bytes.
    ///
    /// # Errors
    /// A note: too large, or unreadable (it may have vanished, or turned into something else).
    pub fn read(&self, bytes_max: u64) -> Result<Vec<u8>, Note> {
        if self.stat.bytes > bytes_max {
            return Err(Note::new(NoteKind::TooLarge, format!("{} bytes", self.stat.bytes)));
        }
        tracing::debug!("read {}", self.path);
        read::regular(&self.absolute, bytes_max).map_err(|error| match error.kind() {
            io::ErrorKind::FileTooLarge => Note::new(NoteKind::TooLarge, "grew while it was read"),
            _ => Note::new(NoteKind::Unreadable, error.to_string()),
        })
    }
}

/// The name of the configuration files that a walk notes on its way.
pub const CONFIG: &str = "elcano.toml";

/// What a walk found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Walked {
    /// The files to be measured, by the bytes of their paths.
    pub entries: Vec<Entry>,
    /// How many files are not, by reason.
    pub skipped: BTreeMap<Skip, u64>,
    /// What could not be looked at, by path; a folder that could not be read counts as one.
    pub notes: Vec<(RepoPath, Note)>,
    /// Everything under the root that is not a folder; `.git`, `.elcano` and what the options leave
    /// out are not counted.
    pub files_on_disk: u64,
    /// Configuration files ([`CONFIG`]) on the way, by path, whether they are measured or not.
    pub configs: Vec<RepoPath>,
    /// Lines of rule files that could not be understood, and rule files that could not be read;
    /// sorted.
    pub warnings: Vec<String>,
}
