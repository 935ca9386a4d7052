//! `measure`: the metrics of files, without a store.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::Args;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use crate::cli::console::{print, print_json};
use crate::cli::flags::PolicyFlag;
use crate::cli::session::Session;
use crate::cli::source::language_of;
use crate::error::{Error, Result};
use crate::interrupt;
use crate::measure::{Analyzer, FileLimits, Options};
use crate::model::{ContentId, FileFacts, Level, Note, NoteKind, Skip};
use crate::report::measured::{self, Measured, Unmeasured};
use crate::report::table::{Table, thousands};
use crate::store::{NamedBy, read_file};

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  elcano measure src/main.rs\n  git show HEAD:app.py | elcano measure - --language python\n  elcano measure *.py --format text"
)]
pub(in crate::cli) struct MeasureArgs {
    /// Files; `-` is standard input
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// The language, where the name does not tell it
    #[arg(long, value_name = "ID")]
    language: Option<String>,
    #[command(flatten)]
    policy: PolicyFlag,
    /// json, or text: a table of functions
    #[arg(long, value_name = "FORMAT", default_value = "json", value_parser = ["json", "text"])]
    format: String,
}

pub(in crate::cli) fn measure(session: &Session, args: &MeasureArgs) -> Result<u8> {
    let (mut measured, mut reasons) = (Vec::new(), Vec::new());
    for file in &args.files {
        let one = one(session, args, file)?;
        measured.push((
            file.display().to_string(),
            one.map_err(|(unmeasured, reason)| {
                reasons.push(reason);
                unmeasured
            }),
        ));
    }
    if args.format == "json" {
        print_json(&measured::document(&measured))?;
    } else {
        print(&table(&measured))?;
    }
    // One file that cannot be measured costs the others nothing.
    if reasons.is_empty() { Ok(0) } else { Err(Error::Usage(reasons.join("\n"))) }
}

/// The functions of the files.
fn table(measured: &[Measured]) -> String {
    let mut table = Table::new(&["#cognitive", "#cyclomatic", "#rows", "#args", "space", "where"]);
    let facts = measured.iter().filter_map(|(path, facts)| Some((path, facts.as_ref().ok()?)));
    for (path, facts) in facts {
        for space in facts.spaces.iter().filter(|space| space.kind.is_function()) {
            let metrics = &space.metrics;
            let numbers = [metrics.cognitive, metrics.cyclomatic, metrics.sloc, metrics.nargs];
            let mut cells: Vec<_> = numbers.iter().map(|count| thousands(u64::from(*count))).collect();
            cells.extend([space.qualified_name.clone(), format!("{path}:{}", space.start_line)]);
            table.row(cells);
        }
    }
    table.text()
}

/// All of standard input, at most so many bytes. A user who ends the command instead of typing on is
/// heard.
fn standard_input(bytes_max: u64) -> Result<std::io::Result<Vec<u8>>> {
    const LOOK_EVERY: Timespec = Timespec { tv_sec: 0, tv_nsec: 100_000_000 };
    let mut input = std::io::stdin().lock();
    let (mut bytes, mut part) = (Vec::new(), vec![0; 64 << 10]);
    let failed = |error: std::io::Error| Error::io("reading", "standard input")(error);
    loop {
        interrupt::check()?;
        let mut waiting = [PollFd::new(&input, PollFlags::IN)];
        match poll(&mut waiting, Some(&LOOK_EVERY)) {
            Ok(0) | Err(Errno::INTR) => continue,
            Ok(_) => {}
            Err(error) => return Err(failed(error.into())),
        }
        match input.read(&mut part).map_err(failed)? {
            0 => return Ok(Ok(bytes)),
            count => bytes.extend_from_slice(&part[..count]),
        }
        if bytes.len() as u64 > bytes_max {
            return Ok(Err(std::io::ErrorKind::FileTooLarge.into()));
        }
    }
}

/// The facts of a file, or why there are none: for the document, and for people.
fn one(session: &Session, args: &MeasureArgs, file: &Path) -> Result<Result<FileFacts, (Unmeasured, String)>> {
    let limits = FileLimits::default();
    let read = if file == Path::new("-") {
        standard_input(limits.file_bytes_max)?
    } else {
        read_file(file, NamedBy::User, limits.file_bytes_max)
    };
    let bytes = match read {
        Ok(bytes) => bytes,
        Err(error) => {
            let is_large = error.kind() == std::io::ErrorKind::FileTooLarge;
            let kind = if is_large { NoteKind::TooLarge } else { NoteKind::Unreadable };
            let note = Note::new(kind, error.to_string());
            return Ok(Err((Unmeasured::Failed(note), format!("cannot read `{}`: {error}", file.display()))));
        }
    };
    let language = match language_of(session, args.language.as_deref(), file, &bytes) {
        Ok(language) => language,
        Err(error) => return Ok(Err((Unmeasured::Skipped(Skip::NoLanguage), error.to_string()))),
    };
    let analyzer = Analyzer::new(&session.registry, &language, &args.policy.policy)?;
    let options = Options { level: Level::Metrics, limits };
    let monitor = session.monitor();
    let facts = analyzer.measure_until(ContentId::of(&bytes), &bytes, options, None, Some(monitor.cancelled));
    monitor.go_on()?;
    Ok(Ok(facts))
}
