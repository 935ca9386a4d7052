//! What a change did to functions: which are new, gone, harder or easier to follow than before.
//! Never looks at limits.

use super::matching::{Located, Matching};
use super::version::FileVersion;
use crate::model::{ChangeKind, Difference, Metrics, SpaceKind};

/// What became of every function that the change touches, the largest rise in complexity first.
/// `head` and `base` are the files that differ.
#[must_use]
pub fn differences(head: &[FileVersion], base: &[FileVersion]) -> Vec<Difference> {
    let matching = Matching::new(head, base);
    let mut found = Vec::new();
    for (at, file) in head.iter().enumerate() {
        for (index, space) in file.spaces.iter().enumerate() {
            found.extend(difference(Some((file, space)), matching.counterpart(at, index)));
        }
    }
    for (at, file) in base.iter().enumerate() {
        let spaces = file.spaces.iter().enumerate();
        let gone = spaces.filter(|(index, _)| !matching.is_counterpart(at, *index));
        found.extend(gone.filter_map(|(_, space)| difference(None, Some((file, space)))));
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

/// None where the numbers are as they were, and for what is no named function.
fn difference(head: Option<Located<'_>>, base: Option<Located<'_>>) -> Option<Difference> {
    let (file, space) = head.or(base)?;
    if space.kind != SpaceKind::Function {
        return None;
    }
    let weight = |metrics: Metrics| (metrics.cognitive, metrics.cyclomatic, metrics.lloc, metrics.nargs);
    let (old, new) = (base.map(|(_, space)| space.metrics), head.map(|(_, space)| space.metrics));
    let change = match (old.map(weight), new.map(weight)) {
        (None, _) => ChangeKind::New,
        (_, None) => ChangeKind::Removed,
        (Some(old), Some(new)) if new > old => ChangeKind::Worse,
        (Some(old), Some(new)) if new < old => ChangeKind::Better,
        _ => return None,
    };
    Some(Difference {
        change,
        path: file.path.clone(),
        symbol: space.qualified_name.clone(),
        line: space.start_line.max(1),
        base_path: base.map(|(base, _)| base.path.clone()).filter(|path| *path != file.path),
        base: old,
        head: new,
    })
}
