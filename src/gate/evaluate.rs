//! Evaluates spaces against limits and against what they were: gives findings and totals. Never
//! decides whether the gate passes.

use rustc_hash::FxHashMap;

use super::limits::{Limit, Limits};
use super::matching::Matching;
use super::version::FileVersion;
use crate::metric::CATALOG;
use crate::model::{BodyHash, Delta, Finding, RepoPath, Severity, Space, Span, Status};

/// Everything over its limit in a file, as new: for a repository without a base, and for a file
/// that the base does not have.
#[must_use]
pub fn everything(limits: &Limits, file: &FileVersion) -> Vec<Finding> {
    let rules = limits.of(&file.path);
    let mut findings = Vec::new();
    for (space, mark) in file.spaces.iter().zip(marks(&file.spaces)) {
        findings.extend(rules.iter().filter_map(|limit| {
            let evaluated = evaluate(limit, limit.value(space), None)?;
            Some(finding(limit, evaluated, file, space, mark))
        }));
    }
    findings
}

/// What a change did to the files that it touches: `head` and `base` are the files that differ,
/// deleted ones in `base` only.
#[must_use]
pub fn compare(limits: &Limits, head: &[FileVersion], base: &[FileVersion]) -> Vec<Finding> {
    let matching = Matching::new(head, base);
    let mut findings = Vec::new();
    for (at, file) in head.iter().enumerate() {
        let rules = limits.of(&file.path);
        for (index, (space, mark)) in file.spaces.iter().zip(marks(&file.spaces)).enumerate() {
            let before = matching.counterpart(at, index);
            for limit in &rules {
                let old = before.and_then(|(_, space)| limit.value(space));
                if let Some(evaluated) = evaluate(limit, limit.value(space), old) {
                    let mut found = finding(limit, evaluated, file, space, mark);
                    found.base_path = before.map(|(base, _)| base.path.clone()).filter(|path| *path != file.path);
                    found.base_line = before.map(|(_, space)| space.start_line.max(1));
                    findings.push(found);
                }
            }
        }
    }
    findings.extend(base.iter().enumerate().flat_map(|(at, file)| fixed(limits, &matching, at, file)));
    findings
}

/// What was over a limit and is gone is fixed.
fn fixed(limits: &Limits, matching: &Matching<'_>, at: usize, file: &FileVersion) -> Vec<Finding> {
    let rules = limits.of(&file.path);
    let spaces = file.spaces.iter().zip(marks(&file.spaces)).enumerate();
    let mut findings = Vec::new();
    for (_, (space, mark)) in spaces.filter(|(index, _)| !matching.is_counterpart(at, *index)) {
        findings.extend(rules.iter().filter_map(|limit| {
            let evaluated = evaluate(limit, None, limit.value(space))?;
            Some(finding(limit, evaluated, file, space, mark))
        }));
    }
    findings
}

/// What a number is to its limit and to what it was.
struct Evaluated {
    status: Status,
    level: Severity,
    limit: f64,
    value: Option<f64>,
    base_value: Option<f64>,
}

/// None when a number neither is nor was over its limit.
fn evaluate(limit: &Limit, value: Option<f64>, base_value: Option<f64>) -> Option<Evaluated> {
    let now = value.and_then(|value| limit.level(value));
    let before = base_value.and_then(|value| limit.level(value));
    let (status, (level, bound)) = match (now, before) {
        (None, None) => return None,
        (None, Some(before)) => (Status::Fixed, before),
        (Some(now), before) => {
            let worse = match (value, base_value) {
                (Some(value), Some(was)) => limit.beyond(value, was),
                _ => true,
            };
            let status = match (worse, before) {
                (false, _) => Status::Known,
                (true, None) => Status::New,
                (true, Some(_)) => Status::Regressed,
            };
            (status, now)
        }
    };
    Some(Evaluated { status, level, limit: bound, value, base_value })
}

fn finding(limit: &Limit, evaluated: Evaluated, file: &FileVersion, space: &Space, mark: Mark) -> Finding {
    let rule = limit.id();
    Finding {
        fingerprint: fingerprint(&rule, &file.path, &space.qualified_name, mark),
        rule,
        level: evaluated.level,
        status: evaluated.status,
        path: file.path.clone(),
        symbol: space.qualified_name.clone(),
        ordinal: mark.ordinal,
        body: Some(space.body),
        shares_name: mark.body.is_some(),
        kind: space.kind,
        metric: limit.metric.id,
        value: evaluated.value,
        limit: evaluated.limit,
        base_value: evaluated.base_value,
        base_path: None,
        base_line: None,
        span: Span {
            start_byte: space.start_byte,
            end_byte: space.end_byte,
            start_line: space.start_line,
            end_line: space.end_line,
        },
        line: space.start_line.max(1),
        line_hash: None,
        accepted: None,
    }
}

