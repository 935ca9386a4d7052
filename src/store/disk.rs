//! Tells a full disk from one that fails: engines call a write that was cut short an input/output
//! error. Never writes.

use std::io;
use std::path::Path;

use rustix::io::Errno;

/// With less left than this a write that failed is taken for one that did not fit.
const ROOM_MIN: u64 = 1 << 20;

/// Whether this error of the system is about a full disk or an exhausted quota.
pub(super) fn is_full(error: &io::Error) -> bool {
    [Errno::NOSPC, Errno::DQUOT].iter().any(|errno| error.raw_os_error() == Some(errno.raw_os_error()))
}

/// Whether the disk of a path has no room, to explain an input/output error.
pub(super) fn has_no_room(path: &Path) -> bool {
    let folder = if path.is_dir() { Some(path) } else { path.parent() };
    let folder = folder.filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    rustix::fs::statvfs(folder).is_ok_and(|found| found.f_bavail.saturating_mul(found.f_frsize) < ROOM_MIN)
}
