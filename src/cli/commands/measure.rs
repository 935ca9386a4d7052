//! `measure`: the metrics of files, without a store.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::cli::console::{print, print_json};
use crate::cli::flags::PolicyFlag;
use crate::cli::session::Session;
use crate::cli::source::language_of;
use crate::error::{Error, Result};
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

fn one(session: &Session, args: &MeasureArgs, file: &Path) -> Result<FileFacts> {
    let bytes = if file == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin().lock().read_to_end(&mut bytes).map_err(Error::io("reading", "standard input"))?;
        bytes
    } else {
        let usage = |error: std::io::Error| Error::Usage(format!("cannot read `{}`: {error}", file.display()));
        std::fs::read(file).map_err(usage)?
    };
    let language = language_of(session, args.language.as_deref(), file, &bytes)?;
    let analyzer = Analyzer::new(&session.registry, &language, &args.policy.policy)?;
    let options = Options { level: Level::Metrics, limits: FileLimits::default() };
    Ok(analyzer.measure(ContentId::of(&bytes), &bytes, options))
}
