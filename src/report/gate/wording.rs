//! The sentences about a finding that several formats share. Never lays out a document.

use crate::metric::{Direction, catalog};
use crate::model::{Check, Finding, Skip, number_text, shortened};
use crate::report::markdown::{NAME_WIDTH_MAX, quoted};
use crate::report::table::thousands;

/// `Cognitive of `f` is 30, limit 25 (was 20)`.
pub(super) fn message(finding: &Finding) -> String {
    let what = if finding.symbol.is_empty() {
        "the file".to_owned()
    } else {
        quoted(&shortened(&finding.symbol, NAME_WIDTH_MAX))
    };
    format!("{} of {what} is {}", label(finding), against(finding))
}

/// `30, limit 25 (was 20)`.
pub(super) fn against(finding: &Finding) -> String {
    let value = finding.value.map_or_else(|| "gone".to_owned(), number_text);
    let was = finding.base_value.map(|value| format!(" (was {})", number_text(value))).unwrap_or_default();
    let bound = if is_floor(finding) { "least" } else { "limit" };
    format!("{value}, {bound} {}{was}", number_text(finding.limit))
}

fn is_floor(finding: &Finding) -> bool {
    catalog::metric(finding.metric).is_ok_and(|metric| metric.direction == Direction::Higher)
}

fn label(finding: &Finding) -> &'static str {
    catalog::metric(finding.metric).map_or(finding.metric, |metric| metric.label)
}

/// `Not here: 12 files that the work tree leaves out, 1 pointer of Git LFS`, if there are any.
pub(super) fn skipped(check: &Check) -> Option<String> {
    let parts = check.skipped.iter().map(|(reason, count)| {
        let files = if *count == 1 { "file" } else { "files" };
        let what = match reason {
            Skip::Absent => "absent from the work tree (sparse checkout, marks in git's index)".to_owned(),
            Skip::LfsPointer => "of which only the pointer of Git LFS is in git".to_owned(),
            other => other.to_string(),
        };
        format!("{} {files} {what}", thousands(*count))
    });
    let parts: Vec<_> = parts.collect();
    (!parts.is_empty()).then(|| format!("Not compared: {}", parts.join(", ")))
}

/// How to lower (or raise) the value, from the catalog.
pub(super) fn remedy(finding: &Finding) -> &'static str {
    catalog::metric(finding.metric).map_or("", |metric| metric.remedy)
}
