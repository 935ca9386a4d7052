//! How the schema of a spec lists roles, so that an editor completes them with their meaning. Never
//! knows a spec.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

use super::role::ROLES;

/// A role's name.
pub(super) struct Role;

impl JsonSchema for Role {
    fn schema_name() -> Cow<'static, str> {
        "Role".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let roles: Vec<_> =
            ROLES.iter().map(|(name, _, meaning)| json!({ "const": name, "description": meaning })).collect();
        json_schema!({ "description": "What a node means to a metric.", "oneOf": roles })
    }
}

/// A table of roles, each with a list of words.
pub(super) struct RoleTable;

impl JsonSchema for RoleTable {
    fn schema_name() -> Cow<'static, str> {
        "RoleTable".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let roles: Map<String, Value> = ROLES
            .iter()
            .map(|(name, _, meaning)| {
                let list = json!({ "type": "array", "items": { "type": "string" }, "description": meaning });
                ((*name).to_owned(), list)
            })
            .collect();
        json_schema!({
            "description": "Each key is a role.",
            "type": "object",
            "properties": roles,
            "additionalProperties": false,
        })
    }
}
