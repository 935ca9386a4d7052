//! `import`: copies an export, or another store, into the store.

use std::ffi::OsString;

use clap::Args;

use crate::cli::copied::copied;
use crate::cli::session::Session;
use crate::error::Result;
use crate::pipeline::trust;
use crate::store::{self, Existing, OpenOptions, RunLock, StoreUrl};

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  elcano import --from sqlite:facts.sqlite --store lmdb:restored")]
pub(in crate::cli) struct ImportArgs {
    /// What to read: sqlite:FILE, duckdb:FILE or lmdb:DIR
    #[arg(long, value_name = "STORE")]
    from: OsString,
    /// As JSON
    #[arg(long)]
    json: bool,
}

pub(in crate::cli) fn import(session: &Session, args: &ImportArgs) -> Result<u8> {
    let from: StoreUrl = StoreUrl::parse(&args.from)?;
    trust::require(&from, true, None)?;
    let to = session.store_here()?;
    let counts = store::read_from(&from, |source| {
        let _lock = RunLock::acquire(&to)?;
        store::copy(source, store::write_to(&to, Existing::Merge, OpenOptions::create())?)
    })?;
    copied("import", &from, &to, &counts, args.json)
}
