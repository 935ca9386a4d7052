//! The catalog: one row a metric. Columns, report labels, limits, `explain` and the documentation
//! all come from it. Never measures.

pub mod row;
mod rows;

use std::sync::LazyLock;

use crate::model::Metrics;

pub use row::{Aggregate, DefaultLimit, Direction, Formula, Metric, Subject, Total, Traced, Value};
pub use rows::CATALOG;

/// The metrics with a column in the totals by language, in the order of the columns.
#[must_use]
pub fn totals() -> &'static [(&'static Metric, Total)] {
    static TOTALS: LazyLock<Vec<(&Metric, Total)>> = LazyLock::new(|| {
        let mut totals: Vec<_> = CATALOG.iter().filter_map(|metric| Some((metric, metric.total?))).collect();
        totals.sort_by_key(|(_, total)| total.place);
        totals
    });
    &TOTALS
}

/// The metrics as JSON: one member a metric, those with a dot in their id grouped by what is before
/// it.
#[must_use]
pub fn to_json(metrics: &Metrics) -> serde_json::Value {
    let mut all = serde_json::Map::new();
    for metric in CATALOG {
        let value = match metric.value(metrics) {
            Value::Int(value) => serde_json::Value::from(value),
            Value::Real(value) => serde_json::Value::from(value),
        };
        match metric.id.split_once('.') {
            None => all.insert(metric.id.to_owned(), value),
            Some((group, key)) => {
                let group = all.entry(group).or_insert_with(|| serde_json::Map::new().into());
                group.as_object_mut().and_then(|group| group.insert(key.to_owned(), value))
            }
        };
    }
    all.into()
}

/// The metric of an id (`loc.sloc`), or of its last part where that names one metric only (`sloc`).
///
/// # Errors
/// An unknown name, with a suggestion.
pub fn metric(name: &str) -> Result<&'static Metric, String> {
    let last = |id: &'static str| id.rsplit('.').next().unwrap_or(id);
    let mut by_part = CATALOG.iter().filter(|metric| last(metric.id) == name);
    let exact = CATALOG.iter().find(|metric| metric.id == name);
    exact.or_else(|| by_part.next().filter(|_| by_part.next().is_none())).ok_or_else(|| {
        let known = CATALOG.iter().flat_map(|metric| [metric.id, last(metric.id)]);
        format!("unknown metric `{name}`{}", crate::error::suggestion(name, known))
    })
}

/// The metrics of a name: the one of that id, or those of a group, `abc` for `abc.branches` and the
/// others.
///
/// # Errors
/// An unknown name, with the nearest known one.
pub fn metrics(name: &str) -> Result<Vec<&'static Metric>, String> {
    let in_group = |metric: &&Metric| metric.id.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'));
    metric(name).map(|metric| vec![metric]).or_else(|unknown| {
        let group: Vec<_> = CATALOG.iter().filter(in_group).collect();
        if group.is_empty() { Err(unknown) } else { Ok(group) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_columns_are_unique_whatever_their_case() {
        let unique = |words: Vec<String>| {
            let set: std::collections::BTreeSet<_> = words.iter().collect();
            assert_eq!(set.len(), words.len(), "{words:?}");
        };
        unique(CATALOG.iter().map(|metric| metric.id.to_owned()).collect());
        unique(CATALOG.iter().map(|metric| metric.column.to_lowercase()).collect());
    }

    #[test]
    fn every_row_fills_what_is_not_optional() {
        for metric in CATALOG {
            let Metric { id, label, unit, column, source, about, remedy, .. } = metric;
            assert!([id, label, unit, column, source, about, remedy].iter().all(|text| !text.is_empty()), "{id}");
        }
    }

    #[test]
    fn limits_warn_before_they_fail() {
        for metric in CATALOG {
            let higher = metric.direction == Direction::Higher;
            for limit in metric.limits {
                let (milder, worse) = if higher { (limit.fail, limit.warn) } else { (limit.warn, limit.fail) };
                assert!(milder < worse, "{}", metric.id);
            }
        }
    }

    #[test]
    fn totals_have_places_of_their_own() {
        let places: Vec<_> = totals().iter().map(|(_, total)| usize::from(total.place)).collect();
        assert_eq!(places, (0..places.len()).collect::<Vec<_>>());
    }

    #[test]
    fn every_field_of_the_metrics_is_stored_by_one_row() {
        let stored = CATALOG.iter().filter_map(|metric| match metric.formula {
            Formula::Stored(get, set) => Some((metric.id, get, set)),
            Formula::Derived(_) => None,
        });
        let stored: Vec<_> = stored.collect();
        for (value, (id, get, set)) in (1..).zip(&stored) {
            let mut metrics = Metrics::default();
            set(&mut metrics, value);
            assert_eq!(get(&metrics), value, "{id}");
            assert_eq!(stored.iter().filter(|(_, get, _)| get(&metrics) != 0).count(), 1, "{id} sets another one");
        }
        assert_eq!(stored.len() * size_of::<u32>(), size_of::<Metrics>(), "a field of the metrics has no row");
    }

    #[test]
    fn every_value_of_an_empty_space_is_finite() {
        for metric in CATALOG {
            assert!(metric.value(&Metrics::default()).as_f64().is_finite(), "{}", metric.id);
        }
    }

    #[test]
    fn short_names_and_suggestions() {
        assert_eq!(metric("sloc").map(|metric| metric.id), Ok("loc.sloc"));
        assert!(metric("cognitve").is_err_and(|error| error.contains("cognitive")));
    }
}
