//! Synchronises threads: the latch around a map that moves, and the queue before the writer. Never
//! depends on stores, so that a test can try every order of their steps.

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
        let (latch, version) = (Latch::default(), AtomicU64::new(0));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..500 {
                        let _outer = latch.enter();
                        let before = version.load(Ordering::Relaxed);
                        std::thread::yield_now();
                        let _inner = latch.enter();
                        assert_eq!(version.load(Ordering::Relaxed), before, "moved under a pass");
                        assert_eq!(before % 2, 0, "seen half moved");
                    }
                });
            }
            for _ in 0..50 {
                let moved = latch.closed(|| {
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
        let latch = Latch::default();
        let pass = latch.enter();
        assert!(latch.closed(|| ()).is_none());
        drop(pass);
        assert!(latch.closed(|| ()).is_some());
    }
}
