//! Listens for signals: the first that asks for an end sets a flag, which long work looks at; the
//! second ends the process at once, which every store survives. Never runs code of its own when one
//! arrives.

use std::sync::Arc;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::flag;

use crate::error::{Error, Result};
use crate::interrupt;

/// Begins to listen.
///
/// # Errors
/// The system refuses.
pub(super) fn listen() -> Result<()> {
    let refused = |error| Error::io("listening for", "signals")(error);
    let ignored = ignored();
    for signal in [SIGINT, SIGTERM, SIGHUP].into_iter().filter(|signal| ignored & (1 << (signal - 1)) == 0) {
        // In this order: the second signal finds the flag that the first has set.
        let code = i32::from(Error::Interrupted.exit_code());
        flag::register_conditional_shutdown(signal, code, Arc::clone(interrupt::flag())).map_err(refused)?;
        flag::register(signal, Arc::clone(interrupt::flag())).map_err(refused)?;
    }
    // A file that must not grow further is an error of the write, not the end of the process.
    flag::register(SIGXFSZ, Arc::default()).map_err(refused)?;
    Ok(())
}

/// The signals that whoever started this process made it ignore, as `nohup` does; a bit each.
/// Elsewhere than on Linux none are known.
fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
}
