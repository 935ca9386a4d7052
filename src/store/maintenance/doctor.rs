//! Diagnoses a store: its structure first, without mapping it, then every record, then what
//! snapshots refer to. Never writes and never repairs.

use rustc_hash::FxHashMap;

use super::verify::{DIFFERENCES_MAX, RecordDifference};
use crate::error::{Error, Result};
use crate::model::SnapshotId;
use crate::store::{Family, Key, Record, Source, StoreUrl, check_structure, read_from};

/// What was found.
#[derive(Debug, Clone, Default)]
pub struct Diagnosis {
    /// What is wrong with the structure; the records were not read then.
    pub structure: Option<String>,
    /// Sound records of each family.
    pub sound: Vec<(Family, u64)>,
    /// Records of each family that belong to no snapshot: what a run that was killed left, and the
    /// next collection removes.
    pub litter: Vec<(Family, u64)>,
    /// Damaged records.
    pub problems: Vec<RecordDifference>,
    /// Problems beyond those that are listed.
    pub omitted: u64,
}

impl Diagnosis {
    /// Nothing is wrong. Litter is not.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.structure.is_none() && self.problems.is_empty()
    }

    fn add(&mut self, family: Family, key: &[u8], problem: String) {
        if self.problems.len() < DIFFERENCES_MAX {
            self.problems.push(RecordDifference {
                family: family.name(),
                key: Key::from_bytes(key).to_string(),
                problem,
            });
        } else {
            self.omitted += 1;
        }
    }
}

/// Reads everything, and compares the files of each snapshot with its totals.
///
/// # Errors
/// When the store is missing, newer, of another program, or cannot be read at all. Damage is no
/// error here.
pub fn diagnose(url: &StoreUrl) -> Result<Diagnosis> {
    if !url.path().exists() {
        return Err(url.error("there is no store here"));
    }
    match check_structure(url) {
        Ok(()) => {}
        Err(Error::Store { problem, .. }) if problem.contains("damaged") => {
            return Ok(Diagnosis { structure: Some(problem), ..Diagnosis::default() });
        }
        Err(error) => return Err(error),
    }
    read_from(url, examine)
}

fn examine(source: &dyn Source) -> Result<Diagnosis> {
    let mut diagnosis = Diagnosis::default();
    // What each snapshot's totals say that it has, less what was found.
    let mut snapshots: FxHashMap<SnapshotId, (u64, u64)> = FxHashMap::default();
    for family in Family::ALL {
        let (mut sound, mut litter) = (0, 0);
        source.walk(*family, &Key::default(), &mut |key, record| {
            match record {
                Err(Error::Record { problem, .. }) => diagnosis.add(*family, key, problem),
                Err(error) => return Err(error),
                Ok(record) => {
                    if let Record::Snapshots(snapshot) = &record {
                        snapshots.insert(snapshot.id, (snapshot.tally.files_found, snapshot.tally.bytes));
                    }
                    if let Record::Files(file) = &record
                        && let Some((files, bytes)) = snapshots.get_mut(&file.snapshot)
                        && file.skip.is_none()
                    {
                        *files = files.wrapping_sub(1);
                        *bytes = bytes.wrapping_sub(file.bytes);
                    }
                    if owner(&record).is_none_or(|owner| snapshots.contains_key(&owner)) {
                        sound += 1;
                    } else {
                        litter += 1;
                    }
                }
            }
            Ok(())
        })?;
        diagnosis.sound.push((*family, sound));
        if litter > 0 {
            diagnosis.litter.push((*family, litter));
        }
    }
    let mut incomplete: Vec<SnapshotId> =
        snapshots.into_iter().filter(|(_, left)| *left != (0, 0)).map(|(id, _)| id).collect();
    incomplete.sort_unstable();
    for id in incomplete {
        let problem = "its files are not those that its totals are of";
        diagnosis.add(Family::Snapshots, Key::snapshot(id).as_bytes(), problem.to_owned());
    }
    Ok(diagnosis)
}

/// The snapshot that a record belongs to. Snapshots stand before all of theirs in the list of
/// families.
const fn owner(record: &Record) -> Option<SnapshotId> {
    match record {
        Record::Files(record) => Some(record.snapshot),
        Record::Symbols(record) => Some(record.snapshot),
        Record::Names(record) => Some(record.snapshot),
        Record::References(record) => Some(record.snapshot),
        Record::Links(record) => Some(record.snapshot),
        Record::Executions(_)
        | Record::Snapshots(_)
        | Record::Facts(_)
        | Record::Chunks(_)
        | Record::Ast(_)
        | Record::Cfg(_) => None,
    }
}
