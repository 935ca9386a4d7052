//! `export`, `query`, `store`: the store as a whole.

use clap::{Args, Subcommand};
use serde_json::json;

use super::session::{Session, print, print_json};
use crate::error::Result;
use crate::export::{self, Target, query::Form};
use crate::report::table::{Table, thousands};
use crate::store::Family;

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  elcano export --to duckdb:facts.duckdb --to sqlite:facts.sqlite\n  elcano export --to parquet:out --force")]
pub(super) struct ExportArgs {
    /// duckdb:FILE, sqlite:FILE, parquet:DIR or csv:DIR; may repeat
    #[arg(long, value_name = "TARGET", required = true, value_parser = target)]
    to: Vec<Target>,
    /// Replace what is there
    #[arg(long)]
    force: bool,
}

fn target(text: &str) -> std::result::Result<Target, String> {
    text.parse().map_err(|error: crate::error::Error| error.to_string())
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  elcano query 'SELECT path, name, cognitive FROM functions ORDER BY cognitive DESC LIMIT 10'\n  elcano query 'FROM languages' --format csv\n\nTables and views: docs/tables.md.")]
pub(super) struct QueryArgs {
    /// The query, in DuckDB's SQL
    sql: String,
    /// How rows are printed
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = |text: &str| text.parse::<Form>())]
    format: Form,
}

#[derive(Debug, Subcommand)]
pub(super) enum StoreCommand {
    /// Count records and bytes
    Stats {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
}

pub(super) fn export(session: &Session, args: &ExportArgs) -> Result<u8> {
    let store = session.read_store()?;
    export::export(store.as_ref(), &args.to, args.force)?;
    for target in &args.to {
        print(&format!("wrote {target}\n"))?;
    }
    Ok(0)
}

pub(super) fn query(session: &Session, args: &QueryArgs) -> Result<u8> {
    let store = session.read_store()?;
    print(&export::query::query(store.as_ref(), &args.sql, args.format)?)?;
    Ok(0)
}

pub(super) fn store(session: &Session, command: &StoreCommand) -> Result<u8> {
    match command {
        StoreCommand::Stats { json } => stats(session, *json),
    }
}

fn stats(session: &Session, as_json: bool) -> Result<u8> {
    let store = session.read_store()?;
    let counts = Family::ALL.iter().map(|family| Ok((family, store.count(*family)?))).collect::<Result<Vec<_>>>()?;
    let bytes = store.bytes()?;
    if as_json {
        let families: serde_json::Map<_, _> =
            counts.iter().map(|(family, count)| (family.name().to_owned(), (*count).into())).collect();
        print_json(&json!({
            "schema": "elcano.store/1", "store": store.url().to_string(), "format": crate::store::FORMAT,
            "bytes": bytes, "families": families,
        }))?;
        return Ok(0);
    }
    let mut table = Table::new(&["family", "#records", "holds"]);
    for (family, count) in counts {
        table.row(vec![family.name().to_owned(), thousands(count), family.about().trim().to_owned()]);
    }
    print(&format!("{}, {} bytes on disk\n\n{}", store.url(), thousands(bytes), table.text()))?;
    Ok(0)
}
