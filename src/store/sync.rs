//! What this project synchronises itself: the gate before a map that moves, and the queue before the writer. Small files
//! that know nothing of stores, so that a test can try every order of their steps.

mod latch;
mod queue;

use std::sync::{Condvar, Mutex, MutexGuard};
use std::thread_local;

pub(super) use latch::{Latch, Pass};
pub(super) use queue::{Queue, Taken};

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::Latch;

    #[test]
    fn a_move_is_alone_and_nested_passes_go_through() {
        let (gate, version) = (Latch::default(), AtomicU64::new(0));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..500 {
                        let _outer = gate.enter();
                        let before = version.load(Ordering::Relaxed);
                        std::thread::yield_now();
                        let _inner = gate.enter();
                        assert_eq!(version.load(Ordering::Relaxed), before, "moved under a pass");
                        assert_eq!(before % 2, 0, "seen half moved");
                    }
                });
            }
            for _ in 0..50 {
                let moved = gate.closed(|| {
                    version.fetch_add(1, Ordering::Relaxed);
                    std::thread::yield_now();
                    version.fetch_add(1, Ordering::Relaxed);
                });
                assert!(moved.is_some());
            }
        });
        assert_eq!(version.into_inner(), 100);
    }

    #[test]
    fn a_thread_inside_cannot_close() {
        let gate = Latch::default();
        let pass = gate.enter();
        assert!(gate.closed(|| ()).is_none());
        drop(pass);
        assert!(gate.closed(|| ()).is_some());
    }
}
