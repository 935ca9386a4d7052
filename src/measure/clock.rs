//! How long a file may take, and whether anybody still waits for it. Never measures.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

use crate::model::{Note, NoteKind};

/// Between two looks at the time of the thread, which costs a system call.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// The clock of one file: it runs while its thread is on a processor, so that a busy machine is no
/// reason to give a file up.
pub(super) struct Clock<'a> {
    seconds_max: u64,
    cancelled: Option<&'a AtomicBool>,
    begun: Duration,
    looked: Cell<Instant>,
}

/// Why a file is given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    TimedOut,
    Cancelled,
}

impl<'a> Clock<'a> {
    pub(super) fn start(seconds_max: u64, cancelled: Option<&'a AtomicBool>) -> Self {
        Self { seconds_max, cancelled, begun: thread_time(), looked: Cell::new(Instant::now()) }
    }

    /// Whether the file is to be given up.
    pub(super) fn look(&self) -> Option<Stop> {
        if self.cancelled.is_some_and(|cancelled| cancelled.load(Ordering::Relaxed)) {
            return Some(Stop::Cancelled);
        }
        let now = Instant::now();
        if now.duration_since(self.looked.get()) < LOOK_EVERY {
            return None;
        }
        self.looked.set(now);
        let took = thread_time().saturating_sub(self.begun);
        (took >= Duration::from_secs(self.seconds_max)).then_some(Stop::TimedOut)
    }

    /// The note of a file that was given up.
    pub(super) fn note(&self, stop: Stop) -> Note {
        match stop {
            Stop::TimedOut => Note::new(NoteKind::TimedOut, format!("more than {} seconds", self.seconds_max)),
            // Nobody sees it: who cancels wants no facts.
            Stop::Cancelled => Note::new(NoteKind::TimedOut, "cancelled"),
        }
    }
}

/// How long this thread has been on a processor.
fn thread_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or_default();
    Duration::new(seconds, u32::try_from(time.tv_nsec).unwrap_or_default())
}
