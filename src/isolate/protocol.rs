//! What the two processes say to each other over a pair of pipes: a request is the length of its
//! head, the head, and the bytes of the file; an answer is its length and the facts. Both are of one
//! binary, so that no version is needed. Never waits.

use serde::{Deserialize, Serialize};

use crate::measure::Options;
use crate::model::ContentId;

/// The width of a length.
pub(super) const LENGTH: usize = 4;

/// What a pipe takes at once.
pub(super) const AT_ONCE: usize = 1 << 16;

/// What is to be measured, and how.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Head<'a> {
    /// The language's id.
    pub(super) language: &'a str,
    /// The policy's id.
    pub(super) policy: &'a str,
    /// Generated code is measured, too.
    pub(super) generated: bool,
    pub(super) content: ContentId,
    pub(super) options: Options,
    /// The size of the file.
    pub(super) bytes: u32,
}

/// A message with its length before it; None where it is too long for one.
pub(super) fn framed(message: &impl Serialize) -> Option<Vec<u8>> {
    let mut framed = postcard::to_extend(message, vec![0; LENGTH]).ok()?;
    let length = u32::try_from(framed.len() - LENGTH).ok()?;
    framed[..LENGTH].copy_from_slice(&length.to_le_bytes());
    Some(framed)
}
