//! Builds binary keys: order-preserving, injective, prefix-free where a scan starts from them, at
//! most 511 bytes. Ids and numbers have fixed width and stand big-endian; a path or a name is
//! escaped, terminated and bounded. Never takes a key apart: a record holds every field of its key.

use std::fmt;

use crate::model::{
    AnalyzerId, AstRecord, CfgRecord, ChunkRecord, ContentId, ExecutionId, ExecutionRecord, FactsRecord, FileRecord,
    LinkRecord, NameRecord, ReferenceRecord, RepoPath, SnapshotId, SnapshotRecord, SymbolId, SymbolRecord,
};

/// The key of a record within its family, or a prefix of such keys.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Key(Vec<u8>);

/// What the engines accept at most.
pub const KEY_BYTES_MAX: usize = 511;
/// Escaped bytes of a path or name that stand in a key before the rest becomes a hash.
const TEXT_BYTES_MAX: usize = 448;

impl Key {
    /// Takes bytes that were read from a store.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// An execution.
    #[must_use]
    pub fn execution(id: ExecutionId) -> Self {
        Self(id.0.to_vec())
    }

    /// A snapshot; also the prefix of its files, symbols, names, references and links.
    #[must_use]
    pub fn snapshot(id: SnapshotId) -> Self {
        Self(id.0.to_vec())
    }

    /// A file of a snapshot.
    #[must_use]
    pub fn file(snapshot: SnapshotId, path: &RepoPath) -> Self {
        Self::snapshot(snapshot).text(path.as_bytes())
    }

    /// The prefix of facts, chunks, trees and graphs of a content, of any analyzer.
    #[must_use]
    pub fn content(content: ContentId) -> Self {
        Self(content.0.to_vec())
    }

    /// The facts or the tree of a content; the prefix of its graphs.
    #[must_use]
    pub fn facts(content: ContentId, analyzer: AnalyzerId) -> Self {
        Self::content(content).bytes(&analyzer.0)
    }

    /// A chunk of a content.
    #[must_use]
    pub fn chunk(content: ContentId, start: u32, end: u32) -> Self {
        Self::content(content).bytes(&start.to_be_bytes()).bytes(&end.to_be_bytes())
    }

    /// The graph of a function.
    #[must_use]
    pub fn cfg(content: ContentId, analyzer: AnalyzerId, space: u32) -> Self {
        Self::facts(content, analyzer).bytes(&space.to_be_bytes())
    }

    /// A symbol; its links; the prefix of the references to it.
    #[must_use]
    pub fn symbol(snapshot: SnapshotId, id: SymbolId) -> Self {
        Self::snapshot(snapshot).bytes(&id.0)
    }

    /// A name.
    #[must_use]
    pub fn name(snapshot: SnapshotId, fqn: &str) -> Self {
        Self::snapshot(snapshot).text(fqn.as_bytes())
    }

    /// A reference.
    #[must_use]
    pub fn reference(snapshot: SnapshotId, target: SymbolId, source: SymbolId) -> Self {
        Self::symbol(snapshot, target).bytes(&source.0)
    }

    /// The first key that does not start with this one; none when there is no such key.
    #[must_use]
    pub fn successor(&self) -> Option<Self> {
        let mut bytes = self.0.clone();
        while let Some(last) = bytes.pop() {
            if let Some(next) = last.checked_add(1) {
                bytes.push(next);
                return Some(Self(bytes));
            }
        }
        None
    }

    fn bytes(mut self, bytes: &[u8]) -> Self {
        self.0.extend_from_slice(bytes);
        self
    }

    /// Appends a text so that order stands and no text's key begins another's: 00 is written as 00
    /// FF and the end as 00 01; a text that would be too long is cut, and 00 02 and a hash of all
    /// of it follow.
    fn text(mut self, text: &[u8]) -> Self {
        let start = self.0.len();
        for byte in text {
            let width = if *byte == 0 { 2 } else { 1 };
            if self.0.len() - start + width > TEXT_BYTES_MAX {
                self.0.extend_from_slice(&[0, 2]);
                self.0.extend_from_slice(&blake3::hash(text).as_bytes()[..16]);
                return self;
            }
            self.0.push(*byte);
            if *byte == 0 {
                self.0.push(0xFF);
            }
        }
        self.bytes(&[0, 1])
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({self})")
    }
}

/// How each family's record names its key.
macro_rules! keys {
    ($($record:ident: $r:ident => $key:expr;)+) => {
        $(impl From<&$record> for Key {
            fn from($r: &$record) -> Self {
                $key
            }
        })+
    };
}

keys! {
    ExecutionRecord: r => Self::execution(r.id);
    SnapshotRecord: r => Self::snapshot(r.id);
    FileRecord: r => Self::file(r.snapshot, &r.path);
    FactsRecord: r => Self::facts(r.content, r.analyzer);
    ChunkRecord: r => Self::chunk(r.content, r.start, r.end);
    AstRecord: r => Self::facts(r.content, r.analyzer);
    CfgRecord: r => Self::cfg(r.content, r.analyzer, r.space);
    SymbolRecord: r => Self::symbol(r.snapshot, r.id);
    NameRecord: r => Self::name(r.snapshot, &r.fqn);
    ReferenceRecord: r => Self::reference(r.snapshot, r.target, r.source);
    LinkRecord: r => Self::symbol(r.snapshot, r.symbol);
}
