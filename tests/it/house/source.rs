//! Rust source as the tests of the house read it: code without comments and literals, and the
//! literals by themselves. Scans characters and never expands a macro.

use std::fs;
use std::path::{Path, PathBuf};

/// A source file of this repository.
pub struct SourceFile {
    /// Path below the repository's root, with `/`.
    pub path: String,
    /// The text as it is.
    pub text: String,
    /// The text with spaces for comments and for what stands in literals; positions are the text's.
    pub code: String,
    /// The code without modules of tests.
    pub shipped: String,
    /// What stands in string literals outside of modules of tests, with its line.
    pub literals: Vec<(usize, String)>,
}

impl SourceFile {
    pub fn new(path: &str, text: String) -> Self {
        let scan = Scan::of(&text);
        let shipped = without_tests(&scan.code);
        let is_shipped = |start: usize| shipped.as_bytes()[start] == b'"';
        let literals = scan.literals.into_iter().filter(|(start, _)| is_shipped(*start));
        let literals = literals.map(|(start, literal)| (line_of(&text, start), literal)).collect();
        Self { path: path.to_owned(), code: scan.code, shipped, literals, text }
    }

    /// The room of a file below `src`: `store` of `src/store/key.rs` and of `src/store.rs`.
    pub fn room(&self) -> &str {
        self.path.strip_prefix("src/").unwrap_or(&self.path).split(['/', '.']).next().unwrap_or_default()
    }
}

/// The line of a position, from 1.
pub fn line_of(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The Rust files below these folders of the repository, sorted by path.
pub fn sources(folders: &[&str]) -> Vec<SourceFile> {
    let mut paths = Vec::new();
    for folder in folders {
        collect(&root().join(folder), &mut paths);
    }
    paths.sort();
    let read = |path: PathBuf| {
        let below = path.strip_prefix(root()).expect("a file lies below the root").display().to_string();
        SourceFile::new(&below, fs::read_to_string(&path).expect("a source file can be read"))
    };
    paths.into_iter().map(read).collect()
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a source folder can be read") {
        let path = entry.expect("its entries can be read").path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

pub fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Every whole word of code, with its position.
pub fn words(code: &str) -> impl Iterator<Item = (usize, &str)> {
    let bytes = code.as_bytes();
    let starts = (0..bytes.len()).filter(|at| is_word(bytes[*at]) && (*at == 0 || !is_word(bytes[at - 1])));
    starts.map(|start| {
        let length = bytes[start..].iter().take_while(|byte| is_word(**byte)).count();
        (start, &code[start..start + length])
    })
}

/// Where the bracket that opens at `open` closes; the end of the code if it does not.
pub fn closing(code: &str, open: usize) -> usize {
    let mut depth = 0_usize;
    for (at, byte) in code.bytes().enumerate().skip(open) {
        match byte {
            b'{' | b'(' | b'[' => depth += 1,
            b'}' | b')' | b']' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at;
        }
    }
    code.len()
}

fn without_tests(code: &str) -> String {
    let mut bytes = code.as_bytes().to_vec();
    for (at, mark) in code.match_indices("#[cfg(test)]") {
        let rest = code[at + mark.len()..].trim_start();
        if rest.starts_with("mod ") || rest.starts_with("pub mod ") {
            let open = code[at..].find('{').map_or(code.len(), |open| at + open);
            let end = closing(code, open);
            let inside = bytes[at..(end + 1).min(code.len())].iter_mut();
            inside.filter(|byte| **byte != b'\n').for_each(|byte| *byte = b' ');
        }
    }
    String::from_utf8(bytes).expect("whole characters were replaced")
}

/// A walk over the bytes of a text, which separates code from the rest.
struct Scan {
    code: String,
    /// Position of the opening quote, and what stands between the quotes.
    literals: Vec<(usize, String)>,
}

impl Scan {
    fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut code = bytes.to_vec();
        let mut literals = Vec::new();
        let mut at = 0;
        while at < bytes.len() {
            let end = match bytes[at] {
                b'/' if bytes[at..].starts_with(b"//") => row_end(bytes, at),
                b'/' if bytes[at..].starts_with(b"/*") => comment_end(bytes, at),
                b'"' => {
                    let hashes = raw_hashes(bytes, at);
                    let end = string_end(text, at, hashes);
                    literals.push((at, text[at + 1..end].to_owned()));
                    blank(&mut code[at + 1..end]);
                    at = end + 1 + hashes.unwrap_or(0);
                    continue;
                }
                b'\'' => char_end(text, at),
                _ => at + 1,
            };
            if end > at + 1 {
                blank(&mut code[at..end]);
            }
            at = end;
        }
        Self { code: String::from_utf8(code).expect("whole characters were replaced"), literals }
    }
}

fn blank(bytes: &mut [u8]) {
    bytes.iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b' ');
}

