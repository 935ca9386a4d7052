//! Workflow commands of GitHub Actions: annotations on the lines of the change. A step shows at most ten of a level and
//! drops the rest without a word, so the worst ten are given and the rest is counted.

use super::{message, remedy};
use crate::model::{Check, Finding, Gravity, RepoPath};

/// What a step shows of one level.
const ANNOTATIONS_MAX: usize = 10;

pub(super) fn write(check: &Check) -> String {
    let mut out = String::new();
    let mut hidden = 0;
    for (level, command) in [(Gravity::Fail, "error"), (Gravity::Warn, "warning")] {
        let mut found: Vec<&Finding> = check.raised().filter(|finding| finding.level == level).collect();
        found.sort_by(|a, b| b.excess().total_cmp(&a.excess()).then_with(|| a.order(b)));
        hidden += found.len().saturating_sub(ANNOTATIONS_MAX);
        for finding in found.iter().take(ANNOTATIONS_MAX) {
            out += &annotation(command, &check.full_path(&finding.path), finding);
        }
    }
    if hidden > 0 {
        out += &format!("::notice title=elcano::{hidden} more findings are in the summary\n");
    }
    out
}

fn annotation(command: &str, path: &RepoPath, finding: &Finding) -> String {
    let title = format!("elcano: {} ({})", finding.rule, finding.status);
    format!(
        "::{command} file={},line={},title={}::{}\n",
        property(&path.to_string()),
        finding.line,
        property(&title),
        data(&format!("{}. {}", message(finding), remedy(finding)))
    )
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
