//! How a schema lists roles, so that an editor completes them with their meaning. Never knows a spec.

use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

use super::role::ROLES;

/// A list of roles.
pub(super) fn names(_: &mut SchemaGenerator) -> Schema {
    let roles: Vec<_> =
        ROLES.iter().map(|(name, _, meaning)| json!({ "const": name, "description": meaning })).collect();
    json_schema!({ "type": "array", "items": { "oneOf": roles } })
}

/// A table of roles, each with a list of words.
pub(super) fn table(_: &mut SchemaGenerator) -> Schema {
    let roles: Map<String, Value> = ROLES
        .iter()
        .map(|(name, _, meaning)| {
            let list = json!({ "type": "array", "items": { "type": "string" }, "description": meaning });
            ((*name).to_owned(), list)
        })
        .collect();
    json_schema!({ "type": "object", "properties": roles, "additionalProperties": false })
}
