//! The command line: parses what was typed and executes the command. Each command resolves its own
//! arguments; nothing below this floor knows a flag.

mod commands;
mod configuration;
mod console;
mod copied;
mod default_store;
mod environment;
mod execute;
mod flags;
mod gating;
mod global;
mod isolated;
mod languages;
mod session;
mod signals;
mod source;
mod words;

use std::io::Write as _;

use clap::{CommandFactory, Parser, Subcommand};
use clap_complete::Shell;

use crate::error::{Error, Result};
use crate::model::printable_lines;
use crate::pipeline::progress::write_message;
use commands::{
    baseline, check, config, diff, exemptions, explain, export, get, import, init, langs, log, measure, migrate, query,
    report, run, scan, store, verify,
};
use global::{Global, LogFormat};
use isolated::isolated;
use session::Session;

/// What was typed.
#[derive(Debug, Parser)]
#[command(
    name = "elcano",
    version,
    about = "Measures source code: metrics of every function, kept, compared, exported",
    after_help = EXAMPLES,
    max_term_width = 100,
    disable_help_subcommand = true
)]
pub struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  elcano run                       measure this repository and report on it
  elcano scan --level full ~/src   also keep source text and syntax trees
  elcano measure src/main.rs       metrics of one file as JSON, no store
  elcano query 'SELECT * FROM offenders LIMIT 5'
  elcano explain cognitive         what a metric means and how it is counted

Exit codes: 0 pass, 1 the gate failed or stores differ, 2 usage or configuration, 3 could not decide
(store, input), 4 partial (more files failed than allowed), 130 interrupted.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Run a pipeline: ci, nightly, report, or a TOML file
    Run(run::RunArgs),
    /// Measure a folder and store the result as a snapshot
    Scan(scan::ScanArgs),
    /// Print the metrics of files as JSON, without a store
    Measure(measure::MeasureArgs),
    /// Gate: compare metrics with limits and with a base; exit code 1 when it fails
    Check(check::CheckArgs),
    /// Compare the functions of two revisions
    Diff(diff::DiffArgs),
    /// Write, show, compare and prune the baseline, the list of accepted offenders
    #[command(subcommand)]
    Baseline(baseline::BaselineCommand),
    /// List the exemptions from the gate: suppressions, baseline entries, paths that are not gated
    Exemptions(exemptions::ExemptionsArgs),
    /// Write elcano.toml and a workflow into a repository
    Init(init::InitArgs),
    /// Print the configuration
    #[command(subcommand)]
    Config(config::ConfigCommand),
    /// Report on the newest snapshot
    Report(report::ReportArgs),
    /// Copy the store into databases or files
    Export(export::ExportArgs),
    /// Copy an export, or another store, into the store
    Import(import::ImportArgs),
    /// Make a store of another engine
    Migrate(migrate::MigrateArgs),
    /// Compare two stores record by record
    Verify(verify::VerifyArgs),
    /// Query the store in SQL (DuckDB)
    Query(query::QueryArgs),
    /// Print one record as JSON
    Get(get::GetArgs),
    /// Print the execution log, newest first
    Log(log::LogArgs),
    /// Inspect, collect, pack and repair a store
    #[command(subcommand)]
    Store(store::StoreCommand),
    /// List the languages
    Langs(langs::LangsArgs),
    /// Explain a metric: definition, source, how it is counted, how to lower it
    Explain(explain::ExplainArgs),
    /// Print a completion script
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the manual page
    Man,
}

/// Reads a configuration as `elcano.toml` is read: what a fuzzer tries.
///
/// # Errors
/// What is wrong, with the key.
pub fn read_configuration(text: &str) -> Result<(), String> {
    configuration::read(text)
}

