//! The sentences about a finding that several formats share. Never lays out a document.

use crate::metric::{Direction, catalog};
use crate::model::{Finding, number_text};

/// `Cognitive of `f` is 30, limit 25 (was 20)`.
pub(super) fn message(finding: &Finding) -> String {
    let what = if finding.symbol.is_empty() { "the file".to_owned() } else { format!("`{}`", finding.symbol) };
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

/// How to lower (or raise) the value, from the catalog.
pub(super) fn remedy(finding: &Finding) -> &'static str {
    catalog::metric(finding.metric).map_or("", |metric| metric.remedy)
}
