//! `get`: one record of the store as JSON.

use std::ffi::OsString;

use clap::Args;

use crate::cli::console::print_json;
use crate::cli::session::Session;
use crate::cli::words::text;
use crate::error::{Error, Result};
use crate::pipeline::address;

#[derive(Debug, Args)]
#[command(
    after_help = "Addresses, in the newest snapshot:\n  file:path:src/lib.rs            the file's record\n  metrics:file:src/lib.rs         metrics of a file and its spaces\n  file:sym:src/lib.rs             the spaces of a file\n  chunk:src/main.rs:100:200       the source text of a span\n  execlog:ID                      one run\n  snapshot:ID                     one snapshot\nA literal `:` in a path is written `::`."
)]
pub(in crate::cli) struct GetArgs {
    /// What to get
    address: OsString,
}

pub(in crate::cli) fn get(session: &Session, args: &GetArgs) -> Result<u8> {
    let store = session.read_store()?;
    let address = text(&args.address);
    match address::get(store.as_ref(), &address)? {
        Some(document) => print_json(&document).map(|()| 0),
        None => Err(Error::Undecided(format!("{} holds nothing under `{}`", store.url(), address))),
    }
}
