//! The word by which elcano starts itself as the process that measures. No command: nobody types it,
//! and it needs neither threads nor a terminal's interrupt.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::languages::registry;
use crate::error::{Error, Result};
use crate::isolate::{Isolation, serve};

const WORD: &str = "isolated";

/// Measures what another elcano asks for, if that is what this process was started for.
///
/// # Errors
/// Specs that cannot be read, or no elcano asks.
pub(super) fn isolated(mut arguments: impl Iterator<Item = OsString>) -> Option<Result<u8>> {
    if arguments.next()? != WORD {
        return None;
    }
    let specs = arguments.next().map(PathBuf::from);
    Some(registry(specs.as_deref()).and_then(|registry| serve(&registry)).map(|()| 0))
}

/// This program again, as the one that measures.
///
/// # Errors
/// It cannot be found.
pub(super) fn isolation(specs: Option<&Path>) -> Result<Isolation> {
    // Also when the file was replaced meanwhile: the two must be of one version.
    let own = PathBuf::from("/proc/self/exe");
    let program =
        if own.exists() { own } else { std::env::current_exe().map_err(Error::io("finding", "this program"))? };
    let arguments = [WORD.into()].into_iter().chain(specs.map(Into::into)).collect();
    Ok(Isolation::new(program, arguments))
}