/// Of path, symbol and rule, not of lines or numbers.
fn fingerprint(rule: &str, path: &RepoPath, symbol: &str, mark: Mark) -> String {
    let mut hasher = blake3::Hasher::new();
    for part in [b"elcano finding v1", rule.as_bytes(), path.as_bytes(), symbol.as_bytes()] {
        hasher.update(&(part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    if let Some(body) = mark.body {
        hasher.update(&body.0);
        hasher.update(&mark.twin.to_be_bytes());
    } else {
        hasher.update(&mark.ordinal.to_be_bytes());
    }
    hasher.finalize().to_hex()[..32].to_owned()
}

/// What tells a space apart from others of its name.
#[derive(Clone, Copy)]
struct Mark {
    /// Which of them it is, in source order.
    ordinal: u32,
    /// Its text, where it has no name or others have it, too: that one of them comes or goes is not
    /// to make another of it.
    body: Option<BodyHash>,
    /// Which of those with this text it is.
    twin: u32,
}

fn marks(spaces: &[Space]) -> Vec<Mark> {
    let mut named: FxHashMap<&str, u32> = FxHashMap::default();
    for space in spaces {
        *named.entry(&space.qualified_name).or_default() += 1;
    }
    let mut seen: FxHashMap<(&str, Option<BodyHash>), u32> = FxHashMap::default();
    let mut next = |name, body| {
        let count = seen.entry((name, body)).or_default();
        *count += 1;
        *count - 1
    };
    let mut marks = Vec::with_capacity(spaces.len());
    for space in spaces {
        let name = space.qualified_name.as_str();
        let body = (space.is_anonymous() || named[name] > 1).then_some(space.body);
        let ordinal = next(name, None);
        let twin = if body.is_some() { next(name, body) } else { 0 };
        marks.push(Mark { ordinal, body, twin });
    }
    marks
}

/// Totals over the files that changed, of the metrics that the catalog marks for it.
#[must_use]
pub fn deltas(head: &[FileVersion], base: &[FileVersion]) -> Vec<Delta> {
    let metrics = CATALOG.iter().filter(|metric| metric.is_delta);
    metrics
        .map(|metric| {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts of at most 32 bits")]
            let sum = |files: &[FileVersion]| {
                let units = files.iter().filter_map(|file| file.spaces.first());
                units.map(|unit| metric.value(&unit.metrics).as_f64() as u64).sum()
            };
            Delta { metric: metric.id, base: sum(base), head: sum(head) }
        })
        .collect()
}

/// Puts findings in the order of [`Finding::order`].
pub fn sort(findings: &mut [Finding]) {
    findings.sort_by(Finding::order);
}

#[cfg(test)]
mod tests {
    use super::super::limits::LimitChange;
    use super::*;

    fn case(value: Option<f64>, was: Option<f64>) -> Option<(Status, Severity)> {
        let mut limits = Limits::default();
        let change = LimitChange::of("cognitive").unwrap();
        limits.set(&LimitChange { warn: Some(Some(15.0)), fail: Some(Some(25.0)), ..change });
        let limit = limits.of(&RepoPath::from("a"))[0];
        evaluate(&limit, value, was).map(|evaluated| (evaluated.status, evaluated.level))
    }

    #[test]
    fn the_table_of_cases() {
        use Severity::{Fail, Warn};
        let rows = [
            (Some(15.0), None, None),
            (Some(16.0), None, Some((Status::New, Warn))),
            (Some(26.0), None, Some((Status::New, Fail))),
            (Some(26.0), Some(10.0), Some((Status::New, Fail))),
            (Some(26.0), Some(25.0), Some((Status::Regressed, Fail))),
            (Some(31.0), Some(30.0), Some((Status::Regressed, Fail))),
            (Some(30.0), Some(30.0), Some((Status::Known, Fail))),
            (Some(29.0), Some(30.0), Some((Status::Known, Fail))),
            (Some(15.0), Some(30.0), Some((Status::Fixed, Fail))),
            (None, Some(16.0), Some((Status::Fixed, Warn))),
            (None, Some(15.0), None),
        ];
        for (value, was, expected) in rows {
            assert_eq!(case(value, was), expected, "{value:?} was {was:?}");
        }
    }
}
