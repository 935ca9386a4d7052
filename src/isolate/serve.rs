//! The process that measures: reads requests on standard input and answers on standard output, one
//! file after the other, until its input ends. It may crash, loop and swell at any moment; who
//! supervises it expects that. Never opens a file.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, ErrorKind, Read, Write as _};
use std::os::fd::{AsFd as _, BorrowedFd};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustix::time::{ClockId, clock_gettime};

use super::protocol::{AT_ONCE, Head, LENGTH, framed};
use crate::error::{Error, Result};
use crate::lang::Registry;
use crate::measure::Analyzer;
use crate::model::FileFacts;

/// Measures what is asked for until nobody asks any more.
///
/// # Errors
/// Standard input or output fails, or holds what no elcano wrote.
pub fn serve(registry: &Registry) -> Result<()> {
    let own = |fd: BorrowedFd<'_>| fd.try_clone_to_owned().map(File::from);
    let input = own(io::stdin().as_fd()).map_err(Error::io("opening", "standard input"))?;
    // Most requests are read at once, and every answer is written so.
    let mut input = BufReader::with_capacity(AT_ONCE, input);
    let mut output = own(io::stdout().as_fd()).map_err(Error::io("opening", "standard output"))?;
    let reading = || Error::io("reading", "standard input");
    die_alone();
    let mut analyzers = BTreeMap::new();
    let (mut head, mut bytes) = (Vec::new(), Vec::new());
    while let Some(length) = length(&mut input).map_err(reading())? {
        if length > AT_ONCE {
            return Err(Error::Undecided(format!("not a request: a head of {length} bytes")));
        }
        head.resize(length, 0);
        input.read_exact(&mut head).map_err(reading())?;
        let damaged = |error| Error::Undecided(format!("not a request: {error}"));
        let head: Head<'_> = postcard::from_bytes(&head).map_err(damaged)?;
        bytes.resize(head.bytes as usize, 0);
        input.read_exact(&mut bytes).map_err(reading())?;
        let facts = measure(registry, &mut analyzers, &head, &bytes)?;
        let answer = framed(&facts).ok_or_else(|| Error::Undecided("the facts are too long".to_owned()))?;
        output.write_all(&answer).map_err(Error::io("writing", "standard output"))?;
    }
    Ok(())
}

/// The length of the next request; None where there is none.
fn length(input: &mut impl Read) -> io::Result<Option<usize>> {
    let mut length = [0; LENGTH];
    match input.read_exact(&mut length) {
        Ok(()) => Ok(Some(u32::from_le_bytes(length) as usize)),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(None),
        Err(error) => Err(error),
    }
}

type Analyzers = BTreeMap<(String, String, bool), Analyzer>;

fn measure(registry: &Registry, analyzers: &mut Analyzers, head: &Head<'_>, bytes: &[u8]) -> Result<FileFacts> {
    let key = (head.language.to_owned(), head.policy.to_owned(), head.generated);
    let analyzer = match analyzers.entry(key) {
        std::collections::btree_map::Entry::Occupied(known) => known.into_mut(),
        std::collections::btree_map::Entry::Vacant(new) => {
            let analyzer = Analyzer::new(registry, head.language, head.policy)?;
            new.insert(if head.generated { analyzer.with_generated() } else { analyzer })
        }
    };
    limit(head);
    Ok(analyzer.measure(head.content, bytes, head.options))
}

/// Leaves no core file behind and does not outlive who supervises, also while it loops.
fn die_alone() {
    // What cannot be set is a backstop less: the other side supervises all the same.
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL));
}

/// Lets the system end this process when the file takes too long: the measurement itself gives up
/// a second earlier, where it can.
fn limit(head: &Head<'_>) {
    let used = u64::try_from(clock_gettime(ClockId::ProcessCPUTime).tv_sec).unwrap_or_default();
    let seconds = used.saturating_add(head.options.limits.seconds_max).saturating_add(2);
    let maximum = getrlimit(Resource::Cpu).maximum;
    let current = Some(maximum.map_or(seconds, |maximum| maximum.min(seconds)));
    // As above.
    let _ = setrlimit(Resource::Cpu, Rlimit { current, maximum });
}
