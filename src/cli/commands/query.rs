//! `query`: SQL over the store, answered by DuckDB.

use clap::{Args, ValueEnum};

use crate::cli::console::{print, print_data, print_json};
use crate::cli::session::Session;
use crate::error::{Error, Result};
use crate::export::query::{self, Answer, plain};
use crate::report::table::{Column, Table};

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  elcano query 'SELECT path, name, cognitive FROM functions ORDER BY cognitive DESC LIMIT 10'\n  elcano query 'FROM languages' --format csv\n\nTables and views: docs/tables.md."
)]
pub(in crate::cli) struct QueryArgs {
    /// The query, in DuckDB's SQL
    sql: String,
    /// How rows are printed; text shortens long values
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Form::Text)]
    format: Form,
    /// With --format csv, write an apostrophe before texts that a spreadsheet would take for
    /// formulas
    #[arg(long)]
    csv_safe: bool,
}

/// How rows are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// Columns under each other
    Text,
    /// An array of objects
    Json,
    /// Comma-separated, with a header
    Csv,
}

pub(in crate::cli) fn query(session: &Session, args: &QueryArgs) -> Result<u8> {
    if args.csv_safe && args.format != Form::Csv {
        return Err(Error::Usage("--csv-safe goes with --format csv".to_owned()));
    }
    let store = session.read_store()?;
    let answer = query::query(store.as_ref(), &args.sql)?;
    match args.format {
        Form::Text => print(&table(&answer).text())?,
        Form::Json => print_json(&answer.json())?,
        Form::Csv => print_data(&answer.csv(args.csv_safe))?,
    }
    Ok(0)
}

fn table(answer: &Answer) -> Table {
    let holds_numbers = |at: usize| answer.rows.iter().any(|row| row.get(at).is_some_and(serde_json::Value::is_number));
    let column = |at: usize| if holds_numbers(at) { Column::Number } else { Column::Text };
    let titles = answer.columns.iter().enumerate();
    let mut table = Table::of(titles.map(|(at, title)| (title.clone(), column(at))));
    answer.rows.iter().for_each(|row| table.row(row.iter().map(plain).collect()));
    table
}
