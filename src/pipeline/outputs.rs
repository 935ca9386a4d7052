//! Writes a check in each format to standard output or to its file. Never makes a text.

use std::path::{Path, PathBuf};

use super::base::Environment;
use crate::error::{Error, Result};
use crate::model::Check;
use crate::report::gate::GateOutput;
use crate::report::output::write_file;
use crate::store::{NamedBy, is_written_in_place, read_file, write_in_place};

/// No file that a format adds to is larger: GitHub takes 1 MiB.
const MERGED_BYTES_MAX: u64 = 64 << 20;

/// Writes a check in some formats; gives the files it wrote.
///
/// # Errors
/// A file or standard output cannot be written.
pub fn write(
    check: &Check,
    outputs: &[GateOutput],
    environment: Environment<'_>,
    print: &dyn Fn(&str) -> Result<()>,
) -> Result<Vec<String>> {
    let mut written = Vec::new();
    for output in outputs {
        let (format, named_by) = (output.format, output.named_by());
        let named = || format.variable.and_then(environment).filter(|name| !name.is_empty()).map(PathBuf::from);
        match output.file.clone().or_else(named) {
            None => print(&(format.write)(check, ""))?,
            Some(file) if format.merges => {
                let existing = existing(&file, named_by)?;
                // In place: other programs may hold the file open.
                write_in_place(&file, named_by, (format.write)(check, &existing).as_bytes())?;
                written.push(file.display().to_string());
            }
            Some(file) => {
                write_file(&file, named_by, (format.write)(check, "").as_bytes())?;
                written.push(file.display().to_string());
            }
        }
    }
    Ok(written)
}

/// What a file holds already; nothing for a device or a FIFO.
fn existing(file: &Path, named_by: NamedBy<'_>) -> Result<String> {
    if is_written_in_place(file) {
        return Ok(String::new());
    }
    match read_file(file, named_by, MERGED_BYTES_MAX) {
        Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
        Err(error) => Err(Error::io("reading", file)(error)),
    }
}
