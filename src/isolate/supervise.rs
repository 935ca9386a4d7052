//! The side that supervises: a process for each thread that measures, started when it is first
//! needed and replaced when it fails. A crash, and memory, are blamed on a file only when its process
//! had measured nothing before. Never measures by itself.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use super::exchange::{Exchange, Failure};
use super::process::{Process, ran_out_of_seconds};
use super::protocol::{Head, framed};
use crate::error::{Error, Result};
use crate::measure::{Analyzer, Options};
use crate::model::{ContentId, FileFacts, Note, NoteKind};

/// What is measured.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The language's id.
    pub language: &'a str,
    /// The policy's id.
    pub policy: &'a str,
    /// Generated code is measured, too.
    pub generated: bool,
    /// Of the bytes.
    pub content: ContentId,
    /// The file.
    pub bytes: &'a [u8],
}

/// The processes that measure for this one.
#[derive(Debug)]
pub struct Isolation {
    program: PathBuf,
    arguments: Vec<OsString>,
    idle: Mutex<Vec<Process>>,
}

impl Isolation {
    /// Measures by a program that calls [`super::serve()`]; it is started when it is first needed.
    #[must_use]
    pub fn new(program: PathBuf, arguments: Vec<OsString>) -> Self {
        Self { program, arguments, idle: Mutex::default() }
    }

    /// Measures a file. What goes wrong with its process becomes a note on it.
    ///
    /// # Errors
    /// The user's interrupt; or the program cannot be started, or is another one.
    pub fn measure(
        &self,
        analyzer: &Analyzer,
        subject: Subject<'_>,
        options: Options,
        cancelled: &AtomicBool,
    ) -> Result<FileFacts> {
        let Subject { language, policy, generated, content, bytes } = subject;
        let failed = |note: Note| analyzer.unmeasured(content, bytes, options, note);
        let Ok(length) = u32::try_from(bytes.len()) else {
            return Ok(failed(Note::new(NoteKind::TooLarge, format!("{} bytes", bytes.len()))));
        };
        let head = Head { language, policy, generated, content, options, bytes: length };
        let head = framed(&head).ok_or_else(|| Error::Undecided("a request is too long".to_owned()))?;
        loop {
            let mut process = self.take()?;
            let fresh = process.fresh;
            let exchange = Exchange { process: process.id(), limits: options.limits, cancelled, begun: Instant::now() };
            let failure = match process.ask(&exchange, &head, bytes) {
                Ok(answer) => match postcard::from_bytes::<FileFacts>(&answer) {
                    Ok(facts) if facts.analyzer == analyzer.id() && facts.content == content => {
                        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(process);
                        return Ok(facts);
                    }
                    Ok(_) => return Err(self.failed(std::io::Error::other("it measures otherwise than this one"))),
                    // Its memory is not what it was.
                    Err(_) => Failure::Gone,
                },
                Err(failure) => failure,
            };
            let note = self.note(process, failure, options)?;
            // Seconds are counted for each file by itself, and another try would take them again.
            if fresh || note.kind == NoteKind::TimedOut {
                return Ok(failed(note));
            }
        }
    }

    fn take(&self) -> Result<Process> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        idle.map_or_else(|| Process::start(&self.program, &self.arguments).map_err(|error| self.failed(error)), Ok)
    }

    fn failed(&self, error: std::io::Error) -> Error {
        Error::io("measuring in a process of", &self.program)(error)
    }

    /// What is said of a file whose process failed; the process ends.
    fn note(&self, process: Process, failure: Failure, options: Options) -> Result<Note> {
        let seconds = options.limits.seconds_max;
        Ok(match failure {
            Failure::Cancelled => return Err(Error::Interrupted),
            Failure::System(error) => return Err(self.failed(error)),
            Failure::TooLong => Note::new(NoteKind::TimedOut, format!("no answer for {seconds} seconds, many times")),
            Failure::TooLarge => {
                let detail = format!("more than {} megabytes", options.limits.megabytes_max);
                Note::new(NoteKind::OutOfMemory, detail)
            }
            Failure::Gone => match process.ended().map_err(|error| self.failed(error))? {
                status if ran_out_of_seconds(status) => {
                    Note::new(NoteKind::TimedOut, format!("more than {seconds} seconds"))
                }
                status => Note::new(NoteKind::Crashed, status.to_string()),
            },
        })
    }
}
