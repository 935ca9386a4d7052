//! Reads git's index: the content id of a file that has not changed since it was added, and whether
//! anything differs from the commit. Never guesses: in doubt a content is unknown, and the file is
//! read.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, Read as _};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use gix::ObjectId;
use gix::attrs::StateRef;
use gix::bstr::ByteSlice as _;
use gix::index::entry::stat::Time;
use gix::index::entry::{Flags, Mode, Stage, Stat as Recorded};
use gix::worktree::stack::state::attributes::Source;
use rayon::prelude::*;

use super::leaves::Leaf;
use super::{Repository, absent, failed, ids};
use crate::error::{Error, Result};
use crate::model::{ContentId, RepoPath, Stat};

/// What the index knows of an unchanged file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IndexedContent {
    /// It holds this content.
    Same(ContentId),
    /// Its line ends may have been converted; it holds this content if it has its length.
    ///
    /// Git converts line ends in one direction at a time. On checkout it turns LF into CRLF where
    /// no CR stands before, which only adds bytes; when a file is added it turns CRLF into LF,
    /// which only removes bytes. A lone CR is never touched. An unchanged file is either what a
    /// checkout wrote from the blob, or what the blob was made from: in both cases one of the two
    /// is the conversion of the other, and equal lengths mean that no byte was added or removed, so
    /// that all are equal.
    SameIfSameLength(ContentId),
}

/// A regular file that was looked at just now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownFile {
    /// What the system knows of it.
    pub stat: Stat,
    /// Its content, if it was read or is known otherwise.
    pub content: Option<ContentId>,
}

/// Files that are known already, by path under the root.
pub type Known<'a> = dyn Fn(&RepoPath) -> Option<KnownFile> + Sync + 'a;

/// Attributes by which the bytes of the work tree and those of the repository may differ.
const FILTERS: [&str; 6] = ["text", "eol", "crlf", "filter", "working-tree-encoding", "ident"];
/// The first of [`FILTERS`] that change more than line ends.
const FILTER: usize = 3;

/// How the bytes of a file may differ from those in the repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Filtered {
    No,
    /// By line ends.
    Lines,
    /// In a way that only another program or an encoder can tell.
    Beyond,
}

/// An entry of the index.
#[derive(Debug, Clone)]
struct Tracked {
    /// Relative to the root.
    path: RepoPath,
    id: ObjectId,
    mode: Mode,
    stat: Recorded,
    filtered: Filtered,
    flags: Flags,
}

/// Entries of files that need not be on disk: outside of a sparse checkout, or marked so that
/// nobody looks for them (`--assume-unchanged`).
const LEFT_OUT: Flags = Flags::SKIP_WORKTREE.union(Flags::ASSUME_VALID);
/// Entries for which what is on disk does not count.
const UNWATCHED: Flags = LEFT_OUT.union(Flags::INTENT_TO_ADD);

fn is_file(mode: Mode) -> bool {
    matches!(mode, Mode::FILE | Mode::FILE_EXECUTABLE)
}

/// The index of a work tree, as far as it is under the root; independent of the repository it came
/// from.
#[derive(Debug, Clone)]
pub struct Index {
    root: PathBuf,
    /// Sorted by path.
    entries: Vec<Tracked>,
    /// Files that the work tree leaves out; sorted.
    absent: Vec<RepoPath>,
    /// When the index was written, in nanoseconds since the epoch.
    written_ns: i128,
    /// The index differs from the commit, or holds a conflict.
    staged: bool,
    /// Whether permissions of files mean something here.
    file_mode: bool,
    /// The environment names configuration that is not read here: it may name attributes, and with
    /// them filters.
    other_config: bool,
}

