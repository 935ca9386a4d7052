//! Numbers for token texts within one file, so that equal texts compare as integers.

use rustc_hash::FxHashMap;

/// Texts of one file, numbered in order of first appearance from [`Texts::FIRST`].
#[derive(Default)]
pub(super) struct Texts<'s> {
    ids: FxHashMap<&'s [u8], u32>,
}

impl<'s> Texts<'s> {
    /// Below it are the kind ids of tokens whose kind is their text.
    const FIRST: u32 = 1 << 16;

    pub(super) fn id(&mut self, text: &'s [u8]) -> u32 {
        let next = Self::FIRST + u32::try_from(self.ids.len()).unwrap_or(u32::MAX - Self::FIRST);
        *self.ids.entry(text).or_insert(next)
    }
}
