//! Measures a file by its name and its bytes alone, with the languages of this build and the
//! default policy and limits.

use std::path::Path;
use std::sync::LazyLock;

use super::analyzer::Analyzer;
use super::options::Options;
use crate::lang::Registry;
use crate::model::{ContentId, FileFacts};

/// Why bytes could not be measured.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// Neither the name nor the text of the file is that of a known language.
    #[error("no language is known for `{0}`")]
    UnknownLanguage(String),
    /// The spec of a language does not fit its grammar.
    #[error("{0}")]
    Spec(String),
}

static REGISTRY: LazyLock<Result<Registry, String>> =
    LazyLock::new(|| Registry::new().map_err(|error| error.to_string()));

/// The metrics of a file and of all that is in it. The path is only a name: no file is read.
///
/// ```
/// let source = b"def sign(x):\n    if x < 0:\n        return -1\n    return x > 0\n";
/// let facts = elcano::measure::measure_source("sign.py", source)?;
/// let function = &facts.spaces[1];
/// assert_eq!((function.name.as_str(), function.metrics.cyclomatic), ("sign", 2));
/// # Ok::<(), elcano::measure::SourceError>(())
/// ```
///
/// # Errors
/// The language is unknown.
pub fn measure_source(path: impl AsRef<Path>, bytes: &[u8]) -> Result<FileFacts, SourceError> {
    let path = path.as_ref();
    let registry = REGISTRY.as_ref().map_err(|error| SourceError::Spec(error.clone()))?;
    let name = path.file_name().map(std::ffi::OsStr::as_encoded_bytes).unwrap_or_default();
    let language =
        registry.detect(name, bytes).ok_or_else(|| SourceError::UnknownLanguage(path.display().to_string()))?;
    let analyzer =
        Analyzer::new(registry, language, "default").map_err(|error| SourceError::Spec(error.to_string()))?;
    Ok(analyzer.measure(ContentId::of(bytes), bytes, Options::metrics()))
}
