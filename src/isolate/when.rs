//! When files are measured in supervised processes. Decides nothing.

use std::fmt;
use std::str::FromStr;

/// When files are measured in supervised processes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Where something went wrong before.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

const NAMES: [(When, &str); 3] = [(When::Auto, "auto"), (When::Always, "always"), (When::Never, "never")];

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = NAMES.iter().find(|(when, _)| when == self).map_or("", |(_, name)| name);
        f.pad(name)
    }
}

impl FromStr for When {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = NAMES.iter().find(|(_, name)| *name == text).map(|(when, _)| *when);
        known.ok_or_else(|| format!("`{text}` is not one of auto, always, never"))
    }
}
