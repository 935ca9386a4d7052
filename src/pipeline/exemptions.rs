//! Everything that the gate lets pass on somebody's word: paths that the configuration takes out, comments in the source,
//! entries of the baseline.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;

use rayon::prelude::*;

use super::check::CheckOptions;
use super::scan::analyzers;
use crate::error::{Error, Result};
use crate::gate::allow;
use crate::lang::Registry;
use crate::measure::Options;
use crate::model::{ContentId, Level, RepoPath, Skip};
use crate::walk;

/// One word.
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

/// All exemptions under a root, by path, and how many files are not measured at all, by reason.
///
/// # Errors
/// A comment without a reason, or the user's interrupt.
pub fn exemptions(
    registry: &Registry,
    options: &CheckOptions<'_>,
    cancelled: &AtomicBool,
) -> Result<(Vec<Exemption>, BTreeMap<Skip, u64>)> {
    super::scan::pool(options.jobs)?.install(|| {
        let walked = walk::walk(&options.root, &options.walk, registry)?;
        let limits = (options.limits)(&walked.configs)?;
        let analyzers = analyzers(registry, &walked.entries, &options.policy)?;
        let of = |entry: &walk::Entry| -> Result<Vec<Exemption>> {
            if cancelled.load(std::sync::atomic::Ordering::Relaxed) {
                return Err(Error::Interrupted);
            }
            let (by, path) = ("comment", entry.path.clone());
            if !limits.is_gated(&path) {
                let reason = "gated = false".to_owned();
                let (line, symbol, rules, expires) = (None, String::new(), Vec::new(), None);
                return Ok(vec![Exemption { by: "configuration", path, line, symbol, rules, reason, expires }]);
            }
            // A file that cannot be read has no comments, and `check` says that it cannot.
            let Ok(bytes) = entry.read(options.file_limits.file_bytes_max) else { return Ok(Vec::new()) };
            if memchr::memmem::find(&bytes, allow::MARK.as_bytes()).is_none() {
                return Ok(Vec::new());
            }
            let analyzer = &analyzers[&(entry.language, entry.generated_denied)];
            let how = Options { level: Level::Metrics, limits: options.file_limits };
            let facts = analyzer.measure(ContentId::of(&bytes), &bytes, how);
            let found = allow::find(&bytes, &facts.spaces)
                .map_err(|(line, problem)| Error::Usage(format!("{path}:{line}: {problem}")))?;
            let found = found.into_iter().map(|allow| Exemption {
                by,
                path: path.clone(),
                line: Some(allow.line),
                symbol: facts.spaces.get(allow.space).map(|space| space.qualified_name.clone()).unwrap_or_default(),
                rules: allow.rules,
                reason: allow.reason,
                expires: None,
            });
            Ok(found.collect())
        };
        let found = walked.entries.par_iter().map(of).collect::<Result<Vec<_>>>()?;
        let mut all: Vec<_> = found.into_iter().flatten().collect();
        all.extend(options.baseline.entries().map(|entry| Exemption {
            by: "baseline",
            path: entry.path.clone(),
            line: None,
            symbol: entry.symbol.clone(),
            rules: vec![entry.rule.clone()],
            reason: entry.reason.clone().unwrap_or_default(),
            expires: entry.expires.clone(),
        }));
        all.sort_by(|a, b| (&a.path, a.line, &a.symbol, &a.rules).cmp(&(&b.path, b.line, &b.symbol, &b.rules)));
        Ok((all, walked.skipped))
    })
}
