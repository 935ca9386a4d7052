//! Lists the rows of cyclomatic and cognitive complexity. Never computes a value.

use crate::metric::catalog::row::Aggregate::Sum;
use crate::metric::catalog::row::Direction::Lower;
use crate::metric::catalog::row::Subject::Function;
use crate::metric::catalog::row::Traced::{Enclosing, Innermost};
use crate::metric::catalog::row::{DefaultLimit, Metric, Total, stored};

pub(super) const ROWS: &[Metric] = &[
    Metric {
        id: "cyclomatic",
        label: "Cyclomatic",
        unit: "paths",
        direction: Lower,
        aggregate: Sum,
        column: "cyclomatic",
        formula: stored!(cyclomatic),
        source: "McCabe, A Complexity Measure, 1976; NIST SP 500-235",
        about: "1 + the decisions of a function, nested functions excluded; an arm that takes whatever is left is no decision, and what a class decides where it is defined belongs to the function around it; of a file the sum over its functions plus the decisions outside them.",
        remedy: "Split the function; replace conditions by data or by dispatch.",
        roles: |policy| policy.cyclomatic,
        traced: Innermost { start: 1 },
        // Where NIST ends the range of what can be tested; twice that fails.
        limits: &[DefaultLimit { subject: Function, warn: 15.0, fail: 30.0 }],
        total: Some(Total { place: 5, key: "cyclomatic", title: "cyclomatic", of_lines: false }),
        is_delta: true,
        ..Metric::PLAIN
    },
    Metric {
        id: "cyclomatic_modified",
        label: "Cyclomatic, modified",
        unit: "paths",
        direction: Lower,
        aggregate: Sum,
        column: "cyclomatic_modified",
        formula: stored!(cyclomatic_modified),
        source: "McCabe 1976, with a whole switch as one decision",
        about: "Cyclomatic complexity in which a switch or match counts 1 in place of its arms.",
        remedy: "Split the function; replace conditions by data or by dispatch.",
        roles: |policy| policy.cyclomatic,
        traced: Innermost { start: 1 },
        ..Metric::PLAIN
    },
    Metric {
        id: "cognitive",
        label: "Cognitive",
        unit: "points",
        direction: Lower,
        aggregate: Sum,
        column: "cognitive",
        formula: stored!(cognitive),
        source: "Campbell, Cognitive Complexity, SonarSource white paper v1.5, 2021",
        about: "How hard the control flow is to follow: +1 for each break in the linear flow, +1 more for each level it is nested in, +1 for each sequence of like logical operators, +1 for recursion, of a function that calls itself or is in a circle of calls within its file. Nested functions are included.",
        remedy: "Return early, extract nested blocks into functions, name a long condition.",
        roles: |policy| policy.structural | policy.flat,
        traced: Enclosing,
        // Where its author's company warns; the failing limit is code that few people would defend.
        limits: &[DefaultLimit { subject: Function, warn: 15.0, fail: 25.0 }],
        total: Some(Total { place: 6, key: "cognitive", title: "cognitive", of_lines: false }),
        is_delta: true,
        ..Metric::PLAIN
    },
];
