//! `run`: executes a pipeline.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use clap::Args;

use crate::cli::console::print_data;
use crate::cli::execute::{execute, exit_code};
use crate::cli::flags::{GateFlags, ScanFlags};
use crate::cli::session::Session;
use crate::error::Result;
use crate::pipeline::plan::{EMBEDDED, Plan, Stage};

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  elcano run\n  elcano run nightly ~/src/app\n  elcano run my-pipeline.toml --plan")]
pub(in crate::cli) struct RunArgs {
    /// ci, nightly, report or a TOML file [default: ci], then the folder to measure [default: .]
    #[arg(value_name = "PIPELINE] [PATH")]
    words: Vec<OsString>,
    /// Print the resolved plan and stop
    #[arg(long)]
    plan: bool,
    #[command(flatten)]
    scan: ScanFlags,
    #[command(flatten)]
    gate: GateFlags,
}

pub(in crate::cli) fn run(session: &Session, args: RunArgs) -> Result<u8> {
    let mut words = args.words.into_iter();
    let (name, first) = match words.next() {
        None => ("ci".into(), None),
        Some(word) => {
            let is_pipeline = EMBEDDED.iter().any(|(known, _)| *known == word) || is_toml(&word);
            if !is_pipeline && Path::new(&word).exists() { ("ci".into(), Some(word)) } else { (word, None) }
        }
    };
    let paths: Vec<PathBuf> = first.into_iter().chain(words).map(PathBuf::from).collect();
    let mut plan = Plan::load(&name)?;
    resolve(&mut plan, &args.scan, &args.gate);
    if args.plan {
        print_data(&plan.to_toml()?)?;
        return Ok(0);
    }
    execute(session, &plan, &paths, &args.scan, &args.gate).map(|ran| exit_code(&ran))
}

fn is_toml(word: &OsStr) -> bool {
    Path::new(word).extension().is_some_and(|extension| extension == "toml")
}

/// Puts what was typed in place of what the pipeline file holds.
fn resolve(plan: &mut Plan, flags: &ScanFlags, gate: &GateFlags) {
    for stage in &mut plan.stages {
        match stage {
            Stage::Scan { level, files_failed_max } => {
                *level = flags.level.unwrap_or(*level);
                *files_failed_max = flags.files_failed_max.or(*files_failed_max);
            }
            Stage::Gate { formats, base } => {
                if let Some(typed) = &gate.base {
                    *base = Some(typed.clone()).filter(|base| base != "auto");
                }
                if !gate.format.is_empty() {
                    formats.clone_from(&gate.format);
                }
            }
            Stage::Export { .. } | Stage::Report { .. } => {}
        }
    }
}
