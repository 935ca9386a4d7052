//! `report`: reports on a snapshot, or draws the control flow of one function.

use std::ffi::OsString;

use clap::Args;

use crate::cli::console::write_out;
use crate::cli::session::Session;
use crate::cli::words::{parsed, text};
use crate::error::{Error, Result};
use crate::pipeline::{graph, report as summaries};
use crate::report::formats::{ReportFormat, ReportOutput, SummaryOutput};
use crate::report::output::write_file;
use crate::store::NamedBy;

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  elcano report\n  elcano report --format markdown=report.md --format json=report.json\n  elcano report --format dot --function parse | dot -Tsvg > parse.svg"
)]
pub(in crate::cli) struct ReportArgs {
    /// text, markdown or json, each also as FORMAT=FILE; may repeat. Or dot: the control flow of
    /// one function
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = parsed(ReportOutput::parse))]
    format: Vec<ReportOutput>,
    /// The function whose graph is drawn with --format dot, of a scan with --level full: its name,
    /// qualified name, PATH:NAME or id
    #[arg(long, value_name = "NAME")]
    function: Option<OsString>,
    /// The snapshot whose id begins so [default: the newest]
    #[arg(long, value_name = "ID")]
    snapshot: Option<String>,
    /// How many of the hardest functions are listed
    #[arg(long, value_name = "N", default_value_t = 20)]
    worst: usize,
}

pub(in crate::cli) fn report(session: &Session, args: &ReportArgs) -> Result<u8> {
    let store = session.read_store()?;
    let snapshot = Session::snapshot(store.as_ref(), args.snapshot.as_deref())?;
    let (mut wanted, mut graphs) = (Vec::new(), Vec::new());
    for ReportOutput { format, file, .. } in args.format.iter().cloned() {
        match format {
            ReportFormat::Summary(format) => wanted.push(SummaryOutput { file, ..SummaryOutput::of(format) }),
            ReportFormat::Dot => graphs.push(file),
        }
    }
    if graphs.is_empty() != args.function.is_none() {
        return Err(Error::Usage("--format dot and --function NAME go together".to_owned()));
    }
    if let Some(name) = &args.function {
        let graph = graph::dot(store.as_ref(), &snapshot, &text(name))?;
        for file in graphs {
            match file {
                None => write_out(&graph)?,
                Some(file) => write_file(&file, NamedBy::User, graph.as_bytes())?,
            }
        }
    }
    if !wanted.is_empty() {
        let summary = summaries::summary(store.as_ref(), Some(snapshot.id), None, args.worst)?;
        summaries::write(&summary, &session.registry, &wanted, &write_out)?;
    }
    Ok(0)
}
