//! What a change did to functions, limits aside: which are new, gone, harder or easier to follow than before.

use super::evaluate::FileVersion;
use super::matching::pair;
use crate::model::{ChangeKind, Difference, Metrics, Space};

/// What became of every function that the change touches, the hardest turns for the worse first. `head` and `base` are the
/// files that differ.
#[must_use]
pub fn differences(head: &[FileVersion], base: &[FileVersion]) -> Vec<Difference> {
    let matches = pair(head, base);
    let mut answered: Vec<Vec<bool>> = base.iter().map(|side| vec![false; side.spaces.len()]).collect();
    let mut found = Vec::new();
    for (side, matches) in head.iter().zip(&matches) {
        for (space, was) in side.spaces.iter().zip(matches) {
            if let Some((file, index)) = was {
                answered[*file][*index] = true;
            }
            let before = was.map(|(file, index)| (&base[file], &base[file].spaces[index]));
            found.extend(one(Some((side, space)), before));
        }
    }
    for (side, answered) in base.iter().zip(answered) {
        let gone = side.spaces.iter().zip(answered).filter(|(_, answered)| !answered);
        found.extend(gone.filter_map(|(space, _)| one(None, Some((side, space)))));
    }
    found.sort_by_key(|difference| {
        let rise = |metric: fn(&Metrics) -> u32| {
            let of = |metrics: Option<Metrics>| metrics.map_or(0, |metrics| i64::from(metric(&metrics)));
            of(difference.head) - of(difference.base)
        };
        let worst = std::cmp::Reverse((rise(|metrics| metrics.cognitive), rise(|metrics| metrics.cyclomatic)));
        (worst, difference.path.clone(), difference.line)
    });
    found
}

fn one(head: Option<(&FileVersion, &Space)>, base: Option<(&FileVersion, &Space)>) -> Option<Difference> {
    let (side, space) = head.or(base)?;
    let named = space.kind == crate::model::SpaceKind::Function;
    let numbers = |(_, space): (&FileVersion, &Space)| space.metrics;
    let weight = |metrics: Metrics| (metrics.cognitive, metrics.cyclomatic, metrics.lloc, metrics.nargs);
    let (old, new) = (base.map(numbers), head.map(numbers));
    let change = match (old.map(weight), new.map(weight)) {
        (None, _) => ChangeKind::New,
        (_, None) => ChangeKind::Removed,
        (Some(old), Some(new)) if new > old => ChangeKind::Worse,
        (Some(old), Some(new)) if new < old => ChangeKind::Better,
        _ => return None,
    };
    named.then(|| Difference {
        change,
        path: side.path.clone(),
        symbol: space.qualified_name.clone(),
        line: space.start_line.max(1),
        base_path: base.map(|(file, _)| file.path.clone()).filter(|path| *path != side.path),
        base: old,
        head: new,
    })
}
