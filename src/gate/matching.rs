//! Which space of the base a space of the head was: by name in its file, by its text anywhere, by
//! name in another file, or by its numbers, so that what only moved or was renamed is not new.
//! Every space has at most one counterpart. Never looks at limits.

use rustc_hash::FxHashMap;
use std::hash::Hash;

use super::version::FileVersion;
use crate::model::Space;

/// A space of the base: which file, which space in it.
type Place = (usize, usize);

/// The spaces of the head and their counterparts in the base.
pub(super) struct Matching<'a> {
    head: &'a [FileVersion],
    base: &'a [FileVersion],
    /// For every file and space of the head.
    found: Vec<Vec<Option<Place>>>,
    /// For every file and space of the base, whether it has a counterpart.
    taken: Vec<Vec<bool>>,
}

/// A space and its file.
pub(super) type Located<'a> = (&'a FileVersion, &'a Space);

/// The spaces of some files, units left out, that are still without a counterpart: file, space, and
/// the space itself.
fn unmatched(
    files: &[FileVersion],
    is_unmatched: impl Fn(usize, usize) -> bool,
) -> impl Iterator<Item = (usize, usize, &Space)> {
    let all = files
        .iter()
        .enumerate()
        .flat_map(|(at, file)| file.spaces.iter().enumerate().skip(1).map(move |(index, space)| (at, index, space)));
    all.filter(move |(at, index, _)| is_unmatched(*at, *index))
}

impl<'a> Matching<'a> {
    /// Finds the counterparts of every space of the head. A file's own counterpart is the file of
    /// its path, or the one that is gone from which most of its functions came.
    pub(super) fn new(head: &'a [FileVersion], base: &'a [FileVersion]) -> Self {
        let found = head.iter().map(|file| vec![None; file.spaces.len()]).collect();
        let taken = base.iter().map(|file| vec![false; file.spaces.len()]).collect();
        let mut matching = Self { head, base, found, taken };
        matching.units_by_path();
        let paths: FxHashMap<_, _> = head.iter().enumerate().map(|(at, file)| (&file.path, at)).collect();
        let homes: Vec<Option<usize>> = base.iter().map(|file| paths.get(&file.path).copied()).collect();
        // From the surest sign to the weakest; what is found is taken.
        let at_home = |at: usize| homes[at];
        matching.by(|at, space| Some((at, space.kind, space.qualified_name.as_str(), Some(space.body))), at_home, true);
        matching.by(|at, space| Some((at, space.kind, space.qualified_name.as_str())), at_home, true);
        let anywhere = |_| Some(0);
        matching.by(|_, space| Some((space.kind, space.body)), anywhere, true);
        matching.by(|_, space| Some((space.kind, space.qualified_name.as_str())), anywhere, false);
        // A function that was renamed: the same numbers, all two dozen of them, in a space of some
        // size.
        let numbers = |space: &Space| (space.metrics.tokens >= 50).then_some((space.kind, space.metrics));
        matching.by(|at, space| numbers(space).map(|numbers| (at, numbers)), at_home, false);
        matching.by(|_, space| numbers(space), anywhere, false);
        matching.units_by_content();
        matching
    }

    /// The counterpart of a space of the head, and its file.
    pub(super) fn counterpart(&self, file: usize, space: usize) -> Option<Located<'a>> {
        let (file, space) = self.found[file][space]?;
        Some((&self.base[file], &self.base[file].spaces[space]))
    }

    /// Whether a space of the base is the counterpart of one in the head.
    pub(super) fn is_counterpart(&self, file: usize, space: usize) -> bool {
        self.taken[file][space]
    }

    fn take(&mut self, (file, space): Place, base: Place) {
        self.found[file][space] = Some(base);
        self.taken[base.0][base.1] = true;
    }

    fn units_by_path(&mut self) {
        let paths: FxHashMap<_, _> = self.base.iter().enumerate().map(|(at, file)| (&file.path, at)).collect();
        for (at, file) in self.head.iter().enumerate() {
            let base = paths.get(&file.path).copied().filter(|base| !self.base[*base].spaces.is_empty());
            if let (Some(base), false) = (base, file.spaces.is_empty()) {
                self.take((at, 0), (base, 0));
            }
        }
    }

    /// Matches what has equal keys and no counterpart yet, in source order; unless `several`, only
    /// where the key names one space of the head and one of the base. A key is of a file of the
    /// head; `home` gives it for a file of the base.
    fn by<K: Eq + Hash>(
        &mut self,
        key: impl Fn(usize, &'a Space) -> Option<K>,
        home: impl Fn(usize) -> Option<usize>,
        several: bool,
    ) {
        let mut groups: FxHashMap<K, (Vec<Place>, Vec<Place>)> = FxHashMap::default();
        for (at, index, space) in unmatched(self.head, |at, index| self.found[at][index].is_none()) {
            if let Some(key) = key(at, space) {
                groups.entry(key).or_default().0.push((at, index));
            }
        }
        for (at, index, space) in unmatched(self.base, |at, index| !self.taken[at][index]) {
            let key = home(at).and_then(|home| key(home, space));
            if let Some(group) = key.and_then(|key| groups.get_mut(&key)) {
                group.1.push((at, index));
            }
        }
        for (heads, bases) in groups.into_values() {
            if several || (heads.len() == 1 && bases.len() == 1) {
                heads.into_iter().zip(bases).for_each(|(head, base)| self.take(head, base));
            }
        }
    }

    /// Files that are new in the head: each was the file that is gone from which most of its
    /// functions came.
    fn units_by_content(&mut self) {
        for at in 0..self.head.len() {
            if self.head[at].spaces.is_empty() || self.found[at][0].is_some() {
                continue;
            }
            let mut votes: FxHashMap<usize, usize> = FxHashMap::default();
            for (base, _) in self.found[at].iter().flatten() {
                *votes.entry(*base).or_default() += 1;
            }
            let most = votes.into_iter().max_by_key(|(base, count)| (*count, std::cmp::Reverse(*base)));
            let gone =
                most.filter(|(base, count)| !self.taken[*base][0] && count * 2 >= self.head[at].spaces.len() - 1);
            if let Some((base, _)) = gone {
                self.take((at, 0), (base, 0));
            }
        }
    }
}
