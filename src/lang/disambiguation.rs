//! File name endings that several languages use: whose a file is, its text decides. Looks at the beginnings of lines outside
//! block comments; the first contest of the spec that holds wins, and where none does the language that lists the ending
//! keeps it. Deterministic, and it reads only what it is given.

use super::spec::Contest;

/// How much of a file is looked at.
pub const START_BYTES: usize = 16 << 10;

/// The language to which the text gives the file, if any does.
pub(super) fn winner<'s>(contests: &'s [Contest], ending: &str, start: &[u8]) -> Option<&'s str> {
    let mut open: Vec<&Contest> = contests.iter().filter(|contest| contest.ending == ending).collect();
    let mut best = open.len();
    for line in lines(&start[..start.len().min(START_BYTES)]) {
        let found =
            open[..best].iter().position(|contest| contest.begins.iter().any(|word| line.starts_with(word.as_bytes())));
        if let Some(found) = found {
            best = found;
        }
        if best == 0 {
            break;
        }
    }
    (best < open.len()).then(|| open.swap_remove(best).language.as_str())
}

/// Trimmed lines outside `/* */`; what stands before such a comment is a line, what stands behind it is left out.
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

    fn contests() -> Vec<Contest> {
        let contest = |language: &str, begins: &[&str]| Contest {
            ending: "h".into(),
            language: language.into(),
            begins: begins.iter().map(|word| (*word).to_owned()).collect(),
        };
        vec![contest("objc", &["@interface"]), contest("cpp", &["class ", "namespace "])]
    }

    #[test]
    fn the_first_contest_that_holds_wins() {
        let of = |text: &str| winner(&contests(), "h", text.as_bytes()).map(str::to_owned);
        assert_eq!(of("class A;\n@interface B\n").as_deref(), Some("objc"));
        assert_eq!(of("int a;\r\n  namespace x {\r\n").as_deref(), Some("cpp"));
        assert_eq!(of("struct class_a;\nint namespace_b;\n"), None);
        assert_eq!(of(""), None);
        assert_eq!(winner(&contests(), "m", b"class A;\n"), None);
    }

    #[test]
    fn comments_decide_nothing() {
        let of = |text: &str| winner(&contests(), "h", text.as_bytes()).map(str::to_owned);
        assert_eq!(of("/*\nclass of things\n*/\nint a;\n"), None);
        assert_eq!(of("// class of things\n/* a */ /* b\nclass c\n*/ int d;\n"), None);
        assert_eq!(of("/* a */\nclass B {};\n").as_deref(), Some("cpp"));
        assert_eq!(of("// see src/*.c\nclass B {};\n").as_deref(), Some("cpp"));
    }

    #[test]
    fn only_the_start_is_read() {
        let far = [vec![b'\n'; START_BYTES], b"class A;\n".to_vec()].concat();
        assert_eq!(winner(&contests(), "h", &far), None);
    }
}