impl Repository {
    /// Reads the index.
    ///
    /// # Errors
    /// An index, a commit or an attribute file that cannot be read.
    pub fn index(&self) -> Result<Index> {
        let problem = || "reading the index of the repository".to_owned();
        let index = self.inner.index_or_empty().map_err(failed(problem))?;
        let mut attributes =
            self.inner.attributes_only(&index, Source::WorktreeThenIdMapping).map_err(failed(problem))?;
        let mut matches = attributes.selected_attribute_matches(FILTERS);
        let config = self.inner.config_snapshot();
        // `core.eol` works through the attribute `text` alone, so it needs no look of its own.
        let other_config = has_other_config();
        let everywhere = match config.try_boolean("core.autocrlf") {
            Ok(None | Some(false)) if !other_config => Filtered::No,
            // `input` is no truth value, and converts as well.
            Ok(_) | Err(_) => Filtered::Lines,
        };
        let (mut entries, mut conflict) = (Vec::with_capacity(index.entries().len()), false);
        let folders = self.sparse_folders(&index)?;
        for Leaf { path, mode, id } in &folders {
            let (id, mode, stat, flags) = (*id, *mode, Recorded::default(), Flags::SKIP_WORKTREE);
            let path = self.inside(path);
            entries.extend(path.map(|path| Tracked { path, id, mode, stat, filtered: Filtered::No, flags }));
        }
        for entry in index.entries().iter().filter(|entry| entry.mode != Mode::DIR) {
            let Some(path) = self.inside(entry.path(&index)) else { continue };
            conflict |= entry.stage() != Stage::Unconflicted;
            let (id, mode, stat, flags) = (entry.id, entry.mode, entry.stat, entry.flags);
            let filtered = if is_file(mode) && !flags.intersects(UNWATCHED) {
                let platform = attributes.at_entry(entry.path(&index), Some(entry.mode)).map_err(failed(problem))?;
                platform.matching_attributes(&mut matches);
                everywhere.max(filtered(&matches))
            } else {
                Filtered::No
            };
            entries.push(Tracked { path, id, mode, stat, filtered, flags });
        }
        entries.sort_by(|a, b| a.path.cmp(&b.path));
        let (root, time) = (self.workdir.join(OsStr::from_bytes(&self.prefix)), index.timestamp());
        let staged = conflict
            || self.is_staged(&index, folders).unwrap_or_else(|error| {
                tracing::warn!("the index counts as changed: {}", error.chain().join(": "));
                true
            });
        let left_out = entries.iter().filter(|entry| is_file(entry.mode) && entry.flags.intersects(LEFT_OUT));
        Ok(Index {
            absent: absent::among(&root, left_out.map(|entry| &entry.path)),
            root,
            written_ns: i128::from(time.unix_seconds()) * 1_000_000_000 + i128::from(time.nanoseconds()),
            staged,
            file_mode: config.boolean("core.fileMode").unwrap_or(true),
            other_config,
            entries,
        })
    }

    /// Whether the index holds something else than the commit, under the root.
    fn is_staged(&self, index: &gix::index::State, mut folders: Vec<Leaf>) -> Result<bool> {
        let problem = || "comparing the index with the commit".to_owned();
        let tree = self.inner.head_tree_id_or_empty().map_err(failed(problem))?.detach();
        // Git keeps the id of the tree that the index would make, as long as nothing is staged.
        if index.tree().is_some_and(|known| known.num_entries.is_some() && known.id == tree) {
            return Ok(false);
        }
        let entries = index.entries().iter().filter(|entry| entry.mode != Mode::DIR);
        let leaf = |entry: &gix::index::Entry| {
            let path = entry.path(index);
            path.starts_with(&self.prefix).then(|| Leaf { path: path.to_owned(), mode: entry.mode, id: entry.id })
        };
        folders.extend(entries.filter_map(leaf));
        folders.sort_unstable();
        Ok(folders != self.leaves(tree, b"")?)
    }
}

/// Whether the environment names configuration that is not read here (see how repositories are
/// opened): it may convert line ends, and name an attribute file with filters in it.
fn has_other_config() -> bool {
    let is_named = |name| std::env::var_os(name).is_some_and(|file| !file.is_empty() && file != "/dev/null");
    ["GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_PARAMETERS"].into_iter().any(is_named)
}

/// What the attributes of a file let happen to its bytes.
fn filtered(matches: &gix::attrs::search::Outcome) -> Filtered {
    let mut filtered = Filtered::No;
    for (index, found) in matches.iter_selected().enumerate() {
        match found.assignment.state {
            // `-text` keeps line ends as they are, as does no attribute at all.
            StateRef::Unset | StateRef::Unspecified => {}
            StateRef::Set | StateRef::Value(_) if index < FILTER => filtered = filtered.max(Filtered::Lines),
            StateRef::Set | StateRef::Value(_) => filtered = Filtered::Beyond,
        }
    }
    filtered
}

