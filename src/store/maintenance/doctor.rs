//! Diagnoses a store: its structure first, without mapping it, then every record, then what
//! snapshots refer to. Never writes and never repairs.

use rustc_hash::FxHashSet;

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
    /// Damaged records, and records that belong to no snapshot.
    pub problems: Vec<RecordDifference>,
    /// Problems beyond those that are listed.
    pub omitted: u64,
}

impl Diagnosis {
    /// Nothing is wrong.
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

/// Reads everything.
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
    let mut snapshots = FxHashSet::default();
    for family in Family::ALL {
        let mut sound = 0;
        source.walk(*family, &Key::default(), &mut |key, record| {
            match record {
                Err(Error::Record { problem, .. }) => diagnosis.add(*family, key, problem),
                Err(error) => return Err(error),
                Ok(record) => {
                    if let Record::Snapshots(snapshot) = &record {
                        snapshots.insert(snapshot.id);
                    }
                    match owner(&record).filter(|owner| !snapshots.contains(owner)) {
                        Some(owner) => diagnosis.add(*family, key, format!("its snapshot {owner} is missing")),
                        None => sound += 1,
                    }
                }
            }
            Ok(())
        })?;
        diagnosis.sound.push((*family, sound));
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
