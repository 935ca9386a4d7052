//! Lists the rows of the maintainability index. Never computes a value.

use crate::metric::catalog::row::Aggregate::Whole;
use crate::metric::catalog::row::Direction::Higher;
use crate::metric::catalog::row::Formula::Derived;
use crate::metric::catalog::row::Metric;
use crate::metric::catalog::row::Value::Real;
use crate::metric::maintainability;

pub(super) const ROWS: &[Metric] = &[
    Metric {
        id: "mi.original",
        label: "Maintainability index",
        unit: "points",
        direction: Higher,
        aggregate: Whole,
        column: "mi_original",
        formula: Derived(|m| Real(maintainability::original(m))),
        source: "Oman & Hagemeister 1992; Coleman et al. 1994",
        about: "171 - 5.2 ln V - 0.23 G - 16.2 ln SLOC, with ln 0 taken as 0.",
        remedy: "Raised by shorter functions with fewer decisions.",
        ..Metric::PLAIN
    },
    Metric {
        id: "mi.sei",
        label: "Maintainability index, SEI",
        unit: "points",
        direction: Higher,
        aggregate: Whole,
        column: "mi_sei",
        formula: Derived(|m| Real(maintainability::sei(m))),
        source: "Coleman et al. 1994; SEI",
        about: "The original + 50 sin sqrt(2.4 CM), CM = CLOC / SLOC.",
        remedy: "Raised by shorter functions and by comments.",
        ..Metric::PLAIN
    },
    Metric {
        id: "mi.visual_studio",
        label: "Maintainability index, Visual Studio",
        unit: "points",
        direction: Higher,
        aggregate: Whole,
        column: "mi_visual_studio",
        formula: Derived(|m| Real(maintainability::visual_studio(m))),
        source: "Microsoft, Code metrics: maintainability index",
        about: "max(0, original * 100 / 171).",
        remedy: "Raised by shorter functions with fewer decisions.",
        ..Metric::PLAIN
    },
];
