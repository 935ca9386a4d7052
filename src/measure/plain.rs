//! The text of a file as it is parsed: UTF-8 in which rows end in LF, so that two files which differ
//! in their encoding or their line ends alone have the same numbers. Every place in it leads back to
//! the bytes of the file. Never parses.

use std::borrow::Cow;

use crate::metric::Trace;
use crate::model::FileFacts;

/// The bytes of a file, or where they are UTF-16, its text in UTF-8: for showing it.
#[must_use]
pub fn decoded(bytes: Vec<u8>) -> Vec<u8> {
    let is_utf16 = MARKS.iter().any(|(mark, _)| bytes.starts_with(mark));
    if is_utf16 { Plain::of(&bytes).text.into_owned() } else { bytes }
}

/// How the bytes of a file are text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    /// UTF-8, or bytes that are taken for it.
    Utf8,
    /// UTF-16 behind its mark, the lower byte of a unit first or last.
    Utf16 { little: bool },
}

/// The mark before UTF-16, by which it is known, and its encoding.
const MARKS: [(&[u8], Encoding); 2] =
    [(b"\xFF\xFE", Encoding::Utf16 { little: true }), (b"\xFE\xFF", Encoding::Utf16 { little: false })];

/// The text of a file.
#[derive(Debug)]
pub(super) struct Plain<'a> {
    /// As it is parsed.
    pub(super) text: Cow<'a, [u8]>,
    bytes: &'a [u8],
    encoding: Encoding,
}

impl<'a> Plain<'a> {
    pub(super) fn of(bytes: &'a [u8]) -> Self {
        let known = MARKS.iter().find(|(mark, _)| bytes.starts_with(mark));
        let encoding = known.map_or(Encoding::Utf8, |(_, encoding)| *encoding);
        if encoding == Encoding::Utf8 && memchr::memmem::find(bytes, b"\r\n").is_none() {
            return Self { text: Cow::Borrowed(bytes), bytes, encoding };
        }
        let mut text = Vec::with_capacity(bytes.len());
        each_piece(bytes, encoding, |_, piece| {
            text.extend_from_slice(piece);
            true
        });
        Self { text: Cow::Owned(text), bytes, encoding }
    }

    /// Has facts that were found in the text be about the bytes of the file.
    pub(super) fn restore(&self, facts: &mut FileFacts, trace: Option<&mut Trace>) {
        let Cow::Owned(_) = self.text else { return };
        let spaces = facts.spaces.iter_mut().flat_map(|space| [&mut space.start_byte, &mut space.end_byte]);
        let chunks = facts.chunks.iter_mut().flat_map(|chunk| [&mut chunk.start, &mut chunk.end]);
        let nodes = facts.ast.iter_mut().flat_map(|ast| &mut ast.nodes);
        let nodes = nodes.flat_map(|node| [&mut node.start, &mut node.end]);
        let blocks = facts.cfgs.iter_mut().flat_map(|cfg| &mut cfg.blocks);
        let blocks = blocks.flat_map(|block| [&mut block.start, &mut block.end]);
        let increments = trace.into_iter().flat_map(|trace| &mut trace.increments);
        let increments = increments.map(|increment| &mut increment.byte);
        self.locate(spaces.chain(chunks).chain(nodes).chain(blocks).chain(increments).collect());
        if self.encoding != Encoding::Utf8 {
            // Exact where all characters are as wide as each other.
            let (bytes, text) = (self.bytes.len() as u64, self.text.len().max(1) as u64);
            let scaled = |count: u64| (count * bytes / text).min(bytes);
            facts.error_bytes = scaled(facts.error_bytes);
            for space in &mut facts.spaces {
                space.error_bytes = u32::try_from(scaled(space.error_bytes.into())).unwrap_or(u32::MAX);
            }
        }
        for chunk in &mut facts.chunks {
            chunk.text = self.bytes.get(chunk.start as usize..chunk.end as usize).unwrap_or_default().to_vec();
        }
    }

    /// Replaces places in the text by those in the bytes.
    fn locate(&self, mut places: Vec<&mut u32>) {
        places.sort_unstable_by_key(|place| **place);
        let mut left = places.into_iter().peekable();
        let (mut read, mut written) = (0, 0);
        let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        each_piece(self.bytes, self.encoding, |before, piece| {
            let verbatim = self.encoding == Encoding::Utf8 && before == piece.len();
            while let Some(next) = left.next_if(|next| (**next as usize) < written + piece.len()) {
                // The end of a row is one byte or two, and a place is never inside of it.
                let within = if verbatim { *next as usize - written } else { 0 };
                *next = place(read + within);
            }
            read += before;
            written += piece.len();
            left.peek().is_some()
        });
        left.for_each(|next| *next = place(self.bytes.len()));
    }
}

