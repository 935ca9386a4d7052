//! Documents the tables and views from their definitions. Never lists a column by hand.

use super::views::VIEWS;
use crate::store::Family;
use crate::store::table::{self, Kind};

/// Queries people ask, each of which both engines answer alike; the page shows them and the tests
/// run them.
pub const QUERIES: [(&str, &str); 9] = [
    (
        "The ten functions that are hardest to follow",
        "SELECT path, start_line, qualified_name, cognitive, cyclomatic FROM functions \
         ORDER BY cognitive DESC, cyclomatic DESC, path, start_line LIMIT 10",
    ),
    (
        "Totals by language",
        "SELECT language, files, sloc, ploc, cloc, blank, functions FROM languages ORDER BY language",
    ),
    (
        "Languages by what the parser did not understand",
        "SELECT language, files, broken_files, bytes, error_bytes FROM parse_health ORDER BY error_percent DESC, language",
    ),
    (
        "Files with the most decisions for their size",
        "SELECT path, sloc, cyclomatic FROM file_metrics WHERE sloc > 0 \
         ORDER BY cyclomatic * 1000 / sloc DESC, path LIMIT 10",
    ),
    (
        "Functions with many parameters",
        "SELECT path, qualified_name, nargs FROM functions WHERE nargs > 1 ORDER BY nargs DESC, path, qualified_name",
    ),
    (
        "Classes by the weight of their methods",
        "SELECT path, qualified_name, wmc, npm, npa FROM classes ORDER BY wmc DESC, path, qualified_name",
    ),
    ("Files that many others call", "SELECT path, fan_in, fan_out FROM file_links ORDER BY fan_in DESC, path LIMIT 10"),
    (
        "Functions that many others call",
        "SELECT path, qualified_name, fan_in, fan_out, unresolved FROM function_links \
         ORDER BY fan_in DESC, path, start_line LIMIT 10",
    ),
    (
        "How runs ended",
        "SELECT pipeline, outcome, count(*) AS runs FROM runs GROUP BY pipeline, outcome ORDER BY pipeline, outcome",
    ),
];

/// The page in Markdown.
#[must_use]
pub fn tables() -> String {
    let mut out = String::from(
        "# Tables and views of an export\n\n\
         Generated from the program's own definitions. Tables are the same in DuckDB, SQLite, Parquet and\n\
         CSV; `elcano query` reads the same ones. Every table begins with `key` (the record's binary key)\n\
         and `ordinal` (the row within its record). Ids are hexadecimal; paths are text in which a byte\n\
         that is not UTF-8 stands as U+10FF00 + byte.\n\n## Views\n\n\
         | view | shows |\n| --- | --- |\n",
    );
    for view in VIEWS {
        out += &format!("| `{}` | {} |\n", view.name, view.about);
    }
    out += "\n## Queries\n";
    for (title, sql) in QUERIES {
        out += &format!("\n{title}:\n\n```sql\n{sql}\n```\n");
    }
    out += "\n## Tables\n";
    for family in Family::ALL {
        out += &format!(
            "\n### `{family}`\n\n{}\n\n| column | type | meaning |\n| --- | --- | --- |\n",
            family.about().trim()
        );
        for column in table::columns(*family, true) {
            let kind = match column.kind {
                Kind::Integer => "integer",
                Kind::Real => "real",
                Kind::Text => "text",
                Kind::Blob => "bytes",
            };
            let null = if column.nullable { ", may be NULL" } else { "" };
            out += &format!("| `{}` | {kind}{null} | {} |\n", column.name, column.about.replace('|', "\\|"));
        }
    }
    out
}
