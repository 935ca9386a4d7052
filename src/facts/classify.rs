//! Whether the bytes of a file are source code that people write.

use crate::model::Skip;

/// Why the content is not to be measured, if so.
#[must_use]
pub fn classify(bytes: &[u8]) -> Option<Skip> {
    memchr::memchr(0, &bytes[..bytes.len().min(8000)]).map(|_| Skip::Binary)
}
