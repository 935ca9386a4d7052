//! Every exemption from the gate: paths that the configuration takes out, suppressions in the
//! source, entries of the baseline. Changes none of them.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::check::GateOptions;
use super::measurer::Measurer;
use super::workspace::Workspace;
use crate::error::{Error, Result};
use crate::gate::{Limits, allow};
use crate::model::{ContentId, RepoPath, Skip};
use crate::walk::Entry;

/// One exemption.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exemption {
    /// `comment`, `baseline` or `configuration`.
    pub by: &'static str,
    /// The file.
    pub path: RepoPath,
    /// The comment's line.
    pub line: Option<u32>,
    /// Qualified name; empty for a file.
    pub symbol: String,
    /// Rules; all of them when empty.
    pub rules: Vec<String>,
    /// Why.
    pub reason: String,
    /// The first day on which it no longer holds.
    pub expires: Option<String>,
}

/// All exemptions of a workspace, by path, and how many files are not measured at all, by reason.
///
/// # Errors
/// A suppression without a reason, or the user's interrupt.
pub fn exemptions(
    workspace: &Workspace<'_>,
    measurer: &Measurer<'_>,
    gate: &GateOptions<'_>,
) -> Result<(Vec<Exemption>, BTreeMap<Skip, u64>)> {
    let walked = workspace.files()?;
    let limits = (gate.limits)(&walked.configs)?;
    let found = walked.entries.par_iter().map(|entry| of_file(measurer, &limits, entry));
    let mut all: Vec<_> = found.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect();
    all.extend(gate.baseline.entries().map(|entry| Exemption {
        by: "baseline",
        path: entry.path.clone(),
        line: None,
        symbol: entry.symbol.clone(),
        rules: vec![entry.rule.clone()],
        reason: entry.reason.clone().unwrap_or_default(),
        expires: entry.expires.clone(),
    }));
    all.sort_by(|a, b| (&a.path, a.line, &a.symbol, &a.rules).cmp(&(&b.path, b.line, &b.symbol, &b.rules)));
    Ok((all, workspace.skipped()?))
}

fn of_file(measurer: &Measurer<'_>, limits: &Limits, entry: &Entry) -> Result<Vec<Exemption>> {
    measurer.monitor().go_on()?;
    let path = entry.path.clone();
    if !limits.is_gated(&path) {
        let (line, symbol, rules, expires) = (None, String::new(), Vec::new(), None);
        let reason = "gated = false".to_owned();
        return Ok(vec![Exemption { by: "configuration", path, line, symbol, rules, reason, expires }]);
    }
    // A file that cannot be read has no comments, and `check` reports it.
    let Ok(bytes) = entry.read(measurer.options().limits.file_bytes_max) else { return Ok(Vec::new()) };
    if memchr::memmem::find(&bytes, allow::MARK.as_bytes()).is_none() {
        return Ok(Vec::new());
    }
    let outcome = measurer.blob(entry.detected, ContentId::of(&bytes), &bytes)?;
    let spaces = outcome.facts().map_or(&[][..], |facts| &facts.spaces);
    let found =
        allow::find(&bytes, spaces).map_err(|(line, problem)| Error::Usage(format!("{path}:{line}: {problem}")))?;
    let found = found.into_iter().map(|allow| Exemption {
        by: "comment",
        path: path.clone(),
        line: Some(allow.line),
        symbol: spaces.get(allow.space).map(|space| space.qualified_name.clone()).unwrap_or_default(),
        rules: allow.rules,
        reason: allow.reason,
        expires: None,
    });
    Ok(found.collect())
}
