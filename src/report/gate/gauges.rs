//! Writes the verdict as a badge and as numbers for a dashboard. Never names a file: the number of
//! labels must not grow with the repository.

use crate::model::{Check, Severity, Status, Verdict};

pub(super) fn badge(check: &Check) -> String {
    let raised = check.raised().count();
    let message = match (check.verdict, raised) {
        (Verdict::Pass, 0) => "pass".to_owned(),
        (Verdict::Pass, count) => format!("pass, {count} to look at"),
        (Verdict::Fail, count) => format!("{count} over limits"),
    };
    let color = if check.verdict == Verdict::Pass { "brightgreen" } else { "red" };
    let document = serde_json::json!({
        "schemaVersion": 1, "label": "elcano", "message": message, "color": color,
        "isError": check.verdict == Verdict::Fail,
    });
    format!("{document}\n")
}

pub(super) fn prometheus(check: &Check) -> String {
    let mut out = String::from("# HELP elcano_gate_pass Whether the gate passes.\n# TYPE elcano_gate_pass gauge\n");
    out += &format!("elcano_gate_pass {}\n", u8::from(check.verdict == Verdict::Pass));
    out += "# HELP elcano_gate_findings Findings of the gate.\n# TYPE elcano_gate_findings gauge\n";
    for status in Status::ALL {
        for level in Severity::ALL {
            let count = check.of(*status).filter(|finding| finding.level == *level).count();
            out += &format!("elcano_gate_findings{{status=\"{status}\",level=\"{level}\"}} {count}\n");
        }
    }
    let counts = [
        ("files", "Files that the gate judged.", check.files_gated),
        ("files_failed", "Files that could not be measured.", check.files_failed.len() as u64),
        ("files_skipped", "Files that are not here.", check.skipped.values().sum()),
        ("stale", "Entries of the baseline that nothing answers to.", check.stale.len() as u64),
    ];
    for (name, help, count) in counts {
        out +=
            &format!("# HELP elcano_gate_{name} {help}\n# TYPE elcano_gate_{name} gauge\nelcano_gate_{name} {count}\n");
    }
    out
}
