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
use crate::model::{ContentId, FileFacts, Level};
use crate::report::measured;
use crate::report::table::{Table, thousands};

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
    let mut measured = Vec::new();
    for file in &args.files {
        measured.push((file.display().to_string(), one(session, args, file)?));
    }
    let document = measured::document(&measured);
    if args.format == "json" {
        print_json(&document)?;
        return Ok(0);
    }
    let mut table = Table::new(&["#cognitive", "#cyclomatic", "#rows", "#args", "space", "where"]);
    for (path, facts) in &measured {
        for space in facts.spaces.iter().filter(|space| space.kind.is_function()) {
            let metrics = &space.metrics;
            let numbers = [metrics.cognitive, metrics.cyclomatic, metrics.sloc, metrics.nargs];
            let mut cells: Vec<_> = numbers.iter().map(|count| thousands(u64::from(*count))).collect();
            cells.extend([space.qualified_name.clone(), format!("{path}:{}", space.start_line)]);
            table.row(cells);
        }
    }
    print(&table.text())?;
    Ok(0)
}

/// All of standard input. A user who ends the command instead of typing on is heard.
fn standard_input() -> Result<Vec<u8>> {
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
            0 => return Ok(bytes),
            count => bytes.extend_from_slice(&part[..count]),
        }
    }
}

fn one(session: &Session, args: &MeasureArgs, file: &Path) -> Result<FileFacts> {
    let bytes = if file == Path::new("-") {
        standard_input()?
    } else {
        let usage = |error: std::io::Error| Error::Usage(format!("cannot read `{}`: {error}", file.display()));
        std::fs::read(file).map_err(usage)?
    };
    let language = language_of(session, args.language.as_deref(), file, &bytes)?;
    let analyzer = Analyzer::new(&session.registry, &language, &args.policy.policy)?;
    let options = Options { level: Level::Metrics, limits: FileLimits::default() };
    let monitor = session.monitor();
    let facts = analyzer.measure_until(ContentId::of(&bytes), &bytes, options, None, Some(monitor.cancelled));
    monitor.go_on()?;
    Ok(facts)
}
