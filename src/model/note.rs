//! Names the reasons why a file is skipped, and the non-fatal facts about one file. Never an error.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::named::named;

// Stores hold the number of each: what is new stands last.
named!(
    /// Why a file is not analysed; counted by reason, so that found + skipped = files on disk and
    /// absent files.
    Skip {
        /// A rule of `.gitignore`, `.ignore`, `.elcanoignore`, `.git/info/exclude` or the global
        /// excludes file.
        Ignored = "ignored",
        /// An `exclude` pattern of the configuration.
        Excluded = "excluded",
        /// No language claims the name or shebang.
        NoLanguage = "no_language",
        /// `linguist-vendored`, or a folder that by convention holds other people's code.
        Vendored = "vendored",
        /// `linguist-generated`, or a generated-file marker in the first lines.
        Generated = "generated",
        /// Minified: lines no person writes.
        Minified = "minified",
        /// A symbolic link; what it points to is measured where it is, if it is inside.
        Symlink = "symlink",
        /// A FIFO, socket or device.
        Special = "special",
        /// A NUL byte in the first 8,000 bytes.
        Binary = "binary",
        /// `linguist-documentation`: code that is there to be read, not run.
        Documentation = "documentation",
        /// A pointer of Git LFS: what it points to is not here.
        LfsPointer = "lfs_pointer",
        /// In the commit, and not on disk because the work tree is not to hold it: outside of a
        /// sparse checkout, or marked so in git's index. Not one of the files on disk.
        Absent = "absent",
        /// Text in an encoding that is not read: UTF-32, or UTF-16 without its mark.
        Encoding = "encoding",
        /// In a linked work tree or a clone inside of this one; submodules are part of it.
        OtherWorkTree = "other_work_tree",
    }
);

// As above.
named!(
    /// A non-fatal fact about one file.
    NoteKind {
        /// Opening or reading failed; the detail states how.
        Unreadable = "unreadable",
        /// Larger than `file_bytes_max`; not measured.
        TooLarge = "too_large",
        /// Not valid UTF-8; measured as bytes.
        NotUtf8 = "not_utf8",
        /// The tree holds ERROR or MISSING nodes; measured all the same.
        ParseError = "parse_error",
        /// The parser used up its steps, or might not come to an end; not measured.
        ParseBudget = "parse_budget",
        /// Nested deeper than `depth_max`; not measured.
        TooDeep = "too_deep",
        /// More nodes than `nodes_max`; not measured.
        TooManyNodes = "too_many_nodes",
        /// The measurement panicked; not measured.
        Panicked = "panicked",
        /// The process that measured it crashed; not measured.
        Crashed = "crashed",
        /// It took more seconds than `seconds_max`; not measured.
        TimedOut = "timed_out",
        /// It took more memory than `megabytes_max`; not measured.
        OutOfMemory = "out_of_memory",
        /// Rows that look like code are part of a comment or a string to the parser, or a comment has no
        /// end; measured all the same.
        LostCode = "lost_code",
    }
);

/// A note on one file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Note {
    /// What kind of fact.
    pub kind: NoteKind,
    /// The particulars, for a person; may be empty.
    pub detail: String,
}

impl Note {
    /// A note with its particulars.
    pub fn new(kind: NoteKind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into() }
    }
}
