//! Finds the line of a finding: the first that the change touched, with a hash of its text that
//! survives moves; and applies the suppressions in the file. Reads no file.

use rustc_hash::FxHashMap;

use crate::error::{Error, Result};
use crate::gate::{self, FileVersion, allow};
use crate::model::{Finding, RepoPath, Status};

/// Finds the line of each finding of a file, and applies the suppressions in it.
///
/// # Errors
/// [`Error::Usage`]: a suppression that cannot be parsed.
pub(super) fn locate(
    findings: &mut [Finding],
    version: &FileVersion,
    bytes: &[u8],
    base_text: &dyn Fn(&RepoPath) -> Option<Vec<u8>>,
) -> Result<()> {
    let allows = allow::find(bytes, &version.spaces)
        .map_err(|(line, problem)| Error::Usage(format!("{}:{line}: {problem}", version.path)))?;
    let hashes = gate::line_hashes(bytes);
    let mut texts: FxHashMap<RepoPath, Option<Vec<u8>>> = FxHashMap::default();
    for finding in findings.iter_mut().filter(|finding| finding.value.is_some()) {
        let start = finding.span.start_line.max(1);
        if let Some(base_line) = finding.base_line {
            let from = finding.base_path.clone().unwrap_or_else(|| finding.path.clone());
            let text = texts.entry(from).or_insert_with_key(base_text);
            if let Some(text) = text {
                let rows = finding.span.end_line.saturating_sub(start) + 1;
                finding.line = gate::first_change(bytes, start, rows, text, base_line);
            }
        }
        finding.line_hash = hashes.get(finding.line as usize - 1).cloned();
        let covers = |allow: &&allow::Allow| {
            let space = &version.spaces[allow.space];
            (space.start_byte, space.end_byte) == (finding.span.start_byte, finding.span.end_byte)
                && allow.rules.iter().any(|rule| *rule == finding.rule || *rule == finding.metric)
        };
        if finding.status != Status::Fixed
            && let Some(allow) = allows.iter().find(covers)
        {
            finding.status = Status::Known;
            finding.accepted = Some(format!("line {}: {}", allow.line, allow.reason));
        }
    }
    Ok(())
}
