//! All rows of the catalog, one file a group of metrics. Never changes a row.

mod abc;
mod class;
mod complexity;
mod counts;
mod halstead;
mod lines;
mod maintainability;

use super::row::Metric;

/// The groups in the order of reports.
const GROUPS: &[&[Metric]] =
    &[lines::ROWS, complexity::ROWS, halstead::ROWS, maintainability::ROWS, abc::ROWS, counts::ROWS, class::ROWS];

/// Every metric of a space, in the order of reports.
pub const CATALOG: &[Metric] = &concatenated::<{ count(GROUPS) }>(GROUPS);

const fn count(groups: &[&[Metric]]) -> usize {
    let (mut count, mut group) = (0, 0);
    while group < groups.len() {
        count += groups[group].len();
        group += 1;
    }
    count
}

const fn concatenated<const COUNT: usize>(groups: &[&[Metric]]) -> [Metric; COUNT] {
    let mut all = [Metric::PLAIN; COUNT];
    let (mut at, mut group) = (0, 0);
    while group < groups.len() {
        let mut row = 0;
        while row < groups[group].len() {
            all[at] = groups[group][row];
            at += 1;
            row += 1;
        }
        group += 1;
    }
    all
}
