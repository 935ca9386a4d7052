//! `export`: copies the store into databases or files.

use clap::Args;

use crate::cli::console::print;
use crate::cli::session::Session;
use crate::cli::words::parsed;
use crate::error::Result;
use crate::export::{self, ExportOptions, Target};
use crate::model::printable;

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  elcano export --to duckdb:facts.duckdb --to sqlite:facts.sqlite\n  elcano export --to parquet:out --force"
)]
pub(in crate::cli) struct ExportArgs {
    /// duckdb:FILE, sqlite:FILE, parquet:DIR or csv:DIR; may repeat
    #[arg(long, value_name = "TARGET", required = true, value_parser = parsed(Target::parse))]
    to: Vec<Target>,
    /// Replace what is there
    #[arg(long)]
    force: bool,
    /// In CSV, write an apostrophe before texts that a spreadsheet would take for formulas
    #[arg(long)]
    csv_safe: bool,
}

pub(in crate::cli) fn export(session: &Session, args: &ExportArgs) -> Result<u8> {
    let store = session.read_store()?;
    let options = ExportOptions { force: args.force, csv_safe: args.csv_safe };
    export::export(store.as_ref(), &args.to, options)?;
    let wrote = |target: &Target| format!("wrote {}\n", printable(&target.to_string()));
    print(&args.to.iter().map(wrote).collect::<String>()).map(|()| 0)
}
