//! Around every measurement: what is no source code is left out, limits hold, and a panic becomes a
//! note on the file. Never measures by itself.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::classify::classify_text;
use super::options::Options;
use super::parse;
use super::plain::Plain;
use crate::model::{AnalyzerId, ContentId, FileFacts, Note, NoteKind, Skip};

/// What facts are valid for besides the bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Origin {
    pub(super) id: AnalyzerId,
    pub(super) language: &'static str,
    pub(super) policy: &'static str,
    /// Generated code is measured, too.
    pub(super) generated: bool,
}

/// The facts of a file with what `work` adds to them; nothing is added where the bytes are no code
/// that people write, where a limit is exceeded or where `work` panics.
pub(super) fn guarded(
    origin: Origin,
    content: ContentId,
    bytes: &[u8],
    options: Options,
    work: impl FnOnce(&Plain<'_>, &mut FileFacts) -> Result<(), Note>,
) -> FileFacts {
    let mut facts = unmeasured(origin, content, bytes, options);
    let plain = Plain::of(bytes);
    facts.skip = classify_text(&plain.text).filter(|skip| !(origin.generated && *skip == Skip::Generated));
    if facts.skip.is_some() {
        return facts;
    }
    if facts.bytes > options.limits.file_bytes_max.min(u64::from(u32::MAX)) {
        facts.notes.push(Note::new(NoteKind::TooLarge, format!("{} bytes", facts.bytes)));
        return facts;
    }
    if let Err(error) = std::str::from_utf8(&plain.text) {
        facts.notes.push(Note::new(NoteKind::NotUtf8, format!("from byte {}", error.valid_up_to())));
    }
    let clean = facts.clone();
    let note = match catch_unwind(AssertUnwindSafe(|| work(&plain, &mut facts))) {
        Ok(Ok(())) => return facts,
        Ok(Err(note)) => note,
        Err(panic) => {
            // The parser may be in any state: the next file on this thread gets a new one.
            parse::renew();
            Note::new(NoteKind::Panicked, message(panic.as_ref()))
        }
    };
    let mut facts = clean;
    facts.notes.push(note);
    facts
}

/// The facts of a file before it is measured.
pub(super) fn unmeasured(origin: Origin, content: ContentId, bytes: &[u8], options: Options) -> FileFacts {
    FileFacts {
        content,
        analyzer: origin.id,
        language: origin.language.to_owned(),
        policy: origin.policy.to_owned(),
        level: options.level,
        bytes: bytes.len() as u64,
        error_bytes: 0,
        skip: None,
        notes: Vec::new(),
        spaces: Vec::new(),
        chunks: Vec::new(),
        ast: None,
        cfgs: Vec::new(),
    }
}

fn message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("the measurement panicked").to_owned()
}
