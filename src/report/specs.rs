//! The reference of the specs' format as Markdown, and its schema: both from the types that read a
//! spec. Never names a language.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::table::Table;
use crate::lang::spec::Spec;

/// The keys in the order in which a spec has them; others follow.
const ORDER: &[&str] = &[
    "label",
    "extensions",
    "filenames",
    "shebangs",
    "linguist",
    "extends",
    "without",
    "crate",
    "grammar",
    "roles",
    "operator",
    "when",
    "disambiguation",
    "outside_nesting",
    "logical_sequences",
    "rewrite",
    "gap",
    "wrapper",
    "names",
    "calls",
    "unparsed",
    "unsafe_to_parse",
    "visibility",
    "remarks",
    "flow",
];

/// The key that a spec ends with.
const LAST: &str = "absent";

const INTRODUCTION: &str = "\
<!-- Generated from the types that read a spec; a test compares. -->

# Specs

A language is one TOML file in `src/lang/specs/`: which kinds of node of its grammar play which part
for the metrics. The file's name is the language's id. [CONTRIBUTING.md](../CONTRIBUTING.md) goes
through adding one step by step; this page is the reference of the format.

- In a list of kinds a bare word is a node of the grammar, a `\"'quoted'\"` one a token:
  `\"if_statement\"`, `\"'else'\"`. The grammar's `node-types.json` lists them all.
- Where a key asks for children, a word is a field or a kind; where a grammar has both of one name,
  it is looked for under the field first.
- A word that the grammar does not have is an error, with the nearest one that it has.
- A key that this page does not list is an error.
- `#:schema ../../../docs/spec.schema.json` in the first line lets an editor complete and check the
  file.

```toml
#:schema ../../../docs/spec.schema.json
label = \"Example\"
extensions = [\"example\"]
crate = \"tree-sitter-example\"
grammar = \"tree_sitter_example::LANGUAGE\"

[roles]
function = [\"function_definition\"]
if = [\"if_statement\"]
else = [\"'else'\"]
loop = [\"for_statement\", \"while_statement\"]

# `!x` is a negation, `-x` is none.
[[when]]
node.kind = [\"unary_expression\"]
node.text.operator = [\"!\"]
add = [\"not\"]

[absent]
roles = [\"goto\", \"switch\"]
```
";

/// `docs/spec.schema.json`.
#[must_use]
pub fn schema() -> String {
    format!("{:#}\n", Spec::schema())
}

/// `docs/specs.md`: every key with its type and meaning, and examples.
#[must_use]
pub fn reference() -> String {
    let schema = Spec::schema();
    let keys = ordered(&schema);
    let tables = keys.iter().filter_map(|(key, about)| Some((*types_in(about).first()?, *key))).collect();
    let types = &schema["$defs"];
    let mut reference = Reference { out: INTRODUCTION.to_owned(), types, tables, written: BTreeSet::new() };
    let required = names(&schema["required"]);
    reference.out += "\n## Keys\n\n";
    reference.table(keys.iter().map(|(key, about)| (*key, *about, required.contains(key))));
    for (key, about) in keys {
        let heading = if about["items"].is_object() { format!("`[[{key}]]`") } else { format!("`[{key}]`") };
        for name in types_in(about) {
            reference.section(&heading, name);
        }
    }
    reference.out
}

/// The keys of a spec in the order of the page.
fn ordered(schema: &Value) -> Vec<(&str, &Value)> {
    let place = |key: &str| match ORDER.iter().position(|known| *known == key) {
        Some(at) => at,
        None => ORDER.len() + usize::from(key == LAST),
    };
    let mut keys = entries(schema);
    keys.sort_by_key(|(key, _)| place(key));
    keys
}

struct Reference<'s> {
    out: String,
    /// The schema's types by name.
    types: &'s Value,
    /// Type -> the key of a spec that holds it.
    tables: BTreeMap<&'s str, &'s str>,
    /// Those that have their section.
    written: BTreeSet<&'s str>,
}

