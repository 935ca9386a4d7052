//! The configuration files `elcano.toml`: limits, overrides for some paths, the baseline. Files
//! from the top of the work tree down to the root hold for all of it, the nearer before the
//! farther; a file in a folder below holds there. Never ignores an unknown key: it is an error with
//! a suggestion.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};
use toml::{Table, Value};

use crate::error::{Error, Result, suggestion};
use crate::gate::Limits;
use crate::gate::limits::{Folder, LimitChange};
use crate::git;
use crate::metric::CATALOG;
use crate::model::{FailOn, RepoPath};
use crate::store::{NamedBy, read_text};

pub(super) use crate::walk::CONFIG as NAME;

/// Other limits for some paths.
#[derive(Debug, Clone)]
struct Override {
    paths: Vec<String>,
    gated: Option<bool>,
    changes: Vec<LimitChange>,
}

/// The configuration files that hold for a root.
#[derive(Debug, Clone, Default)]
pub(super) struct Configs {
    root: PathBuf,
    /// The top of the tree that the root is in.
    top: PathBuf,
    /// The outermost first.
    files: Vec<Config>,
    /// The only one was named on the command line; no other holds.
    named: bool,
}

/// One configuration file.
#[derive(Debug, Clone, Default)]
struct Config {
    file: PathBuf,
    folder: Folder,
    /// The top of the tree that the file is part of, which what it names is inside of.
    top: Option<PathBuf>,
    baseline: Option<PathBuf>,
    fail_on: Option<FailOn>,
    limits: Vec<LimitChange>,
    overrides: Vec<Override>,
}

/// What people write is far smaller.
const FILE_BYTES_MAX: u64 = 1 << 20;
const KEYS: [&str; 4] = ["baseline", "fail-on", "limits", "override"];
const OVERRIDE_KEYS: [&str; 3] = ["paths", "gated", "limits"];
const LIMIT_KEYS: [&str; 3] = ["warn", "fail", "rows-min"];

impl Configs {
    /// The file that was named alone, or all from `top` down to the root.
    ///
    /// # Errors
    /// A file that cannot be read or is not valid: [`Error::Usage`] with file and key.
    pub(super) fn find(root: &Path, top: &Path, named: Option<&Path>) -> Result<Self> {
        let mut files = Vec::new();
        if let Some(file) = named {
            let folder =
                file.parent().map(|folder| if folder.as_os_str().is_empty() { Path::new(".") } else { folder });
            let folder = folder.and_then(|folder| folder.canonicalize().ok());
            let top = folder.as_deref().and_then(git::top);
            files.push(Config::read(file, Folder::Root, NamedBy::User, top)?);
        } else {
            let inside = |folder: &&Path| folder.starts_with(top);
            for folder in root.ancestors().take_while(inside) {
                let file = folder.join(NAME);
                if file.symlink_metadata().is_ok() {
                    files.push(Config::read(&file, Folder::above(folder, root), NamedBy::Repository(top), Some(top))?);
                }
            }
            files.reverse();
        }
        Ok(Self { root: root.to_owned(), top: top.to_owned(), files, named: named.is_some() })
    }

    /// A value from the file nearest to the root that sets it.
    fn nearest<T>(&self, value: impl Fn(&Config) -> Option<T>) -> Option<T> {
        self.files.iter().rev().find_map(value)
    }

    /// The baseline's file, and the top that it is inside of.
    pub(super) fn baseline(&self) -> Option<(PathBuf, Option<PathBuf>)> {
        self.nearest(|config| Some((config.baseline.clone()?, config.top.clone())))
    }

    /// What fails the gate.
    pub(super) fn fail_on(&self) -> Option<FailOn> {
        self.nearest(|config| config.fail_on)
    }

    /// The file that decides a rule.
    pub(super) fn origin(&self, rule: &str) -> Option<PathBuf> {
        let sets = |config: &Config| config.limits.iter().any(|change| change.id() == rule);
        self.nearest(|config| sets(config).then(|| config.file.clone()))
    }

    /// The files, the outermost first.
    pub(super) fn files(&self) -> impl Iterator<Item = &Path> {
        self.files.iter().map(|config| config.file.as_path())
    }

