//! Damages sources the way that finds the corners of scanners: tokens and blocks go, come twice and
//! change places, brackets nest, strings and comments never end, languages are spliced.

use super::cases;
use super::languages::fixtures;

/// Numbers that look like chance and are the same in every run (xorshift).
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number below another; 0 below 0.
    pub fn below(&mut self, end: usize) -> usize {
        (self.next() >> 11) as usize % end.max(1)
    }

    fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

/// What is sound, by language.
pub struct Sources(Vec<(&'static str, Vec<Vec<u8>>)>);

impl Sources {
    /// Fixtures and conformance cases.
    pub fn of(languages: impl Iterator<Item = &'static str>) -> Self {
        let of = |id: &'static str| {
            let fixtures = fixtures(id).into_iter().map(|fixture| fixture.bytes);
            let cases = cases::of(id).into_iter().map(|case| case.source.into_bytes());
            (id, fixtures.chain(cases).collect())
        };
        Self(languages.map(of).collect())
    }

    /// The language and the bytes of one damaged file.
    pub fn damaged(&self, seed: u64) -> (&'static str, Vec<u8>) {
        let mut chance = Chance::new(seed);
        let (language, sources) = chance.of(&self.0);
        let mut source = chance.of(sources).clone();
        for _ in 0..=chance.below(5) {
            source = self.damage(&source, &mut chance);
            source.truncate(BYTES_MAX);
        }
        (language, source)
    }

    fn damage(&self, source: &[u8], chance: &mut Chance) -> Vec<u8> {
        let mut tokens = tokens(source);
        let (from, to) = (chance.below(tokens.len()), chance.below(tokens.len()));
        let (from, to) = (from.min(to), from.max(to));
        match chance.below(13) {
            0 => drop(tokens.drain(from..to.min(from + 1 + chance.below(4)))),
            1 => drop(tokens.drain(from..to)),
            2 if !tokens.is_empty() => tokens.swap(from, to),
            3 => {
                let block: Vec<_> = tokens[from..to.min(from + 40)].to_vec();
                let times = 1 + chance.below(200);
                tokens.splice(from..from, block.repeat(times));
            }
            4 => {
                let opener = chance.of(OPENERS).as_bytes();
                tokens.splice(from..from, vec![opener; 1 + chance.below(600)]);
            }
            5 => drop(tokens.splice(from..from, [chance.of(FRAGMENTS).as_bytes()])),
            6 => tokens.truncate(to),
            7 => {
                let (_, others) = chance.of(&self.0);
                let other = chance.of(others);
                let half = other.len() / 2;
                return [tokens[..from].concat(), other[half..].to_vec(), tokens[to..].concat()].concat();
            }
            8 => {
                let mut bytes = source.to_vec();
                for _ in 0..=chance.below(6) {
                    let at = chance.below(bytes.len());
                    if let Some(byte) = bytes.get_mut(at) {
                        *byte = chance.next() as u8;
                    }
                }
                return bytes;
            }
            9 => return tokens.concat().into_iter().map(|byte| if byte == b'\n' { b' ' } else { byte }).collect(),
            10 => {
                let row = [&b"\n"[..], &b" ".repeat(chance.below(600))].concat();
                return [tokens[..from].concat(), row, tokens[from..].concat()].concat();
            }
            11 => {
                let letter = *chance.of(&[&b"A"[..], b"=", b"#", b"\"", b"'", b"`", b"\\", b"\t", b"\n"]);
                tokens.splice(from..from, vec![letter; 1 + chance.below(1100)]);
            }
            _ => {
                let token = tokens.get(to).copied().unwrap_or_default();
                tokens.splice(from..from, [token]);
            }
        }
        tokens.concat()
    }
}

/// Larger files find no more, and take longer.
const BYTES_MAX: usize = 48 << 10;

/// What nests.
const OPENERS: &[&str] = &[
    "(",
    "[",
    "{",
    "<",
    "((",
    "if x do\n",
    "if (",
    "begin ",
    "fun ",
    "#{",
    "\"#{",
    "${",
    "`${",
    "$(",
    "f\"{",
    "/*",
    "(*",
    "{-",
    "[[",
    "a<",
    "do\n",
    "\n ",
    "case x of ",
    "<<A ",
    "-",
    "!",
    "not ",
    "@",
    "::",
    "?",
    "a ? ",
    "else if x ",
    "=> ",
    "|",
    "$\"{",
    "{|",
    "<<~A, ",
    "q{",
    "s/",
    "#[",
    "r#\"",
];

/// What does not end, or ends oddly.
const FRAGMENTS: &[&str] = &[
    "\"",
    "'",
    "`",
    "\"\"\"",
    "'''",
    "/*",
    "<!--",
    "//",
    "#",
    "--",
    "{-",
    "(*",
    "=begin\n",
    "<<EOF\n",
    "<<~'E'\n",
    "<<-\"E\"\n",
    "<<<X\n",
    "<<<'X'\n",
    "R\"x(",
    "r##\"",
    "[==[",
    "--[[",
    "$$\"\"\"{{",
    "@\"",
    "$@\"",
    "%w[",
    "%Q(",
    "qq{",
    "y/a/",
    "q(",
    "=pod\n",
    "__END__\n",
    "\\\n",
    "\\",
    "\0",
    "\u{feff}",
    "\r",
    "\u{2028}",
    "\u{a0}",
    "\u{202e}",
    "\t\t\t\t\t\t\t\t",
    "~r/",
    "~S\"\"\"",
    "$((",
    "${a:",
    "]]>",
    "?>",
    "<?php",
    "#if\n",
    "#endif\n",
    "#define a \\\n",
    "{|a",
    "'a",
    "b'",
    "0x",
    "1e",
    "..",
    "...",
    "#!",
    "*/",
    "end\n",
    "}",
    ")",
    "]",
    ">",
    "\n\n\n",
    "\x0c",
    "\x1b[31m",
    "é",
    "\u{10ffff}",
];

/// Words, runs of white space, and single characters.
fn tokens(source: &[u8]) -> Vec<&[u8]> {
    let class = |byte: u8| match byte {
        b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'_' | 0x80.. => 1,
        b' ' | b'\t' => 2,
        _ => 0,
    };
    source.chunk_by(|a, b| class(*a) == class(*b) && class(*a) != 0).collect()
}
