//! Summarises one snapshot, file by file: totals by language, worst functions, notes. Never holds
//! more than the languages, offenders and noted files: memory does not grow with the repository.

use std::collections::{BTreeMap, BinaryHeap};

use crate::metric::catalog::{self, Value};
use crate::model::{
    ExecutionRecord, FactsRecord, FileRecord, Metrics, Note, NoteKind, RepoPath, SnapshotRecord, Space,
};

/// Totals over files of one language.
#[derive(Debug, Clone)]
pub struct Totals {
    /// Files measured.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Their bytes inside ERROR nodes.
    pub error_bytes: u64,
    /// Files with parse errors.
    pub broken: u64,
    /// Files of which the parser lost code in silence.
    pub lost_code: u64,
    /// The file with the most bytes inside ERROR nodes, and how many; of several the first by path.
    pub worst_file: Option<(u64, RepoPath)>,
    /// Sums over the files of the metrics of [`catalog::totals`], in its order.
    pub sums: Vec<u64>,
}

impl Default for Totals {
    fn default() -> Self {
        let sums = vec![0; catalog::totals().len()];
        Self { files: 0, bytes: 0, error_bytes: 0, broken: 0, lost_code: 0, worst_file: None, sums }
    }
}

impl Totals {
    fn add(&mut self, path: &RepoPath, facts: &FactsRecord, unit: &Metrics) {
        self.files += 1;
        // Records of a store hold whatever was written there.
        self.bytes = self.bytes.saturating_add(facts.bytes);
        self.error_bytes = self.error_bytes.saturating_add(facts.error_bytes);
        let noted = |kind| facts.notes.iter().any(|note| note.kind == kind);
        if noted(NoteKind::ParseError) {
            self.broken += 1;
            self.consider(facts.error_bytes, path);
        }
        self.lost_code += u64::from(noted(NoteKind::LostCode));
        for (sum, (metric, _)) in self.sums.iter_mut().zip(catalog::totals()) {
            if let Value::Int(count) = metric.value(unit) {
                *sum += u64::from(count);
            }
        }
    }

    fn consider(&mut self, error_bytes: u64, path: &RepoPath) {
        let rank = |(bytes, path): &(u64, RepoPath)| (std::cmp::Reverse(*bytes), path.clone());
        let new = (error_bytes, path.clone());
        if self.worst_file.as_ref().is_none_or(|worst| rank(&new) < rank(worst)) {
            self.worst_file = Some(new);
        }
    }

    /// Adds another language's totals.
    pub fn merge(&mut self, other: &Self) {
        self.files += other.files;
        self.bytes = self.bytes.saturating_add(other.bytes);
        self.error_bytes = self.error_bytes.saturating_add(other.error_bytes);
        self.broken += other.broken;
        self.lost_code += other.lost_code;
        if let Some((error_bytes, path)) = &other.worst_file {
            self.consider(*error_bytes, path);
        }
        self.sums.iter_mut().zip(&other.sums).for_each(|(sum, count)| *sum += count);
    }

    fn to_json(&self, language: Option<&str>) -> serde_json::Value {
        let mut json = serde_json::json!({
            "language": language, "files": self.files, "bytes": self.bytes, "error_bytes": self.error_bytes,
            "broken_files": self.broken, "lost_code_files": self.lost_code,
            "worst_file": self.worst_file.as_ref().map(|(_, path)| path),
        });
        for ((_, total), sum) in catalog::totals().iter().zip(&self.sums) {
            json[total.key] = (*sum).into();
        }
        json
    }
}

/// A function among the worst.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offender {
    /// Its file.
    pub path: RepoPath,
    /// First line, from 1.
    pub line: u32,
    /// Qualified name.
    pub name: String,
    /// Its language.
    pub language: String,
    /// Its numbers.
    pub metrics: Metrics,
}

/// Worst first: cognitive, then cyclomatic, then by place so that the order never depends on
/// threads.
type Rank = (std::cmp::Reverse<(u32, u32)>, RepoPath, u32, String);

impl Offender {
    fn rank(&self) -> Rank {
        let worst = std::cmp::Reverse((self.metrics.cognitive, self.metrics.cyclomatic));
        (worst, self.path.clone(), self.line, self.name.clone())
    }
}

impl PartialOrd for Offender {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Offender {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.rank().cmp(&other.rank())
    }
}

/// The summary of a snapshot.
#[derive(Debug)]
pub struct Summary {
    /// Of what.
    pub snapshot: SnapshotRecord,
    /// The run that made or found it.
    pub execution: Option<ExecutionRecord>,
    /// Totals by language id.
    pub languages: BTreeMap<String, Totals>,
    /// Files with notes, in path order, at most [`Summary::NOTED_MAX`].
    pub noted: Vec<(RepoPath, Vec<Note>)>,
    worst: BinaryHeap<Offender>,
    worst_max: usize,
}

