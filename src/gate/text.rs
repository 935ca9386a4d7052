//! Finds the line of a file's text that a finding points to, and the hashes by which GitHub
//! recognises lines that move. Never reads a file.

use rustc_hash::FxHashMap;

/// The first line of the space from `start` (a line from 1) over `rows` lines that is not as in the
/// base, where the space began at line `base_start`. The space's first line when nothing differs,
/// or only rows at its end are gone.
#[must_use]
pub fn first_change(head: &[u8], start: u32, rows: u32, base: &[u8], base_start: u32) -> u32 {
    let from = |text, line: u32| lines(text).skip(line.saturating_sub(1) as usize);
    let ours = from(head, start).take(rows as usize);
    let mut theirs = from(base, base_start);
    for (at, line) in (start..).zip(ours) {
        if theirs.next() != Some(line) {
            return at;
        }
    }
    start
}

/// The lines of a text, without their ends.
pub(super) fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line))
}

/// How many characters a hash covers.
const BLOCK: usize = 100;
const BASE: u64 = 37;
/// Stands for the end of the text.
const END: u16 = u16::MAX;

/// `primaryLocationLineHash` of every line: over the 100 characters from the line's start that are
/// neither space nor tab, any line end as one newline, zeros behind the end; then how often that
/// hash came so far: `1f2e…:1`. Characters are UTF-16 units, for that is what the uploader sees,
/// which warns of every hash that differs from its own.
#[must_use]
pub fn line_hashes(text: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(text);
    let (mut kept, mut starts) = (Vec::new(), Vec::new());
    let (mut at_start, mut after_return) = (true, false);
    for unit in text.encode_utf16().chain([END]) {
        let is = |byte: u8| unit == u16::from(byte);
        let skip = is(b' ') || is(b'\t') || (after_return && is(b'\n'));
        after_return = !skip && is(b'\r');
        if skip {
            continue;
        }
        if at_start {
            starts.push(kept.len());
        }
        let unit = if after_return { u16::from(b'\n') } else { unit };
        at_start = unit == u16::from(b'\n');
        kept.push(unit);
    }
    let mut seen: FxHashMap<u64, usize> = FxHashMap::default();
    let hash = |start: usize| {
        let block = kept[start..].iter().copied().chain(std::iter::repeat(0)).take(BLOCK);
        block.fold(0_u64, |hash, unit| hash.wrapping_mul(BASE).wrapping_add(u64::from(unit)))
    };
    let numbered = starts.into_iter().map(hash).map(|hash| {
        let count = seen.entry(hash).or_default();
        *count += 1;
        format!("{hash:x}:{count}")
    });
    numbered.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_that_changed() {
        let base = b"x\ndef f():\n  a\n  b\n";
        assert_eq!(first_change(b"def f():\n  a\n  c\n", 1, 3, base, 2), 3);
        assert_eq!(first_change(b"def f():\r\n  a\r\n  b\r\n", 1, 3, base, 2), 1);
        assert_eq!(first_change(b"def f():\n  a\n", 1, 2, base, 2), 1);
    }

    #[test]
    fn hashes_ignore_blanks_and_line_ends_and_count_repetitions() {
        let plain = line_hashes(b"a b\n\tc\n");
        assert_eq!(plain.len(), 3);
        assert_eq!(plain, line_hashes(b"ab\r\nc\r\n"));
        assert_eq!(plain, line_hashes(b"ab\rc\r"));
        let long = format!("{}\n", "x".repeat(120)).repeat(3);
        let hashes = line_hashes(long.as_bytes());
        assert!(hashes[0].ends_with(":1") && hashes[1].ends_with(":2") && hashes[2].ends_with(":3"), "{hashes:?}");
    }

    #[test]
    fn a_hash_by_hand() {
        // One character and the end, then 98 zeros.
        let power = |exponent: u32| (0..exponent).fold(1_u64, |product, _| product.wrapping_mul(37));
        let hash = u64::from(b'a').wrapping_mul(power(99)).wrapping_add(65_535_u64.wrapping_mul(power(98)));
        assert_eq!(line_hashes(b"a"), [format!("{hash:x}:1")]);
    }
}