/// Goes over the bytes of a file: how many, and the text that they are; until `take` wants no more.
fn each_piece(bytes: &[u8], encoding: Encoding, take: impl FnMut(usize, &[u8]) -> bool) {
    match encoding {
        Encoding::Utf8 => each_run(bytes, take),
        Encoding::Utf16 { little } => each_character(bytes, little, take),
    }
}

fn each_run(bytes: &[u8], mut take: impl FnMut(usize, &[u8]) -> bool) {
    let mut from = 0;
    for at in memchr::memmem::find_iter(bytes, b"\r\n") {
        if !(take(at - from, &bytes[from..at]) && take(2, b"\n")) {
            return;
        }
        from = at + 2;
    }
    take(bytes.len() - from, &bytes[from..]);
}

fn each_character(bytes: &[u8], little: bool, mut take: impl FnMut(usize, &[u8]) -> bool) {
    const UNIT: usize = 2;
    let (units, rest) = bytes.as_chunks::<UNIT>();
    let unit = |unit: &[u8; UNIT]| if little { u16::from_le_bytes(*unit) } else { u16::from_be_bytes(*unit) };
    // The mark is no text.
    let mut characters = char::decode_utf16(units.iter().skip(1).map(unit))
        .map(|read| read.unwrap_or(char::REPLACEMENT_CHARACTER))
        .peekable();
    let mut encoded = [0; 4];
    if !take(UNIT, b"") {
        return;
    }
    while let Some(character) = characters.next() {
        let wanted = if character == '\r' && characters.next_if_eq(&'\n').is_some() {
            take(2 * UNIT, b"\n")
        } else {
            take(character.len_utf16() * UNIT, character.encode_utf8(&mut encoded).as_bytes())
        };
        if !wanted {
            return;
        }
    }
    if !rest.is_empty() {
        take(rest.len(), char::REPLACEMENT_CHARACTER.encode_utf8(&mut encoded).as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str, little: bool) -> Vec<u8> {
        let units = std::iter::once(0xFEFF).chain(text.encode_utf16());
        units.flat_map(|unit| if little { u16::to_le_bytes(unit) } else { u16::to_be_bytes(unit) }).collect()
    }

    #[test]
    fn text_is_utf_8_with_rows_that_end_in_lf() {
        let text = "a\r\n\u{e4}\u{1F600}\rb\r\n\r\n";
        let plain = "a\n\u{e4}\u{1F600}\rb\n\n";
        for bytes in [text.as_bytes().to_vec(), utf16(text, true), utf16(text, false)] {
            assert_eq!(Plain::of(&bytes).text, plain.as_bytes());
        }
        for same in [&b"a\nb\r"[..], b"", b"\xEF\xBB\xBFa", b"\xFF\xFF\n"] {
            assert!(matches!(Plain::of(same).text, Cow::Borrowed(_)), "{same:?}");
        }
        assert_eq!(Plain::of(b"\xFF\xFEa\0\x00\xD8b\0\n").text, "a\u{FFFD}b\u{FFFD}".as_bytes());
        assert_eq!(Plain::of(b"\xFF\xFE").text, b"".as_slice());
    }

    #[test]
    fn every_place_leads_back() {
        let text = "a\r\nb\u{e4}\u{1F600}c\r\n\r\nd";
        for bytes in [text.as_bytes().to_vec(), utf16(text, true), utf16(text, false)] {
            let plain = Plain::of(&bytes);
            let text = String::from_utf8(plain.text.to_vec()).unwrap();
            for (at, character) in text.char_indices().filter(|(_, character)| *character != '\n') {
                let mut place = [u32::try_from(at).unwrap(), u32::try_from(at + character.len_utf8()).unwrap()];
                plain.locate(place.iter_mut().collect());
                let [start, end] = place.map(|place| place as usize);
                let found = &bytes[start..end];
                let expected = if plain.encoding == Encoding::Utf8 {
                    character.to_string().into_bytes()
                } else {
                    utf16(&character.to_string(), bytes[0] == 0xFF)[2..].to_vec()
                };
                assert_eq!(found, expected, "{character:?}");
            }
            let mut end = u32::try_from(text.len()).unwrap();
            plain.locate(vec![&mut end]);
            assert_eq!(end as usize, bytes.len());
        }
    }
}
