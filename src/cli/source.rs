//! A source file that was named on the command line: the language it is in.

use std::path::Path;

use super::session::Session;
use crate::error::{Error, Result};

/// The id of the language of a file, by its name or its first line.
///
/// # Errors
/// There is none.
pub(super) fn detect(session: &Session, file: &Path, bytes: &[u8]) -> Result<String> {
    use std::os::unix::ffi::OsStrExt as _;
    let by_name = file.file_name().and_then(|name| session.registry.by_content(name.as_bytes(), bytes));
    let first = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let found = by_name.or_else(|| {
        let line = std::str::from_utf8(first).ok()?.strip_prefix("#!")?;
        let words = line.split(|character: char| character.is_whitespace() || character == '/');
        words.filter_map(|word| session.registry.by_shebang(word)).next_back()
    });
    found
        .map(str::to_owned)
        .ok_or_else(|| Error::Usage(format!("no language is known for `{}`; name one with --language", file.display())))
}
