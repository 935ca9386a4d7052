//! Lists the rows of assignments, branches, conditions. Never computes a value.

use crate::lang::Roles;
use crate::metric::abc;
use crate::metric::catalog::row::Aggregate::Sum;
use crate::metric::catalog::row::Direction::Lower;
use crate::metric::catalog::row::Formula::Derived;
use crate::metric::catalog::row::Traced::Innermost;
use crate::metric::catalog::row::Value::Real;
use crate::metric::catalog::row::{Metric, stored};

pub(super) const ROWS: &[Metric] = &[
    Metric {
        id: "abc.assignments",
        label: "Assignments",
        unit: "assignments",
        direction: Lower,
        aggregate: Sum,
        column: "abc_assignments",
        formula: stored!(assignments),
        source: "Fitzpatrick, Applying the ABC metric, 1997",
        about: "Assignments, compound ones, increments and decrements; declarations with a value, unless constant by the language.",
        remedy: "Compute values in one expression; split the function.",
        roles: |_| Roles::ASSIGNMENT,
        traced: Innermost { start: 0 },
        ..Metric::PLAIN
    },
    Metric {
        id: "abc.branches",
        label: "Branches",
        unit: "calls",
        direction: Lower,
        aggregate: Sum,
        column: "abc_branches",
        formula: stored!(branches),
        source: "Fitzpatrick 1997",
        about: "Calls, instantiations and gotos.",
        remedy: "Split the function.",
        roles: |_| abc::branches(),
        traced: Innermost { start: 0 },
        ..Metric::PLAIN
    },
    Metric {
        id: "abc.conditions",
        label: "Conditions",
        unit: "conditions",
        direction: Lower,
        aggregate: Sum,
        column: "abc_conditions",
        formula: stored!(conditions),
        source: "Fitzpatrick 1997",
        about: "Comparisons, else, case, default, ?, try, catch, and bare conditions, wherever a condition stands: of a branch or a loop, in a comprehension, in a guard.",
        remedy: "Split the function; replace conditions by data.",
        traced: Innermost { start: 0 },
        ..Metric::PLAIN
    },
    Metric {
        id: "abc.magnitude",
        label: "ABC",
        unit: "size",
        direction: Lower,
        aggregate: Sum,
        column: "abc_magnitude",
        formula: Derived(|m| Real(abc::magnitude(m))),
        source: "Fitzpatrick 1997",
        about: "sqrt(A^2 + B^2 + C^2).",
        remedy: "Split the function.",
        ..Metric::PLAIN
    },
];
