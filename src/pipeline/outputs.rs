//! Where the gate's answer goes: each format to standard output or to its file.

use std::path::PathBuf;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::report::replace;
use crate::error::{Error, Result};
use crate::model::Check;
use crate::report::gate::GateFormat;
use crate::report::output::Format as _;

/// A format and where it goes: without a file to standard output, or to the file that its variable names.
#[derive(Debug, Clone)]
pub struct Output {
    /// The format.
    pub writer: &'static GateFormat,
    /// A file to write.
    pub file: Option<PathBuf>,
}

impl PartialEq for Output {
    fn eq(&self, other: &Self) -> bool {
        (self.writer.name, &self.file) == (other.writer.name, &other.file)
    }
}

impl Eq for Output {}

impl FromStr for Output {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, file) = text.split_once('=').map_or((text, None), |(name, file)| (name, Some(file)));
        if file.is_some_and(str::is_empty) {
            return Err(format!("`{text}`: no file after `=`"));
        }
        Ok(Self { writer: <&GateFormat>::named(name)?, file: file.filter(|file| *file != "-").map(PathBuf::from) })
    }
}

impl<'de> Deserialize<'de> for Output {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl Serialize for Output {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        match &self.file {
            Some(file) => serializer.collect_str(&format_args!("{}={}", self.writer.name, file.display())),
            None => serializer.serialize_str(self.writer.name),
        }
    }
}

/// Writes a check in some formats; says which files it wrote.
///
/// # Errors
/// A file or standard output cannot be written.
pub fn write(
    check: &Check,
    outputs: &[Output],
    environment: super::base::Environment<'_>,
    print: &dyn Fn(&str) -> Result<()>,
) -> Result<Vec<String>> {
    let mut written = Vec::new();
    for output in outputs {
        let Output { writer, file } = output;
        let named = || writer.variable.and_then(environment).filter(|name| !name.is_empty()).map(PathBuf::from);
        match file.clone().or_else(named) {
            None => print(&(writer.write)(check, ""))?,
            Some(file) if writer.merges => {
                let existing = match std::fs::read(&file) {
                    Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
                    Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
                    Err(error) => return Err(Error::io("reading", file)(error)),
                };
                // In place: others may hold the file open.
                std::fs::write(&file, (writer.write)(check, &existing)).map_err(Error::io("writing", &file))?;
                written.push(file.display().to_string());
            }
            Some(file) => {
                replace(&file, (writer.write)(check, "").as_bytes())?;
                written.push(file.display().to_string());
            }
        }
    }
    Ok(written)
}