impl Summary {
    /// Noted files that are listed by name; the counts by kind are complete.
    pub const NOTED_MAX: usize = 1000;

    /// An empty summary that will keep the `worst_max` worst functions.
    #[must_use]
    pub fn new(snapshot: SnapshotRecord, execution: Option<ExecutionRecord>, worst_max: usize) -> Self {
        let (languages, noted, worst) = (BTreeMap::new(), Vec::new(), BinaryHeap::new());
        Self { snapshot, execution, languages, noted, worst, worst_max }
    }

    /// Adds a file of the snapshot; `facts` is none where it was not measured.
    pub fn add(&mut self, file: &FileRecord, facts: Option<&FactsRecord>) {
        let facts_notes = facts.map_or(&[][..], |facts| &facts.notes);
        if !(file.notes.is_empty() && facts_notes.is_empty()) && self.noted.len() < Self::NOTED_MAX {
            let notes = file.notes.iter().chain(facts_notes).cloned().collect();
            self.noted.push((file.path.clone(), notes));
        }
        let Some((facts, unit)) = facts.and_then(|facts| facts.spaces.first().map(|unit| (facts, unit))) else {
            return;
        };
        self.languages.entry(file.language.clone()).or_default().add(&file.path, facts, &unit.metrics);
        for space in facts.spaces.iter().filter(|space| space.kind.is_function()) {
            self.consider(file, space);
        }
    }

    fn consider(&mut self, file: &FileRecord, space: &Space) {
        let enough = self.worst.len() >= self.worst_max;
        let key = (space.metrics.cognitive, space.metrics.cyclomatic);
        if enough && self.worst.peek().is_none_or(|least| key < (least.metrics.cognitive, least.metrics.cyclomatic)) {
            return;
        }
        self.worst.push(Offender {
            path: file.path.clone(),
            line: space.start_line,
            name: space.qualified_name.clone(),
            language: file.language.clone(),
            metrics: space.metrics,
        });
        if self.worst.len() > self.worst_max {
            self.worst.pop();
        }
    }

    /// The worst functions, worst first; those without any cognitive complexity are left out.
    #[must_use]
    pub fn worst(&self) -> Vec<Offender> {
        let mut worst: Vec<_> = self.worst.iter().filter(|offender| offender.metrics.cognitive > 0).cloned().collect();
        worst.sort();
        worst
    }

    /// Languages by the first of their totals, rows; largest first.
    #[must_use]
    pub fn by_size(&self) -> Vec<(&str, &Totals)> {
        let mut all: Vec<_> = self.languages.iter().map(|(id, totals)| (id.as_str(), totals)).collect();
        all.sort_by_key(|(id, totals)| (std::cmp::Reverse(totals.sums.first().copied()), *id));
        all
    }

    /// Totals over all languages.
    #[must_use]
    pub fn total(&self) -> Totals {
        self.languages.values().fold(Totals::default(), |mut all, totals| {
            all.merge(totals);
            all
        })
    }

    /// The document `elcano.report/1`. All that differs between two equal runs is under `run`.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        let snapshot = &self.snapshot;
        let offender = |offender: &Offender| {
            serde_json::json!({
                "path": offender.path, "line": offender.line, "name": offender.name, "language": offender.language,
                "metrics": catalog::to_json(&offender.metrics),
            })
        };
        let tally = &snapshot.tally;
        serde_json::json!({
            "schema": "elcano.report/1",
            "snapshot": {
                "id": snapshot.id, "repository": snapshot.repository, "commit": snapshot.commit,
                "reference": snapshot.reference, "dirty": snapshot.dirty, "engine": snapshot.analyzer,
                "policy": snapshot.policy, "level": snapshot.level,
            },
            "files_found": tally.files_found,
            "skipped": tally.skipped,
            "notes": tally.notes,
            "total": self.total().to_json(None),
            "languages": self.by_size().into_iter().map(|(id, of)| of.to_json(Some(id))).collect::<Vec<_>>(),
            "offenders": self.worst().iter().map(offender).collect::<Vec<_>>(),
            "noted": self.noted.iter().map(|(path, notes)| {
                serde_json::json!({ "path": path, "notes": super::measured::notes(notes) })
            }).collect::<Vec<_>>(),
            "run": { "time_us": snapshot.time_us, "execution": self.execution },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Totals;

    #[test]
    fn bytes_that_a_store_claims_do_not_overflow() {
        let claimed = Totals { bytes: u64::MAX, error_bytes: u64::MAX - 1, ..Totals::default() };
        let mut totals = claimed.clone();
        totals.merge(&claimed);
        assert_eq!((totals.bytes, totals.error_bytes), (u64::MAX, u64::MAX));
    }
}
