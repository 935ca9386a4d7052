//! SQL over a store: loads the tables that a query names into a temporary DuckDB file, with all
//! views, and runs it there. Never changes the store.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use duckdb::types::{TimeUnit, ValueRef};
use serde_json::Value;

use super::csv;
use super::views::{self, Dialect};
use crate::error::{Error, Result};
use crate::interrupt;
use crate::store::{self, Existing, Family, Key, Source, Store, StoreUrl, Visit};

/// Families that views are made of.
const ALWAYS: [Family; 4] = [Family::Executions, Family::Snapshots, Family::Files, Family::Facts];

/// Names and rows of a result.
#[derive(Debug)]
pub struct Answer {
    /// The names of the columns.
    pub columns: Vec<String>,
    /// Rows of cells.
    pub rows: Vec<Vec<Value>>,
}

/// A DuckDB file with views, in a temporary folder; the caller removes the folder.
pub(super) struct Database {
    path: PathBuf,
}

impl Database {
    /// Fills a file in `folder` with some families; the tables of the others are empty.
    pub(super) fn make(source: &dyn Source, folder: &Path, wanted: &dyn Fn(Family) -> bool) -> Result<Self> {
        let path = folder.join("facts.duckdb");
        let url = StoreUrl::Duckdb(path.clone());
        let sink = store::export_to(&url, Existing::Refuse, views::statements(Dialect::Duckdb))?;
        store::copy(&Partial { source, wanted }, sink)?;
        Ok(Self { path })
    }

    /// A connection that never asks the network for an extension.
    pub(super) fn connect(&self) -> Result<duckdb::Connection> {
        store::can_start_duckdb()?;
        let failed = |error| Error::Usage(format!("DuckDB cannot open {}: {error}", self.path.display()));
        let config = duckdb::Config::default()
            .with("autoinstall_known_extensions", "false")
            .and_then(|config| config.with("autoload_known_extensions", "false"))
            .map_err(failed)?;
        duckdb::Connection::open_with_flags(&self.path, config).map_err(failed)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // Its folder is temporary, too: a file that stays goes with it.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// A store of which only some families are to be seen.
struct Partial<'a> {
    source: &'a dyn Source,
    wanted: &'a dyn Fn(Family) -> bool,
}

impl Source for Partial<'_> {
    fn url(&self) -> &StoreUrl {
        self.source.url()
    }

    fn walk(&self, family: Family, prefix: &Key, visit: &mut Visit<'_>) -> Result<()> {
        if (self.wanted)(family) { self.source.walk(family, prefix, visit) } else { Ok(()) }
    }

    fn count(&self, family: Family) -> Result<u64> {
        if (self.wanted)(family) { self.source.count(family) } else { Ok(0) }
    }
}

/// Runs a query over a store.
///
/// # Errors
/// SQL that DuckDB does not take ([`Error::Usage`], with its message), or a store that cannot be
/// read.
pub fn query(store: &dyn Store, sql: &str) -> Result<Answer> {
    let source = store.view()?;
    let lower = sql.to_lowercase();
    // Syntax trees and source text are large: they are loaded where the query names them.
    let wanted = |family: Family| {
        let views = views::VIEWS.iter().filter(|view| view.reads.contains(&family));
        let mut names = views.map(|view| view.name).chain([family.name()]);
        ALWAYS.contains(&family) || names.any(|name| lower.contains(name))
    };
    let folder = tempfile::tempdir().map_err(Error::io("making a folder in", std::env::temp_dir()))?;
    let database = Database::make(source.as_ref(), folder.path(), &wanted)?;
    let connection = database.connect()?;
    let handle = connection.interrupt_handle();
    let answer = interrupt::passing_on(|| handle.interrupt(), || ask(&connection, sql))?;
    let answer = answer.map_err(|error| interrupt::or_else(|| Error::Usage(format!("the query failed: {error}"))))?;
    interrupt::check()?;
    Ok(answer)
}

fn ask(connection: &duckdb::Connection, sql: &str) -> duckdb::Result<Answer> {
    let mut statement = connection.prepare(sql)?;
    let mut found = statement.query([])?;
    let columns: Vec<String> = found.as_ref().map(duckdb::Statement::column_names).unwrap_or_default();
    let mut rows = Vec::new();
    while let Some(row) = found.next()? {
        if interrupt::check().is_err() {
            break;
        }
        rows.push((0..columns.len()).map(|at| row.get_ref(at).map(value)).collect::<duckdb::Result<_>>()?);
    }
    Ok(Answer { columns, rows })
}

fn value(cell: ValueRef<'_>) -> Value {
    let whole = |value: i128| i64::try_from(value).map_or_else(|_| Value::from(value.to_string()), Value::from);
    match cell {
        ValueRef::Null => Value::Null,
        ValueRef::Boolean(value) => Value::from(value),
        ValueRef::TinyInt(value) => Value::from(value),
        ValueRef::SmallInt(value) => Value::from(value),
        ValueRef::Int(value) => Value::from(value),
        ValueRef::BigInt(value) => Value::from(value),
        ValueRef::UTinyInt(value) => Value::from(value),
        ValueRef::USmallInt(value) => Value::from(value),
        ValueRef::UInt(value) => Value::from(value),
        ValueRef::UBigInt(value) => Value::from(value),
        ValueRef::HugeInt(value) => whole(value),
        ValueRef::Float(value) => Value::from(value),
        ValueRef::Double(value) => Value::from(value),
        ValueRef::Text(text) => Value::from(String::from_utf8_lossy(text)),
        ValueRef::Timestamp(unit, count) => Value::from(timestamp(unit, count)),
        ValueRef::Blob(bytes) => Value::from(bytes.iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })),
        other => Value::from(format!("{:?}", other.to_owned())),
    }
}

fn timestamp(unit: TimeUnit, count: i64) -> String {
    let us = match unit {
        TimeUnit::Second => count.saturating_mul(1_000_000),
        TimeUnit::Millisecond => count.saturating_mul(1_000),
        TimeUnit::Microsecond => count,
        TimeUnit::Nanosecond => count / 1_000,
    };
    jiff::Timestamp::from_microsecond(us).map_or_else(|_| us.to_string(), |time| time.to_string())
}

/// A value as a person reads it; a string without quotes.
#[must_use]
pub fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

impl Answer {
    /// An array of objects.
    #[must_use]
    pub fn json(self) -> Value {
        let columns = self.columns;
        let object = |row: Vec<Value>| columns.iter().cloned().zip(row).collect::<serde_json::Map<_, _>>();
        self.rows.into_iter().map(|row| Value::Object(object(row))).collect()
    }

    /// Comma-separated, with a header. With `is_safe` no text is a formula to a spreadsheet.
    #[must_use]
    pub fn csv(&self, is_safe: bool) -> String {
        let field = |text: String| {
            let text = if is_safe && csv::is_formula(&text) { format!("'{text}") } else { text };
            if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
        };
        let line = |cells: Vec<String>| cells.into_iter().map(field).collect::<Vec<_>>().join(",") + "\n";
        let mut out = line(self.columns.clone());
        out.extend(self.rows.iter().map(|row| line(row.iter().map(plain).collect())));
        out
    }
}
