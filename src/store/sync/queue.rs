//! Queues messages for the one thread that takes them, bounded by bytes. Senders wait while it is
//! full, and never for a receiver that is gone.
//!
//! Its locks come from the module around it, because a test compiles this file again, with locks
//! that try every order.

use std::collections::VecDeque;
use std::sync::PoisonError;
use std::time::{Duration, Instant};

use super::{Condvar, Mutex, MutexGuard};

/// A queue of messages that are so many bytes each.
#[derive(Debug)]
pub(crate) struct Queue<T> {
    state: Mutex<State<T>>,
    changed: Condvar,
    bytes_max: usize,
}

#[derive(Debug)]
struct State<T> {
    waiting: VecDeque<(T, usize)>,
    bytes: usize,
    /// No more is taken in; what waits is still handed out.
    closed: bool,
    /// Nothing is taken in or handed out any more.
    stopped: bool,
}

/// What came out of a queue.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Taken<T> {
    /// The oldest message, and its bytes.
    Message(T, usize),
    /// None came in the time that was given.
    Nothing,
    /// None will come any more.
    End,
    /// What waits is given up.
    Stop,
}

impl<T> Queue<T> {
    /// An empty queue for so many bytes; one larger message goes alone.
    pub(crate) fn new(bytes_max: usize) -> Self {
        let state = State { waiting: VecDeque::new(), bytes: 0, closed: false, stopped: false };
        Self { state: Mutex::new(state), changed: Condvar::new(), bytes_max }
    }

    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a message in, and waits while the queue is full. False when nothing is taken in any
    /// more.
    #[must_use]
    pub(crate) fn push(&self, message: T, bytes: usize) -> bool {
        let mut state = self.state();
        while !state.closed && !state.stopped && state.bytes > 0 && state.bytes + bytes > self.bytes_max {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if state.closed || state.stopped {
            return false;
        }
        state.bytes += bytes;
        state.waiting.push_back((message, bytes));
        drop(state);
        self.changed.notify_all();
        true
    }

    /// Takes the oldest message; waits for one, at most so long if a time is given.
    pub(crate) fn take(&self, wait: Option<Duration>) -> Taken<T> {
        let deadline = wait.map(|wait| Instant::now() + wait);
        let mut state = self.state();
        loop {
            if state.stopped {
                return Taken::Stop;
            }
            if let Some((message, bytes)) = state.waiting.pop_front() {
                state.bytes -= bytes;
                drop(state);
                self.changed.notify_all();
                return Taken::Message(message, bytes);
            }
            if state.closed {
                return Taken::End;
            }
            let Some(deadline) = deadline else {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Taken::Nothing;
            }
            state = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Takes nothing in any more.
    pub(crate) fn close(&self) {
        self.state().closed = true;
        self.changed.notify_all();
    }

    /// Takes nothing in and hands nothing out any more.
    pub(crate) fn stop(&self) {
        let mut state = self.state();
        state.stopped = true;
        // Dropped when the lock is free again.
        let given_up = std::mem::take(&mut state.waiting);
        drop(state);
        self.changed.notify_all();
        drop(given_up);
    }
}
