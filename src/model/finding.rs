//! Describes the result of the gate: findings, each a number over its limit, and the check that
//! holds them. Plain data; every writer is a pure function of it. Never evaluates.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize, Serializer};

use super::named::named;
use super::{BodyHash, Metrics, RepoPath, Skip, SpaceKind};

named!(
    /// What a finding is to the change that is gated. In the order of reports.
    Status {
        /// Was not over the limit before, or was not there.
        New = "new",
        /// Was over the limit before and is worse now.
        Regressed = "regressed",
        /// Was over the limit before and is no longer.
        Fixed = "fixed",
        /// Was over the limit before and is not worse, or is accepted by a baseline or a comment.
        Known = "known",
    }
);

named!(
    /// Which limit is exceeded.
    Severity {
        /// Worth a look.
        Warn = "warn",
        /// Fails the gate when it is new or regressed.
        Fail = "fail",
    }
);

named!(
    /// The gate's verdict.
    Verdict {
        /// Nothing that fails it.
        Pass = "pass",
        /// At least one finding that fails it.
        Fail = "fail",
    }
);

named!(
    /// Which failing findings fail the gate.
    FailOn {
        /// New and regressed ones.
        New = "new",
        /// Known ones, too, unless they are accepted.
        Any = "any",
        /// None: it only informs.
        None = "none",
    }
);

/// Where a finding is: bytes from 0, the end exclusive; lines from 1, the end inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Span {
    /// First byte.
    pub start_byte: u32,
    /// One past the last byte.
    pub end_byte: u32,
    /// First line.
    pub start_line: u32,
    /// Last line.
    pub end_line: u32,
}

/// A number that is, or was, over its limit.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    /// The rule's id: the metric's for functions, `file:loc.ploc` or `class:wmc` otherwise.
    pub rule: String,
    /// Which of the rule's limits is exceeded; of a fixed one, was.
    pub level: Severity,
    /// To the change.
    pub status: Status,
    /// The file; of a fixed one that is gone, where it was.
    pub path: RepoPath,
    /// Qualified name; empty for a file.
    pub symbol: String,
    /// Which of the spaces of that name in the file, from 0.
    pub ordinal: u32,
    /// Its text; none when it is not at hand.
    #[serde(skip)]
    pub body: Option<BodyHash>,
    /// It has no name, or others have it, too: its text tells it apart from them.
    #[serde(skip)]
    pub shares_name: bool,
    /// What the symbol is.
    pub kind: SpaceKind,
    /// The metric's id.
    pub metric: &'static str,
    /// Its value; of a fixed one that is gone, none.
    #[serde(serialize_with = "maybe_number")]
    pub value: Option<f64>,
    /// What it must not exceed (or fall below, where higher is better).
    #[serde(serialize_with = "number")]
    pub limit: f64,
    /// Its value in the base or the baseline.
    #[serde(serialize_with = "maybe_number")]
    pub base_value: Option<f64>,
    /// Where it was in the base, when it was in another file.
    pub base_path: Option<RepoPath>,
    /// Its first line in the base.
    pub base_line: Option<u32>,
    /// The whole symbol.
    pub span: Span,
    /// The one line to point at: the first that changed in the symbol, or its first.
    pub line: u32,
    /// GitHub's hash of the text from that line on; none when the text is not at hand.
    pub line_hash: Option<String>,
    /// The same for the same symbol and rule, independent of lines and numbers.
    pub fingerprint: String,
    /// Why it is accepted, when it is.
    pub accepted: Option<String>,
}

impl Finding {
    /// How far it is over its limit, as a factor of at least 1; for ordering.
    #[must_use]
    pub fn excess(&self) -> f64 {
        let value = self.value.or(self.base_value).unwrap_or(self.limit);
        let (high, low) = if value > self.limit { (value, self.limit) } else { (self.limit, value) };
        high / low.abs().max(1.0)
    }

    /// It makes the gate fail.
    #[must_use]
    pub fn blocks(&self, fail_on: FailOn) -> bool {
        let counts = match fail_on {
            FailOn::None => false,
            FailOn::New => matches!(self.status, Status::New | Status::Regressed),
            FailOn::Any => self.status != Status::Fixed && self.accepted.is_none(),
        };
        counts && self.level == Severity::Fail
    }

    /// Orders findings: new, regressed, fixed, known; failing before warning; worst first; then by
    /// place.
    #[must_use]
    pub fn order(&self, other: &Self) -> std::cmp::Ordering {
        let place = |finding: &Self| (finding.path.clone(), finding.span.start_byte, finding.rule.clone());
        let rank = |finding: &Self| (finding.status, std::cmp::Reverse(finding.level));
        let by_excess = || other.excess().total_cmp(&self.excess());
        rank(self).cmp(&rank(other)).then_with(by_excess).then_with(|| place(self).cmp(&place(other)))
    }
}

