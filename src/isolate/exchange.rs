//! One request and its answer over the pipes of a process, with an eye on the process meanwhile.
//! Never starts or ends it.

use std::io::{ErrorKind, Read as _, Write as _};
use std::os::fd::{AsFd, BorrowedFd};
use std::process::{ChildStdin, ChildStdout};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::protocol::{AT_ONCE, LENGTH};
use crate::measure::FileLimits;

/// Between two looks at a process that takes its time.
const LOOK_EVERY: Timespec = Timespec { tv_sec: 0, tv_nsec: 20_000_000 };
/// The seconds of a file are those of a processor. On a busy machine more pass, but not so many
/// times more: then the process hangs without working.
const WAITED_OVER_WORKED: u64 = 10;

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum Failure {
    /// The process closed its pipes: it is dead or dying.
    Gone,
    /// It takes too long.
    TooLong,
    /// It has taken too much memory.
    TooLarge,
    /// The user wants an end.
    Cancelled,
    /// The system failed here, not there.
    System(std::io::Error),
}

/// One exchange with a process.
pub(super) struct Exchange<'a> {
    pub(super) process: u32,
    pub(super) limits: FileLimits,
    pub(super) cancelled: &'a AtomicBool,
    pub(super) begun: Instant,
}

impl Exchange<'_> {
    /// Sends some bytes whole.
    pub(super) fn send(&self, pipe: &mut ChildStdin, mut bytes: &[u8]) -> Result<(), Failure> {
        while !bytes.is_empty() {
            match pipe.write(bytes) {
                Ok(0) => return Err(Failure::Gone),
                Ok(written) => bytes = &bytes[written..],
                Err(error) => self.went_on(pipe.as_fd(), PollFlags::OUT, error)?,
            }
        }
        Ok(())
    }

    /// Receives an answer, without its length.
    pub(super) fn receive(&self, pipe: &mut ChildStdout) -> Result<Vec<u8>, Failure> {
        self.wait(pipe.as_fd(), PollFlags::IN)?;
        let mut answer = vec![0; AT_ONCE];
        let (mut read, mut wanted) = (0, LENGTH);
        while read < wanted {
            if read == answer.len() {
                answer.resize((answer.len() * 2).min(wanted), 0);
            }
            match pipe.read(&mut answer[read..]) {
                Ok(0) => return Err(Failure::Gone),
                Ok(more) => {
                    read += more;
                    if let Some(length) = answer.first_chunk::<LENGTH>().filter(|_| read >= LENGTH) {
                        wanted = LENGTH + u32::from_le_bytes(*length) as usize;
                    }
                }
                Err(error) => self.went_on(pipe.as_fd(), PollFlags::IN, error)?,
            }
        }
        answer.truncate(wanted);
        answer.drain(..LENGTH);
        Ok(answer)
    }

    /// After a pipe refused.
    fn went_on(&self, pipe: BorrowedFd<'_>, ready: PollFlags, error: std::io::Error) -> Result<(), Failure> {
        match error.kind() {
            ErrorKind::WouldBlock => {}
            ErrorKind::Interrupted => return Ok(()),
            ErrorKind::BrokenPipe => return Err(Failure::Gone),
            _ => return Err(Failure::System(error)),
        }
        self.wait(pipe, ready)
    }

    /// Waits until a pipe is ready, while all is well with the process.
    fn wait(&self, pipe: BorrowedFd<'_>, ready: PollFlags) -> Result<(), Failure> {
        loop {
            match poll(&mut [PollFd::from_borrowed_fd(pipe, ready)], Some(&LOOK_EVERY)) {
                Ok(0) | Err(rustix::io::Errno::INTR) => self.look()?,
                Ok(_) => return Ok(()),
                Err(errno) => return Err(Failure::System(errno.into())),
            }
        }
    }

    fn look(&self) -> Result<(), Failure> {
        if self.cancelled.load(Ordering::Relaxed) {
            return Err(Failure::Cancelled);
        }
        let waited = Duration::from_secs(self.limits.seconds_max.saturating_mul(WAITED_OVER_WORKED));
        if self.begun.elapsed() > waited {
            return Err(Failure::TooLong);
        }
        match resident_megabytes(self.process) {
            Some(megabytes) if megabytes > self.limits.megabytes_max => Err(Failure::TooLarge),
            _ => Ok(()),
        }
    }
}

/// The memory that a process holds; None where the system does not tell, or the process is gone.
fn resident_megabytes(process: u32) -> Option<u64> {
    let statm = std::fs::read_to_string(format!("/proc/{process}/statm")).ok()?;
    let pages: u64 = statm.split(' ').nth(1)?.parse().ok()?;
    Some(pages.saturating_mul(rustix::param::page_size() as u64) >> 20)
}
