//! Decides by its text to which language a file belongs whose extension several languages use.
//! Looks at the beginnings of lines outside block comments; the first disambiguation of the spec
//! that matches wins, and without a match the language that lists the extension keeps the file.
//! Never reads more than it is given.

use super::spec::Disambiguation;

/// How much of a file is looked at.
pub const START_BYTES: usize = 16 << 10;

/// The language to which the text gives the file, if any does.
pub(super) fn winner<'s>(all: &'s [Disambiguation], extension: &str, start: &[u8]) -> Option<&'s str> {
    let mut open: Vec<&Disambiguation> = all.iter().filter(|one| one.extension == extension).collect();
    let mut best = open.len();
    for line in lines(&start[..start.len().min(START_BYTES)]) {
        let found =
            open[..best].iter().position(|one| one.starts_with.iter().any(|word| line.starts_with(word.as_bytes())));
        if let Some(found) = found {
            best = found;
        }
        if best == 0 {
            break;
        }
    }
    (best < open.len()).then(|| open.swap_remove(best).language.as_str())
}

/// Trimmed lines outside `/* */`; what stands before such a comment is a line, what stands behind
/// it is left out.
fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut inside = false;
    text.split(|byte| matches!(byte, b'\n' | b'\r')).filter_map(move |line| {
        let was_inside = inside;
        let mut rest = line;
        loop {
            let end = if inside { None } else { memchr::memmem::find(rest, b"//") };
            let Some(at) = memchr::memmem::find(rest, if inside { b"*/" } else { b"/*" }) else { break };
            // `// src/*.c` opens nothing.
            if end.is_some_and(|end| end < at) {
                break;
            }
            rest = &rest[at + 2..];
            inside = !inside;
        }
        (!was_inside).then(|| line.trim_ascii_start())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn disambiguations() -> Vec<Disambiguation> {
        let one = |language: &str, words: &[&str]| Disambiguation {
            extension: "h".into(),
            language: language.into(),
            starts_with: words.iter().map(|word| (*word).to_owned()).collect(),
        };
        vec![one("objc", &["@interface"]), one("cpp", &["class ", "namespace "])]
    }

    #[test]
    fn the_first_that_matches_wins() {
        let of = |text: &str| winner(&disambiguations(), "h", text.as_bytes()).map(str::to_owned);
        assert_eq!(of("class A;\n@interface B\n").as_deref(), Some("objc"));
        assert_eq!(of("int a;\r\n  namespace x {\r\n").as_deref(), Some("cpp"));
        assert_eq!(of("struct class_a;\nint namespace_b;\n"), None);
        assert_eq!(of(""), None);
        assert_eq!(winner(&disambiguations(), "m", b"class A;\n"), None);
    }

    #[test]
    fn comments_decide_nothing() {
        let of = |text: &str| winner(&disambiguations(), "h", text.as_bytes()).map(str::to_owned);
        assert_eq!(of("/*\nclass of things\n*/\nint a;\n"), None);
        assert_eq!(of("// class of things\n/* a */ /* b\nclass c\n*/ int d;\n"), None);
        assert_eq!(of("/* a */\nclass B {};\n").as_deref(), Some("cpp"));
        assert_eq!(of("// see src/*.c\nclass B {};\n").as_deref(), Some("cpp"));
    }

    #[test]
    fn only_the_start_is_read() {
        let far = [vec![b'\n'; START_BYTES], b"class A;\n".to_vec()].concat();
        assert_eq!(winner(&disambiguations(), "h", &far), None);
    }
}
