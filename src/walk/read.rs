//! Opening files that other people's repositories name: never through a link, never waiting on a
//! pipe, never without a bound.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use rustix::fs::OFlags;

use crate::lang::START_BYTES;

/// Opens a regular file.
///
/// # Errors
/// The system's error. A link, pipe, socket, device or folder is an error, too, and does not block.
pub(super) fn open(path: &Path) -> io::Result<File> {
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY).bits();
    let file = OpenOptions::new().read(true).custom_flags(flags.cast_signed()).open(path)?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(io::Error::other("not a regular file")) }
}

/// The bytes of a regular file of at most `bytes_max`.
///
/// # Errors
/// As [`open`], and [`io::ErrorKind::FileTooLarge`].
pub(super) fn regular(path: &Path, bytes_max: u64) -> io::Result<Vec<u8>> {
    let file = open(path)?;
    let expected = file.metadata()?.len();
    let mut bytes = Vec::with_capacity(usize::try_from(expected.min(bytes_max)).unwrap_or_default());
    // One more than allowed, for a file may grow while it is read.
    file.take(bytes_max.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > bytes_max { Err(io::ErrorKind::FileTooLarge.into()) } else { Ok(bytes) }
}

/// The first [`START_BYTES`] bytes of a regular file.
///
/// # Errors
/// As [`open`].
pub(super) fn start(path: &Path) -> io::Result<Vec<u8>> {
    let mut start = Vec::new();
    open(path)?.take(START_BYTES as u64).read_to_end(&mut start)?;
    Ok(start)
}

/// A first line that is longer is not a shebang that a kernel would run.
const SHEBANG_BYTES_MAX: usize = 256;

/// The interpreter that the first line of these bytes names, without its folder.
pub(super) fn shebang(bytes: &[u8]) -> Option<String> {
    let line =
        bytes.get(..SHEBANG_BYTES_MAX).unwrap_or(bytes).strip_prefix(b"#!")?.split(|byte| *byte == b'\n').next()?;
    let mut words = std::str::from_utf8(line).ok()?.split_whitespace();
    let base = |word: &str| word.rsplit('/').next().unwrap_or(word).to_owned();
    match base(words.next()?) {
        // `env` takes flags and assignments before the command.
        env if env == "env" => words.find(|word| !word.starts_with('-') && !word.contains('=')).map(base),
        interpreter => Some(interpreter),
    }
}

#[cfg(test)]
mod tests {
    use super::shebang;

    #[test]
    fn first_lines_name_an_interpreter() {
        let of = |line: &str| shebang(line.as_bytes());
        assert_eq!(of("#!/bin/sh\n").as_deref(), Some("sh"));
        assert_eq!(of("#! /usr/bin/python3 -u\nimport x").as_deref(), Some("python3"));
        assert_eq!(of("#!/usr/bin/env node\r\n").as_deref(), Some("node"));
        assert_eq!(of("#!/usr/bin/env -S A=b deno run").as_deref(), Some("deno"));
        assert_eq!(of("#!python").as_deref(), Some("python"));
        for none in ["", "#!", "#!\n/bin/sh", "# !/bin/sh", "#!/usr/bin/env", "import x", "\u{feff}#!/bin/sh"] {
            assert_eq!(of(none), None, "{none:?}");
        }
        assert_eq!(shebang(b"#!/bin/\xFF\n"), None);
    }
}
