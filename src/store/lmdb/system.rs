//! Adapts LMDB to the system: refuses network file systems, closes its file to child processes,
//! explains its errors. Never reads a page.

#![expect(unsafe_code, reason = "the number of an open file comes from the system, not from Rust")]

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use heed::MdbError;
use rustix::io::Errno;

use crate::error::{Error, Result};
use crate::store::{OpenOptions, StoreUrl, disk};

/// The file that holds all of an environment's data.
pub(in crate::store) const DATA_FILE: &str = "data.mdb";
/// How many readers there are at a time.
pub(super) const READERS_MAX: u32 = 512;

/// LMDB leaves its data file open for the programs that a process starts; they must not inherit it.
pub(super) fn keep_to_this_process(folder: &Path) -> std::io::Result<()> {
    use std::os::fd::BorrowedFd;
    let identity = |found: fs::Metadata| (found.dev(), found.ino());
    let data = identity(fs::metadata(folder.join(DATA_FILE))?);
    for entry in fs::read_dir("/dev/fd")?.flatten() {
        let number = entry.file_name().to_str().and_then(|name| name.parse().ok());
        // What is closed meanwhile was not LMDB's.
        let same = fs::metadata(entry.path()).is_ok_and(|found| identity(found) == data);
        if let Some(number) = number.filter(|_| same) {
            // SAFETY: it is open now, as the data file: LMDB's own, which stays open, or one that
            // another thread reads with and may close; then the flag is set on nothing or on a file
            // that has it anyway.
            let file = unsafe { BorrowedFd::borrow_raw(number) };
            match rustix::io::fcntl_setfd(file, rustix::io::FdFlags::CLOEXEC) {
                Ok(()) | Err(Errno::BADF) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
    Ok(())
}

pub(super) fn is_errno(error: &std::io::Error, errno: Errno) -> bool {
    error.raw_os_error() == Some(errno.raw_os_error())
}

/// LMDB's locks and map do not work between machines.
#[cfg(target_os = "linux")]
pub(super) fn refuse_network(url: &StoreUrl, folder: &Path, options: OpenOptions) -> Result<()> {
    const NETWORK: [(u32, &str); 9] = [
        (0x6969, "NFS"),
        (0x517B, "SMB"),
        (0xFF53_4D42, "CIFS"),
        (0xFE53_4D42, "SMB2"),
        (0x6573_5546, "FUSE"),
        (0x0102_1997, "9P"),
        (0x5346_414F, "AFS"),
        (0x00C3_6400, "Ceph"),
        (0x0BD0_0BD0, "Lustre"),
    ];
    let found = rustix::fs::statfs(folder).map_err(|error| Error::io("looking at", folder)(error.into()))?;
    // The field's type differs between machines; its 32 bits do not.
    let magic = i128::from(found.f_type) & 0xFFFF_FFFF;
    match NETWORK.iter().find(|(known, _)| i128::from(*known) == magic) {
        Some((_, name)) if !options.allow_network => {
            Err(url.error(format!("its folder is on {name}, where locks may not hold; choose a local folder")))
        }
        _ => Ok(()),
    }
}

#[cfg(not(target_os = "linux"))]
pub(super) fn refuse_network(_: &StoreUrl, _: &Path, _: OpenOptions) -> Result<()> {
    Ok(())
}

pub(super) fn explain(url: &StoreUrl, error: heed::Error) -> Error {
    let problem = match &error {
        heed::Error::Mdb(
            MdbError::Corrupted
            | MdbError::PageNotFound
            | MdbError::Invalid
            | MdbError::VersionMismatch
            | MdbError::Incompatible
            | MdbError::Panic,
        ) => "the store is damaged; `elcano store doctor` says where",
        // LMDB reports a write that the disk cut short as an input/output error.
        heed::Error::Io(error)
            if disk::is_full(error) || (is_errno(error, Errno::IO) && disk::has_no_room(url.path())) =>
        {
            "the disk is full; nothing of the last batch was written"
        }
        heed::Error::Io(error) if is_errno(error, Errno::IO) => "the disk fails: input/output error",
        heed::Error::Io(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
            "no permission: its folder must be writable even for reading, because readers sign in there"
        }
        heed::Error::Io(error) if error.kind() == std::io::ErrorKind::ReadOnlyFilesystem => {
            "its file system is read-only"
        }
        _ => "LMDB refused",
    };
    url.because(problem, error)
}