fn row_end(bytes: &[u8], at: usize) -> usize {
    at + bytes[at..].iter().take_while(|byte| **byte != b'\n').count()
}

/// Comments nest.
fn comment_end(bytes: &[u8], mut at: usize) -> usize {
    let mut depth = 0;
    while at < bytes.len() {
        let step = match &bytes[at..] {
            [b'/', b'*', ..] => 1,
            [b'*', b'/', ..] => -1,
            _ => 0,
        };
        depth += step;
        at += if step == 0 { 1 } else { 2 };
        if depth == 0 {
            break;
        }
    }
    at.min(bytes.len())
}

/// How many `#` open a raw string whose quote stands here; None if it is no raw string.
fn raw_hashes(bytes: &[u8], quote: usize) -> Option<usize> {
    let hashes = bytes[..quote].iter().rev().take_while(|byte| **byte == b'#').count();
    let before = &bytes[..quote - hashes];
    let prefix = before.iter().rev().take_while(|byte| is_word(**byte)).count();
    matches!(&before[before.len() - prefix..], b"r" | b"br" | b"cr").then_some(hashes)
}

/// Where the closing quote stands.
fn string_end(text: &str, quote: usize, hashes: Option<usize>) -> usize {
    let bytes = text.as_bytes();
    if let Some(hashes) = hashes {
        let close = format!("\"{}", "#".repeat(hashes));
        return text[quote + 1..].find(&close).map_or(text.len(), |end| quote + 1 + end);
    }
    let mut at = quote + 1;
    while at < bytes.len() && bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    at.min(bytes.len())
}

/// The end of a character, or of the quote alone where it begins a lifetime.
fn char_end(text: &str, quote: usize) -> usize {
    let mut rest = text[quote + 1..].char_indices();
    match (rest.next(), rest.next()) {
        // What is escaped may itself be a quote.
        (Some((_, '\\')), Some((next, escaped))) => {
            let after = quote + 1 + next + escaped.len_utf8();
            text[after..].find('\'').map_or(text.len(), |end| after + end + 1)
        }
        (Some(_), Some((next, '\''))) => quote + 1 + next + 1,
        _ => quote + 1,
    }
}

#[test]
fn comments_and_literals_are_no_code() {
    let text = "a /* b /* c */ d */ e // f\n\"g\\\"h\" r#\"i\"j\"# 'k' '\\'' &'l m b\"n\" '\"' o";
    let file = SourceFile::new("src/store/key.rs", text.to_owned());
    assert_eq!(file.code.len(), text.len());
    let code: Vec<_> = words(&file.code).map(|(_, word)| word).collect();
    assert_eq!(code, ["a", "e", "r", "l", "m", "b", "o"]);
    let literals: Vec<_> = file.literals.iter().map(|(line, literal)| (*line, literal.as_str())).collect();
    assert_eq!(literals, [(2, "g\\\"h"), (2, "i\"j"), (2, "n")]);
    assert_eq!(file.room(), "store");
}

#[test]
fn modules_of_tests_are_not_shipped() {
    let text = "a(\"b\");\n#[cfg(test)]\nmod tests {\n    use super::*;\n    fn c() { d(\"e\") }\n}\nf();\n";
    let file = SourceFile::new("src/a.rs", text.to_owned());
    assert_eq!(words(&file.shipped).map(|(_, word)| word).collect::<Vec<_>>(), ["a", "f"]);
    assert_eq!(file.literals, [(1, "b".to_owned())]);
    assert!(words(&file.code).any(|(_, word)| word == "tests"));
}
