//! Remembers in which state the files of a store were found sound, so that each state is checked
//! once. Identity, size and times of a file tell its state: nobody can set the time of the last
//! change, and a store that came from elsewhere has another one. Never follows a link, and a mark
//! that cannot be read or written costs a check and nothing else.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::PathBuf;
use std::time::Duration;

use rustix::fs::OFlags;

use super::url::StoreUrl;

/// Another check would find other things.
const VERSION: u32 = 1;
const MARK_BYTES_MAX: u64 = 4096;
/// How often the clock is looked at, a millisecond each: clocks of file systems tick up to every 10.
const TICKS_MAX: usize = 50;

/// The remembered state of a store.
pub(super) struct Checked {
    mark: PathBuf,
    files: Vec<PathBuf>,
}

/// A state that no write can change any more without being seen, and the file that will name it.
pub(super) struct Still {
    state: String,
    file: File,
}

impl Checked {
    /// Of a store; `files` are those that hold its data. One that is not there, or is empty, is a
    /// state, too.
    pub(super) fn of(url: &StoreUrl, files: Vec<PathBuf>) -> Self {
        Self { mark: url.companion("checked"), files }
    }

    /// Runs a check unless the files are as they were when it last succeeded.
    ///
    /// # Errors
    /// What the check finds.
    pub(super) fn once<E>(&self, check: impl FnOnce() -> Result<(), E>) -> Result<(), E> {
        if self.is_current() {
            return Ok(());
        }
        let still = self.stand_still();
        let result = check();
        match still {
            Some(still) if result.is_ok() => self.remember(still),
            _ => self.forget(),
        }
        result
    }

    /// After writes of this process have ended: what it wrote is as sound as what it found.
    pub(super) fn renew(&self) {
        if let Some(still) = self.stand_still() {
            self.remember(still);
        }
    }

    fn is_current(&self) -> bool {
        let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed();
        let Ok(file) = File::options().read(true).custom_flags(flags).open(&self.mark) else { return false };
        let mut text = String::new();
        let read = file.take(MARK_BYTES_MAX).read_to_string(&mut text);
        read.is_ok() && self.state().is_ok_and(|(state, _)| state == text)
    }

    /// Waits until the clock of the file system has gone on since the last change: a later change
    /// has a later time then.
    #[expect(clippy::disallowed_methods, reason = "a clock has no event, and its next tick is what is waited for")]
    fn stand_still(&self) -> Option<Still> {
        // A link in its place is removed, and none is followed.
        let _ = std::fs::remove_file(&self.mark);
        let mut file = File::options().write(true).create_new(true).open(&self.mark).ok()?;
        for _ in 0..TICKS_MAX {
            file.write_all(b"\n").and_then(|()| file.rewind()).ok()?;
            let now = changed(&file.metadata().ok()?);
            let (state, last) = self.state().ok()?;
            if last < now {
                return Some(Still { state, file });
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        None
    }

    fn remember(&self, still: Still) {
        let Still { state, mut file } = still;
        let same = self.state().is_ok_and(|(now, _)| now == state);
        if !same || file.write_all(state.as_bytes()).is_err() {
            self.forget();
        }
    }

    fn forget(&self) {
        if let Err(error) = std::fs::remove_file(&self.mark)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::debug!("`{}` stays: {error}", self.mark.display());
        }
    }

    /// All files as text, and the time of the last change.
    fn state(&self) -> io::Result<(String, (i64, i64))> {
        // What was not yet on the disk is lost in a power cut, and no time tells.
        let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
        let mut text = format!("elcano.checked/{VERSION}\nboot {}\n", boot.trim());
        let mut last = (0, 0);
        for file in &self.files {
            let found = match file.symlink_metadata() {
                Err(error) if error.kind() == io::ErrorKind::NotFound => None,
                found => Some(found?).filter(|found| found.len() > 0),
            };
            let Some(found) = found else {
                text.push_str("none\n");
                continue;
            };
            let (device, inode, bytes, mode) = (found.dev(), found.ino(), found.len(), found.mode());
            let (modified, changed) = ((found.mtime(), found.mtime_nsec()), changed(&found));
            // Writing into a String cannot fail.
            let _ = writeln!(text, "{device} {inode} {mode:o} {bytes} {modified:?} {changed:?}");
            last = last.max(changed);
        }
        Ok((text, last))
    }
}

fn changed(found: &std::fs::Metadata) -> (i64, i64) {
    (found.ctime(), found.ctime_nsec())
}
