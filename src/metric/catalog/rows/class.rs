//! Lists the rows of the weight and the interface of a class. Never computes a value.

use crate::lang::Roles;
use crate::metric::catalog::row::Aggregate::Sum;
use crate::metric::catalog::row::Direction::Lower;
use crate::metric::catalog::row::Subject::Class;
use crate::metric::catalog::row::{Metric, stored};

pub(super) const ROWS: &[Metric] = &[
    Metric {
        id: "wmc",
        label: "Weighted methods",
        unit: "paths",
        direction: Lower,
        aggregate: Sum,
        column: "wmc",
        formula: stored!(wmc),
        source: "Chidamber & Kemerer, A Metrics Suite for Object Oriented Design, 1994",
        about: "Sum of the cyclomatic complexities of a class's own methods.",
        remedy: "Split the class.",
        subject: Class,
        ..Metric::PLAIN
    },
    Metric {
        id: "npm",
        label: "Public methods",
        unit: "methods",
        direction: Lower,
        aggregate: Sum,
        column: "npm",
        formula: stored!(npm),
        source: "Chidamber & Kemerer 1994; Lorenz & Kidd 1994",
        about: "Public methods of a class by the language's visibility rules, also those that it only declares: abstract ones, those of an interface.",
        remedy: "Narrow the interface.",
        subject: Class,
        ..Metric::PLAIN
    },
    Metric {
        id: "npa",
        label: "Public attributes",
        unit: "attributes",
        direction: Lower,
        aggregate: Sum,
        column: "npa",
        formula: stored!(npa),
        source: "Lorenz & Kidd 1994",
        about: "Public attributes of a class by the language's visibility rules: fields, parameters that declare one, and what its methods give to the object, each name once.",
        remedy: "Hide the data.",
        subject: Class,
        roles: |_| Roles::ATTRIBUTE,
        ..Metric::PLAIN
    },
];
