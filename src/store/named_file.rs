//! Reads and writes files that were named: by the user, by a pipeline, by a repository. A regular
//! file is replaced whole or not at all; a device, a FIFO or what a link leads to is written where
//! it is. Never follows a link that a repository brought along out of it.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::fd::AsFd as _;
use std::os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

use super::atomic_replace::Temporary;
use super::named_path::{NamedBy, resolve};
use crate::error::{Error, Result};

/// What stands where a file is to be written.
enum Place {
    /// Nothing, or a regular file, which is replaced.
    Regular(PathBuf),
    /// Something that is written where it is.
    Open(File),
}

/// Has a file written by `work`: a regular one whole or not at all, with the mode of the one that
/// it replaces.
///
/// # Errors
/// What `work` returns, or the system's refusal; a regular file is as it was then.
pub fn write_with<R>(path: &Path, by: NamedBy<'_>, work: impl FnOnce(&mut File) -> Result<R>) -> Result<R> {
    let writing = || Error::io("writing", path);
    match place(path, by).map_err(writing())? {
        Place::Open(mut file) => {
            let made = work(&mut file)?;
            file.flush().map_err(writing())?;
            Ok(made)
        }
        Place::Regular(at) => {
            let temporary = Temporary::beside(&at)?;
            let mut file = File::create_new(temporary.path()).map_err(writing())?;
            let made = work(&mut file)?;
            file.sync_all().map_err(writing())?;
            drop(file);
            temporary.place(&at)?;
            Ok(made)
        }
    }
}

/// Writes a file where it is, for other programs hold it open; makes it where it is missing.
///
/// # Errors
/// The system's refusal.
pub fn write_in_place(path: &Path, by: NamedBy<'_>, bytes: &[u8]) -> Result<()> {
    let written = place(path, by).and_then(|place| match place {
        Place::Open(mut file) => file.write_all(bytes),
        Place::Regular(at) => open(&at, true, by)?.write_all(bytes),
    });
    written.map_err(Error::io("writing", path))
}

/// The bytes of a file, at most so many. Only one that the user named may be other than regular.
///
/// # Errors
/// The system's refusal; [`io::ErrorKind::FileTooLarge`].
pub fn read_file(path: &Path, by: NamedBy<'_>, bytes_max: u64) -> io::Result<Vec<u8>> {
    let resolved = resolve(path, by)?;
    let mut options = OpenOptions::new();
    options.read(true);
    let file = if let NamedBy::User = by {
        options.open(path)?
    } else {
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY;
        let file = options.custom_flags(flags.bits().cast_signed()).open(&resolved.path)?;
        if !file.metadata()?.is_file() {
            return Err(io::Error::other("it is not a regular file"));
        }
        file
    };
    let mut bytes = Vec::new();
    // One more than allowed, for it may have no end.
    file.take(bytes_max.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > bytes_max { Err(io::ErrorKind::FileTooLarge.into()) } else { Ok(bytes) }
}

/// As [`read_file`], of a file that is text.
///
/// # Errors
/// As [`read_file`], and bytes that are not UTF-8.
pub fn read_text(path: &Path, by: NamedBy<'_>, bytes_max: u64) -> io::Result<String> {
    String::from_utf8(read_file(path, by, bytes_max)?)
        .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}

/// Something other than a regular file or folder is there: it is written to, and not replaced.
#[must_use]
pub fn is_written_in_place(path: &Path) -> bool {
    path.metadata().is_ok_and(|found| !found.is_file() && !found.is_dir())
}

fn place(path: &Path, by: NamedBy<'_>) -> io::Result<Place> {
    let own = |stream: io::Result<std::os::fd::OwnedFd>| Ok(Place::Open(File::from(stream?)));
    // Opened anew, a file behind them would be written from its start.
    match path.to_str() {
        Some("/dev/stdout" | "/dev/fd/1" | "/proc/self/fd/1") => return own(io::stdout().as_fd().try_clone_to_owned()),
        Some("/dev/stderr" | "/dev/fd/2" | "/proc/self/fd/2") => return own(io::stderr().as_fd().try_clone_to_owned()),
        _ => {}
    }
    let resolved = resolve(path, by)?;
    if resolved.is_magic {
        return open(path, false, by).map(Place::Open);
    }
    match resolved.path.symlink_metadata() {
        Ok(found) if found.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        Ok(found) if found.is_file() && (!resolved.is_link || matches!(by, NamedBy::Repository(_))) => {
            Ok(Place::Regular(resolved.path))
        }
        Ok(_) => open(&resolved.path, true, by).map(Place::Open),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Place::Regular(resolved.path)),
        Err(error) => Err(error),
    }
}

