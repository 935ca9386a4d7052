//! A source file that is named on the command line: the language it is in.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::session::Session;
use crate::error::{Error, Result};

/// The id of the language of a file: as it was typed, or by the file's name or text.
///
/// # Errors
/// No language was typed, and none is known for the file.
pub(super) fn language_of(session: &Session, typed: Option<&str>, file: &Path, bytes: &[u8]) -> Result<String> {
    if let Some(language) = typed {
        return Ok(language.to_owned());
    }
    let name = file.file_name().map(OsStrExt::as_bytes).unwrap_or_default();
    session
        .registry
        .detect(name, bytes)
        .map(str::to_owned)
        .ok_or_else(|| Error::Usage(format!("no language is known for `{}`; name one with --language", file.display())))
}