/// What the change is compared with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Base {
    /// The commit in hexadecimal.
    pub commit: String,
    /// As it was named: `origin/main`.
    pub revision: String,
    /// Who named it: `--base`, `ELCANO_BASE`, `pull_request: first parent of the merge`, ...
    pub chosen_by: String,
}

/// The sum of a metric over the files that changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Delta {
    /// The metric's id.
    pub metric: &'static str,
    /// Before.
    pub base: u64,
    /// After.
    pub head: u64,
}

named!(
    /// What became of a function.
    ChangeKind {
        /// It was not there.
        New = "new",
        /// Harder to follow than before.
        Worse = "worse",
        /// Easier to follow than before.
        Better = "better",
        /// It is no longer there.
        Removed = "removed",
    }
);

/// A function that is not as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What became of it.
    pub change: ChangeKind,
    /// Its file; of a removed one, where it was.
    pub path: RepoPath,
    /// Qualified name.
    pub symbol: String,
    /// First line, from 1.
    pub line: u32,
    /// Where it was, when it was in another file.
    pub base_path: Option<RepoPath>,
    /// Its numbers before.
    pub base: Option<Metrics>,
    /// Its numbers now.
    pub head: Option<Metrics>,
}

/// A rule as it was applied.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rule {
    /// `cognitive`, `file:loc.ploc`.
    pub id: String,
    /// The metric's id.
    pub metric: &'static str,
    /// Over this: a warning.
    #[serde(serialize_with = "maybe_number")]
    pub warn: Option<f64>,
    /// Over this: a failure.
    #[serde(serialize_with = "maybe_number")]
    pub fail: Option<f64>,
    /// Smaller spaces are not gated.
    pub rows_min: u32,
}

/// Everything that a check found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Check {
    /// The verdict.
    pub verdict: Verdict,
    /// What it was compared with; none when everything is gated.
    pub base: Option<Base>,
    /// The root inside the work tree, with a slash at the end; empty at its top. Paths of findings
    /// are below it.
    pub prefix: RepoPath,
    /// The rules outside of path overrides.
    pub rules: Vec<Rule>,
    /// All findings, in the order of [`Finding::order`].
    pub findings: Vec<Finding>,
    /// Baseline entries that match no offender any more.
    pub stale: Vec<String>,
    /// Files that were evaluated: all, or those that differ from the base.
    pub files_gated: u64,
    /// Files parsed for it; the facts of the others were in the store.
    pub files_parsed: u64,
    /// Files that could not be measured, with the reason.
    pub files_failed: Vec<(RepoPath, String)>,
    /// How many files take no part because they are not here, by reason.
    pub skipped: BTreeMap<Skip, u64>,
    /// Files and folders of which nothing is known, for whatever reason; what is accepted in them
    /// is neither gone nor anywhere else.
    #[serde(skip)]
    pub unseen: BTreeSet<RepoPath>,
    /// Totals over the files that changed; they inform and never fail.
    pub deltas: Vec<Delta>,
    /// The command that gives the same answer elsewhere.
    pub reproduce: String,
}

impl Check {
    /// How many findings have a status.
    #[must_use]
    pub fn count(&self, status: Status) -> usize {
        self.findings.iter().filter(|finding| finding.status == status).count()
    }

    /// The findings of a status.
    pub fn of(&self, status: Status) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(move |finding| finding.status == status)
    }

    /// What is over a limit now and not accepted, worst first.
    pub fn current(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.status != Status::Fixed && finding.accepted.is_none())
    }

    /// Whether nothing is known of a file, or of a folder that it is in.
    #[must_use]
    pub fn is_unseen(&self, path: &RepoPath) -> bool {
        let bytes = path.as_bytes();
        let folders = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'/').map(|(end, _)| &bytes[..end]);
        !self.unseen.is_empty() && folders.chain([bytes]).any(|part| self.unseen.contains(&RepoPath::new(part)))
    }

    /// The path of a finding from the top of the work tree, as bytes.
    #[must_use]
    pub fn full_path(&self, path: &RepoPath) -> RepoPath {
        RepoPath::new([self.prefix.as_bytes(), path.as_bytes()].concat())
    }

    /// The findings that the change caused: new and regressed, worst first.
    pub fn raised(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| matches!(finding.status, Status::New | Status::Regressed))
    }
}

/// A value as people write it: whole numbers without a fraction, others with at most two digits.
#[must_use]
pub fn number_text(value: f64) -> String {
    if value.fract() == 0.0 {
        return format!("{value:.0}");
    }
    format!("{value:.2}").trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn number<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    #[expect(clippy::cast_possible_truncation, reason = "whole and below 2^53")]
    if value.fract() == 0.0 && value.abs() < 9e15 {
        serializer.serialize_i64(*value as i64)
    } else {
        serializer.serialize_f64(*value)
    }
}

#[expect(clippy::ref_option, reason = "serde calls it so")]
fn maybe_number<S: Serializer>(value: &Option<f64>, serializer: S) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => number(value, serializer),
        None => serializer.serialize_none(),
    }
}
