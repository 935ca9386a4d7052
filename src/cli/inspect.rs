//! `measure`, `get`, `log`: looking at single things.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::session::{Session, print, print_json};
use crate::error::{Error, Result};
use crate::measure::{Analyzer, Limits, Options};
use crate::model::{ContentId, ExecutionRecord, FileFacts, Level, Outcome};
use crate::pipeline::address;
use crate::report::measured;
use crate::report::table::{Table, duration, thousands};

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  elcano measure src/main.rs\n  git show HEAD:app.py | elcano measure - --language python\n  elcano measure *.py --format text"
)]
pub(super) struct MeasureArgs {
    /// Files; `-` is standard input
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// The language, where the name does not tell it
    #[arg(long, value_name = "ID")]
    language: Option<String>,
    /// The counting policy
    #[arg(long, value_name = "ID", default_value = "default", env = "ELCANO_POLICY")]
    policy: String,
    /// json, or text: a table of functions
    #[arg(long, value_name = "FORMAT", default_value = "json", value_parser = ["json", "text"])]
    format: String,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Addresses, in the newest snapshot:\n  file:path:src/lib.rs            the file's record\n  metrics:file:src/lib.rs         metrics of a file and its spaces\n  file:sym:src/lib.rs             the spaces of a file\n  chunk:src/main.rs:100:200       the source text of a span\n  execlog:ID                      one run\n  snapshot:ID                     one snapshot\nA literal `:` in a path is written `::`."
)]
pub(super) struct GetArgs {
    /// What to get
    address: String,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  elcano log\n  elcano log --recent 3 --outcome failure --json\n  elcano log --since 2026-01-31"
)]
pub(super) struct LogArgs {
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 20)]
    recent: usize,
    /// Only runs that ended so: running, success, failure, partial, cancelled, aborted
    #[arg(long, value_name = "OUTCOME", value_parser = |text: &str| text.parse::<Outcome>())]
    outcome: Option<Outcome>,
    /// Only runs that started at or after this moment (2026-01-31 or 2026-01-31T12:00:00Z)
    #[arg(long, value_name = "TIME", value_parser = moment)]
    since: Option<i64>,
    /// Only runs of this version of elcano
    #[arg(long, value_name = "VERSION")]
    of_version: Option<String>,
    /// As JSON
    #[arg(long)]
    json: bool,
}

fn moment(text: &str) -> std::result::Result<i64, String> {
    let midnight = |day: jiff::civil::Date| day.to_zoned(jiff::tz::TimeZone::UTC).map(|zoned| zoned.timestamp());
    let stamp = text.parse::<jiff::Timestamp>().or_else(|_| text.parse::<jiff::civil::Date>().and_then(midnight));
    stamp.map(jiff::Timestamp::as_microsecond).map_err(|error| error.to_string())
}

pub(super) fn measure(session: &Session, args: &MeasureArgs) -> Result<u8> {
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

fn one(session: &Session, args: &MeasureArgs, file: &Path) -> Result<FileFacts> {
    let bytes = if file == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin().lock().read_to_end(&mut bytes).map_err(Error::io("reading", "standard input"))?;
        bytes
    } else {
        let usage = |error: std::io::Error| Error::Usage(format!("cannot read `{}`: {error}", file.display()));
        std::fs::read(file).map_err(usage)?
    };
    let language = match &args.language {
        Some(language) => language.clone(),
        None => detect(session, file, &bytes)?,
    };
    let meter = Analyzer::new(&session.registry, &language, &args.policy).map_err(Error::from)?;
    let options = Options { level: Level::Metrics, limits: Limits::default() };
    Ok(meter.measure(ContentId::of(&bytes), &bytes, options))
}

pub(super) fn detect(session: &Session, file: &Path, bytes: &[u8]) -> Result<String> {
    use std::os::unix::ffi::OsStrExt as _;
    let by_name = file.file_name().and_then(|name| session.registry.by_content(name.as_bytes(), bytes));
    let first = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let found = by_name.or_else(|| {
        let line = std::str::from_utf8(first).ok()?.strip_prefix("#!")?;
        let words = line.split(|character: char| character.is_whitespace() || character == '/');
        words.filter_map(|word| session.registry.by_shebang(word)).next_back()
    });
    found
        .map(str::to_owned)
        .ok_or_else(|| Error::Usage(format!("no language is known for `{}`; name one with --language", file.display())))
}

pub(super) fn get(session: &Session, args: &GetArgs) -> Result<u8> {
    let store = session.read_store()?;
    match address::get(store.as_ref(), &args.address)? {
        Some(document) => print_json(&document).map(|()| 0),
        None => Err(Error::Undecided(format!("{} holds nothing under `{}`", store.url(), args.address))),
    }
}

pub(super) fn log(session: &Session, args: &LogArgs) -> Result<u8> {
    let store = session.read_store()?;
    let wanted = |run: &ExecutionRecord| {
        args.outcome.is_none_or(|outcome| run.outcome == outcome)
            && args.since.is_none_or(|since| run.started_us >= since)
            && args.of_version.as_deref().is_none_or(|version| run.version == version)
    };
    let filtered = args.outcome.is_some() || args.since.is_some() || args.of_version.is_some();
    let runs = store.recent_executions(if filtered { usize::MAX } else { args.recent })?;
    let runs: Vec<_> = runs.into_iter().filter(wanted).take(args.recent).collect();
    if args.json {
        print_json(&json!({ "schema": "elcano.log/1", "executions": runs }))?;
        return Ok(0);
    }
    let mut table =
        Table::new(&["started", "pipeline", "outcome", "#time", "#files", "#parsed", "#cached", "run", "error"]);
    for run in runs {
        let started = jiff::Timestamp::from_microsecond(run.started_us)
            .map_or_else(|_| run.started_us.to_string(), |stamp| stamp.strftime("%Y-%m-%d %H:%M:%S UTC").to_string());
        let tally = &run.tally;
        table.row(vec![
            started,
            run.pipeline.clone(),
            run.outcome.to_string(),
            duration(run.duration_us),
            thousands(tally.files_found),
            thousands(tally.files_parsed),
            thousands(tally.files_cached),
            run.id.to_string(),
            run.error.first().cloned().unwrap_or_default(),
        ]);
    }
    print(&table.text())?;
    Ok(0)
}
