//! The options of every command. Decides nothing.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Options of every command.
#[derive(Debug, Clone, Args)]
pub(super) struct Global {
    /// The store: lmdb:DIR or sqlite:FILE [default: lmdb:.elcano at the top of the repository;
    /// where CI is set, in the user's cache, outside of the checkout]
    #[arg(long, global = true, value_name = "STORE", env = "ELCANO_STORE")]
    pub(super) store: Option<OsString>,
    /// Threads; 0 is one a core
    #[arg(long, short, global = true, value_name = "N", default_value_t = 0, env = "ELCANO_JOBS")]
    pub(super) jobs: usize,
    /// Colours on standard error
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto)]
    pub(super) color: Color,
    /// More messages; twice for all of them
    #[arg(long, short, global = true, action = clap::ArgAction::Count, conflicts_with = "quiet")]
    pub(super) verbose: u8,
    /// No messages but errors
    #[arg(long, short, global = true)]
    pub(super) quiet: bool,
    /// The form of messages on standard error
    #[arg(long, global = true, value_enum, default_value_t = LogFormat::Text)]
    pub(super) log_format: LogFormat,
    /// Take specs from this folder in place of those of the same name, to work on a language
    #[arg(long, global = true, value_name = "DIR", hide = true, env = "ELCANO_SPECS")]
    pub(super) specs: Option<PathBuf>,
}

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    Auto,
    Always,
    Never,
}

/// The form of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum LogFormat {
    Text,
    Json,
}
