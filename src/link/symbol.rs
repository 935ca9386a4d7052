//! Symbols: every named space of a snapshot, with an id that edits elsewhere in its file do not
//! change.

use rustc_hash::FxHashMap;

use super::file::File;
use crate::model::{Space, SpaceKind, SymbolId};

/// A named space.
#[derive(Debug, Clone, Copy)]
pub(super) struct Symbol<'a> {
    pub(super) id: SymbolId,
    /// Index of its file.
    pub(super) file: usize,
    /// Index of its space in the file.
    pub(super) index: u32,
    pub(super) space: &'a Space,
}

/// All symbols, in the order of files and spaces.
pub(super) struct Symbols<'a> {
    pub(super) all: Vec<Symbol<'a>>,
    /// File, space -> symbol; none where the space has no name.
    of_space: Vec<Vec<Option<u32>>>,
}

impl Symbols<'_> {
    pub(super) fn of(&self, file: usize, space: usize) -> Option<u32> {
        self.of_space.get(file)?.get(space).copied().flatten()
    }

    /// The symbol that a space is, or is in: what a function without a name calls, the one around
    /// it calls.
    pub(super) fn around(&self, file: usize, spaces: &[Space], space: usize) -> Option<u32> {
        outwards(spaces, space).find_map(|space| self.of(file, space))
    }
}

/// A space and the ones around it, innermost first.
pub(super) fn outwards(spaces: &[Space], space: usize) -> impl Iterator<Item = usize> {
    std::iter::successors(Some(space), |space| spaces.get(*space)?.parent.map(|parent| parent as usize))
}

/// Collects the symbols of files, which are sorted by path.
pub(super) fn collect<'a>(files: &[File<'a>]) -> Symbols<'a> {
    let mut symbols = Symbols { all: Vec::new(), of_space: Vec::with_capacity(files.len()) };
    for (at, file) in files.iter().enumerate() {
        let mut equals: FxHashMap<(&str, SpaceKind, u32), u32> = FxHashMap::default();
        let mut of_space = Vec::with_capacity(file.spaces.len());
        for (index, space) in (0..).zip(file.spaces) {
            if space.kind == SpaceKind::Unit || space.is_anonymous() {
                of_space.push(None);
                continue;
            }
            // Where functions of one name differ in their parameters, the number of these is part
            // of who they are.
            let nargs = if file.calls.overloads { space.metrics.nargs } else { 0 };
            let equal = equals.entry((&space.qualified_name, space.kind, nargs)).or_default();
            let id = id(file.path.as_bytes(), space, nargs, *equal);
            *equal += 1;
            of_space.push(u32::try_from(symbols.all.len()).ok());
            symbols.all.push(Symbol { id, file: at, index, space });
        }
        symbols.of_space.push(of_space);
    }
    symbols
}

fn id(path: &[u8], space: &Space, nargs: u32, equal: u32) -> SymbolId {
    let mut hasher = blake3::Hasher::new();
    hasher.update(b"elcano symbol v1");
    for part in [path, space.qualified_name.as_bytes(), space.kind.name().as_bytes()] {
        hasher.update(&(part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    hasher.update(&nargs.to_be_bytes());
    hasher.update(&equal.to_be_bytes());
    let mut id = [0; SymbolId::LEN];
    id.copy_from_slice(&hasher.finalize().as_bytes()[..SymbolId::LEN]);
    SymbolId(id)
}
