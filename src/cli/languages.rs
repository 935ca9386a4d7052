//! The languages of this build, with the specs that somebody works on. Never reads a source.

use std::path::Path;

use crate::error::{Error, Result};
use crate::lang::Registry;

/// The languages, with the specs of a folder in place of their own.
pub(super) fn registry(specs: Option<&Path>) -> Result<Registry> {
    let mut replaced = Vec::new();
    if let Some(folder) = specs {
        let reading = |error| Error::Usage(format!("cannot read specs in `{}`: {error}", folder.display()));
        for entry in folder.read_dir().map_err(reading)? {
            let path = entry.map_err(reading)?.path();
            if path.extension().is_some_and(|extension| extension == "toml") {
                let text = std::fs::read_to_string(&path).map_err(reading)?;
                let id = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
                replaced.push((id, text));
            }
        }
    }
    Registry::with_specs(&replaced).map_err(Error::from)
}
