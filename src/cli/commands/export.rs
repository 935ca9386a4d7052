//! `export`: copies the store into databases or files.

use clap::Args;

use crate::cli::console::print;
use crate::cli::session::Session;
use crate::error::Result;
use crate::export::{self, Target};

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  elcano export --to duckdb:facts.duckdb --to sqlite:facts.sqlite\n  elcano export --to parquet:out --force"
)]
pub(in crate::cli) struct ExportArgs {
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

pub(in crate::cli) fn export(session: &Session, args: &ExportArgs) -> Result<u8> {
    let store = session.read_store()?;
    export::export(store.as_ref(), &args.to, args.force)?;
    for target in &args.to {
        print(&format!("wrote {target}\n"))?;
    }
    Ok(0)
}
