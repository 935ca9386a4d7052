//! Facts that a store knows may be wrong in ways that no checksum shows: somebody made the store.
//! So a random share of them is measured again and compared. Never measures by itself.

use crate::error::Result;
use crate::metric::{CATALOG, catalog::Value};
use crate::model::{ContentId, FactsRecord, Note, NoteKind, Space};
use crate::store::{Family, Record, Store};

/// Files of a run that are measured again at least, on average.
const FILES_MIN: f64 = 8.0;

/// Chooses contents at random, in each run others.
#[derive(Debug, Clone, Copy)]
pub struct Recheck {
    salt: [u8; 32],
    below: u64,
}

impl Recheck {
    /// Chooses so many percent of some files, and about eight at least; None chooses none.
    #[must_use]
    pub fn of(percent: f64, files: usize) -> Option<Self> {
        if percent <= 0.0 {
            return None;
        }
        let mut salt = [0; 32];
        for half in salt.chunks_mut(16) {
            half.copy_from_slice(uuid::Uuid::new_v4().as_bytes());
        }
        #[expect(clippy::cast_precision_loss, reason = "a share need not be exact")]
        let share = (percent / 100.0).max(FILES_MIN / files.max(1) as f64).min(1.0);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a share of at most one; what is too large becomes the largest"
        )]
        let below = (share * u64::MAX as f64) as u64;
        Some(Self { salt, below })
    }

    /// Whether it chose this content. Who does not know the salt cannot tell.
    #[must_use]
    pub fn takes(&self, content: ContentId) -> bool {
        let hash = blake3::keyed_hash(&self.salt, &content.0);
        let mut first = [0; 8];
        first.copy_from_slice(&hash.as_bytes()[..8]);
        self.below == u64::MAX || u64::from_be_bytes(first) < self.below
    }
}

/// What comparing came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The store is right, as far as this machine can tell.
    Same,
    /// The store says that it could not be measured, and it can be.
    Measurable,
    /// The store is wrong: in this family, so.
    Differs(Family, String),
}

/// Compares what a store knows of a content with what was measured now at the same level.
///
/// # Errors
/// The store cannot be read.
pub(super) fn compare(
    store: &dyn Store,
    known: &FactsRecord,
    now: &FactsRecord,
    beside: &[Record],
    bytes: &[u8],
) -> Result<Verdict> {
    match (depends_on_machine(known), depends_on_machine(now)) {
        (_, true) => return Ok(Verdict::Same),
        (true, false) => return Ok(Verdict::Measurable),
        (false, false) => {}
    }
    if known != now {
        return Ok(Verdict::Differs(Family::Facts, difference(known, now)));
    }
    for record in beside {
        let same = match (store.get(record.family(), &record.key())?, record) {
            // Which language named a span last is not known: the text of it is.
            (Some(Record::Chunks(chunk)), Record::Chunks(_)) => {
                bytes.get(chunk.start as usize..chunk.end as usize) == Some(&*chunk.text)
            }
            (Some(known), now) => known == *now,
            (None, _) => return Ok(Verdict::Differs(record.family(), format!("{} is missing", record.key()))),
        };
        if !same {
            return Ok(Verdict::Differs(record.family(), format!("{} differs", record.key())));
        }
    }
    Ok(Verdict::Same)
}

/// Whether the facts hold a note that another machine, or another limit, might not have made.
fn depends_on_machine(facts: &FactsRecord) -> bool {
    let by_content = |note: &Note| {
        use NoteKind::{NotUtf8, ParseBudget, ParseError, TooDeep, TooManyNodes, Unreadable};
        matches!(note.kind, Unreadable | NotUtf8 | ParseError | ParseBudget | TooDeep | TooManyNodes)
    };
    !facts.notes.iter().all(by_content)
}

/// The first difference, in a few words.
fn difference(known: &FactsRecord, now: &FactsRecord) -> String {
    let spaces = || known.spaces.iter().zip(&now.spaces).find(|(known, now)| known != now);
    if (known.bytes, known.skip) != (now.bytes, now.skip) {
        "size or reason to skip".to_owned()
    } else if known.spaces.len() != now.spaces.len() {
        format!("{} spaces stored, {} measured", known.spaces.len(), now.spaces.len())
    } else if let Some((known, now)) = spaces() {
        of_spaces(known, now)
    } else {
        "notes or language".to_owned()
    }
}

fn of_spaces(known: &Space, now: &Space) -> String {
    let name = if now.qualified_name.is_empty() { "the file" } else { &now.qualified_name };
    for metric in CATALOG {
        let (stored, measured) = (metric.value(&known.metrics), metric.value(&now.metrics));
        if stored != measured {
            return format!("{} of {name}: {} stored, {} measured", metric.id, text(stored), text(measured));
        }
    }
    format!("name, place or text of {name}")
}

fn text(value: Value) -> String {
    match value {
        Value::Int(value) => value.to_string(),
        Value::Real(value) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::Recheck;
    use crate::model::ContentId;

    #[test]
    fn a_share_is_chosen_and_each_time_another() {
        let contents: Vec<_> = (0..20_000_u32).map(|at| ContentId::of(&at.to_be_bytes())).collect();
        let chosen = |percent: f64, files: usize| {
            let recheck = Recheck::of(percent, files).unwrap();
            contents.iter().filter(|content| recheck.takes(**content)).copied().collect::<Vec<_>>()
        };
        assert!(Recheck::of(0.0, 10).is_none());
        assert_eq!(chosen(100.0, 10).len(), contents.len());
        assert_eq!(chosen(1.0, 8).len(), contents.len(), "eight of eight");
        let (one, other) = (chosen(1.0, 20_000), chosen(1.0, 20_000));
        assert!((100..400).contains(&one.len()), "{}", one.len());
        assert_ne!(one, other);
        let few = chosen(0.001, 2_000).len();
        assert!((30..160).contains(&few), "eight of two thousand: {few}");
    }
}
