//! Where a report goes: `FORMAT` to standard output, `FORMAT=FILE` to a file. Parses and prints
//! outputs, and writes a file whole or not at all. Never makes a text.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::{Error, Result, suggestion};
use crate::store::replace_file;

/// A format by its name.
pub trait Format: Copy + 'static {
    /// Every format of this kind, in the order of the documentation.
    fn all() -> impl Iterator<Item = Self>;

    /// The name on the command line and in pipelines.
    fn name(self) -> &'static str;

    /// The format of a name.
    ///
    /// # Errors
    /// An unknown name, with the nearest known one.
    fn named(name: &str) -> Result<Self, String> {
        let unknown = || format!("unknown format `{name}`{}", suggestion(name, Self::all().map(Self::name)));
        Self::all().find(|format| format.name() == name).ok_or_else(unknown)
    }
}

/// A format and where it goes: to standard output without a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output<F> {
    /// The format.
    pub format: F,
    /// A file to write in place of standard output.
    pub file: Option<PathBuf>,
}

impl<F: Format> FromStr for Output<F> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, file) = text.split_once('=').map_or((text, None), |(name, file)| (name, Some(file)));
        let format = F::named(name)?;
        if file == Some("") {
            return Err(format!("`{text}`: no file after `=`"));
        }
        Ok(Self { format, file: file.filter(|file| *file != "-").map(PathBuf::from) })
    }
}

impl<'de, F: Format> Deserialize<'de> for Output<F> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl<F: Format> Serialize for Output<F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.file {
            Some(file) => serializer.collect_str(&format_args!("{}={}", self.format.name(), file.display())),
            None => serializer.serialize_str(self.format.name()),
        }
    }
}

/// Writes a file whole or not at all. Its folder must exist.
///
/// # Errors
/// The file cannot be written; it is then as it was.
pub fn write_file(path: &Path, bytes: &[u8]) -> Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // A mistyped folder is a mistake, not a folder to make.
    folder.metadata().map_err(Error::io("writing", path))?;
    replace_file(path, bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    enum Shape {
        Round,
        Flat,
    }

    impl Format for Shape {
        fn all() -> impl Iterator<Item = Self> {
            [Self::Round, Self::Flat].into_iter()
        }

        fn name(self) -> &'static str {
            match self {
                Self::Round => "round",
                Self::Flat => "flat",
            }
        }
    }

    #[test]
    fn a_format_and_its_file() {
        let parsed = |text: &str| text.parse::<Output<Shape>>().map(|output| (output.format, output.file));
        assert_eq!(parsed("round"), Ok((Shape::Round, None)));
        assert_eq!(parsed("flat=-"), Ok((Shape::Flat, None)));
        assert_eq!(parsed("flat=a=b.txt"), Ok((Shape::Flat, Some("a=b.txt".into()))));
        assert_eq!(parsed("flat="), Err("`flat=`: no file after `=`".to_owned()));
        assert_eq!(parsed("fat=x"), Err("unknown format `fat`; did you mean `flat`?".to_owned()));
    }

    #[test]
    fn what_is_printed_is_read_again() {
        for text in ["\"round\"", "\"flat=a.txt\""] {
            let output: Output<Shape> = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::to_string(&output).unwrap(), text);
        }
        assert!(serde_json::from_str::<Output<Shape>>("\"square\"").is_err());
    }

    #[test]
    fn a_file_is_replaced_and_nothing_stays_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("report.json");
        write_file(&file, b"old").unwrap();
        write_file(&file, b"new").unwrap();
        assert_eq!(std::fs::read(&file).unwrap(), b"new");
        assert_eq!(folder.path().read_dir().unwrap().count(), 1);
        assert!(write_file(&folder.path().join("missing/report.json"), b"").is_err());
        assert!(!folder.path().join("missing").exists());
    }
}
