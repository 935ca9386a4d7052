//! What the parse of one file may take: steps of the parser, bytes read by its lexer and scanner,
//! and memory; all counted, so that every machine agrees. What none of them sees is left to the
//! clock. Never parses.

use std::cell::Cell;
use std::ops::ControlFlow;

use super::allocated;
use super::clock::{Clock, Stop};
use super::options::FileLimits;
use crate::model::{Note, NoteKind};

/// What every file may take, however small: hundreds of operations of the parser,
const STEPS_MIN: u64 = 2_000;
/// bytes read, for scanners look ahead far (Perl's at every here-document),
const READ_MIN: u64 = 256 << 20;
/// and bytes of memory asked for.
const ALLOCATED_MIN: u64 = 64 << 20;
/// No file may ask for more than so often what it may have at a time.
const ALLOCATED_OVER_HELD: u64 = 2;

/// How much of the source the lexer is given at a time. A scanner that looks far ahead again and
/// again is seen by what it asks for.
const CHUNK_BYTES: usize = 1 << 10;

/// The budget of one parse.
pub(super) struct Budget<'a> {
    source: &'a [u8],
    limits: FileLimits,
    clock: &'a Clock<'a>,
    steps: Cell<u64>,
    read: Cell<u64>,
    allocated_before: u64,
    exceeded: Cell<Option<Exceeded>>,
}

/// What was used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Exceeded {
    Steps,
    Read,
    Allocated,
    Clock(Stop),
}

impl<'a> Budget<'a> {
    pub(super) fn new(source: &'a [u8], limits: FileLimits, clock: &'a Clock<'a>) -> Self {
        let (steps, read, exceeded) = (Cell::new(0), Cell::new(0), Cell::new(None));
        Self { source, limits, clock, steps, read, allocated_before: allocated::bytes(), exceeded }
    }

    /// The parser took a step: a hundred operations.
    pub(super) fn step(&self) -> ControlFlow<()> {
        self.steps.set(self.steps.get() + 1);
        if self.exceeded.get().is_none() {
            self.exceeded.set(self.look());
        }
        if self.exceeded.get().is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// The source from a byte on, as far as it is given at once; nothing, as at the end of a file,
    /// when the budget is used up.
    pub(super) fn read(&self, at: usize) -> &'a [u8] {
        let rest = self.source.get(at..).unwrap_or_default();
        let chunk = &rest[..rest.len().min(CHUNK_BYTES)];
        self.read.set(self.read.get() + chunk.len() as u64);
        if self.exceeded.get().is_none() {
            self.exceeded.set(self.look());
        }
        // The lexer must not be refused the rest of a character that a chunk cut.
        let ends = self.exceeded.get().is_some() && chunk.first().is_some_and(u8::is_ascii);
        if ends { &[] } else { chunk }
    }

    fn look(&self) -> Option<Exceeded> {
        let of = |min: u64, each: u64| min.max(each.saturating_mul(self.source.len() as u64));
        if self.steps.get() > of(STEPS_MIN, self.limits.parse_steps_per_byte_max) {
            return Some(Exceeded::Steps);
        }
        if self.read.get() > of(READ_MIN, self.limits.parse_reads_per_byte_max) {
            return Some(Exceeded::Read);
        }
        let allocated = allocated::bytes() - self.allocated_before;
        let held = self.limits.megabytes_max.saturating_mul(ALLOCATED_OVER_HELD << 20);
        if allocated > of(ALLOCATED_MIN, self.limits.parse_memory_per_byte_max).min(held) {
            return Some(Exceeded::Allocated);
        }
        self.clock.look().map(Exceeded::Clock)
    }

    /// The note of a parse that was ended, if it was.
    pub(super) fn note(&self) -> Option<Note> {
        let detail = match self.exceeded.get()? {
            Exceeded::Steps => "the parser used up its steps",
            Exceeded::Read => "the parser read the file too often",
            Exceeded::Allocated => "the parser used up its memory",
            Exceeded::Clock(stop) => return Some(self.clock.note(stop)),
        };
        Some(Note::new(NoteKind::ParseBudget, detail))
    }
}
