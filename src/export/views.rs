//! The views of every export: what people ask for, as SQL that SQLite and DuckDB read alike. All
//! but `runs` and `stages` show the newest snapshot. Never runs a query.

use crate::metric::catalog::{self, CATALOG, Metric, Total};
use crate::store::Family;

/// The SQL dialect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// SQLite.
    Sqlite,
    /// DuckDB.
    Duckdb,
}

/// A view.
#[derive(Debug, Clone, Copy)]
pub struct View {
    /// Its name.
    pub name: &'static str,
    /// What it shows, in one sentence.
    pub about: &'static str,
    /// Families it reads beside executions, snapshots, files and facts.
    pub(super) reads: &'static [Family],
    /// Its query.
    sql: fn(Dialect) -> String,
}

const LINKED: &[Family] = &[Family::Symbols, Family::References, Family::Links];

const NEWEST: &str = "(SELECT id FROM snapshots ORDER BY time_us DESC, id DESC LIMIT 1)";

/// Cognitive complexity above which a function is an offender.
pub const OFFENDER_COGNITIVE: u32 = 15;
/// Cyclomatic complexity above which a function is an offender.
pub const OFFENDER_CYCLOMATIC: u32 = 15;

/// Every view, in the order in which they are made.
pub const VIEWS: &[View] = &[
    View {
        name: "file_metrics",
        about: "Each measured file with its metrics. Where `counter` is not `elcano`, it counted the lines and nothing else is known.",
        reads: &[],
        sql: |_| {
            format!(
                "SELECT f.path, f.language, CASE WHEN f.language LIKE 'tokei:%' THEN 'tokei' ELSE 'elcano' END AS counter, \
             f.bytes, s.error_bytes, {}, CASE WHEN s.notes LIKE '%\"lost_code\"%' THEN 1 ELSE 0 END AS lost_code \
             FROM files f JOIN facts s ON s.content = f.content AND s.engine = f.engine AND s.ordinal = 0 \
             WHERE f.snapshot = {NEWEST} AND s.kind IS NOT NULL",
                metric_columns()
            )
        },
    },
    View {
        name: "spaces",
        about: "Each space (file, class, function) with its metrics.",
        reads: &[],
        sql: |_| {
            format!(
                "SELECT f.path, f.language, s.ordinal AS space, s.parent, s.kind, s.name, s.qualified_name, s.start_line, \
             s.end_line, s.start_byte, s.end_byte, s.visibility, s.error_bytes, {} FROM files f \
             JOIN facts s ON s.content = f.content AND s.engine = f.engine \
             WHERE f.snapshot = {NEWEST} AND s.kind IS NOT NULL",
                metric_columns()
            )
        },
    },
    View {
        name: "functions",
        about: "Each function and closure with its metrics.",
        reads: &[],
        sql: |_| "SELECT * FROM spaces WHERE kind IN ('function', 'closure')".to_owned(),
    },
    View {
        name: "classes",
        about: "Each class-like space with its metrics.",
        reads: &[],
        sql: |_| "SELECT * FROM spaces WHERE kind NOT IN ('unit', 'function', 'closure', 'namespace')".to_owned(),
    },
    View {
        name: "function_links",
        about: "Fan-in and fan-out of each function: distinct functions that call it and that it calls, and the names it \
                calls that resolve to no single function. Level full only.",
        reads: LINKED,
        sql: |_| {
            format!(
                "SELECT s.path, s.start_line, s.fqn AS qualified_name, s.id, l.fan_in, l.fan_out, l.unresolved \
             FROM links l JOIN symbols s ON s.snapshot = l.snapshot AND s.id = l.symbol WHERE l.snapshot = {NEWEST}"
            )
        },
    },
    View {
        name: "file_links",
        about: "Fan-in and fan-out of each file: distinct other files that call something of it and that it calls \
                something of. Level full only.",
        reads: LINKED,
        sql: |_| {
            format!(
                "WITH pairs AS (SELECT DISTINCT c.path AS caller, t.path AS callee FROM \"references\" r \
             JOIN symbols c ON c.snapshot = r.snapshot AND c.id = r.source \
             JOIN symbols t ON t.snapshot = r.snapshot AND t.id = r.target \
             WHERE r.snapshot = {NEWEST} AND c.path <> t.path) \
             SELECT f.path, f.language, coalesce(i.files, 0) AS fan_in, coalesce(o.files, 0) AS fan_out FROM files f \
             JOIN snapshots n ON n.id = f.snapshot AND n.level = 'full' \
             LEFT JOIN (SELECT callee, count(*) AS files FROM pairs GROUP BY callee) i ON i.callee = f.path \
             LEFT JOIN (SELECT caller, count(*) AS files FROM pairs GROUP BY caller) o ON o.caller = f.path \
             WHERE f.snapshot = {NEWEST} AND f.skip IS NULL"
            )
        },
    },
    View {
        name: "offenders",
        about: "Functions over cognitive 15 or cyclomatic 15, hardest first.",
        reads: &[],
        sql: |_| {
            format!(
                "SELECT path, start_line, qualified_name, language, cognitive, cyclomatic, nesting, sloc, nargs \
             FROM functions WHERE cognitive > {OFFENDER_COGNITIVE} OR cyclomatic > {OFFENDER_CYCLOMATIC} \
             ORDER BY cognitive DESC, cyclomatic DESC, path, start_line"
            )
        },
    },
    View {
        name: "languages",
        about: "Totals by language.",
        reads: &[],
        sql: |_| {
            let sum =
                |(metric, total): &(&Metric, Total)| format!("CAST(sum({}) AS BIGINT) AS {}", metric.column, total.key);
            let sums = catalog::totals().iter().map(sum).collect::<Vec<_>>().join(", ");
            format!(
                "SELECT language, count(*) AS files, CAST(sum(bytes) AS BIGINT) AS bytes, {sums} FROM file_metrics \
                 GROUP BY language ORDER BY sloc DESC, language"
            )
        },
    },
    View {
        name: "parse_health",
        about: "How much of each language the parser did not understand: files, those with parse errors, bytes, bytes \
                inside ERROR nodes, their share in percent, the file with most of them, and the files of which it lost \
                code in silence. Worst language first.",
        reads: &[],
        sql: |_| {
            "WITH totals AS (SELECT language, count(*) AS files, \
         CAST(sum(CASE WHEN error_bytes > 0 THEN 1 ELSE 0 END) AS BIGINT) AS broken_files, \
         CAST(sum(bytes) AS BIGINT) AS bytes, CAST(sum(error_bytes) AS BIGINT) AS error_bytes, \
         CAST(sum(lost_code) AS BIGINT) AS lost_code_files, max(error_bytes) AS worst FROM file_metrics GROUP BY language), \
         worst AS (SELECT w.language, min(w.path) AS path FROM file_metrics w \
         JOIN totals t ON t.language = w.language AND t.worst = w.error_bytes WHERE w.error_bytes > 0 GROUP BY w.language) \
         SELECT t.language, t.files, t.broken_files, t.bytes, t.error_bytes, \
         CASE WHEN t.bytes > 0 THEN 100.0 * t.error_bytes / t.bytes ELSE 0.0 END AS error_percent, w.path AS worst_file, \
         t.lost_code_files \
         FROM totals t LEFT JOIN worst w ON w.language = t.language ORDER BY error_percent DESC, t.language"
                .to_owned()
        },
    },
    View {
        name: "runs",
        about: "The execution log, newest first.",
        reads: &[],
        sql: |dialect| {
            let started = match dialect {
                Dialect::Sqlite => "strftime('%Y-%m-%d %H:%M:%f', started_us / 1e6, 'unixepoch')",
                // Years 1 to 9999: DuckDB fails on what it cannot write, and one such run would
                // hide all others.
                Dialect::Duckdb => {
                    "CASE WHEN started_us BETWEEN -62135596800000000 AND 253402300799999999 \
                     THEN strftime(make_timestamp(started_us), '%Y-%m-%d %H:%M:%S.%g') END"
                }
            };
            format!(
                "SELECT id, pipeline, outcome, {started} AS started, started_us, duration_us, version, snapshot, \
                 files_found, files_parsed, files_cached, bytes, symbols FROM executions ORDER BY id DESC"
            )
        },
    },
    View {
        name: "stages",
        about: "Each stage of each run.",
        reads: &[],
        sql: |dialect| match dialect {
            Dialect::Sqlite => {
                "SELECT e.id AS run, e.pipeline, j.key AS stage, json_extract(j.value, '$.name') AS name, \
             json_extract(j.value, '$.outcome') AS outcome, json_extract(j.value, '$.start_us') AS start_us, \
             json_extract(j.value, '$.duration_us') AS duration_us, json_extract(j.value, '$.detail') AS detail \
             FROM executions e, json_each(e.stages) j"
                    .to_owned()
            }
            Dialect::Duckdb => "SELECT run, pipeline, stage, s->>'name' AS name, s->>'outcome' AS outcome, \
             TRY_CAST(s->>'start_us' AS BIGINT) AS start_us, TRY_CAST(s->>'duration_us' AS BIGINT) AS duration_us, \
             s->>'detail' AS detail FROM (SELECT id AS run, pipeline, unnest(CAST(stages AS JSON[])) AS s, \
             generate_subscripts(CAST(stages AS JSON[]), 1) - 1 AS stage FROM executions)"
                .to_owned(),
        },
    },
];

fn metric_columns() -> String {
    CATALOG.iter().map(|metric| format!("s.\"{}\"", metric.column)).collect::<Vec<_>>().join(", ")
}

/// The statements that make all views, and the indexes that they need.
#[must_use]
pub fn statements(dialect: Dialect) -> Vec<String> {
    let index = (dialect == Dialect::Sqlite)
        .then(|| "CREATE INDEX facts_content ON facts (content, engine, ordinal);".to_owned());
    let views = VIEWS.iter().map(|view| format!("CREATE VIEW \"{}\" AS {};", view.name, (view.sql)(dialect)));
    index.into_iter().chain(views).collect()
}
