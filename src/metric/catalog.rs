//! The catalog: one row a metric. Columns, report labels, limits, `explain` and the documentation all come from it.

mod rows;

use crate::model::Metrics;

pub use rows::CATALOG;

/// A metric's value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value {
    /// A count.
    Int(u32),
    /// A finite derived value.
    Real(f64),
}

impl Value {
    /// The value as a number; counts are exact.
    #[must_use]
    pub fn as_f64(self) -> f64 {
        match self {
            Self::Int(value) => f64::from(value),
            Self::Real(value) => value,
        }
    }
}

/// Whether less is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Lower is better.
    Lower,
    /// Higher is better.
    Higher,
    /// Neither.
    Neutral,
}

/// How a file's or class's value comes from what is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aggregate {
    /// The sum over the functions in it and the code outside them.
    Sum,
    /// The largest in it.
    Max,
    /// Measured on the whole text of the space, nested functions included.
    Whole,
    /// The sets of what is in it, merged.
    Merge,
}

impl Aggregate {
    /// The word in documents and JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sum => "sum",
            Self::Max => "max",
            Self::Whole => "whole",
            Self::Merge => "merge",
        }
    }

    /// How a file's value comes about, for people.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Sum => "the sum over the functions in it and the code outside them",
            Self::Max => "the largest in it",
            Self::Whole => "measured on the whole text, nested functions included",
            Self::Merge => "the sets of what is in it, merged",
        }
    }
}

/// A row of the catalog.
#[derive(Debug, Clone, Copy)]
pub struct Metric {
    /// `cognitive`, `loc.sloc`: a dot separates the group in JSON.
    pub id: &'static str,
    /// For people.
    pub label: &'static str,
    /// What one is.
    pub unit: &'static str,
    /// Whether less is better.
    pub direction: Direction,
    /// How a file's value comes about.
    pub aggregate: Aggregate,
    /// Column in SQL tables.
    pub column: &'static str,
    /// The value.
    pub get: fn(&Metrics) -> Value,
    /// Primary source of the definition.
    pub source: &'static str,
    /// The definition.
    pub about: &'static str,
    /// How to lower (or raise) it.
    pub remedy: &'static str,
}

/// The metrics as JSON: one member a metric, those with a dot in their id grouped by what is before it.
#[must_use]
pub fn to_json(metrics: &Metrics) -> serde_json::Value {
    let mut all = serde_json::Map::new();
    for metric in CATALOG {
        let value = match (metric.get)(metrics) {
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

/// The metrics of a name: the one of that id, or those of a group, `abc` for `abc.branches` and the others.
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
    fn every_value_of_an_empty_space_is_finite() {
        for metric in CATALOG {
            assert!((metric.get)(&Metrics::default()).as_f64().is_finite(), "{}", metric.id);
        }
    }

    #[test]
    fn short_names_and_suggestions() {
        assert_eq!(metric("sloc").map(|metric| metric.id), Ok("loc.sloc"));
        assert!(metric("cognitve").is_err_and(|error| error.contains("cognitive")));
    }
}
