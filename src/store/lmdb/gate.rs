//! Lets any number of transactions pass, and closes for the moment in which the map is moved: LMDB does not notice that it
//! moves a map under a reader. A thread that is already inside passes again at once, so reading within a scan cannot
//! deadlock with a waiting move. Knows nothing of LMDB.

use std::cell::RefCell;
use std::marker::PhantomData;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

thread_local! {
    /// The gates behind which this thread is, by address, once a pass.
    static HELD: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
}

#[derive(Debug, Default)]
struct State {
    inside: usize,
    closing: bool,
}

/// The gate of one environment.
#[derive(Debug, Default)]
pub(super) struct Gate {
    state: Mutex<State>,
    changed: Condvar,
}

/// Leave to hold a transaction. Stays on its thread.
pub(super) struct Pass<'g> {
    gate: &'g Gate,
    _here: PhantomData<*const ()>,
}

impl Gate {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn address(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }

    /// This thread holds a pass.
    fn is_inside(&self) -> bool {
        HELD.with_borrow(|held| held.contains(&self.address()))
    }

    /// Waits while the gate is closed.
    pub(super) fn enter(&self) -> Pass<'_> {
        let nested = self.is_inside();
        let mut state = self.state();
        while state.closing && !nested {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.inside += 1;
        HELD.with_borrow_mut(|held| held.push(self.address()));
        Pass { gate: self, _here: PhantomData }
    }

    /// Runs `move_map` while nobody is inside; none when this thread itself is, which would wait for ever.
    pub(super) fn closed<R>(&self, move_map: impl FnOnce() -> R) -> Option<R> {
        if self.is_inside() {
            return None;
        }
        let mut state = self.state();
        while state.closing {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.closing = true;
        while state.inside > 0 {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let result = move_map();
        state.closing = false;
        drop(state);
        self.changed.notify_all();
        Some(result)
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        HELD.with_borrow_mut(|held| {
            if let Some(index) = held.iter().rposition(|gate| *gate == self.gate.address()) {
                held.swap_remove(index);
            }
        });
        self.gate.state().inside -= 1;
        self.gate.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::Gate;

    #[test]
    fn a_move_is_alone_and_nested_passes_go_through() {
        let (gate, version) = (Gate::default(), AtomicU64::new(0));
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
        let gate = Gate::default();
        let pass = gate.enter();
        assert!(gate.closed(|| ()).is_none());
        drop(pass);
        assert!(gate.closed(|| ()).is_some());
    }
}
