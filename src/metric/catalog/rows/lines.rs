//! Lists the rows of rows of code, comment and nothing, and logical statements. Never computes a
//! value.

use crate::lang::Roles;
use crate::metric::catalog::row::Aggregate::Whole;
use crate::metric::catalog::row::Direction::{Lower, Neutral};
use crate::metric::catalog::row::Subject::{File, Function};
use crate::metric::catalog::row::{DefaultLimit, Metric, Total, stored};

pub(super) const ROWS: &[Metric] = &[
    Metric {
        id: "loc.sloc",
        label: "SLOC",
        unit: "rows",
        direction: Lower,
        aggregate: Whole,
        column: "sloc",
        formula: stored!(sloc),
        source: "Park, CMU/SEI-92-TR-20",
        about: "Rows of the space, blank and comment rows included. An empty file has 0; a trailing newline changes nothing.",
        remedy: "Split the file or function; delete what is not used.",
        total: Some(Total { place: 0, key: "sloc", title: "rows", of_lines: true }),
        ..Metric::PLAIN
    },
    Metric {
        id: "loc.ploc",
        label: "PLOC",
        unit: "rows",
        direction: Lower,
        aggregate: Whole,
        column: "ploc",
        formula: stored!(ploc),
        source: "Park, CMU/SEI-92-TR-20",
        about: "Rows with at least one code token; the inside of a multi-line string is code.",
        remedy: "Split the function; delete what is not used.",
        // Where most style checkers warn; twice that fails.
        limits: &[DefaultLimit { subject: File, warn: 1000.0, fail: 2000.0 }],
        total: Some(Total { place: 1, key: "ploc", title: "code", of_lines: true }),
        is_delta: true,
        ..Metric::PLAIN
    },
    Metric {
        id: "loc.lloc",
        label: "LLOC",
        unit: "statements",
        direction: Lower,
        aggregate: Whole,
        column: "lloc",
        formula: stored!(lloc),
        source: "Park, CMU/SEI-92-TR-20",
        about: "Logical statements: each simple statement and each head of a compound one; the definitions of functions and classes are counted by nom, not here.",
        remedy: "Split the function.",
        roles: |_| Roles::STATEMENT,
        // More than one screen; twice that fails.
        limits: &[DefaultLimit { subject: Function, warn: 60.0, fail: 120.0 }],
        ..Metric::PLAIN
    },
    Metric {
        id: "loc.cloc",
        label: "CLOC",
        unit: "rows",
        direction: Neutral,
        aggregate: Whole,
        column: "cloc",
        formula: stored!(cloc),
        source: "Park, CMU/SEI-92-TR-20",
        about: "Rows with at least one comment token. A row with code and comment is in PLOC, too; a blank row inside a block comment is a comment row.",
        remedy: "Say in code what comments say.",
        total: Some(Total { place: 2, key: "cloc", title: "comment", of_lines: true }),
        ..Metric::PLAIN
    },
    Metric {
        id: "loc.blank",
        label: "Blank",
        unit: "rows",
        direction: Neutral,
        aggregate: Whole,
        column: "blank",
        formula: stored!(blank),
        source: "Park, CMU/SEI-92-TR-20",
        about: "Rows with neither code nor comment; SLOC = blank + rows with code or comment.",
        remedy: "Nothing to lower.",
        total: Some(Total { place: 3, key: "blank", title: "blank", of_lines: true }),
        ..Metric::PLAIN
    },
];
