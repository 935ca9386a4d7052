//! A row of the catalog: the columns and what may stand in them. Never holds a row.

use crate::lang::{Policy, Roles};
use crate::model::{Metrics, Space};

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

/// Where a value comes from.
#[derive(Debug, Clone, Copy)]
pub enum Formula {
    /// A field of [`Metrics`], which every store keeps: how it is read, and how it is set. See
    /// `stored!`.
    Stored(fn(&Metrics) -> u32, fn(&mut Metrics, u32)),
    /// Computed from stored ones whenever it is shown.
    Derived(fn(&Metrics) -> Value),
}

/// The formula of a field of [`Metrics`].
macro_rules! stored {
    ($field:ident) => {
        $crate::metric::catalog::row::Formula::Stored(|m| m.$field, |m, value| m.$field = value)
    };
}
pub(super) use stored;

/// What a limit is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// Functions and closures.
    Function,
    /// Classes and their like.
    Class,
    /// Whole files.
    File,
}

impl Subject {
    /// Every subject and the word before the colon in the id of a rule: `file:loc.ploc`.
    pub const NAMES: [(&'static str, Self); 3] =
        [("function", Self::Function), ("class", Self::Class), ("file", Self::File)];

    /// The id of the rule about a metric: `cognitive`, `file:loc.ploc`.
    #[must_use]
    pub fn rule(self, metric: &Metric) -> String {
        match self {
            Self::Function => metric.id.to_owned(),
            Self::Class => format!("class:{}", metric.id),
            Self::File => format!("file:{}", metric.id),
        }
    }

    /// Whether it is what a space is.
    #[must_use]
    pub fn is(self, space: &Space) -> bool {
        match self {
            Self::Function => space.kind.is_function(),
            Self::Class => space.kind.is_class(),
            Self::File => space.parent.is_none(),
        }
    }
}

/// A limit that holds without any configuration.
#[derive(Debug, Clone, Copy)]
pub struct DefaultLimit {
    /// What it is about.
    pub subject: Subject,
    /// Beyond this: a warning.
    pub warn: f64,
    /// Beyond this: a failure.
    pub fail: f64,
}

/// How `explain` follows a value back into the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Traced {
    /// It does not: the value is not made of increments.
    No,
    /// An increment belongs to every space around it.
    Enclosing,
    /// An increment belongs to the innermost space; a function starts from a value of its own.
    Innermost {
        /// The value of a function without any increment.
        start: u32,
    },
}

/// A column in the tables of totals by language.
#[derive(Debug, Clone, Copy)]
pub struct Total {
    /// Its place among the columns, which are not in the catalog's order.
    pub place: u8,
    /// The key in JSON.
    pub key: &'static str,
    /// The title for people.
    pub title: &'static str,
    /// Whether it is known of a language of which only the lines are counted.
    pub of_lines: bool,
}

/// A row of the catalog. The last columns are optional: `..Metric::PLAIN` leaves them out.
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
    /// Where the value comes from.
    pub formula: Formula,
    /// Primary source of the definition.
    pub source: &'static str,
    /// The definition.
    pub about: &'static str,
    /// How to lower (or raise) it.
    pub remedy: &'static str,
    /// What a limit is about that does not name its subject.
    pub subject: Subject,
    /// The limits without any configuration.
    pub limits: &'static [DefaultLimit],
    /// The roles that `explain` lists the constructs of.
    pub roles: fn(&Policy) -> Roles,
    /// How `explain` follows it into the source.
    pub traced: Traced,
    /// Its column in the totals by language, if it has one.
    pub total: Option<Total>,
    /// Whether the gate gives its totals over the changed files.
    pub is_delta: bool,
}

impl Metric {
    /// A row without the optional columns. The others are empty: every row fills them.
    pub const PLAIN: Self = Self {
        id: "",
        label: "",
        unit: "",
        direction: Direction::Neutral,
        aggregate: Aggregate::Sum,
        column: "",
        formula: Formula::Derived(|_| Value::Int(0)),
        source: "",
        about: "",
        remedy: "",
        subject: Subject::Function,
        limits: &[],
        roles: |_| Roles::NONE,
        traced: Traced::No,
        total: None,
        is_delta: false,
    };

    /// The value of a space.
    #[must_use]
    pub fn value(&self, metrics: &Metrics) -> Value {
        match self.formula {
            Formula::Stored(get, _) => Value::Int(get(metrics)),
            Formula::Derived(of) => of(metrics),
        }
    }

    /// Whether it is computed from others rather than kept in stores.
    #[must_use]
    pub const fn is_derived(&self) -> bool {
        matches!(self.formula, Formula::Derived(_))
    }
}
