//! What the targets of texts share: one of some sound texts with the fuzzer's edits.

use arbitrary::Arbitrary;

/// The input of one run: a text that is sound, or nothing, with the fuzzer's edits.
#[derive(Arbitrary, Debug)]
pub struct EditedText {
    base: u8,
    edits: Vec<Edit>,
    tail: String,
}

#[derive(Arbitrary, Debug)]
struct Edit {
    at: u16,
    removed: u8,
    inserted: String,
}

impl EditedText {
    /// The text.
    pub fn of(&self, bases: &[String]) -> String {
        let mut text = bases.get(usize::from(self.base) % (bases.len() + 1)).cloned().unwrap_or_default();
        for edit in &self.edits {
            let start = text.floor_char_boundary(usize::from(edit.at));
            let end = text.floor_char_boundary(start.saturating_add(usize::from(edit.removed)));
            text.replace_range(start..end, &edit.inserted);
        }
        text + &self.tail
    }
}
