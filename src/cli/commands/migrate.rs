//! `migrate`: makes a store of another engine.

use std::ffi::OsString;

use clap::Args;

use crate::cli::copied::copied;
use crate::error::Result;
use crate::pipeline::trust;
use crate::store::{self, Existing, Family, OpenOptions, StoreUrl};

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  elcano migrate --from lmdb:.elcano --to sqlite:facts.sqlite\n  elcano migrate --from old.sqlite --to lmdb:new --dry-run"
)]
pub(in crate::cli) struct MigrateArgs {
    /// What to read
    #[arg(long, value_name = "STORE")]
    from: OsString,
    /// What to make: lmdb:DIR, sqlite:FILE or duckdb:FILE
    #[arg(long, value_name = "STORE")]
    to: OsString,
    /// Read everything, write nothing
    #[arg(long)]
    dry_run: bool,
    /// Replace what is there, once the new one is whole
    #[arg(long)]
    force: bool,
    /// As JSON
    #[arg(long)]
    json: bool,
}

pub(in crate::cli) fn migrate(args: &MigrateArgs) -> Result<u8> {
    let (from, to) = (StoreUrl::parse(&args.from)?, StoreUrl::parse(&args.to)?);
    trust::require(&from, true, None)?;
    let existing = if args.force { Existing::Replace } else { Existing::Refuse };
    let counts = store::read_from(&from, |source| {
        if args.dry_run {
            // Every record is read and checked, as it would be for the copy.
            let count = |family: &Family| Ok((*family, store::digest(source, *family)?.count));
            return Family::ALL.iter().map(count).collect();
        }
        store::copy(source, store::write_to(&to, existing, OpenOptions::create())?)
    })?;
    copied(if args.dry_run { "dry run" } else { "migrate" }, &from, &to, &counts, args.json)
}
