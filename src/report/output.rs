//! Where a report goes: `FORMAT` to standard output, `FORMAT=FILE` to a file. Parses and prints
//! outputs, and has files written. Never makes a text.

use std::ffi::OsStr;
use std::io::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use bstr::ByteSlice as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::{Error, Result, suggestion};
use crate::store::{NamedBy, write_with};

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
    /// A pipeline file names it, and no option.
    pub of_pipeline: bool,
}

impl<F> Output<F> {
    /// To standard output, or to where the format itself goes.
    #[must_use]
    pub const fn of(format: F) -> Self {
        Self { format, file: None, of_pipeline: false }
    }

    /// Who names the file.
    #[must_use]
    pub const fn named_by(&self) -> NamedBy<'static> {
        if self.of_pipeline { NamedBy::Pipeline } else { NamedBy::User }
    }
}

impl<F: Format> Output<F> {
    /// Reads what was typed; a file's name need not be UTF-8.
    ///
    /// # Errors
    /// An unknown format, or no file after `=`.
    pub fn parse(text: &OsStr) -> Result<Self, String> {
        let (name, file) = match text.as_bytes().split_once_str("=") {
            Some((name, file)) => (name, Some(OsStr::from_bytes(file))),
            None => (text.as_bytes(), None),
        };
        let format = F::named(&String::from_utf8_lossy(name))?;
        if file.is_some_and(OsStr::is_empty) {
            return Err(format!("`{}`: no file after `=`", text.display()));
        }
        Ok(Self { file: file.filter(|file| *file != "-").map(PathBuf::from), ..Self::of(format) })
    }
}

impl<F: Format> FromStr for Output<F> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::parse(text.as_ref())
    }
}

impl<'de, F: Format> Deserialize<'de> for Output<F> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let output: Self = String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)?;
        Ok(Self { of_pipeline: true, ..output })
    }
}

impl<F: Format> Serialize for Output<F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.file {
            Some(file) => {
                let unwritable = || serde::ser::Error::custom(format!("`{}` is not UTF-8", file.display()));
                let file = file.to_str().ok_or_else(unwritable)?;
                serializer.collect_str(&format_args!("{}={file}", self.format.name()))
            }
            None => serializer.serialize_str(self.format.name()),
        }
    }
}

/// Writes a file, a regular one whole or not at all. Its folder must exist.
///
/// # Errors
/// The file cannot be written; a regular one is then as it was.
pub fn write_file(path: &Path, named_by: NamedBy<'_>, bytes: &[u8]) -> Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // A mistyped folder is a mistake, not a folder to make.
    folder.metadata().map_err(Error::io("writing", path))?;
    write_with(path, named_by, |file| file.write_all(bytes).map_err(Error::io("writing", path)))
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
    fn a_file_need_not_have_a_name_in_utf8() {
        let parsed = |bytes: &[u8]| Output::<Shape>::parse(OsStr::from_bytes(bytes));
        let file = PathBuf::from(OsStr::from_bytes(b"\xFF=\xFE"));
        let output = parsed(b"flat=\xFF=\xFE").unwrap();
        assert_eq!(output, Output { file: Some(file), ..Output::of(Shape::Flat) });
        assert!(serde_json::to_string(&output).is_err(), "a text that would name another file");
        assert!(parsed(b"fl\xFFat").is_err());
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
        write_file(&file, NamedBy::User, b"old").unwrap();
        write_file(&file, NamedBy::User, b"new").unwrap();
        assert_eq!(std::fs::read(&file).unwrap(), b"new");
        assert_eq!(folder.path().read_dir().unwrap().count(), 1);
        assert!(write_file(&folder.path().join("missing/report.json"), NamedBy::User, b"").is_err());
        assert!(!folder.path().join("missing").exists());
    }
}
