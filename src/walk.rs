//! Finds the files of a root, decides which are to be measured, and counts why the others are not. Follows no links,
//! opens no pipes, and reads no file but rule files and the start of those whose name does not tell a language.
//!
//! Every file on disk is accounted for once: `entries + notes + Σ skipped = files_on_disk`. Ignore rules hold outside of
//! git work trees, too; inside one, those of the folders between its top and the root hold as well, and outside one
//! nothing above the root is looked at.

mod attributes;
mod conventions;
mod explain;
mod filter;
mod read;
mod rules;
mod traverse;
mod tree_rules;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

pub use explain::{Explanation, Outcome, explain};
pub use tree_rules::TreeRules;

use crate::error::{Error, Result};
use crate::model::{Note, NoteKind, RepoPath, Skip, Stat};

/// What a walk is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WalkOptions {
    /// When not empty, only files that one of these patterns matches are measured. Written as in `.gitignore`, relative
    /// to the root.
    pub include: Vec<String>,
    /// Files and folders that are not measured, written as `include`; stronger than it.
    pub exclude: Vec<String>,
    /// The user's own ignore file; by default the one that git is configured to use. It holds everywhere.
    pub global_excludes: Option<PathBuf>,
    /// Folders or files, relative to the root, that are not part of the tree at all: a store that lies inside.
    pub left_out: Vec<RepoPath>,
}

impl Default for WalkOptions {
    fn default() -> Self {
        Self {
            include: Vec::new(),
            exclude: Vec::new(),
            global_excludes: ignore::gitignore::gitconfig_excludes_path(),
            left_out: Vec::new(),
        }
    }
}

/// Who knows languages, by their ids.
pub trait Detect: Sync {
    /// By the name of a file.
    fn by_name(&self, file_name: &[u8]) -> Option<&'static str>;
    /// Whether several languages use such a name, so that the text decides.
    fn is_ambiguous(&self, _file_name: &[u8]) -> bool {
        false
    }
    /// By the name of a file and how it starts.
    fn by_content(&self, file_name: &[u8], _start: &[u8]) -> Option<&'static str> {
        self.by_name(file_name)
    }
    /// By the interpreter that a first line names: `python3`.
    fn by_shebang(&self, interpreter: &str) -> Option<&'static str>;
    /// By the value of a `linguist-language` attribute.
    fn by_linguist(&self, name: &str) -> Option<&'static str>;
}

impl Detect for crate::lang::Registry {
    fn by_name(&self, file_name: &[u8]) -> Option<&'static str> {
        self.by_name(file_name)
    }

    fn is_ambiguous(&self, file_name: &[u8]) -> bool {
        self.is_ambiguous(file_name)
    }

    fn by_content(&self, file_name: &[u8], start: &[u8]) -> Option<&'static str> {
        self.by_content(file_name, start)
    }

    fn by_shebang(&self, interpreter: &str) -> Option<&'static str> {
        self.by_shebang(interpreter)
    }

    fn by_linguist(&self, name: &str) -> Option<&'static str> {
        self.by_linguist(name)
    }
}

/// As what a file is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Detected {
    /// The language's id.
    pub language: &'static str,
    /// Whether it is measured even if its content is marked as generated: an attribute denies that, or the file was named
    /// itself.
    pub generated: bool,
}

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
    /// Everything under the root that is not a folder; `.git`, `.elcano` and what the options leave out are not counted.
    pub files_on_disk: u64,
    /// Configuration files ([`CONFIG`]) on the way, by path, whether they are measured or not.
    pub configs: Vec<RepoPath>,
    /// Lines of rule files that could not be understood, and rule files that could not be read; sorted.
    pub warnings: Vec<String>,
}

/// Walks a folder, or looks at one file, which no rule keeps out then. Runs on the current rayon pool; the result does not
/// depend on its size.
///
/// # Errors
/// A root that is not there or is neither a folder nor a file, a pattern that is none ([`Error::Usage`]); a root folder that
/// cannot be read ([`Error::Io`]).
pub fn walk(root: &Path, options: &WalkOptions, detect: &dyn Detect) -> Result<Walked> {
    let root = resolve(root)?;
    if root.is_dir() { traverse::folder(&root, options, detect) } else { traverse::file(&root, options, detect) }
}

/// The root without links; what was named may be one.
///
/// # Errors
/// A root that is not there or is neither a folder nor a file ([`Error::Usage`]).
pub fn resolve(root: &Path) -> Result<PathBuf> {
    let resolved = root.canonicalize().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Error::Usage(format!("`{}` does not exist", root.display())),
        _ => Error::io("opening", root)(error),
    })?;
    let metadata = resolved.metadata().map_err(Error::io("opening", root))?;
    if metadata.is_dir() || metadata.is_file() {
        Ok(resolved)
    } else {
        Err(Error::Usage(format!("`{}` is neither a file nor a folder", root.display())))
    }
}
