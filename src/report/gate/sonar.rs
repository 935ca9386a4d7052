//! Writes generic issues for `SonarQube` 10.3 and later, with their rules. Never writes what is
//! accepted.

use std::collections::BTreeSet;

use serde_json::json;

use super::wording::message;
use crate::metric::catalog;
use crate::model::{Check, Severity, json_text};

pub(super) fn write(check: &Check) -> String {
    let used: BTreeSet<&str> = check.current().map(|finding| finding.rule.as_str()).collect();
    let rules = used.iter().map(|id| {
        let metric = catalog::metric(id.rsplit(':').next().unwrap_or(id)).ok();
        json!({
            "id": id,
            "name": metric.map_or(*id, |metric| metric.label),
            "description": metric.map_or(*id, |metric| metric.about),
            "engineId": "elcano",
            "cleanCodeAttribute": "FOCUSED",
            "impacts": [{ "softwareQuality": "MAINTAINABILITY", "severity": "MEDIUM" }],
        })
    });
    let issues = check.current().map(|finding| {
        json!({
            "ruleId": finding.rule,
            "effortMinutes": if finding.level == Severity::Fail { 60 } else { 30 },
            "primaryLocation": {
                "message": message(finding),
                "filePath": check.full_path(&finding.path),
                "textRange": { "startLine": finding.line },
            },
        })
    });
    let document = json!({ "rules": rules.collect::<Vec<_>>(), "issues": issues.collect::<Vec<_>>() });
    json_text(&document)
}
