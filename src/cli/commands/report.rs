//! `report`: reports on a snapshot, or draws the control flow of one function.

use clap::Args;
use std::str::FromStr as _;

use crate::cli::console::print;
use crate::cli::session::Session;
use crate::error::{Error, Result};
use crate::pipeline::{graph, report as summaries};
use crate::report::formats::{ReportFormat, ReportOutput, SummaryOutput};
use crate::report::output::write_file;

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  elcano report\n  elcano report --format markdown=report.md --format json=report.json\n  elcano report --format dot --function parse | dot -Tsvg > parse.svg"
)]
pub(in crate::cli) struct ReportArgs {
    /// text, markdown or json, each also as FORMAT=FILE; may repeat. Or dot: the control flow of
    /// one function
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = ReportOutput::from_str)]
    format: Vec<ReportOutput>,
    /// The function whose graph is drawn with --format dot, of a scan with --level full: its name,
    /// qualified name, PATH:NAME or id
    #[arg(long, value_name = "NAME")]
    function: Option<String>,
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
    for ReportOutput { format, file } in args.format.iter().cloned() {
        match format {
            ReportFormat::Summary(format) => wanted.push(SummaryOutput { format, file }),
            ReportFormat::Dot => graphs.push(file),
        }
    }
    if graphs.is_empty() != args.function.is_none() {
        return Err(Error::Usage("--format dot and --function NAME go together".to_owned()));
    }
    if let Some(name) = &args.function {
        let graph = graph::dot(store.as_ref(), &snapshot, name)?;
        for file in graphs {
            match file {
                None => print(&graph)?,
                Some(file) => write_file(&file, graph.as_bytes())?,
            }
        }
    }
    if !wanted.is_empty() {
        let summary = summaries::summary(store.as_ref(), Some(snapshot.id), None, args.worst)?;
        summaries::write(&summary, &session.registry, &wanted, &print)?;
    }
    Ok(0)
}