/// Parses what was typed, executes it, and says on standard error what ended it; gives the exit
/// code.
#[must_use]
pub fn main() -> u8 {
    if let Some(ended) = isolated(std::env::args_os().skip(1)) {
        return ended.unwrap_or_else(|error| {
            console::failed(&error, "", false);
            error.exit_code()
        });
    }
    if let Err(error) = signals::listen() {
        console::failed(&error, "", false);
        return error.exit_code();
    }
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    let as_json = cli.global.log_format == LogFormat::Json;
    let left = cli.command.left();
    cli.run().unwrap_or_else(|error| {
        console::failed(&error, left, as_json);
        error.exit_code()
    })
}

/// Prints what the parser gives in place of a command: help, the version, or what is wrong.
fn usage(found: &clap::Error) -> u8 {
    if found.use_stderr() {
        // What was typed is part of it.
        write_message(&printable_lines(&found.render().to_string()));
        return Error::Usage(String::new()).exit_code();
    }
    let printed = console::written(found.print().and_then(|()| std::io::stdout().flush()));
    printed.map_or_else(
        |error| {
            console::failed(&error, "", false);
            error.exit_code()
        },
        |()| 0,
    )
}

impl Cli {
    /// Executes the command; gives the exit code.
    fn run(self) -> Result<u8> {
        let session = Session::new(&self.global)?;
        // Everything runs on one pool of threads, so that `--jobs` holds for all of it.
        threads(self.global.jobs)?.install(|| self.command.execute(&session))
    }
}

/// The threads of a command; 0 is one a core.
fn threads(jobs: usize) -> Result<rayon::ThreadPool> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(jobs)
        .thread_name(|at| format!("elcano-{at}"))
        // As much as the main thread has: DuckDB plans queries on it.
        .stack_size(8 << 20)
        .build()
        .map_err(|error| Error::Undecided(format!("the threads of the command cannot start: {error}")))
}

impl Command {
    /// What a command leaves that was interrupted.
    fn left(&self) -> &'static str {
        match self {
            Self::Run(_) | Self::Scan(_) => {
                "what was measured is kept, and every snapshot and file is as it was or whole"
            }
            Self::Import(_) => "what was read is kept, and no snapshot refers to it; import again to complete it",
            Self::Store(store::StoreCommand::Gc { .. }) => "what was not removed yet goes with the next `store gc`",
            Self::Export(_) | Self::Migrate(_) | Self::Store(_) | Self::Report(_) | Self::Baseline(_) => {
                "what was not complete was not put in place; everything there is as it was"
            }
            _ => "nothing was changed",
        }
    }

    fn execute(self, session: &Session) -> Result<u8> {
        match self {
            Self::Run(args) => run::run(session, args),
            Self::Scan(args) => scan::scan(session, &args),
            Self::Measure(args) => measure::measure(session, &args),
            Self::Check(args) => check::check(session, &args),
            Self::Diff(args) => diff::diff(session, &args),
            Self::Baseline(command) => baseline::baseline(session, &command),
            Self::Exemptions(args) => exemptions::exemptions(session, &args),
            Self::Init(args) => init::init(&args),
            Self::Config(command) => config::config(session, &command),
            Self::Report(args) => report::report(session, &args),
            Self::Export(args) => export::export(session, &args),
            Self::Import(args) => import::import(session, &args),
            Self::Migrate(args) => migrate::migrate(&args),
            Self::Verify(args) => verify::verify(&args),
            Self::Query(args) => query::query(session, &args),
            Self::Get(args) => get::get(session, &args),
            Self::Log(args) => log::log(session, &args),
            Self::Store(command) => store::store(session, &command),
            Self::Langs(args) => langs::langs(session, &args),
            Self::Explain(args) => explain::explain(session, &args),
            Self::Completions { shell } => {
                let mut script = Vec::new();
                clap_complete::generate(shell, &mut Cli::command(), "elcano", &mut script);
                console::write_out(&String::from_utf8_lossy(&script)).map(|()| 0)
            }
            Self::Man => {
                let mut page = Vec::new();
                let rendered = clap_mangen::Man::new(Cli::command()).render(&mut page);
                rendered.map_err(Error::io("making", "the manual"))?;
                console::write_out(&String::from_utf8_lossy(&page)).map(|()| 0)
            }
        }
    }
}
