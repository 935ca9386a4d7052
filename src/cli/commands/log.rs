//! `log`: the execution log.

use clap::Args;
use serde_json::json;

use crate::cli::console::{print, print_json};
use crate::cli::session::Session;
use crate::error::Result;
use crate::model::{ExecutionRecord, Outcome};
use crate::report::table::{Table, duration, thousands};

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  elcano log\n  elcano log --recent 3 --outcome failure --json\n  elcano log --since 2026-01-31"
)]
pub(in crate::cli) struct LogArgs {
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
    let moment = text.parse::<jiff::Timestamp>().or_else(|_| text.parse::<jiff::civil::Date>().and_then(midnight));
    moment.map(jiff::Timestamp::as_microsecond).map_err(|error| error.to_string())
}

pub(in crate::cli) fn log(session: &Session, args: &LogArgs) -> Result<u8> {
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
            .map_or_else(|_| run.started_us.to_string(), |time| time.strftime("%Y-%m-%d %H:%M:%S UTC").to_string());
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
