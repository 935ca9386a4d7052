//! Locks a store for one run: two runs would do the same work twice, so the second fails at once
//! and names the process that holds the lock. Never protects the data; that is the engine's own
//! locking.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;

use rustix::fs::OFlags;

use super::links;
use super::url::StoreUrl;
use crate::error::{Error, Result};

/// Held by a run from before it writes until it is dropped; the lock of a dead process is free.
#[derive(Debug)]
pub struct RunLock {
    file: File,
}

impl RunLock {
    /// Takes the lock of a store, making its folder if needed.
    ///
    /// # Errors
    /// [`Error::Store`] at once when another process holds it, with that process's id.
    pub fn acquire(url: &StoreUrl) -> Result<Self> {
        links::refuse(url)?;
        let path = url.companion("lock");
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(Error::io("creating", folder))?;
        }
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let open = options.custom_flags(OFlags::NOFOLLOW.bits().cast_signed()).open(&path);
        let mut file = open.map_err(Error::io("opening", &path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                file.read_to_string(&mut holder).map_err(Error::io("reading", &path))?;
                let holder = holder.trim();
                let by = if holder.is_empty() { "another process".to_owned() } else { format!("process {holder}") };
                return Err(url.error(format!("it is in use by {by}")));
            }
            Err(TryLockError::Error(error)) => return Err(Error::io("locking", path)(error)),
        }
        file.set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| writeln!(file, "{}", std::process::id()))
            .map_err(Error::io("writing", path))?;
        Ok(Self { file })
    }
}

impl Drop for RunLock {
    fn drop(&mut self) {
        // The file stays: removing it would let two processes lock two files of one name. Closing
        // it unlocks as well.
        let _ = self.file.set_len(0);
        // A child process holds the file open between fork and exec.
        let _ = self.file.unlock();
    }
}
