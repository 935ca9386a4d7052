//! The command line: what was typed, and which command it means. Each command resolves its own arguments; nothing below
//! this floor knows a flag.

mod accept;
mod catalog;
mod config;
mod data;
mod gate;
mod init;
mod inspect;
mod keep;
mod run;
mod session;

use std::path::PathBuf;

use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::error::Result;
use crate::model::Level;
use session::Session;

/// What was typed.
#[derive(Debug, Parser)]
#[command(
    name = "elcano",
    version,
    about = "Measures source code: metrics of every function, kept, compared, exported",
    after_help = EXAMPLES,
    max_term_width = 120,
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
  elcano scan --level full ~/src   keep source text and syntax trees, too
  elcano measure src/main.rs       metrics of one file as JSON, no store
  elcano query 'SELECT * FROM offenders LIMIT 5'
  elcano explain cognitive         what a metric means and how it is counted

Exit codes: 0 pass, 1 the gate failed or stores differ, 2 usage or configuration, 3 could not decide (store, input),
4 partial (more files failed than allowed), 130 interrupted.";

/// Options of every command.
#[derive(Debug, Clone, Args)]
struct Global {
    /// The store: lmdb:DIR or sqlite:FILE [default: lmdb:.elcano in the repository's root]
    #[arg(long, global = true, value_name = "STORE", env = "ELCANO_STORE")]
    store: Option<String>,
    /// Threads; 0 is one a core
    #[arg(long, short, global = true, value_name = "N", default_value_t = 0, env = "ELCANO_JOBS")]
    jobs: usize,
    /// Colours on standard error
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto)]
    color: Color,
    /// Say more; twice for everything
    #[arg(long, short, global = true, action = clap::ArgAction::Count, conflicts_with = "quiet")]
    verbose: u8,
    /// Say nothing but errors
    #[arg(long, short, global = true)]
    quiet: bool,
    /// How messages on standard error are written
    #[arg(long, global = true, value_enum, default_value_t = LogFormat::Text)]
    log_format: LogFormat,
    /// Take specs from this folder in place of those of the same name, to work on a language
    #[arg(long, global = true, value_name = "DIR", hide = true, env = "ELCANO_SPECS")]
    specs: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum LogFormat {
    Text,
    Json,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run a pipeline: ci, nightly, report, or a TOML file
    Run(run::RunArgs),
    /// Walk, measure and store: makes one snapshot
    Scan(run::ScanArgs),
    /// Print the metrics of files as JSON, without a store
    Measure(inspect::MeasureArgs),
    /// Gate: numbers against limits and against a base; exit code 1 when it fails
    Check(gate::CheckArgs),
    /// Compare the functions of two revisions
    Diff(accept::DiffArgs),
    /// Look after the baseline, the list of accepted offenders
    #[command(subcommand)]
    Baseline(accept::BaselineCommand),
    /// List everything that the gate lets pass on somebody's word
    Exemptions(accept::ExemptionsArgs),
    /// Write elcano.toml and a workflow into a repository
    Init(init::InitArgs),
    /// Print the configuration
    #[command(subcommand)]
    Config(accept::ConfigCommand),
    /// Report on the newest snapshot
    Report(run::ReportArgs),
    /// Copy the store into databases or files
    Export(data::ExportArgs),
    /// Copy an export, or another store, into the store
    Import(data::ImportArgs),
    /// Make a store of another engine
    Migrate(data::MigrateArgs),
    /// Compare two stores record by record
    Verify(data::VerifyArgs),
    /// Ask the store in SQL (DuckDB)
    Query(data::QueryArgs),
    /// Print one record as JSON
    Get(inspect::GetArgs),
    /// Print the execution log, newest first
    Log(inspect::LogArgs),
    /// Look after a store
    #[command(subcommand)]
    Store(keep::StoreCommand),
    /// List the languages
    Langs(catalog::LangsArgs),
    /// Explain a metric: definition, source, how it is counted, how to lower it
    Explain(catalog::ExplainArgs),
    /// Print a completion script
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the manual page
    Man,
}

/// What a scan keeps and reads; shared by `run` and `scan`.
#[derive(Debug, Clone, Args)]
struct ScanFlags {
    /// What is stored: metrics, chunks or full
    #[arg(long, value_name = "LEVEL", value_parser = level)]
    level: Option<Level>,
    /// Measure only files that match; written as in .gitignore
    #[arg(long, value_name = "GLOB")]
    include: Vec<String>,
    /// Leave out files that match; written as in .gitignore
    #[arg(long, value_name = "GLOB")]
    exclude: Vec<String>,
    /// The counting policy
    #[arg(long, value_name = "ID", default_value = "default", env = "ELCANO_POLICY")]
    policy: String,
    /// Files larger than this are noted, not measured
    #[arg(long, value_name = "BYTES", default_value_t = crate::measure::Limits::default().file_bytes_max)]
    file_bytes_max: u64,
    /// Files that may fail before the run counts as partial (exit code 4) [default: any number]
    #[arg(long, value_name = "N")]
    files_failed_max: Option<u64>,
    /// Do not write the execution log
    #[arg(long)]
    no_log: bool,
}

fn level(text: &str) -> std::result::Result<Level, String> {
    text.parse()
}

impl Cli {
    /// Does what was typed; gives the exit code.
    ///
    /// # Errors
    /// What ended the command; [`crate::error::Error::exit_code`] is its exit code.
    pub fn run(self) -> Result<u8> {
        let session = Session::new(&self.global)?;
        match self.command {
            Command::Run(args) => run::run(&session, args),
            Command::Scan(args) => run::scan(&session, &args),
            Command::Measure(args) => inspect::measure(&session, &args),
            Command::Check(args) => gate::check(&session, &args),
            Command::Diff(args) => accept::diff(&session, &args),
            Command::Baseline(command) => accept::baseline(&session, &command),
            Command::Exemptions(args) => accept::exemptions(&session, &args),
            Command::Init(args) => init::init(&args),
            Command::Config(command) => accept::config(&command),
            Command::Report(args) => run::report(&session, &args),
            Command::Export(args) => data::export(&session, &args),
            Command::Import(args) => data::import(&session, &args),
            Command::Migrate(args) => data::migrate(&args),
            Command::Verify(args) => data::verify(&args),
            Command::Query(args) => data::query(&session, &args),
            Command::Get(args) => inspect::get(&session, &args),
            Command::Log(args) => inspect::log(&session, &args),
            Command::Store(command) => keep::store(&session, &command),
            Command::Langs(args) => catalog::langs(&session, &args),
            Command::Explain(args) => catalog::explain(&session, &args),
            Command::Completions { shell } => {
                clap_complete::generate(shell, &mut Self::command(), "elcano", &mut std::io::stdout());
                Ok(0)
            }
            Command::Man => {
                let man = clap_mangen::Man::new(Self::command());
                man.render(&mut std::io::stdout()).map_err(crate::error::Error::io("writing", "standard output"))?;
                Ok(0)
            }
        }
    }

    /// Whether messages are to be JSON.
    #[must_use]
    pub fn logs_json(&self) -> bool {
        self.global.log_format == LogFormat::Json
    }
}
