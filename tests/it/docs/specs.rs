//! The reference of the specs and its schema are those of the types that read a spec, every spec is
//! valid by the schema, and the examples on the page are specs. `ELCANO_BLESS=1` writes both anew.

use std::fs;
use std::path::PathBuf;

use elcano::lang::spec::Spec;
use elcano::report::specs;
use serde_json::{Map, Value};

use crate::support::languages::files;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_reference_and_the_schema_are_those_of_the_types() {
    let bless = std::env::var_os("ELCANO_BLESS").is_some();
    let mut stale = Vec::new();
    for (name, text) in [("docs/specs.md", specs::reference()), ("docs/spec.schema.json", specs::schema())] {
        let path = root().join(name);
        if bless {
            fs::write(&path, &text).expect("a page can be written");
        }
        if fs::read_to_string(&path).ok().as_deref() != Some(text.as_str()) {
            stale.push(name);
        }
    }
    assert!(stale.is_empty(), "these are not what the types are; ELCANO_BLESS=1 writes them: {stale:?}");
}

#[test]
fn every_spec_is_valid_by_the_schema_and_names_it() {
    let schema = Spec::schema();
    let folder = root().join("src/lang/specs");
    let mut problems = Vec::new();
    let paths = files(&folder);
    for path in &paths {
        let text = fs::read_to_string(path).expect("a spec can be read");
        let directive = text.lines().next().and_then(|line| line.strip_prefix("#:schema ")).unwrap_or_default();
        assert!(folder.join(directive).ends_with("docs/spec.schema.json"), "{}: no schema", path.display());
        assert!(folder.join(directive).is_file(), "{}: the schema is not there", path.display());
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        check(&schema, &schema, &json_of(&text), &name, &mut problems);
    }
    assert!(paths.len() > 20, "only {} specs", paths.len());
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn the_schema_refuses_what_the_reader_refuses() {
    let head = "label = 'a'\ncrate = 'a'\ngrammar = 'a'\n";
    for (tail, place) in [
        ("extension = ['a']", "extension"),
        ("extensions = 'a'", "extensions"),
        ("[[when]]\nadd = ['if']", "when"),
        ("[[when]]\nnode.kin = ['a']", "kin"),
        ("[[when]]\nnode.kind = ['a']\nadd = ['no_role']", "add"),
        ("[[when]]\nnode.kind = ['a']\nnode.text.operator = '!'", "text"),
        ("[roles]\nno_role = ['a']", "no_role"),
        ("[outside_nesting]\nchild_at = { a = 'b' }", "child_at"),
    ] {
        let (schema, mut problems) = (Spec::schema(), Vec::new());
        check(&schema, &schema, &json_of(&format!("{head}{tail}\n")), "spec", &mut problems);
        assert!(problems.iter().any(|problem| problem.contains(place)), "{tail}: {problems:?}");
    }
}

#[test]
fn the_examples_of_the_reference_are_specs() {
    let page = specs::reference();
    let examples: Vec<_> = page.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert!(examples.len() > 10, "only {} examples", examples.len());
    for example in examples {
        let head = if example.contains("label =") { "" } else { "label = 'a'\ncrate = 'a'\ngrammar = 'a'\n" };
        let spec = Spec::parse(&format!("{head}{example}"));
        assert!(spec.is_ok(), "{}\n{example}", spec.err().map(|error| error.to_string()).unwrap_or_default());
    }
}

/// What the guide shows of a spec stands in that spec.
#[test]
fn the_example_of_the_guide_is_the_spec() {
    let guide = fs::read_to_string(root().join("CONTRIBUTING.md")).expect("the guide can be read");
    let example = guide.split("<!-- example:begin -->").nth(1).expect("the guide has an example");
    let example = example.split("<!-- example:end -->").next().unwrap_or_default();
    let path = example.split('`').find(|word| word.starts_with("src/lang/specs/")).expect("it names its spec");
    let spec = fs::read_to_string(root().join(path)).expect("the spec is there");
    let lines: Vec<_> = spec.lines().collect();
    let shown = example.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()).flat_map(str::lines);
    let other: Vec<_> = shown.filter(|line| !lines.contains(line)).collect();
    assert!(other.is_empty(), "{path} has no such lines: {other:?}");
    assert!(example.matches("```toml").count() > 3);
}

fn json_of(text: &str) -> Value {
    let table: toml::Table = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
    serde_json::to_value(table).expect("TOML is JSON, too")
}

/// The part of JSON schema that ours has: a keyword that is not known here is a mistake of this
/// test.
fn check(root: &Value, schema: &Value, value: &Value, place: &str, problems: &mut Vec<String>) {
    let none = Map::new();
    let known = schema.get("properties").and_then(Value::as_object).unwrap_or(&none);
    for (keyword, rule) in schema.as_object().expect("a schema is an object") {
        match keyword.as_str() {
            "$ref" => {
                let path = rule.as_str().and_then(|path| path.strip_prefix('#')).expect("a path in the schema");
                check(root, root.pointer(path).expect("a type of the schema"), value, place, problems);
            }
            "type" => {
                let types = rule.as_array().cloned().unwrap_or_else(|| vec![rule.clone()]);
                if !types.iter().any(|name| is_of(name.as_str().expect("a type's name"), value)) {
                    problems.push(format!("{place}: not of type {rule}"));
                }
            }
            "const" if rule != value => problems.push(format!("{place}: {value} is not {rule}")),
            "anyOf" | "oneOf" => {
                let fits = |schema: &Value| {
                    let mut problems = Vec::new();
                    check(root, schema, value, place, &mut problems);
                    problems.is_empty()
                };
                if !rule.as_array().expect("a list of schemas").iter().any(fits) {
                    problems.push(format!("{place}: {value} fits none"));
                }
            }
            "items" => {
                for (at, item) in value.as_array().into_iter().flatten().enumerate() {
                    check(root, rule, item, &format!("{place}[{at}]"), problems);
                }
            }
            "properties" => {
                for (key, schema) in known {
                    if let Some(value) = value.get(key) {
                        check(root, schema, value, &format!("{place}.{key}"), problems);
                    }
                }
            }
            "additionalProperties" => {
                let others = value.as_object().into_iter().flatten().filter(|(key, _)| !known.contains_key(*key));
                for (key, value) in others {
                    match rule {
                        Value::Bool(false) => problems.push(format!("{place}: no key `{key}`")),
                        rule => check(root, rule, value, &format!("{place}.{key}"), problems),
                    }
                }
            }
            "required" => {
                let missing = rule.as_array().into_iter().flatten().filter_map(Value::as_str);
                for key in missing.filter(|key| value.get(key).is_none()) {
                    problems.push(format!("{place}: `{key}` is missing"));
                }
            }
            "minimum" => assert_eq!(rule.as_f64(), Some(0.0), "another bound is not checked"),
            "$schema" | "$defs" | "title" | "description" | "default" | "const" | "format" => {}
            other => panic!("{other}: a keyword that the test does not know"),
        }
    }
}

fn is_of(kind: &str, value: &Value) -> bool {
    match kind {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_u64() || value.is_i64(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("{other}: a type that the test does not know"),
    }
}
