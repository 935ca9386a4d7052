//! Functions and files have the sizes that CONTRIBUTING.md promises.

use super::source::{SourceFile, closing, line_of, sources, words};

/// Lines of a function, from the one with `fn` to the one with its closing brace.
const FUNCTION_LINES_MAX: usize = 70;
/// Lines of a file.
const FILE_LINES_MAX: usize = 450;

const FOLDERS: &[&str] = &["src", "tests/it", "tests/fuzz/fuzz_targets", "benches"];

/// Name, first line and lines of every function that has a body.
fn functions(file: &SourceFile) -> Vec<(&str, usize, usize)> {
    let code = &file.code;
    let mut functions = Vec::new();
    let mut words = words(code).peekable();
    while let Some((start, word)) = words.next() {
        let Some((at, name)) = words.peek().copied().filter(|_| word == "fn") else { continue };
        // A type `fn(u8)` and a macro's `fn $name` have no name here.
        if !code[start + 2..at].bytes().all(|byte| byte.is_ascii_whitespace()) {
            continue;
        }
        if let Some(open) = body(code, at) {
            let (first, last) = (line_of(code, start), line_of(code, closing(code, open)));
            functions.push((name, first, last + 1 - first));
        }
    }
    functions
}

/// Where the body of a function opens, whose name is here; None for a declaration.
fn body(code: &str, name: usize) -> Option<usize> {
    let mut at = name;
    while let Some(byte) = code.as_bytes().get(at) {
        match byte {
            b'(' | b'[' => at = closing(code, at),
            b'{' => return Some(at),
            b';' => return None,
            _ => {}
        }
        at += 1;
    }
    None
}

#[test]
fn functions_have_at_most_70_lines() {
    let mut long = Vec::new();
    for file in sources(FOLDERS) {
        for (name, line, lines) in functions(&file) {
            if lines > FUNCTION_LINES_MAX {
                long.push(format!("{}:{line}: `{name}` has {lines} lines", file.path));
            }
        }
    }
    assert!(long.is_empty(), "{} functions are too long:\n{}", long.len(), long.join("\n"));
}

#[test]
fn files_have_at_most_450_lines() {
    let lengths = sources(FOLDERS).into_iter().map(|file| (file.text.lines().count(), file.path));
    let long: Vec<_> = lengths.filter(|(lines, _)| *lines > FILE_LINES_MAX).collect();
    assert!(long.is_empty(), "these files are too long: {long:#?}");
}

#[test]
fn the_length_of_a_function_includes_its_signature() {
    let text = "trait A {\n    fn a(&self) -> [u8; 4];\n}\nfn b<F: Fn(u8)>(\n    f: fn(u8),\n) where\n    F: Copy,\n{\n    \
                // }\n    f(1);\n    fn c() { \"}\"; }\n}\n";
    let file = SourceFile::new("src/a.rs", text.to_owned());
    assert_eq!(functions(&file), [("b", 4, 9), ("c", 11, 1)]);
}
