//! Writes a check in each format to standard output or to its file. Never makes a text.

use std::path::PathBuf;

use super::base::Environment;
use crate::error::{Error, Result};
use crate::model::Check;
use crate::report::gate::GateOutput;
use crate::report::output::write_file;

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
    for GateOutput { format, file } in outputs {
        let named = || format.variable.and_then(environment).filter(|name| !name.is_empty()).map(PathBuf::from);
        match file.clone().or_else(named) {
            None => print(&(format.write)(check, ""))?,
            Some(file) if format.merges => {
                let existing = match std::fs::read(&file) {
                    Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
                    Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
                    Err(error) => return Err(Error::io("reading", file)(error)),
                };
                // In place: other programs may hold the file open.
                std::fs::write(&file, (format.write)(check, &existing)).map_err(Error::io("writing", &file))?;
                written.push(file.display().to_string());
            }
            Some(file) => {
                write_file(&file, (format.write)(check, "").as_bytes())?;
                written.push(file.display().to_string());
            }
        }
    }
    Ok(written)
}
