//! Standard output: data, and nothing else. Messages go to standard error.

use std::io::Write as _;

use serde_json::Value;

use crate::error::{Error, Result};

/// Writes to standard output; a reader that has gone away is no error.
pub(super) fn print(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        result => result.map_err(Error::io("writing", "standard output")),
    }
}

/// Writes a document to standard output.
pub(super) fn print_json(document: &Value) -> Result<()> {
    print(&format!("{document:#}\n"))
}
