//! `query`: SQL over the store, answered by DuckDB.

use clap::Args;

use crate::cli::console::print;
use crate::cli::session::Session;
use crate::error::Result;
use crate::export::query::{self, Form};

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  elcano query 'SELECT path, name, cognitive FROM functions ORDER BY cognitive DESC LIMIT 10'\n  elcano query 'FROM languages' --format csv\n\nTables and views: docs/tables.md."
)]
pub(in crate::cli) struct QueryArgs {
    /// The query, in DuckDB's SQL
    sql: String,
    /// How rows are printed: text, json or csv
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = |text: &str| text.parse::<Form>())]
    format: Form,
}

pub(in crate::cli) fn query(session: &Session, args: &QueryArgs) -> Result<u8> {
    let store = session.read_store()?;
    print(&query::query(store.as_ref(), &args.sql, args.format)?)?;
    Ok(0)
}
