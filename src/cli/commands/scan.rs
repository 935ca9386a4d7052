//! `scan`: measures and stores one snapshot.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use crate::cli::console::{print, print_json};
use crate::cli::execute::{execute, exit_code, workspace_of};
use crate::cli::flags::{GateFlags, ScanFlags};
use crate::cli::session::Session;
use crate::error::Result;
use crate::model::Level;
use crate::pipeline::plan::{Plan, Stage};
use crate::report::labels::label;
use crate::walk;

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  elcano scan\n  elcano scan --level full --json ~/src/app\n  elcano scan --explain-path vendor/x.js"
)]
pub(in crate::cli) struct ScanArgs {
    /// Folders or files; several make one snapshot of the folder they share [default: .]
    paths: Vec<PathBuf>,
    /// Print the outcome as JSON
    #[arg(long)]
    json: bool,
    /// Print why a file is measured or not, and stop
    #[arg(long, value_name = "FILE")]
    explain_path: Option<PathBuf>,
    #[command(flatten)]
    scan: ScanFlags,
}

pub(in crate::cli) fn scan(session: &Session, args: &ScanArgs) -> Result<u8> {
    let level = args.scan.level.unwrap_or(Level::Metrics);
    if let Some(file) = &args.explain_path {
        let workspace = workspace_of(session, &args.paths, &args.scan)?;
        let explanation = walk::explain(workspace.root(), file, workspace.walk(), &session.registry)?;
        print(&explanation.text(|id| label(&session.registry, id)))?;
        return Ok(0);
    }
    let stage = Stage::Scan { level, files_failed_max: args.scan.files_failed_max };
    let plan = Plan { name: "scan".to_owned(), about: "measure".to_owned(), stages: vec![stage] };
    let ran = execute(session, &plan, &args.paths, &args.scan, &GateFlags::default())?;
    let Some(made) = &ran.scanned else { return Ok(exit_code(&ran)) };
    let tally = &made.snapshot.tally;
    if args.json {
        print_json(&json!({
            "schema": "elcano.scan/1", "snapshot": made.snapshot.id, "files_found": tally.files_found,
            "files_parsed": tally.files_parsed, "files_cached": tally.files_cached, "files_failed": made.files_failed,
            "skipped": tally.skipped, "notes": tally.notes, "bytes": tally.bytes,
            "duration_us": ran.execution.duration_us,
        }))?;
    } else {
        let time = crate::report::table::duration(ran.execution.duration_us);
        print(&format!(
            "{} files in {time}: {} parsed, {} from the store, {} failed; snapshot {}\n",
            tally.files_found, tally.files_parsed, tally.files_cached, made.files_failed, made.snapshot.id
        ))?;
    }
    Ok(exit_code(&ran))
}
