//! Whether this process was asked to end. Signals belong to the process, and so does the one flag:
//! who listens for signals sets it, and long work looks at it between two records, or has a
//! statement of a database ended by it. Never ends anything by itself.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use crate::error::{Error, Result};

static REQUESTED: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);

/// How soon a statement that runs hears of it.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// The flag, for whoever sets it.
pub(crate) fn flag() -> &'static Arc<AtomicBool> {
    &REQUESTED
}

/// Ends the work if an end was asked for. Called before something becomes visible, never after.
///
/// # Errors
/// [`Error::Interrupted`].
pub(crate) fn check() -> Result<()> {
    if REQUESTED.load(Ordering::Relaxed) { Err(Error::Interrupted) } else { Ok(()) }
}

/// The reason of a failure: that an end was asked for, or else what the engine says.
pub(crate) fn or_else(failed: impl FnOnce() -> Error) -> Error {
    check().err().unwrap_or_else(failed)
}

/// Runs a statement that cannot look by itself: `stop` is called again and again from when an end
/// is asked for until the statement has ended, for an engine forgets a call that comes too early.
///
/// # Errors
/// The system gives no thread; the statement was not run then.
pub(crate) fn passing_on<R>(stop: impl Fn() + Send, statement: impl FnOnce() -> R) -> Result<R> {
    let ended = &AtomicBool::new(false);
    std::thread::scope(|scope| {
        let watch = move || {
            while !ended.load(Ordering::Acquire) {
                std::thread::park_timeout(LOOK_EVERY);
                if check().is_err() && !ended.load(Ordering::Acquire) {
                    stop();
                }
            }
        };
        let watching = std::thread::Builder::new().name("elcano-interrupt".to_owned()).spawn_scoped(scope, watch);
        let watching = watching.map_err(Error::io("starting", "a thread"))?;
        let _ended = SetOnDrop(ended, watching.thread().clone());
        Ok(statement())
    })
}

/// A statement that panics must not leave its watch waiting.
struct SetOnDrop<'a>(&'a AtomicBool, std::thread::Thread);

impl Drop for SetOnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
        self.1.unpark();
    }
}
