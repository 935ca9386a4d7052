//! Judges spaces against limits and against what they were: gives findings and totals, never a verdict of its own.

use rustc_hash::FxHashMap;

use super::limits::{Limit, Limits};
use super::matching::pair;
use crate::metric::CATALOG;
use crate::model::{Delta, Finding, RepoPath, Severity, Space, Span, Status};

/// One file on one side of the comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileVersion {
    /// Its path.
    pub path: RepoPath,
    /// Its spaces, the unit first; empty when it was not measured.
    pub spaces: Vec<Space>,
}

/// Everything over its limit in a file, as new: what a repository without a base, or a file without a past, is told.
#[must_use]
pub fn everything(limits: &Limits, side: &FileVersion) -> Vec<Finding> {
    let rules = limits.of(&side.path);
    let ordinals = ordinals(&side.spaces);
    let mut findings = Vec::new();
    for (space, ordinal) in side.spaces.iter().zip(ordinals) {
        let now = |limit: &Limit| evaluate(limit, limit.value(space), None);
        findings.extend(rules.iter().filter_map(|limit| {
            let evaluated = now(limit)?;
            Some(finding(limit, evaluated, side, space, ordinal))
        }));
    }
    findings
}

/// What a change did to the files that it touches: `head` and `base` are the files that differ, deleted ones in `base` only.
#[must_use]
pub fn compare(limits: &Limits, head: &[FileVersion], base: &[FileVersion]) -> Vec<Finding> {
    let matches = pair(head, base);
    let mut answered: Vec<Vec<bool>> = base.iter().map(|side| vec![false; side.spaces.len()]).collect();
    let mut findings = Vec::new();
    for (side, matches) in head.iter().zip(&matches) {
        let rules = limits.of(&side.path);
        let ordinals = ordinals(&side.spaces);
        for ((space, ordinal), was) in side.spaces.iter().zip(ordinals).zip(matches) {
            if let Some((file, index)) = was {
                answered[*file][*index] = true;
            }
            let before = was.map(|(file, index)| (&base[file], &base[file].spaces[index]));
            for limit in &rules {
                let old = before.and_then(|(_, space)| limit.value(space));
                if let Some(evaluated) = evaluate(limit, limit.value(space), old) {
                    let mut found = finding(limit, evaluated, side, space, ordinal);
                    found.base_path = before.map(|(file, _)| file.path.clone()).filter(|path| *path != side.path);
                    found.base_line = before.map(|(_, space)| space.start_line.max(1));
                    findings.push(found);
                }
            }
        }
    }
    findings.extend(base.iter().zip(answered).flat_map(|(side, answered)| gone(limits, side, &answered)));
    findings
}

/// What is gone was mended, too.
fn gone(limits: &Limits, side: &FileVersion, answered: &[bool]) -> Vec<Finding> {
    let rules = limits.of(&side.path);
    let mut findings = Vec::new();
    for ((space, ordinal), answered) in side.spaces.iter().zip(ordinals(&side.spaces)).zip(answered) {
        let evaluated =
            |limit: &Limit| Some(finding(limit, evaluate(limit, None, limit.value(space))?, side, space, ordinal));
        findings.extend(rules.iter().filter(|_| !answered).filter_map(evaluated));
    }
    findings
}

/// A number's case.
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

fn finding(limit: &Limit, evaluated: Evaluated, side: &FileVersion, space: &Space, ordinal: u32) -> Finding {
    let rule = limit.id();
    Finding {
        fingerprint: fingerprint(&rule, &side.path, &space.qualified_name, ordinal),
        rule,
        level: evaluated.level,
        status: evaluated.status,
        path: side.path.clone(),
        symbol: space.qualified_name.clone(),
        ordinal,
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
fn fingerprint(rule: &str, path: &RepoPath, symbol: &str, ordinal: u32) -> String {
    let mut hasher = blake3::Hasher::new();
    for part in [b"elcano finding v1", rule.as_bytes(), path.as_bytes(), symbol.as_bytes()] {
        hasher.update(&(part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    hasher.update(&ordinal.to_be_bytes());
    hasher.finalize().to_hex()[..32].to_owned()
}

/// Which of the spaces of its name each space is, in source order.
fn ordinals(spaces: &[Space]) -> Vec<u32> {
    let mut seen: FxHashMap<&str, u32> = FxHashMap::default();
    spaces
        .iter()
        .map(|space| {
            let next = seen.entry(&space.qualified_name).or_default();
            *next += 1;
            *next - 1
        })
        .collect()
}

/// Totals over the files that changed, of the metrics that add up and that a reader asks for.
#[must_use]
pub fn deltas(head: &[FileVersion], base: &[FileVersion]) -> Vec<Delta> {
    const TOLD: [&str; 4] = ["loc.ploc", "nom.total", "cyclomatic", "cognitive"];
    let told = CATALOG.iter().filter(|metric| TOLD.contains(&metric.id));
    told.map(|metric| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts of at most 32 bits")]
        let sum = |sides: &[FileVersion]| {
            let units = sides.iter().filter_map(|side| side.spaces.first());
            units.map(|unit| (metric.get)(&unit.metrics).as_f64() as u64).sum()
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
    use super::super::limits::Change;
    use super::*;

    fn case(value: Option<f64>, was: Option<f64>) -> Option<(Status, Severity)> {
        let mut limits = Limits::default();
        let change = Change::of("cognitive").unwrap();
        limits.set(&Change { warn: Some(Some(15.0)), fail: Some(Some(25.0)), ..change });
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
