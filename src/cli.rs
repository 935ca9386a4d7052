//! The command line: parses what was typed and executes the command. Each command resolves its own
//! arguments; nothing below this floor knows a flag.

mod commands;
mod configuration;
mod console;
mod copied;
mod environment;
mod execute;
mod flags;
mod gating;
mod global;
mod session;
mod source;

use clap::{CommandFactory, Parser, Subcommand};
use clap_complete::Shell;

use crate::error::{Error, Result};
use commands::{
    baseline, check, config, diff, exemptions, explain, export, get, import, init, langs, log, measure, migrate, query,
    report, run, scan, store, verify,
};
use global::{Global, LogFormat};
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

impl Cli {
    /// Executes the command; gives the exit code.
    ///
    /// # Errors
    /// What ended the command; [`crate::error::Error::exit_code`] is its exit code.
    pub fn run(self) -> Result<u8> {
        let session = Session::new(&self.global)?;
        // Everything runs on one pool of threads, so that `--jobs` holds for all of it.
        threads(self.global.jobs)?.install(|| self.command.execute(&session))
    }

    /// Whether messages are to be JSON.
    #[must_use]
    pub fn logs_json(&self) -> bool {
        self.global.log_format == LogFormat::Json
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
        .map_err(|error| Error::Usage(format!("cannot start {jobs} threads: {error}")))
}

impl Command {
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
                clap_complete::generate(shell, &mut Cli::command(), "elcano", &mut std::io::stdout());
                Ok(0)
            }
            Self::Man => {
                let man = clap_mangen::Man::new(Cli::command());
                man.render(&mut std::io::stdout()).map_err(Error::io("writing", "standard output"))?;
                Ok(0)
            }
        }
    }
}
