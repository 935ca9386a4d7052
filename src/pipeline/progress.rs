//! What a long stage shows and heeds: progress on standard error (bars on a terminal, a line every
//! ten seconds elsewhere, nothing when quiet) and the user's interrupt. Never writes to standard
//! output.

use std::io::{IsTerminal as _, Write as _};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::error::{Error, Result};
use crate::model::{printable, printable_lines, shortened};

/// Says something to the user on standard error. Lines after the first are indented: no name can
/// make one that looks like another message.
pub fn say(text: &str) {
    write_message(&printable_lines(&format!("elcano: {}\n", text.trim_end().replace('\n', "\n  "))));
}

/// Writes to standard error, where a failure can be told to nobody.
pub fn write_message(text: &str) {
    let mut out = anstream::stderr().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// How much is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verbosity {
    /// Nothing but errors.
    Quiet,
    /// Bars or a line now and then.
    Normal,
}

/// What every long stage is given.
#[derive(Debug, Clone, Copy)]
pub struct Monitor<'a> {
    /// How much is shown.
    pub verbosity: Verbosity,
    /// Set when the user wants an end.
    pub cancelled: &'a AtomicBool,
}

impl Monitor<'_> {
    /// Begins to show a stage over `total` files.
    #[must_use]
    pub fn progress(self, stage: &'static str, total: u64) -> Progress {
        Progress::start(stage, total, self.verbosity)
    }

    /// Ends the work if the user wants an end.
    ///
    /// # Errors
    /// [`Error::Interrupted`].
    pub fn go_on(self) -> Result<()> {
        if self.cancelled.load(Ordering::Relaxed) { Err(Error::Interrupted) } else { Ok(()) }
    }
}

/// Between two lines where there is no terminal.
const LINE_EVERY: Duration = Duration::from_secs(10);
/// Characters of a path behind a bar.
const PATH_WIDTH_MAX: usize = 60;

/// The progress of one stage over a known number of files.
pub struct Progress {
    shared: Arc<Shared>,
    ticker: Option<JoinHandle<()>>,
}

struct Shared {
    stage: &'static str,
    total: u64,
    files: AtomicU64,
    bytes: AtomicU64,
    ended: AtomicBool,
    current: Mutex<String>,
    started: Instant,
    bar: Option<ProgressBar>,
}

impl Progress {
    fn start(stage: &'static str, total: u64, verbosity: Verbosity) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let bar = (terminal && verbosity == Verbosity::Normal).then(|| {
            let bar = ProgressBar::new(total);
            let style = "{prefix} [{bar:30}] {human_pos}/{human_len} files, {msg} {eta}";
            if let Ok(style) = ProgressStyle::with_template(style) {
                bar.set_style(style.progress_chars("=> "));
            }
            bar.set_prefix(stage);
            bar
        });
        let shared = Arc::new(Shared {
            stage,
            total,
            files: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            ended: AtomicBool::new(false),
            current: Mutex::default(),
            started: Instant::now(),
            bar,
        });
        let speaks = verbosity == Verbosity::Normal;
        let start = || {
            let shared = Arc::clone(&shared);
            std::thread::Builder::new().name("elcano-progress".to_owned()).spawn(move || shared.tick())
        };
        // Where no thread is left, the work goes on without being shown.
        let ticker = speaks.then(start).and_then(std::io::Result::ok);
        Self { shared, ticker }
    }

    /// A file is about to be measured.
    pub fn begin(&self, path: &dyn std::fmt::Display) {
        if self.shared.bar.is_some() {
            *self.shared.current.lock().unwrap_or_else(PoisonError::into_inner) = path.to_string();
        }
    }

    /// A file is done.
    pub fn done(&self, bytes: u64) {
        self.shared.files.fetch_add(1, Ordering::Relaxed);
        self.shared.bytes.fetch_add(bytes, Ordering::Relaxed);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.shared.ended.store(true, Ordering::Release);
        if let Some(ticker) = self.ticker.take() {
            ticker.thread().unpark();
            // A ticker that panicked has only lost progress lines.
            let _ = ticker.join();
        }
        if let Some(bar) = &self.shared.bar {
            bar.finish_and_clear();
        }
    }
}

impl Shared {
    fn tick(&self) {
        let pause = if self.bar.is_some() { Duration::from_millis(100) } else { LINE_EVERY };
        let mut next = self.started + pause;
        while !self.ended.load(Ordering::Acquire) {
            let now = Instant::now();
            if now < next {
                std::thread::park_timeout(next - now);
                continue;
            }
            next = now + pause;
            self.show();
        }
    }

    fn show(&self) {
        let (files, bytes) = (self.files.load(Ordering::Relaxed), self.bytes.load(Ordering::Relaxed));
        #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
        let megabytes = bytes as f64 / 1e6;
        let rate = megabytes / self.started.elapsed().as_secs_f64();
        match &self.bar {
            Some(bar) => {
                let current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
                bar.set_position(files);
                let current = printable(&current);
                bar.set_message(format!("{megabytes:.1} MB, {rate:.1} MB/s, {}", shortened(&current, PATH_WIDTH_MAX)));
            }
            None => say(&format!("{}: {files} of {} files, {megabytes:.1} MB, {rate:.1} MB/s", self.stage, self.total)),
        }
    }
}
