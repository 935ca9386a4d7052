//! The catalog: one row a metric. Columns, report labels, limits, `explain` and the documentation all come from it.

use super::{abc, halstead, maintainability};
use crate::model::Metrics;

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

use Aggregate::{Max, Merge, Sum, Whole};
use Direction::{Higher, Lower, Neutral};
use Value::{Int, Real};

/// Every metric of a space, in the order of reports.
pub const CATALOG: &[Metric] = &[
    Metric {
        id: "loc.sloc",
        label: "SLOC",
        unit: "rows",
        direction: Lower,
        aggregate: Whole,
        column: "sloc",
        get: |m| Int(m.sloc),
        source: "Park, CMU/SEI-92-TR-20",
        about: "Rows of the space, blank and comment rows included. An empty file has 0; a trailing newline changes nothing.",
        remedy: "Split the file or function; delete what is not used.",
    },
    Metric {
        id: "loc.ploc",
        label: "PLOC",
        unit: "rows",
        direction: Lower,
        aggregate: Whole,
        column: "ploc",
        get: |m| Int(m.ploc),
        source: "Park, CMU/SEI-92-TR-20",
        about: "Rows with at least one code token; the inside of a multi-line string is code.",
        remedy: "Split the function; delete what is not used.",
    },
    Metric {
        id: "loc.lloc",
        label: "LLOC",
        unit: "statements",
        direction: Lower,
        aggregate: Whole,
        column: "lloc",
        get: |m| Int(m.lloc),
        source: "Park, CMU/SEI-92-TR-20",
        about: "Logical statements: each simple statement and each head of a compound one; the definitions of functions and classes are counted by nom, not here.",
        remedy: "Split the function.",
    },
    Metric {
        id: "loc.cloc",
        label: "CLOC",
        unit: "rows",
        direction: Neutral,
        aggregate: Whole,
        column: "cloc",
        get: |m| Int(m.cloc),
        source: "Park, CMU/SEI-92-TR-20",
        about: "Rows with at least one comment token. A row with code and comment is in PLOC, too; a blank row inside a block comment is a comment row.",
        remedy: "Say in code what comments say.",
    },
    Metric {
        id: "loc.blank",
        label: "Blank",
        unit: "rows",
        direction: Neutral,
        aggregate: Whole,
        column: "blank",
        get: |m| Int(m.blank),
        source: "Park, CMU/SEI-92-TR-20",
        about: "Rows with neither code nor comment; SLOC = blank + rows with code or comment.",
        remedy: "Nothing to lower.",
    },
    Metric {
        id: "cyclomatic",
        label: "Cyclomatic",
        unit: "paths",
        direction: Lower,
        aggregate: Sum,
        column: "cyclomatic",
        get: |m| Int(m.cyclomatic),
        source: "McCabe, A Complexity Measure, 1976; NIST SP 500-235",
        about: "1 + the decisions of a function, nested functions excluded; of a file the sum over its functions plus the decisions outside them.",
        remedy: "Split the function; replace conditions by data or by dispatch.",
    },
    Metric {
        id: "cyclomatic_modified",
        label: "Cyclomatic, modified",
        unit: "paths",
        direction: Lower,
        aggregate: Sum,
        column: "cyclomatic_modified",
        get: |m| Int(m.cyclomatic_modified),
        source: "McCabe 1976, with a whole switch as one decision",
        about: "Cyclomatic complexity in which a switch or match counts 1 in place of its arms.",
        remedy: "Split the function; replace conditions by data or by dispatch.",
    },
    Metric {
        id: "cognitive",
        label: "Cognitive",
        unit: "points",
        direction: Lower,
        aggregate: Sum,
        column: "cognitive",
        get: |m| Int(m.cognitive),
        source: "Campbell, Cognitive Complexity, SonarSource white paper v1.5, 2021",
        about: "How hard the control flow is to follow: +1 for each break in the linear flow, +1 more for each level it is nested in, +1 for each sequence of like logical operators, +1 for direct recursion. Nested functions are included.",
        remedy: "Return early, extract nested blocks into functions, name a long condition.",
    },
    Metric {
        id: "halstead.n1",
        label: "Distinct operators (n1)",
        unit: "tokens",
        direction: Neutral,
        aggregate: Merge,
        column: "halstead_operators_distinct",
        get: |m| Int(m.operators_distinct),
        source: "Halstead, Elements of Software Science, 1977",
        about: "Distinct operators by text: every token but identifiers, literals, comments, separators and closing brackets.",
        remedy: "Use fewer constructs.",
    },
    Metric {
        id: "halstead.n2",
        label: "Distinct operands (n2)",
        unit: "tokens",
        direction: Neutral,
        aggregate: Merge,
        column: "halstead_operands_distinct",
        get: |m| Int(m.operands_distinct),
        source: "Halstead 1977",
        about: "Distinct identifiers and literals by text.",
        remedy: "Use fewer names and constants.",
    },
    Metric {
        id: "halstead.N1",
        label: "Operators (N1)",
        unit: "tokens",
        direction: Neutral,
        aggregate: Merge,
        column: "halstead_operators",
        get: |m| Int(m.operators),
        source: "Halstead 1977",
        about: "Operators in total.",
        remedy: "Shorten the code.",
    },
    Metric {
        id: "halstead.N2",
        label: "Operands (N2)",
        unit: "tokens",
        direction: Neutral,
        aggregate: Merge,
        column: "halstead_operands",
        get: |m| Int(m.operands),
        source: "Halstead 1977",
        about: "Operands in total.",
        remedy: "Shorten the code.",
    },
    Metric {
        id: "halstead.vocabulary",
        label: "Vocabulary",
        unit: "tokens",
        direction: Neutral,
        aggregate: Merge,
        column: "halstead_vocabulary",
        get: |m| Int(halstead::vocabulary(m)),
        source: "Halstead 1977",
        about: "n = n1 + n2.",
        remedy: "Use fewer names and constructs.",
    },
    Metric {
        id: "halstead.length",
        label: "Length",
        unit: "tokens",
        direction: Lower,
        aggregate: Merge,
        column: "halstead_length",
        get: |m| Int(halstead::length(m)),
        source: "Halstead 1977",
        about: "N = N1 + N2.",
        remedy: "Shorten the code.",
    },
    Metric {
        id: "halstead.volume",
        label: "Volume",
        unit: "bits",
        direction: Lower,
        aggregate: Merge,
        column: "halstead_volume",
        get: |m| Real(halstead::volume(m)),
        source: "Halstead 1977",
        about: "V = N log2 n; 0 when there are no tokens.",
        remedy: "Shorten the code; extract functions.",
    },
    Metric {
        id: "halstead.difficulty",
        label: "Difficulty",
        unit: "ratio",
        direction: Lower,
        aggregate: Merge,
        column: "halstead_difficulty",
        get: |m| Real(halstead::difficulty(m)),
        source: "Halstead 1977",
        about: "D = n1/2 * N2/n2; 0 when there are no operands.",
        remedy: "Use an operand less often; use fewer operators.",
    },
    Metric {
        id: "halstead.level",
        label: "Level",
        unit: "ratio",
        direction: Higher,
        aggregate: Merge,
        column: "halstead_level",
        get: |m| Real(halstead::level(m)),
        source: "Halstead 1977",
        about: "L = 1/D; 0 where D is.",
        remedy: "Raised by lowering the difficulty.",
    },
    Metric {
        id: "halstead.effort",
        label: "Effort",
        unit: "discriminations",
        direction: Lower,
        aggregate: Merge,
        column: "halstead_effort",
        get: |m| Real(halstead::effort(m)),
        source: "Halstead 1977",
        about: "E = D * V.",
        remedy: "Lower difficulty or volume.",
    },
    Metric {
        id: "halstead.time",
        label: "Time",
        unit: "seconds",
        direction: Lower,
        aggregate: Merge,
        column: "halstead_time",
        get: |m| Real(halstead::time(m)),
        source: "Halstead 1977",
        about: "T = E / 18.",
        remedy: "Lower the effort.",
    },
    Metric {
        id: "halstead.bugs",
        label: "Bugs",
        unit: "defects",
        direction: Lower,
        aggregate: Merge,
        column: "halstead_bugs",
        get: |m| Real(halstead::bugs(m)),
        source: "Halstead 1977",
        about: "B = E^(2/3) / 3000.",
        remedy: "Lower the effort.",
    },
    Metric {
        id: "mi.original",
        label: "Maintainability index",
        unit: "points",
        direction: Higher,
        aggregate: Whole,
        column: "mi_original",
        get: |m| Real(maintainability::original(m)),
        source: "Oman & Hagemeister 1992; Coleman et al. 1994",
        about: "171 - 5.2 ln V - 0.23 G - 16.2 ln SLOC, with ln 0 taken as 0.",
        remedy: "Raised by shorter functions with fewer decisions.",
    },
    Metric {
        id: "mi.sei",
        label: "Maintainability index, SEI",
        unit: "points",
        direction: Higher,
        aggregate: Whole,
        column: "mi_sei",
        get: |m| Real(maintainability::sei(m)),
        source: "Coleman et al. 1994; SEI",
        about: "The original + 50 sin sqrt(2.4 CM), CM = CLOC / SLOC.",
        remedy: "Raised by shorter functions and by comments.",
    },
    Metric {
        id: "mi.visual_studio",
        label: "Maintainability index, Visual Studio",
        unit: "points",
        direction: Higher,
        aggregate: Whole,
        column: "mi_visual_studio",
        get: |m| Real(maintainability::visual_studio(m)),
        source: "Microsoft, Code metrics: maintainability index",
        about: "max(0, original * 100 / 171).",
        remedy: "Raised by shorter functions with fewer decisions.",
    },
    Metric {
        id: "abc.assignments",
        label: "Assignments",
        unit: "assignments",
        direction: Lower,
        aggregate: Sum,
        column: "abc_assignments",
        get: |m| Int(m.assignments),
        source: "Fitzpatrick, Applying the ABC metric, 1997",
        about: "Assignments, compound ones, increments and decrements; declarations with a value, unless constant by the language.",
        remedy: "Compute values in one expression; split the function.",
    },
    Metric {
        id: "abc.branches",
        label: "Branches",
        unit: "calls",
        direction: Lower,
        aggregate: Sum,
        column: "abc_branches",
        get: |m| Int(m.branches),
        source: "Fitzpatrick 1997",
        about: "Calls, instantiations and gotos.",
        remedy: "Split the function.",
    },
    Metric {
        id: "abc.conditions",
        label: "Conditions",
        unit: "conditions",
        direction: Lower,
        aggregate: Sum,
        column: "abc_conditions",
        get: |m| Int(m.conditions),
        source: "Fitzpatrick 1997",
        about: "Comparisons, else, case, default, ?, try, catch, and bare conditions.",
        remedy: "Split the function; replace conditions by data.",
    },
    Metric {
        id: "abc.magnitude",
        label: "ABC",
        unit: "size",
        direction: Lower,
        aggregate: Sum,
        column: "abc_magnitude",
        get: |m| Real(abc::magnitude(m)),
        source: "Fitzpatrick 1997",
        about: "sqrt(A^2 + B^2 + C^2).",
        remedy: "Split the function.",
    },
    Metric {
        id: "nargs",
        label: "Parameters",
        unit: "parameters",
        direction: Lower,
        aggregate: Sum,
        column: "nargs",
        get: |m| Int(m.nargs),
        source: "Formal parameters, as in ISO/IEC 25023 coding guidelines",
        about: "Formal parameters of a function; a destructured one is 1; receivers and bare separators are none.",
        remedy: "Group parameters that travel together into a type.",
    },
    Metric {
        id: "nexits",
        label: "Exits",
        unit: "exits",
        direction: Lower,
        aggregate: Sum,
        column: "nexits",
        get: |m| Int(m.nexits),
        source: "NIST SP 500-235, exits",
        about: "return, throw or raise, and operators that return early; the implicit end is none.",
        remedy: "Leave at fewer places.",
    },
    Metric {
        id: "nom.functions",
        label: "Functions",
        unit: "functions",
        direction: Neutral,
        aggregate: Sum,
        column: "nom_functions",
        get: |m| Int(m.functions),
        source: "Lorenz & Kidd 1994",
        about: "Named functions and methods with a body; a function counts itself.",
        remedy: "Nothing to lower.",
    },
    Metric {
        id: "nom.closures",
        label: "Closures",
        unit: "closures",
        direction: Neutral,
        aggregate: Sum,
        column: "nom_closures",
        get: |m| Int(m.closures),
        source: "Lorenz & Kidd 1994",
        about: "Lambdas, arrow functions, blocks.",
        remedy: "Nothing to lower.",
    },
    Metric {
        id: "nom.total",
        label: "Functions and closures",
        unit: "functions",
        direction: Neutral,
        aggregate: Sum,
        column: "nom_total",
        get: |m| Int(m.functions.saturating_add(m.closures)),
        source: "Lorenz & Kidd 1994",
        about: "Functions and closures together.",
        remedy: "Nothing to lower.",
    },
    Metric {
        id: "nesting",
        label: "Nesting",
        unit: "levels",
        direction: Lower,
        aggregate: Max,
        column: "nesting",
        get: |m| Int(m.nesting),
        source: "Campbell 2021, the nesting level",
        about: "The deepest cognitive nesting level; a function without branches has 0.",
        remedy: "Return early; extract nested blocks.",
    },
    Metric {
        id: "tokens",
        label: "Tokens",
        unit: "tokens",
        direction: Lower,
        aggregate: Sum,
        column: "tokens",
        get: |m| Int(m.tokens),
        source: "Leaf tokens of the syntax tree",
        about: "Leaf tokens without comments.",
        remedy: "Shorten the code.",
    },
    Metric {
        id: "wmc",
        label: "Weighted methods",
        unit: "paths",
        direction: Lower,
        aggregate: Sum,
        column: "wmc",
        get: |m| Int(m.wmc),
        source: "Chidamber & Kemerer, A Metrics Suite for Object Oriented Design, 1994",
        about: "Sum of the cyclomatic complexities of a class's own methods.",
        remedy: "Split the class.",
    },
    Metric {
        id: "npm",
        label: "Public methods",
        unit: "methods",
        direction: Lower,
        aggregate: Sum,
        column: "npm",
        get: |m| Int(m.npm),
        source: "Chidamber & Kemerer 1994; Lorenz & Kidd 1994",
        about: "Public methods of a class by the language's visibility rules.",
        remedy: "Narrow the interface.",
    },
    Metric {
        id: "npa",
        label: "Public attributes",
        unit: "attributes",
        direction: Lower,
        aggregate: Sum,
        column: "npa",
        get: |m| Int(m.npa),
        source: "Lorenz & Kidd 1994",
        about: "Public attributes of a class by the language's visibility rules.",
        remedy: "Hide the data.",
    },
];

/// The metrics as JSON: one member a metric, those with a dot in their id grouped by what is before it.
#[must_use]
pub fn to_json(metrics: &Metrics) -> serde_json::Value {
    let mut all = serde_json::Map::new();
    for metric in CATALOG {
        let value = match (metric.get)(metrics) {
            Int(value) => serde_json::Value::from(value),
            Real(value) => serde_json::Value::from(value),
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
