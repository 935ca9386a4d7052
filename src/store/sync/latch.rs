//! Lets any number of transactions pass, and closes while the map is moved: LMDB does not notice
//! that it moves a map under a reader. A thread that is already inside passes again at once, so
//! reading within a scan never deadlocks with a waiting move. Never calls LMDB.
//!
//! Its locks come from the module around it, because a test compiles this file again, with locks
//! that try every order.

use std::cell::RefCell;
use std::marker::PhantomData;
use std::sync::PoisonError;

use super::{Condvar, Mutex, MutexGuard, thread_local};

thread_local! {
    /// The latches that this thread has passed, by address, once a pass.
    static HELD: RefCell<Vec<usize>> = RefCell::default();
}

#[derive(Debug, Default)]
struct State {
    inside: usize,
    closing: bool,
}

/// The latch of one environment.
#[derive(Debug, Default)]
pub(crate) struct Latch {
    state: Mutex<State>,
    changed: Condvar,
}

/// Leave to hold a transaction. Stays on its thread.
pub(crate) struct Pass<'l> {
    latch: &'l Latch,
    _here: PhantomData<*const ()>,
}

impl Latch {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn address(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }

    /// This thread holds a pass.
    fn is_inside(&self) -> bool {
        HELD.with(|held| held.borrow().contains(&self.address()))
    }

    /// Waits while the latch is closed.
    pub(crate) fn enter(&self) -> Pass<'_> {
        let nested = self.is_inside();
        let mut state = self.state();
        while state.closing && !nested {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.inside += 1;
        HELD.with(|held| held.borrow_mut().push(self.address()));
        Pass { latch: self, _here: PhantomData }
    }

    /// Runs `move_map` while no thread is inside. Returns none when this thread itself is inside,
    /// as it would wait for ever.
    pub(crate) fn closed<R>(&self, move_map: impl FnOnce() -> R) -> Option<R> {
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
        HELD.with(|held| {
            let mut held = held.borrow_mut();
            if let Some(index) = held.iter().rposition(|latch| *latch == self.latch.address()) {
                held.swap_remove(index);
            }
        });
        self.latch.state().inside -= 1;
        self.latch.changed.notify_all();
    }
}
