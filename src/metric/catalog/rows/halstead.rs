//! Lists the rows of Halstead's software science. Never computes a value.

use crate::metric::catalog::row::Aggregate::Merge;
use crate::metric::catalog::row::Direction::{Higher, Lower, Neutral};
use crate::metric::catalog::row::Formula::Derived;
use crate::metric::catalog::row::Value::{Int, Real};
use crate::metric::catalog::row::{Metric, stored};
use crate::metric::halstead;

pub(super) const ROWS: &[Metric] = &[
    Metric {
        id: "halstead.n1",
        label: "Distinct operators (n1)",
        unit: "tokens",
        direction: Neutral,
        aggregate: Merge,
        column: "halstead_operators_distinct",
        formula: stored!(operators_distinct),
        source: "Halstead, Elements of Software Science, 1977",
        about: "Distinct operators by text: every token but identifiers, literals, comments, separators and closing brackets.",
        remedy: "Use fewer constructs.",
        ..Metric::PLAIN
    },
    Metric {
        id: "halstead.n2",
        label: "Distinct operands (n2)",
        unit: "tokens",
        direction: Neutral,
        aggregate: Merge,
        column: "halstead_operands_distinct",
        formula: stored!(operands_distinct),
        source: "Halstead 1977",
        about: "Distinct identifiers and literals by text.",
        remedy: "Use fewer names and constants.",
        ..Metric::PLAIN
    },
    Metric {
        id: "halstead.N1",
        label: "Operators (N1)",
        unit: "tokens",
        direction: Neutral,
        aggregate: Merge,
        column: "halstead_operators",
        formula: stored!(operators),
        source: "Halstead 1977",
        about: "Operators in total.",
        remedy: "Shorten the code.",
        ..Metric::PLAIN
    },
    Metric {
        id: "halstead.N2",
        label: "Operands (N2)",
        unit: "tokens",
        direction: Neutral,
        aggregate: Merge,
        column: "halstead_operands",
        formula: stored!(operands),
        source: "Halstead 1977",
        about: "Operands in total.",
        remedy: "Shorten the code.",
        ..Metric::PLAIN
    },
    Metric {
        id: "halstead.vocabulary",
        label: "Vocabulary",
        unit: "tokens",
        direction: Neutral,
        aggregate: Merge,
        column: "halstead_vocabulary",
        formula: Derived(|m| Int(halstead::vocabulary(m))),
        source: "Halstead 1977",
        about: "n = n1 + n2.",
        remedy: "Use fewer names and constructs.",
        ..Metric::PLAIN
    },
    Metric {
        id: "halstead.length",
        label: "Length",
        unit: "tokens",
        direction: Lower,
        aggregate: Merge,
        column: "halstead_length",
        formula: Derived(|m| Int(halstead::length(m))),
        source: "Halstead 1977",
        about: "N = N1 + N2.",
        remedy: "Shorten the code.",
        ..Metric::PLAIN
    },
    Metric {
        id: "halstead.volume",
        label: "Volume",
        unit: "bits",
        direction: Lower,
        aggregate: Merge,
        column: "halstead_volume",
        formula: Derived(|m| Real(halstead::volume(m))),
        source: "Halstead 1977",
        about: "V = N log2 n; 0 when there are no tokens.",
        remedy: "Shorten the code; extract functions.",
        ..Metric::PLAIN
    },
    Metric {
        id: "halstead.difficulty",
        label: "Difficulty",
        unit: "ratio",
        direction: Lower,
        aggregate: Merge,
        column: "halstead_difficulty",
        formula: Derived(|m| Real(halstead::difficulty(m))),
        source: "Halstead 1977",
        about: "D = n1/2 * N2/n2; 0 when there are no operands.",
        remedy: "Use an operand less often; use fewer operators.",
        ..Metric::PLAIN
    },
    Metric {
        id: "halstead.level",
        label: "Level",
        unit: "ratio",
        direction: Higher,
        aggregate: Merge,
        column: "halstead_level",
        formula: Derived(|m| Real(halstead::level(m))),
        source: "Halstead 1977",
        about: "L = 1/D; 0 where D is.",
        remedy: "Raised by lowering the difficulty.",
        ..Metric::PLAIN
    },
    Metric {
        id: "halstead.effort",
        label: "Effort",
        unit: "discriminations",
        direction: Lower,
        aggregate: Merge,
        column: "halstead_effort",
        formula: Derived(|m| Real(halstead::effort(m))),
        source: "Halstead 1977",
        about: "E = D * V.",
        remedy: "Lower difficulty or volume.",
        ..Metric::PLAIN
    },
    Metric {
        id: "halstead.time",
        label: "Time",
        unit: "seconds",
        direction: Lower,
        aggregate: Merge,
        column: "halstead_time",
        formula: Derived(|m| Real(halstead::time(m))),
        source: "Halstead 1977",
        about: "T = E / 18.",
        remedy: "Lower the effort.",
        ..Metric::PLAIN
    },
    Metric {
        id: "halstead.bugs",
        label: "Bugs",
        unit: "defects",
        direction: Lower,
        aggregate: Merge,
        column: "halstead_bugs",
        formula: Derived(|m| Real(halstead::bugs(m))),
        source: "Halstead 1977",
        about: "B = E^(2/3) / 3000.",
        remedy: "Lower the effort.",
        ..Metric::PLAIN
    },
];
