//! Writes workflow commands of GitHub Actions: annotations on the lines of the change. A step shows
//! at most ten of a level and drops the rest silently. Never gives more: the worst ten are given
//! and the rest is counted.

use super::wording::{message, remedy};
use crate::model::{Check, Finding, RepoPath, Severity, Status, printable};

/// What a step shows of one level.
const ANNOTATIONS_MAX: usize = 10;

pub(super) fn write(check: &Check) -> String {
    let mut out = String::new();
    let mut hidden = 0;
    for (level, command) in [(Severity::Fail, "error"), (Severity::Warn, "warning")] {
        let mut found: Vec<&Finding> = check.raised().filter(|finding| finding.level == level).collect();
        found.sort_by(|a, b| b.excess().total_cmp(&a.excess()).then_with(|| a.order(b)));
        hidden += found.len().saturating_sub(ANNOTATIONS_MAX);
        for finding in found.iter().take(ANNOTATIONS_MAX) {
            out += &annotation(command, &check.full_path(&finding.path), finding);
        }
    }
    if hidden > 0 {
        out += &format!("::notice title=elcano findings::{hidden} more findings are in the summary\n");
    }
    out
}

/// What later steps may ask for: one line each, behind what the file holds already.
pub(super) fn outputs(check: &Check, existing: &str) -> String {
    let gap = if existing.is_empty() || existing.ends_with('\n') { "" } else { "\n" };
    let mut out = format!("{existing}{gap}gate={}\n", check.verdict);
    for status in Status::ALL {
        out += &format!("{status}={}\n", check.count(*status));
    }
    let base = check.base.as_ref().map_or("", |base| &base.commit);
    out += &format!("base-sha={base}\nfiles-analyzed={}\n", check.files_gated);
    out + &format!("files-failed={}\nfiles-parsed={}\n", check.files_failed.len(), check.files_parsed)
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

/// The runner decodes what is encoded here, and shows it in the build's log.
fn data(text: &str) -> String {
    let encoded = text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    printable(&encoded).into_owned()
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
