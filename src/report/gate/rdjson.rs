//! Writes diagnostics for reviewdog: what is new or regressed, lines and columns from 1. Never
//! writes what is known.

use serde_json::{Value, json};

use super::wording::{message, remedy};
use crate::model::{Check, Finding, Severity, json_text};

pub(super) fn write(check: &Check) -> String {
    let one = |finding: &Finding| -> Value {
        json!({
            "message": format!("{}. {}", message(finding), remedy(finding)),
            "location": {
                "path": check.full_path(&finding.path),
                "range": { "start": { "line": finding.line, "column": 1 } },
            },
            "severity": if finding.level == Severity::Fail { "ERROR" } else { "WARNING" },
            "code": { "value": finding.rule },
        })
    };
    let document = json!({
        "source": { "name": "elcano" },
        "diagnostics": check.raised().map(one).collect::<Vec<_>>(),
    });
    json_text(&document)
}
