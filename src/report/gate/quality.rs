//! Writes code quality reports: an array of issues, each with a fingerprint of its own. GitLab
//! reads a part of what Code Climate defined. Never puts a line number into a fingerprint.

use serde_json::{Value, json};

use super::wording::{message, remedy};
use crate::model::{Check, Finding, Severity, json_text};

pub(super) fn gitlab(check: &Check) -> String {
    document(check.current().map(|finding| issue(check, finding)).collect())
}

pub(super) fn codeclimate(check: &Check) -> String {
    let full = check.current().map(|finding| {
        let mut issue = issue(check, finding);
        issue["type"] = "issue".into();
        issue["categories"] = json!(["Complexity"]);
        issue["content"] = json!({ "body": remedy(finding) });
        issue
    });
    document(full.collect())
}

fn document(issues: Vec<Value>) -> String {
    json_text(&Value::Array(issues))
}

fn issue(check: &Check, finding: &Finding) -> Value {
    json!({
        "description": message(finding),
        "check_name": finding.rule,
        "fingerprint": finding.fingerprint,
        "severity": if finding.level == Severity::Fail { "major" } else { "minor" },
        "location": {
            "path": check.full_path(&finding.path),
            "lines": { "begin": finding.line, "end": finding.line },
        },
    })
}
