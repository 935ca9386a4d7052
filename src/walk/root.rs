//! The root of a walk. Never looks inside.

use std::io;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// The root without links; what was named may be one.
///
/// # Errors
/// A root that is not there or is neither a folder nor a file ([`Error::Usage`]).
pub fn resolve(root: &Path) -> Result<PathBuf> {
    let resolved = root.canonicalize().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Error::Usage(format!("`{}` does not exist", root.display())),
        _ => Error::io("opening", root)(error),
    })?;
    let metadata = resolved.metadata().map_err(Error::io("opening", root))?;
    if metadata.is_dir() || metadata.is_file() {
        Ok(resolved)
    } else {
        Err(Error::Usage(format!("`{}` is neither a file nor a folder", root.display())))
    }
}