/// Opens what is at a path for writing from its start; where it is resolved, not through a link.
fn open(path: &Path, resolved: bool, by: NamedBy<'_>) -> io::Result<File> {
    let mut flags = OFlags::NOCTTY;
    flags.set(OFlags::NOFOLLOW, resolved);
    // A FIFO that nobody reads is waited for only when the user names it.
    flags.set(OFlags::NONBLOCK, !matches!(by, NamedBy::User));
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).custom_flags(flags.bits().cast_signed());
    let file = options.open(path)?;
    let kind = file.metadata()?.file_type();
    match by {
        NamedBy::Repository(_) if !kind.is_file() => Err(io::Error::other("it is not a regular file")),
        NamedBy::Pipeline if kind.is_fifo() => {
            // Somebody reads it: from here on their pace counts.
            rustix::fs::fcntl_setfl(&file, rustix::fs::fcntl_getfl(&file)? - OFlags::NONBLOCK)?;
            Ok(file)
        }
        _ => Ok(file),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Write as _;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::{NamedBy, read_file, write_with};
    use crate::error::{Error, Result};

    fn write(path: &std::path::Path, text: &str) -> Result<()> {
        write_with(path, NamedBy::User, |file| file.write_all(text.as_bytes()).map_err(Error::io("writing", path)))
    }

    #[test]
    fn a_file_is_replaced_and_keeps_its_mode() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.md");
        for (mode, text) in [(0o600, "a first, long text"), (0o640, "second"), (0o444, "third")] {
            write(&path, text).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            write(&path, text).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
            assert_eq!(path.metadata().unwrap().permissions().mode() & 0o7777, mode);
        }
        assert_eq!(folder.path().read_dir().unwrap().count(), 1);
    }

    #[test]
    fn a_failed_replacement_leaves_the_file_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.md");
        write(&path, "old").unwrap();
        let failed: Result<()> = write_with(&path, NamedBy::User, |_| Err(Error::Interrupted));
        assert!(failed.is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        assert!(write(folder.path(), "new").is_err());
        assert_eq!(folder.path().read_dir().unwrap().count(), 1);
    }

    #[test]
    fn a_link_stays_and_its_target_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("link");
        symlink("target", &link).unwrap();
        for text in ["the first text", "another"] {
            write(&link, text).unwrap();
            assert!(link.symlink_metadata().unwrap().is_symlink());
            assert_eq!(fs::read_to_string(folder.path().join("target")).unwrap(), text);
        }
    }

    #[test]
    fn reading_is_bounded() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("text");
        fs::write(&path, "12345").unwrap();
        let top = folder.path().canonicalize().unwrap();
        for by in [NamedBy::User, NamedBy::Pipeline, NamedBy::Repository(&top)] {
            assert_eq!(read_file(&path, by, 5).unwrap(), b"12345");
            assert!(read_file(&path, by, 4).is_err());
        }
        assert!(read_file(std::path::Path::new("/dev/zero"), NamedBy::User, 100).is_err());
        assert!(read_file(std::path::Path::new("/dev/zero"), NamedBy::Pipeline, 100).is_err());
    }
}
