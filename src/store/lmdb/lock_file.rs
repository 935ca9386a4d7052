//! Gives LMDB's lock file its blocks before LMDB maps it: LMDB makes it by setting its length, and on
//! a full disk the first write to a map without blocks is a SIGBUS. Never changes what is in it, and
//! never follows a link.

use std::fs::File;
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::Path;

use rustix::fs::{FlockOperation, OFlags};
use rustix::io::Errno;

use super::system::READERS_MAX;
use crate::error::{Error, Result};
use crate::store::{StoreUrl, disk};

const FILE: &str = "lock.mdb";
/// A cache line a reader, a few for the rest, rounded up to whole pages.
const BYTES: u64 = READERS_MAX as u64 * 64 + 4096;

/// Makes the file where it is missing, and has the disk keep room for all of it.
pub(super) fn reserve(url: &StoreUrl, folder: &Path) -> Result<()> {
    let path = folder.join(FILE);
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC).bits().cast_signed();
    let mut options = File::options();
    options.read(true).write(true).create(true).truncate(false).custom_flags(flags).mode(0o644);
    let file = match options.open(&path) {
        Ok(file) => file,
        // LMDB reads without a lock on such a file system; why else it cannot, it says itself.
        Err(error) if refused(&error) => return Ok(()),
        Err(error) if disk::is_full(&error) => return Err(full(url, error)),
        Err(error) => return Err(Error::io("opening", path)(error)),
    };
    if !file.metadata().map_err(Error::io("looking at", &path))?.is_file() {
        return Err(url.error(format!("`{}` is no regular file", path.display())));
    }
    match allocate(&file) {
        Ok(()) => Ok(()),
        Err(error) if disk::is_full(&error) => Err(full(url, error)),
        Err(error) => Err(Error::io("reserving room for", path)(error)),
    }
}

fn full(url: &StoreUrl, error: std::io::Error) -> Error {
    url.because("the disk is full: there is no room for its lock", error)
}

fn refused(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{PermissionDenied, ReadOnlyFilesystem};
    matches!(error.kind(), PermissionDenied | ReadOnlyFilesystem)
}

#[cfg(target_os = "linux")]
fn allocate(file: &File) -> std::io::Result<()> {
    match rustix::fs::fallocate(file, rustix::fs::FallocateFlags::KEEP_SIZE, 0, BYTES) {
        Ok(()) => Ok(()),
        Err(Errno::OPNOTSUPP | Errno::NOSYS | Errno::INVAL) => fill(file),
        Err(Errno::INTR) => allocate(file),
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(target_os = "linux"))]
fn allocate(file: &File) -> std::io::Result<()> {
    fill(file)
}

/// Where room cannot be reserved, zeros take it: after the end of the file, and only while nobody
/// uses it. Whoever uses it has given it its room.
fn fill(file: &File) -> std::io::Result<()> {
    match rustix::fs::fcntl_lock(file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => {}
        Err(Errno::AGAIN | Errno::ACCESS) => return Ok(()),
        Err(error) => return Err(error.into()),
    }
    let length = file.metadata()?.len().min(BYTES);
    let zeros = vec![0; usize::try_from(BYTES - length).unwrap_or_default()];
    let filled = file.write_all_at(&zeros, length);
    rustix::fs::fcntl_lock(file, FlockOperation::Unlock)?;
    filled
}