impl Index {
    /// What the index knows of the content of a file under the root, when the file cannot have
    /// changed since it was added. None: read it.
    #[must_use]
    pub fn content(&self, path: &RepoPath, stat: &Stat) -> Option<IndexedContent> {
        let at = self.entries.binary_search_by(|entry| entry.path.cmp(path)).ok()?;
        let entry = &self.entries[at];
        if !is_file(entry.mode)
            || entry.flags.intersects(UNWATCHED)
            || self.is_conflict(at)
            || !self.is_unchanged(entry, stat)
        {
            return None;
        }
        let content = ids::same(entry.id)?;
        match entry.filtered {
            Filtered::No => Some(IndexedContent::Same(content)),
            // A filter that keeps the length is not seen by it.
            Filtered::Lines if self.other_config => None,
            Filtered::Lines => Some(IndexedContent::SameIfSameLength(content)),
            Filtered::Beyond => None,
        }
    }

    /// Whether files of the root differ from the commit: staged, changed, deleted, or of other
    /// permissions. Untracked files do not count, nor does what is inside submodules. `known` gives
    /// files that were looked at already.
    ///
    /// # Errors
    /// A tracked file that is there and cannot be read.
    pub fn is_dirty(&self, known: &Known<'_>) -> Result<bool> {
        if self.staged {
            return Ok(true);
        }
        let differing = self.entries.par_iter().filter_map(|entry| self.differs(entry, known).transpose());
        // The first, so that of several the same one counts every time: an error here, a difference
        // there.
        let found = differing.find_first(|differs| !matches!(differs, Ok(false)));
        found.unwrap_or(Ok(false))
    }

    /// The regular files of the commit that is checked out; None when the index cannot tell, for it
    /// holds something else.
    pub(super) fn committed(&self) -> Option<impl Iterator<Item = (&RepoPath, ObjectId)>> {
        let files = self.entries.iter().filter(|entry| is_file(entry.mode));
        (!self.staged).then(|| files.map(|entry| (&entry.path, entry.id)))
    }

    /// The files that git knows and the work tree is not to hold (a sparse checkout, entries that
    /// are marked `--skip-worktree`), or that nobody is to look for (`--assume-unchanged`), and that
    /// are not on disk: absent, not deleted. Sorted by path.
    #[must_use]
    pub fn absent(&self) -> &[RepoPath] {
        &self.absent
    }

    /// Whether a file is one of [`Index::absent`].
    #[must_use]
    pub fn is_absent(&self, path: &RepoPath) -> bool {
        self.absent.binary_search(path).is_ok()
    }

    /// The id of git's blob of a file; None of one that is not in the index or in conflict.
    pub(super) fn blob_of(&self, path: &RepoPath) -> Option<ObjectId> {
        let at = self.entries.binary_search_by(|entry| entry.path.cmp(path)).ok()?;
        (!self.is_conflict(at)).then(|| self.entries[at].id)
    }

    /// How many files the index holds under the root.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether the index holds no file under the root.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// A path in conflict has several entries, none of which is what is on disk.
    fn is_conflict(&self, at: usize) -> bool {
        let same = |other: Option<&Tracked>| other.is_some_and(|other| other.path == self.entries[at].path);
        same(at.checked_sub(1).and_then(|before| self.entries.get(before))) || same(self.entries.get(at + 1))
    }

    /// Whether a file is what was added: the same stat data, and last modified before the index was
    /// written, for what is modified in the same instant cannot be distinguished.
    fn is_unchanged(&self, entry: &Tracked, stat: &Stat) -> bool {
        // Git marks an entry that it could not tell to be unchanged by a size of 0.
        let marked = entry.stat.size == 0 && entry.id != ObjectId::empty_blob(entry.id.kind());
        !marked && is_same(&entry.stat, stat) && stat.mtime_ns < self.written_ns
    }

