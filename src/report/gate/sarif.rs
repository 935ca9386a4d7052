//! Writes SARIF 2.1.0 as GitHub's code scanning takes it: one line a result, so that alerts show in
//! pull requests; GitHub's own line hash, so that an alert stays one when lines move; the worst
//! first. Never writes more results than it takes.

use serde_json::{Value, json};

use super::wording::{message, remedy};
use crate::metric::catalog;
use crate::model::{Check, Finding, Rule, Severity, Status, json_text};

/// A run with more is refused as a whole.
const RESULTS_MAX: usize = 25_000;

pub(super) fn write(check: &Check) -> String {
    let all: Vec<&Finding> = check.current().collect();
    let mut ids: Vec<&str> = all.iter().map(|finding| finding.rule.as_str()).collect();
    ids.extend(check.rules.iter().map(|rule| rule.id.as_str()));
    ids.sort_unstable();
    ids.dedup();
    let rules: Vec<Value> = ids.iter().map(|id| rule(id, &check.rules)).collect();
    let result = |finding: &&Finding| {
        let index = ids.binary_search(&finding.rule.as_str()).unwrap_or_default();
        result(check, finding, index)
    };
    let results: Vec<Value> = all.iter().take(RESULTS_MAX).map(result).collect();
    let dropped = all.len() - results.len();
    let mut notifications = Vec::new();
    if dropped > 0 {
        let text = format!("{dropped} findings less bad than these were left out: a run holds {RESULTS_MAX}");
        notifications.push(json!({ "level": "warning", "message": { "text": text } }));
    }
    for (path, why) in &check.files_failed {
        let text = format!("{path} was not measured: {why}");
        notifications.push(json!({ "level": "warning", "message": { "text": text } }));
    }
    let document = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "elcano",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            "columnKind": "utf16CodeUnits",
            "automationDetails": { "id": format!("elcano/{}", check.prefix) },
            "invocations": [{ "executionSuccessful": true, "toolExecutionNotifications": notifications }],
            "results": results,
        }],
    });
    json_text(&document)
}

fn rule(id: &str, rules: &[Rule]) -> Value {
    let metric = catalog::metric(id.rsplit(':').next().unwrap_or(id)).ok();
    let limits = rules.iter().find(|rule| rule.id == id);
    let label = metric.map_or(id, |metric| metric.label);
    let about = metric.map_or(id, |metric| metric.about);
    let remedy = metric.map_or("", |metric| metric.remedy);
    let source = metric.map_or("", |metric| metric.source);
    json!({
        "id": id,
        "name": id.replace([':', '.'], "-"),
        "shortDescription": { "text": format!("{label} over its limit") },
        "fullDescription": { "text": about },
        "help": {
            "text": format!("{about} {remedy} Source: {source}."),
            "markdown": format!("{about}\n\n**Remedy:** {remedy}\n\n**Source:** {source}."),
        },
        "defaultConfiguration": { "level": "warning" },
        "properties": {
            "tags": ["maintainability", "complexity"],
            "precision": "very-high",
            "problem.severity": "warning",
            "limits": limits,
        },
    })
}

fn result(check: &Check, finding: &Finding, index: usize) -> Value {
    let level = if finding.level == Severity::Fail { "error" } else { "warning" };
    let state = match finding.status {
        Status::New => "new",
        Status::Regressed => "updated",
        Status::Fixed => "absent",
        Status::Known => "unchanged",
    };
    let mut prints = serde_json::Map::new();
    prints.insert("elcanoSymbol/v1".into(), finding.fingerprint.clone().into());
    if let Some(hash) = &finding.line_hash {
        prints.insert("primaryLocationLineHash".into(), hash.clone().into());
    }
    let mut result = json!({
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": level,
        "message": { "text": format!("{}. {}", message(finding), remedy(finding)) },
        "locations": [{ "physicalLocation": {
            "artifactLocation": { "uri": uri(check.full_path(&finding.path).as_bytes()), "uriBaseId": "%SRCROOT%" },
            "region": { "startLine": finding.line, "endLine": finding.line, "startColumn": 1 },
        }}],
        "partialFingerprints": prints,
        "properties": { "value": finding.value, "limit": finding.limit, "base_value": finding.base_value },
    });
    // Without a base the past is unknown.
    if check.base.is_some() {
        result["baselineState"] = state.into();
    }
    result
}

/// A path as a relative URI: bytes that are not unreserved are percent-encoded.
fn uri(path: &[u8]) -> String {
    let mut out = String::new();
    for byte in path {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(byte) {
            out.push(char::from(*byte));
        } else {
            out += &format!("%{byte:02X}");
        }
    }
    out
}