impl<'s> Reference<'s> {
    /// The section of a type, then those of the types in it; nothing where it is there already.
    fn section(&mut self, heading: &str, name: &'s str) {
        let about = &self.types[name];
        if !self.written.insert(name) || !is_explained(name) {
            return;
        }
        let _ = write!(self.out, "\n## {heading}\n\n{}\n", text(about));
        let keys = entries(about);
        let required = names(&about["required"]);
        if !keys.is_empty() {
            self.out.push('\n');
            self.table(keys.iter().map(|(key, about)| (*key, *about, required.contains(key))));
        }
        for other in keys.iter().flat_map(|(_, about)| types_in(about)) {
            self.section(&title(other), other);
        }
    }

    fn table(&mut self, rows: impl Iterator<Item = (&'s str, &'s Value, bool)>) {
        let mut table = Table::new(&["*key", "*type", "*meaning"]);
        for (key, about, required) in rows {
            let kind = self.type_of(about) + if required { ", required" } else { "" };
            table.row(vec![format!("`{key}`"), kind, text(about)]);
        }
        self.out += &table.markdown();
    }

    /// The type of a key in words, with a link to its section.
    fn type_of(&self, about: &Value) -> String {
        if let Some(name) = type_name(about) {
            return match (name, self.tables.get(name)) {
                ("Role", _) => "[role](metrics.md#roles)".to_owned(),
                ("RoleTable", _) => "table: [role](metrics.md#roles) -> list of strings".to_owned(),
                (_, Some(key)) => format!("[table](#{key})"),
                (_, None) => {
                    format!("[{}](#{})", title(name).to_lowercase(), title(name).to_lowercase().replace(' ', "-"))
                }
            };
        }
        if let Some(types) = about["anyOf"].as_array() {
            let types = types.iter().filter(|about| about["type"] != "null");
            return types.map(|about| self.type_of(about)).collect::<Vec<_>>().join(" or ");
        }
        let named = about["type"].as_str().or_else(|| about["type"][0].as_str()).unwrap_or_default();
        match named {
            "array" => match self.type_of(&about["items"]).as_str() {
                "string" => "list of strings".to_owned(),
                other => format!("list: {other}"),
            },
            "object" => format!("table: name -> {}", self.type_of(&about["additionalProperties"])),
            "integer" => "number".to_owned(),
            "boolean" => "true or false".to_owned(),
            other => other.to_owned(),
        }
    }
}

fn entries(schema: &Value) -> Vec<(&str, &Value)> {
    let keys = schema["properties"].as_object().map(Map::iter).into_iter().flatten();
    keys.map(|(key, about)| (key.as_str(), about)).collect()
}

fn names(list: &Value) -> Vec<&str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

/// The description, its paragraphs unwrapped; examples stay as they are.
fn text(about: &Value) -> String {
    let unwrapped = |prose: &str| prose.trim().split("\n\n").map(|text| text.replace('\n', " ")).collect::<Vec<_>>();
    let parts = about["description"].as_str().unwrap_or_default().split("```").enumerate();
    let blocks = parts.flat_map(|(at, part)| match at % 2 {
        0 => unwrapped(part),
        _ => vec![format!("```{part}```")],
    });
    blocks.filter(|block| !block.is_empty()).collect::<Vec<_>>().join("\n\n")
}

/// The name of a type of the schema, where a value is of one.
fn type_name(about: &Value) -> Option<&str> {
    about["$ref"].as_str().and_then(|path| path.rsplit('/').next())
}

/// The types that a key holds: one, a list or a table of it, or one of several.
fn types_in(about: &Value) -> Vec<&str> {
    let several = about["anyOf"].as_array().into_iter().flatten();
    let inner = [&about["items"], &about["additionalProperties"]].into_iter().filter(|inner| inner.is_object());
    type_name(about).into_iter().chain(several.chain(inner).flat_map(types_in)).collect()
}

/// Whether a type has a section here; the roles have theirs on the page of the metrics.
fn is_explained(name: &str) -> bool {
    !name.starts_with("Role")
}

/// `ParallelLists` as a title: `Parallel lists`.
fn title(name: &str) -> String {
    let mut title = String::new();
    for (at, letter) in name.char_indices() {
        if at > 0 && letter.is_uppercase() {
            title.push(' ');
            title.extend(letter.to_lowercase());
        } else {
            title.push(letter);
        }
    }
    title
}