    /// The limits of the root, and of the folders below it that hold the configuration files
    /// `below`.
    ///
    /// # Errors
    /// As [`Configs::find`].
    pub(super) fn limits(&self, below: &[RepoPath]) -> Result<Limits> {
        let mut limits = Limits::default();
        for config in &self.files {
            config.limits.iter().for_each(|change| limits.set(change));
            config.override_in(&mut limits)?;
        }
        // A folder's own file is one of those above; the shorter paths are the outer folders.
        let mut below: Vec<_> = below.iter().filter(|path| !self.named && path.as_bytes() != NAME.as_bytes()).collect();
        below.sort_by_key(|path| path.as_bytes().len());
        for path in below {
            let folder = path.as_bytes()[..path.as_bytes().len() - NAME.len()].to_vec();
            let file = self.root.join(OsStr::from_bytes(path.as_bytes()));
            let by = NamedBy::Repository(&self.top);
            let config = Config::read(&file, Folder::Below(folder.clone()), by, Some(&self.top))?;
            limits.override_folder(Folder::Below(folder), config.limits.clone());
            config.override_in(&mut limits)?;
        }
        Ok(limits)
    }
}

impl Config {
    fn read(file: &Path, folder: Folder, by: NamedBy<'_>, top: Option<&Path>) -> Result<Self> {
        let text = read_text(file, by, FILE_BYTES_MAX)
            .map_err(|error| Error::Usage(format!("cannot read `{}`: {error}", file.display())))?;
        let wrong = |problem: String| Error::Usage(format!("{}: {problem}", file.display()));
        let config = Self::parse(&text).map_err(wrong)?;
        let beside =
            |baseline: PathBuf| file.parent().map_or_else(|| baseline.clone(), |folder| folder.join(&baseline));
        let top = top.map(Path::to_owned);
        Ok(Self { baseline: config.baseline.map(beside), top, file: file.to_owned(), folder, ..config })
    }

    fn override_in(&self, limits: &mut Limits) -> Result<()> {
        let wrong = |problem: String| Error::Usage(format!("{}: {problem}", self.file.display()));
        self.overrides.iter().try_for_each(|part| {
            let changes = part.changes.clone();
            limits.override_paths(self.folder.clone(), &part.paths, part.gated, changes).map_err(wrong)
        })
    }

    /// Reads a configuration.
    ///
    /// # Errors
    /// What is wrong, with the key.
    fn parse(text: &str) -> Result<Self, String> {
        let table: Table = text.parse().map_err(|error: toml::de::Error| error.to_string())?;
        known(&table, &KEYS, "")?;
        let mut config = Self::default();
        if let Some(value) = table.get("baseline") {
            config.baseline = Some(PathBuf::from(string(value, "baseline")?));
        }
        if let Some(value) = table.get("fail-on") {
            config.fail_on = Some(string(value, "fail-on")?.parse().map_err(|error| format!("fail-on: {error}"))?);
        }
        if let Some(value) = table.get("limits") {
            config.limits = changes(value, "limits")?;
        }
        let overrides = table.get("override").map(|value| value.as_array().ok_or("override: write [[override]]"));
        for (at, value) in overrides.transpose()?.into_iter().flatten().enumerate() {
            config.overrides.push(over(value, &format!("override {}", at + 1))?);
        }
        Ok(config)
    }
}

/// Reads a configuration and applies it.
///
/// # Errors
/// What is wrong, with the key.
pub(super) fn read(text: &str) -> Result<(), String> {
    let config = Config::parse(text)?;
    let mut limits = Limits::default();
    config.limits.iter().for_each(|change| limits.set(change));
    config.override_in(&mut limits).map_err(|error| error.to_string())
}

fn known(table: &Table, keys: &[&str], place: &str) -> Result<(), String> {
    let unknown = table.keys().find(|key| !keys.contains(&key.as_str()));
    unknown.map_or(Ok(()), |key| Err(format!("unknown key `{place}{key}`{}", suggestion(key, keys.iter().copied()))))
}

fn string<'a>(value: &'a Value, key: &str) -> Result<&'a str, String> {
    value.as_str().ok_or_else(|| format!("{key}: a string is expected, not {}", value.type_str()))
}

fn number(value: &Value, key: &str) -> Result<f64, String> {
    #[expect(clippy::cast_precision_loss, reason = "limits are small")]
    let number = value.as_integer().map(|whole| whole as f64).or_else(|| value.as_float());
    let number = number.filter(|number| number.is_finite());
    number.ok_or_else(|| format!("{key}: a number is expected, not {}", value.type_str()))
}

/// A level's limit, or off.
fn level(value: &Value, key: &str) -> Result<Option<f64>, String> {
    if value.as_str() == Some("off") { Ok(None) } else { number(value, key).map(Some) }
}

fn changes(value: &Value, place: &str) -> Result<Vec<LimitChange>, String> {
    let table = value.as_table().ok_or_else(|| format!("{place}: a table is expected"))?;
    table.iter().map(|(id, value)| change(id, value, place)).collect()
}

