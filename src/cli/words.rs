//! Words of the command line, which need not be UTF-8: paths are bytes. Decides nothing.

use std::ffi::{OsStr, OsString};
use std::fmt::Display;
use std::os::unix::ffi::OsStrExt as _;

use clap::builder::{OsStringValueParser, TypedValueParser};

use crate::model::RepoPath;

/// Parses a word that may hold a path.
pub(super) fn parsed<T, E>(parse: fn(&OsStr) -> Result<T, E>) -> impl TypedValueParser<Value = T>
where
    T: Clone + Send + Sync + 'static,
    E: Display + 'static,
{
    OsStringValueParser::new().try_map(move |word: OsString| parse(&word).map_err(|error| error.to_string()))
}

/// A word as text; one that is not UTF-8 in the lossless text form of paths.
pub(super) fn text(word: &OsStr) -> String {
    word.to_str().map_or_else(|| RepoPath::new(word.as_bytes()).to_string(), str::to_owned)
}

/// A word as a shell reads it back.
pub(super) fn quoted(word: &OsStr) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_./:=@,+".contains(byte);
    match word.to_str() {
        Some(text) if !text.is_empty() && text.as_bytes().iter().all(plain) => text.to_owned(),
        Some(text) if !text.chars().any(char::is_control) => format!("'{}'", text.replace('\'', "'\\''")),
        _ => {
            let byte = |byte: &u8| if plain(byte) { char::from(*byte).to_string() } else { format!("\\x{byte:02x}") };
            format!("$'{}'", word.as_bytes().iter().map(byte).collect::<String>())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_reads_the_word_back() {
        let words: [&[u8]; 8] =
            [b"a/b.rs", b"", b"a b", b"it's", b"$x `y` \\", b"\xFF/\xC3", b"two\nlines", "\u{fc}".as_bytes()];
        for word in words {
            let script = format!("printf %s {}", quoted(OsStr::from_bytes(word)));
            let output = std::process::Command::new("bash").args(["-c", &script]).output().unwrap();
            assert_eq!(output.stdout, word, "{script}");
        }
    }

    #[test]
    fn a_word_that_is_not_text_is_the_text_of_its_path() {
        let word = OsStr::from_bytes(b"src/\xFF.py");
        assert_eq!(RepoPath::from_text(&text(word)).as_bytes(), word.as_bytes());
        assert_eq!(text(OsStr::new("src/\u{fc}.py")), "src/\u{fc}.py");
    }
}
