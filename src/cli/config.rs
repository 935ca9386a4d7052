//! The configuration file `elcano.toml`: limits, where others hold, what is accepted. Found from the root upwards to the
//! top of the work tree. What it does not know is an error with a suggestion, never ignored.

use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};
use toml::{Table, Value};

use crate::error::{Error, Result, suggestion};
use crate::gate::Limits;
use crate::gate::limits::Change;
use crate::metric::CATALOG;
use crate::model::FailOn;

/// The file's name.
pub(super) const NAME: &str = "elcano.toml";

/// Other limits for some paths.
#[derive(Debug, Clone)]
struct Override {
    paths: Vec<String>,
    gated: bool,
    changes: Vec<Change>,
}

/// What a configuration file says.
#[derive(Debug, Clone, Default)]
pub(super) struct Config {
    /// Where it is; none when there is no file.
    pub(super) file: Option<PathBuf>,
    /// The baseline's file.
    pub(super) baseline: Option<PathBuf>,
    /// What fails the gate.
    pub(super) fail_on: Option<FailOn>,
    limits: Vec<Change>,
    overrides: Vec<Override>,
}

const KEYS: [&str; 4] = ["baseline", "fail-on", "limits", "override"];
const OVERRIDE_KEYS: [&str; 3] = ["paths", "gated", "limits"];
const LIMIT_KEYS: [&str; 3] = ["warn", "fail", "rows-min"];

impl Config {
    /// The file that was named, or the nearest above the root, not beyond `top`; an empty configuration when there is none.
    ///
    /// # Errors
    /// A file that cannot be read, or that says what it may not: [`Error::Usage`] with file and key.
    pub(super) fn find(root: &Path, top: &Path, named: Option<&Path>) -> Result<Self> {
        let file = if let Some(file) = named {
            file.to_owned()
        } else {
            let inside = |folder: &&Path| folder.starts_with(top);
            let mut candidates = root.ancestors().take_while(inside).map(|folder| folder.join(NAME));
            match candidates.find(|file| file.is_file()) {
                Some(file) => file,
                None => return Ok(Self::default()),
            }
        };
        let text = std::fs::read_to_string(&file)
            .map_err(|error| Error::Usage(format!("cannot read `{}`: {error}", file.display())))?;
        let wrong = |problem: String| Error::Usage(format!("{}: {problem}", file.display()));
        let config = Self::parse(&text).map_err(wrong)?;
        let beside =
            |baseline: PathBuf| file.parent().map_or_else(|| baseline.clone(), |folder| folder.join(&baseline));
        Ok(Self { baseline: config.baseline.map(beside), file: Some(file), ..config })
    }

    /// Reads a configuration.
    ///
    /// # Errors
    /// What is wrong, with the key.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
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
        // What cannot be applied is said when it is read.
        config.apply(&mut Limits::default())?;
        Ok(config)
    }

    /// Changes limits as the file says.
    ///
    /// # Errors
    /// A pattern that is none.
    pub(super) fn apply(&self, limits: &mut Limits) -> Result<(), String> {
        for change in &self.limits {
            limits.set(change);
        }
        for part in &self.overrides {
            limits.override_paths(&part.paths, part.gated, part.changes.clone())?;
        }
        Ok(())
    }

    /// Whether the file speaks of a rule.
    #[must_use]
    pub(super) fn sets(&self, rule: &str) -> bool {
        self.limits.iter().any(|change| change.id() == rule)
    }
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

fn changes(value: &Value, place: &str) -> Result<Vec<Change>, String> {
    let table = value.as_table().ok_or_else(|| format!("{place}: a table is expected"))?;
    table.iter().map(|(id, value)| change(id, value, place)).collect()
}

/// `cognitive = 25`, `cognitive = "off"`, `cognitive = { warn = 15, fail = 25, rows-min = 3 }`.
fn change(id: &str, value: &Value, place: &str) -> Result<Change, String> {
    let key = format!("{place}.{id}");
    let mut change = Change::of(id).map_err(|problem| format!("{key}: {problem}"))?;
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
    Ok(Override { paths, gated: gated.transpose()?.unwrap_or(true), changes: changes.unwrap_or_default() })
}

/// The JSON schema of the file, made from the catalog of metrics.
#[must_use]
pub(super) fn schema() -> Json {
    let level = json!({ "oneOf": [{ "type": "number" }, { "const": "off" }] });
    let limit = json!({ "oneOf": [
        { "type": "number", "description": "the failing limit; no warning below it" },
        { "const": "off" },
        { "type": "object", "additionalProperties": false, "properties": {
            "warn": level, "fail": level, "rows-min": { "type": "integer", "minimum": 0 } } },
    ]});
    let mut rules = serde_json::Map::new();
    for metric in CATALOG {
        for prefix in ["", "function:", "class:", "file:"] {
            let mut described = limit.clone();
            described["description"] = format!("{}: {}", metric.label, metric.about).into();
            rules.insert(format!("{prefix}{}", metric.id), described);
        }
    }
    let limits = json!({ "type": "object", "additionalProperties": false, "properties": rules });
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": NAME,
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "baseline": { "type": "string", "description": "the file of accepted offenders, beside this one" },
            "fail-on": { "enum": FailOn::ALL.iter().map(|value| value.name()).collect::<Vec<_>>() },
            "limits": limits,
            "override": { "type": "array", "items": {
                "type": "object", "additionalProperties": false, "required": ["paths"], "properties": {
                    "paths": { "type": "array", "minItems": 1, "items": { "type": "string" } },
                    "gated": { "type": "boolean" },
                    "limits": limits,
                } } },
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
        assert!(keys("/properties/limits/properties").contains("file:loc.ploc"));
    }
}
