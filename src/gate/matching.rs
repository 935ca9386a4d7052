//! Which space of the base a space of the head was: by name in its file, by its text anywhere, by name in another file,
//! or by its numbers, so that what only moved or was renamed is not new. Every space has at most one counterpart.

use rustc_hash::FxHashMap;
use std::hash::Hash;

use super::evaluate::FileVersion;
use crate::model::Space;

/// A space of the base: which file, which space in it.
pub type Counterpart = (usize, usize);

struct Matching<'a> {
    head: &'a [FileVersion],
    base: &'a [FileVersion],
    /// For every file and space of the head.
    found: Vec<Vec<Option<Counterpart>>>,
    /// For every file and space of the base, whether it has a counterpart.
    taken: Vec<Vec<bool>>,
}

/// The counterparts in the base: for every file and space of the head. A file's own counterpart is the file of its
/// path, or the one that is gone from which most of its functions came.
#[must_use]
pub fn pair(head: &[FileVersion], base: &[FileVersion]) -> Vec<Vec<Option<Counterpart>>> {
    let found = head.iter().map(|side| vec![None; side.spaces.len()]).collect();
    let taken = base.iter().map(|side| vec![false; side.spaces.len()]).collect();
    let mut matching = Matching { head, base, found, taken };
    matching.units_by_path();
    let paths: FxHashMap<_, _> = head.iter().enumerate().map(|(at, side)| (&side.path, at)).collect();
    let home = |base: usize| matching.base.get(base).and_then(|side| paths.get(&side.path).copied());
    let homes: Vec<Option<usize>> = (0..base.len()).map(home).collect();
    // From the surest sign to the weakest; what is found is taken.
    let at_home = |at: usize| homes[at];
    matching.by(|at, space| Some((at, space.kind, space.qualified_name.as_str(), Some(space.body))), at_home, true);
    matching.by(|at, space| Some((at, space.kind, space.qualified_name.as_str())), at_home, true);
    let anywhere = |_| Some(0);
    matching.by(|_, space| Some((space.kind, space.body)), anywhere, true);
    matching.by(|_, space| Some((space.kind, space.qualified_name.as_str())), anywhere, false);
    // A function that was renamed: the same numbers, all two dozen of them, in a space of some size.
    let numbers = |space: &Space| (space.metrics.tokens >= 50).then_some((space.kind, space.metrics));
    matching.by(|at, space| numbers(space).map(|numbers| (at, numbers)), at_home, false);
    matching.by(|_, space| numbers(space), anywhere, false);
    matching.units_by_content();
    matching.found
}

/// The spaces of some files, units left out, that are still without a counterpart: file, space, and the space itself.
fn open(sides: &[FileVersion], is_open: impl Fn(usize, usize) -> bool) -> impl Iterator<Item = (usize, usize, &Space)> {
    let all = sides
        .iter()
        .enumerate()
        .flat_map(|(at, side)| side.spaces.iter().enumerate().skip(1).map(move |(index, space)| (at, index, space)));
    all.filter(move |(at, index, _)| is_open(*at, *index))
}

impl<'a> Matching<'a> {
    fn take(&mut self, (file, space): Counterpart, base: Counterpart) {
        self.found[file][space] = Some(base);
        self.taken[base.0][base.1] = true;
    }

    fn units_by_path(&mut self) {
        let paths: FxHashMap<_, _> = self.base.iter().enumerate().map(|(at, side)| (&side.path, at)).collect();
        for (at, side) in self.head.iter().enumerate() {
            let base = paths.get(&side.path).copied().filter(|base| !self.base[*base].spaces.is_empty());
            if let (Some(base), false) = (base, side.spaces.is_empty()) {
                self.take((at, 0), (base, 0));
            }
        }
    }

    /// Pairs what has equal keys and no counterpart yet, in source order; unless `several`, only where there is one on
    /// each side. A key is of a file of the head; `home` gives it for a file of the base.
    fn by<K: Eq + Hash>(
        &mut self,
        key: impl Fn(usize, &'a Space) -> Option<K>,
        home: impl Fn(usize) -> Option<usize>,
        several: bool,
    ) {
        let mut groups: FxHashMap<K, (Vec<Counterpart>, Vec<Counterpart>)> = FxHashMap::default();
        for (at, index, space) in open(self.head, |at, index| self.found[at][index].is_none()) {
            if let Some(key) = key(at, space) {
                groups.entry(key).or_default().0.push((at, index));
            }
        }
        for (at, index, space) in open(self.base, |at, index| !self.taken[at][index]) {
            let key = home(at).and_then(|home| key(home, space));
            if let Some(group) = key.and_then(|key| groups.get_mut(&key)) {
                group.1.push((at, index));
            }
        }
        for (ours, theirs) in groups.into_values() {
            if several || (ours.len() == 1 && theirs.len() == 1) {
                ours.into_iter().zip(theirs).for_each(|(ours, theirs)| self.take(ours, theirs));
            }
        }
    }

    /// Files that are new in the head: each was the file that is gone from which most of its functions came.
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
