//! Holds the base counts of a space. Never holds a derived value (Halstead volume, maintainability
//! index, ABC magnitude): those are computed where they are shown, so a stored record holds
//! integers only.

use serde::{Deserialize, Serialize};

/// Base counts of one space (a file, a class, a function). Definitions: the metric catalog.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash, Serialize, Deserialize)]
pub struct Metrics {
    /// Rows of the space.
    pub sloc: u32,
    /// Rows with at least one code token.
    pub ploc: u32,
    /// Logical statements.
    pub lloc: u32,
    /// Rows with at least one comment token.
    pub cloc: u32,
    /// Rows with neither.
    pub blank: u32,
    /// `McCabe`: 1 + decisions of a function; the sum over functions elsewhere.
    pub cyclomatic: u32,
    /// The same with a whole switch counted once.
    pub cyclomatic_modified: u32,
    /// Cognitive complexity.
    pub cognitive: u32,
    /// Distinct operators (n1).
    pub operators_distinct: u32,
    /// Distinct operands (n2).
    pub operands_distinct: u32,
    /// Operators in total (N1).
    pub operators: u32,
    /// Operands in total (N2).
    pub operands: u32,
    /// ABC: assignments.
    pub assignments: u32,
    /// ABC: branches (calls).
    pub branches: u32,
    /// ABC: conditions.
    pub conditions: u32,
    /// Formal parameters.
    pub nargs: u32,
    /// Exits: return, throw, `?`.
    pub nexits: u32,
    /// Named functions.
    pub functions: u32,
    /// Closures.
    pub closures: u32,
    /// Deepest cognitive nesting level.
    pub nesting: u32,
    /// Leaf tokens without comments.
    pub tokens: u32,
    /// Sum of the cyclomatic of a class's own methods.
    pub wmc: u32,
    /// Public methods of a class.
    pub npm: u32,
    /// Public attributes of a class.
    pub npa: u32,
}
