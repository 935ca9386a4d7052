//! Lists the rows of parameters, exits, functions, nesting and tokens. Never computes a value.

use crate::lang::Roles;
use crate::metric::catalog::row::Aggregate::{Max, Sum};
use crate::metric::catalog::row::Direction::{Lower, Neutral};
use crate::metric::catalog::row::Formula::Derived;
use crate::metric::catalog::row::Subject::Function;
use crate::metric::catalog::row::Traced::Innermost;
use crate::metric::catalog::row::Value::Int;
use crate::metric::catalog::row::{DefaultLimit, Metric, Total, stored};
use crate::metric::counts;

pub(super) const ROWS: &[Metric] = &[
    Metric {
        id: "nargs",
        label: "Parameters",
        unit: "parameters",
        direction: Lower,
        aggregate: Sum,
        column: "nargs",
        formula: stored!(nargs),
        source: "Formal parameters, as in ISO/IEC 25023 coding guidelines",
        about: "Formal parameters of a function; a destructured one is 1; receivers and bare separators are none.",
        remedy: "Group parameters that travel together into a type.",
        // Where most style checkers warn; about twice that fails.
        limits: &[DefaultLimit { subject: Function, warn: 7.0, fail: 12.0 }],
        ..Metric::PLAIN
    },
    Metric {
        id: "nexits",
        label: "Exits",
        unit: "exits",
        direction: Lower,
        aggregate: Sum,
        column: "nexits",
        formula: stored!(nexits),
        source: "NIST SP 500-235, exits",
        about: "return, throw or raise, operators that return early, and what of the language itself never returns (PHP's `exit`, Go's `panic`); the implicit end is none.",
        remedy: "Leave at fewer places.",
        roles: |_| counts::exits(),
        traced: Innermost { start: 0 },
        ..Metric::PLAIN
    },
    Metric {
        id: "nom.functions",
        label: "Functions",
        unit: "functions",
        direction: Neutral,
        aggregate: Sum,
        column: "nom_functions",
        formula: stored!(functions),
        source: "Lorenz & Kidd 1994",
        about: "Named functions and methods with a body; a function counts itself.",
        remedy: "Nothing to lower.",
        roles: |_| Roles::FUNCTION,
        total: Some(Total { place: 4, key: "functions", title: "functions", of_lines: false }),
        ..Metric::PLAIN
    },
    Metric {
        id: "nom.closures",
        label: "Closures",
        unit: "closures",
        direction: Neutral,
        aggregate: Sum,
        column: "nom_closures",
        formula: stored!(closures),
        source: "Lorenz & Kidd 1994",
        about: "Lambdas, arrow functions, blocks.",
        remedy: "Nothing to lower.",
        roles: |_| Roles::CLOSURE,
        ..Metric::PLAIN
    },
    Metric {
        id: "nom.total",
        label: "Functions and closures",
        unit: "functions",
        direction: Neutral,
        aggregate: Sum,
        column: "nom_total",
        formula: Derived(|m| Int(m.functions.saturating_add(m.closures))),
        source: "Lorenz & Kidd 1994",
        about: "Functions and closures together.",
        remedy: "Nothing to lower.",
        is_delta: true,
        ..Metric::PLAIN
    },
    Metric {
        id: "nesting",
        label: "Nesting",
        unit: "levels",
        direction: Lower,
        aggregate: Max,
        column: "nesting",
        formula: stored!(nesting),
        source: "Campbell 2021, the nesting level",
        about: "The deepest cognitive nesting level; a function without branches has 0.",
        remedy: "Return early; extract nested blocks.",
        ..Metric::PLAIN
    },
    Metric {
        id: "tokens",
        label: "Tokens",
        unit: "tokens",
        direction: Lower,
        aggregate: Sum,
        column: "tokens",
        formula: stored!(tokens),
        source: "Leaf tokens of the syntax tree",
        about: "Leaf tokens without comments.",
        remedy: "Shorten the code.",
        ..Metric::PLAIN
    },
];