    /// Whether what is on disk differs from an entry; None when the entry is not about a file on
    /// disk.
    fn differs(&self, entry: &Tracked, known: &Known<'_>) -> Result<Option<bool>> {
        if entry.flags.intersects(UNWATCHED) || entry.mode == Mode::COMMIT {
            return Ok(None);
        }
        let path = self.root.join(OsStr::from_bytes(entry.path.as_bytes()));
        if let Some(known) = known(&entry.path).filter(|_| entry.mode != Mode::SYMLINK) {
            return self.differs_as_file(entry, &path, known).map(Some);
        }
        let metadata = match path.symlink_metadata() {
            Ok(metadata) => metadata,
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                return Ok(Some(true));
            }
            Err(error) => return Err(Error::io("looking at", path)(error)),
        };
        if entry.mode == Mode::SYMLINK {
            if !metadata.is_symlink() {
                return Ok(Some(true));
            }
            let target = fs::read_link(&path).map_err(Error::io("reading", &path))?;
            let id = id_of(entry.id.kind(), target.as_os_str().as_bytes()).map_err(Error::io("hashing", &path))?;
            return Ok(Some(id != entry.id));
        }
        if !metadata.is_file() {
            return Ok(Some(true));
        }
        self.differs_as_file(entry, &path, KnownFile { stat: Stat::from(&metadata), content: None }).map(Some)
    }

    /// Whether a regular file differs from an entry that is one.
    fn differs_as_file(&self, entry: &Tracked, path: &Path, KnownFile { stat, content }: KnownFile) -> Result<bool> {
        let executable = stat.mode & 0o100 != 0;
        if self.file_mode && executable != (entry.mode == Mode::FILE_EXECUTABLE) {
            return Ok(true);
        }
        if self.is_unchanged(entry, &stat) || (content.is_some() && content == ids::same(entry.id)) {
            return Ok(false);
        }
        let is_resized = entry.stat.size != 0 && low(stat.bytes) != entry.stat.size;
        match entry.filtered {
            // Only the program behind the filter could tell; a file that was touched counts as
            // changed.
            Filtered::Beyond => Ok(!is_same(&entry.stat, &stat)),
            Filtered::No if is_resized => Ok(true),
            Filtered::No | Filtered::Lines => {
                let unify = entry.filtered == Filtered::Lines;
                let same = holds(path, stat.bytes, entry.id, unify).map_err(Error::io("reading", path))?;
                Ok(!same)
            }
        }
    }
}

/// Whether the stat data of a file are those that the index keeps.
fn is_same(recorded: &Recorded, stat: &Stat) -> bool {
    let same_time = |recorded: Time, ns: i128| {
        i128::from(recorded.secs) == ns.div_euclid(1_000_000_000) & 0xFFFF_FFFF
            && i128::from(recorded.nsecs) == ns.rem_euclid(1_000_000_000)
    };
    low(stat.bytes) == recorded.size
        && same_time(recorded.mtime, stat.mtime_ns)
        && same_time(recorded.ctime, stat.ctime_ns)
        && low(stat.ino) == recorded.ino
        && (stat.uid, stat.gid) == (recorded.uid, recorded.gid)
}

/// The low 32 bits, which is what the index keeps of wide numbers.
#[expect(clippy::cast_possible_truncation, reason = "the index keeps the low 32 bits")]
const fn low(wide: u64) -> u32 {
    wide as u32
}

/// Whether the bytes of a file are those of a blob; with `unify` also when only its line ends
/// differ.
fn holds(path: &Path, bytes: u64, id: ObjectId, unify: bool) -> io::Result<bool> {
    tracing::debug!("read {}", path.display());
    let mut file = super::regular_file::open(path)?;
    if unify {
        let mut text = Vec::new();
        file.read_to_end(&mut text)?;
        return Ok(id_of(id.kind(), &text)? == id || id_of(id.kind(), &text.replace("\r\n", "\n"))? == id);
    }
    // In pieces, for a tracked file may be larger than memory.
    let (mut hasher, mut piece) = (gix::hash::hasher(id.kind()), vec![0; 1 << 16]);
    hasher.update(format!("blob {bytes}\0").as_bytes());
    loop {
        match file.read(&mut piece)? {
            0 => return hasher.try_finalize().map(|found| found == id).map_err(io::Error::other),
            read => hasher.update(&piece[..read]),
        }
    }
}

/// The id of a blob in the hash of its repository.
fn id_of(kind: gix::hash::Kind, bytes: &[u8]) -> io::Result<ObjectId> {
    let mut hasher = gix::hash::hasher(kind);
    hasher.update(format!("blob {}\0", bytes.len()).as_bytes());
    hasher.update(bytes);
    hasher.try_finalize().map_err(io::Error::other)
}