/// `cognitive = 25`, `cognitive = "off"`, `cognitive = { warn = 15, fail = 25, rows-min = 3 }`.
fn change(id: &str, value: &Value, place: &str) -> Result<LimitChange, String> {
    let key = format!("{place}.{id}");
    let mut change = LimitChange::of(id).map_err(|problem| format!("{key}: {problem}"))?;
    let Some(table) = value.as_table() else {
        change.warn = Some(None);
        change.fail = Some(level(value, &key)?);
        return Ok(change);
    };
    known(table, &LIMIT_KEYS, &format!("{key}."))?;
    change.warn = table.get("warn").map(|value| level(value, &key)).transpose()?;
    change.fail = table.get("fail").map(|value| level(value, &key)).transpose()?;
    if let Some(rows) = table.get("rows-min") {
        let rows = rows.as_integer().and_then(|rows| u32::try_from(rows).ok());
        change.rows_min = Some(rows.ok_or_else(|| format!("{key}.rows-min: a count is expected"))?);
    }
    Ok(change)
}

fn over(value: &Value, place: &str) -> Result<Override, String> {
    let table = value.as_table().ok_or_else(|| format!("{place}: write [[override]]"))?;
    known(table, &OVERRIDE_KEYS, &format!("{place}: "))?;
    let paths = table.get("paths").and_then(Value::as_array).filter(|paths| !paths.is_empty());
    let paths = paths.ok_or_else(|| format!("{place}: `paths` names no path"))?;
    let paths = paths.iter().map(|path| string(path, place).map(str::to_owned)).collect::<Result<_, _>>()?;
    let gated = table.get("gated").map(|value| value.as_bool().ok_or_else(|| format!("{place}.gated: true or false")));
    let changes = table.get("limits").map(|value| changes(value, &format!("{place}.limits"))).transpose()?;
    Ok(Override { paths, gated: gated.transpose()?, changes: changes.unwrap_or_default() })
}

/// The JSON schema of the file, made from the catalog of metrics.
#[must_use]
pub(super) fn schema() -> Json {
    let mut rules = serde_json::Map::new();
    for metric in CATALOG {
        for prefix in ["", "function:", "class:", "file:"] {
            let described = json!({ "$ref": "#/$defs/limit", "description": metric.label });
            rules.insert(format!("{prefix}{}", metric.id), described);
        }
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": NAME,
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "baseline": { "type": "string", "description": "the file of accepted offenders, beside this one" },
            "fail-on": { "enum": FailOn::ALL.iter().map(|value| value.name()).collect::<Vec<_>>() },
            "limits": { "$ref": "#/$defs/limits" },
            "override": { "type": "array", "items": {
                "type": "object", "additionalProperties": false, "required": ["paths"], "properties": {
                    "paths": { "type": "array", "minItems": 1, "items": { "type": "string" },
                        "description": "written as in .gitignore, from this file's folder" },
                    "gated": { "type": "boolean" },
                    "limits": { "$ref": "#/$defs/limits" },
                } } },
        },
        "$defs": {
            "level": { "oneOf": [{ "type": "number" }, { "const": "off" }] },
            "limit": { "oneOf": [
                { "type": "number", "description": "the failing limit; no warning below it" },
                { "const": "off" },
                { "type": "object", "additionalProperties": false, "properties": {
                    "warn": { "$ref": "#/$defs/level" },
                    "fail": { "$ref": "#/$defs/level" },
                    "rows-min": { "type": "integer", "minimum": 0, "description": "spaces of fewer rows are not gated" },
                } },
            ] },
            "limits": { "type": "object", "additionalProperties": false, "properties": rules },
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_unknown_gets_a_suggestion() {
        for (text, words) in [
            ("limts = {}", ["limts", "limits"]),
            ("[limits]\ncognitve = 3", ["cognitve", "cognitive"]),
            ("[limits]\ncognitive = { wran = 3 }", ["wran", "warn"]),
            ("[[override]]\npath = [\"a\"]", ["path", "paths"]),
            ("fail-on = \"nwe\"", ["nwe", "new"]),
        ] {
            let problem = Config::parse(text).unwrap_err();
            assert!(words.iter().all(|word| problem.contains(word)), "{problem}");
        }
    }

    #[test]
    fn wrong_types_are_named() {
        for text in ["[limits]\ncognitive = true", "limits = 3", "override = 3", "[[override]]\npaths = []"] {
            assert!(Config::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_schema_knows_every_key() {
        let schema = schema();
        let keys = |pointer: &str| {
            let object = schema.pointer(pointer).and_then(Json::as_object).unwrap();
            object.keys().cloned().collect::<std::collections::BTreeSet<_>>()
        };
        assert_eq!(keys("/properties"), KEYS.map(str::to_owned).into());
        assert_eq!(keys("/properties/override/items/properties"), OVERRIDE_KEYS.map(str::to_owned).into());
        assert!(keys("/$defs/limits/properties").contains("file:loc.ploc"));
    }
}
