//! What every command needs, resolved once: the store's address, the languages, how much is said.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;

use super::{Color, Global, LogFormat};
use crate::error::{Error, Result};
use crate::git;
use crate::lang::Registry;
use crate::model::SnapshotRecord;
use crate::pipeline::progress::Verbosity;
use crate::store::{self, OpenOptions, Store, StoreUrl};

/// Set by the first interrupt; whoever works for long looks at it.
pub(super) static CANCELLED: AtomicBool = AtomicBool::new(false);

/// A command's surroundings.
pub(super) struct Session {
    pub(super) registry: Registry,
    pub(super) jobs: usize,
    pub(super) verbosity: Verbosity,
    store: Option<StoreUrl>,
}

impl Session {
    pub(super) fn new(global: &Global) -> Result<Self> {
        match global.color {
            Color::Auto => {}
            Color::Always => anstream::ColorChoice::Always.write_global(),
            Color::Never => anstream::ColorChoice::Never.write_global(),
        }
        start_log(global);
        on_interrupt()?;
        let registry = registry(global.specs.as_deref())?;
        let verbosity = if global.quiet { Verbosity::Quiet } else { Verbosity::Normal };
        let store = global.store.as_deref().map(address).transpose()?;
        Ok(Self { registry, jobs: global.jobs, verbosity, store })
    }

    /// The store's address: as given, or `.elcano` in the root of the repository around `root`.
    pub(super) fn store_url(&self, root: &Path) -> Result<StoreUrl> {
        if let Some(url) = &self.store {
            return Ok(url.clone());
        }
        let root = root.canonicalize().map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => Error::Usage(format!("`{}` does not exist", root.display())),
            _ => Error::io("opening", root)(error),
        })?;
        let folder = if root.is_dir() { root.clone() } else { root.parent().map_or(root.clone(), Path::to_owned) };
        let top = git::Repository::discover(&folder)?.map_or(folder, |repository| repository.workdir().to_owned());
        Ok(StoreUrl::Lmdb(top.join(".elcano")))
    }

    /// Opens the store around the current folder for reading.
    pub(super) fn read_store(&self) -> Result<Arc<dyn Store>> {
        store::open(&self.store_url(Path::new("."))?, OpenOptions::read())
    }

    /// The newest snapshot, or the one whose id begins so.
    pub(super) fn snapshot(store: &dyn Store, id: Option<&str>) -> Result<SnapshotRecord> {
        let all = store.snapshots()?;
        let Some(id) = id else {
            let none = || Error::Undecided(format!("{} holds no snapshot; `elcano scan` makes one", store.url()));
            return all.into_iter().next().ok_or_else(none);
        };
        let mut found = all.into_iter().filter(|snapshot| snapshot.id.to_string().starts_with(id));
        match (found.next(), found.next()) {
            (Some(snapshot), None) => Ok(snapshot),
            (Some(_), Some(_)) => Err(Error::Usage(format!("several snapshots begin with `{id}`"))),
            (None, _) => Err(Error::Undecided(format!("{} holds no snapshot `{id}`", store.url()))),
        }
    }
}

/// A store named by a user: `lmdb:DIR`, `sqlite:FILE`, or the path of one that is there. A bare path that is not there, or
/// is an empty folder, is a new LMDB store.
fn address(text: &str) -> Result<StoreUrl> {
    let bare = !["lmdb:", "sqlite:", "duckdb:"].iter().any(|prefix| text.starts_with(prefix));
    let path = PathBuf::from(text);
    let is_new = || !path.exists() || path.read_dir().is_ok_and(|mut entries| entries.next().is_none());
    if bare && is_new() { Ok(StoreUrl::Lmdb(path)) } else { text.parse() }
}

/// The languages, with the specs of a folder in place of their own.
fn registry(specs: Option<&Path>) -> Result<Registry> {
    let mut replaced = Vec::new();
    if let Some(folder) = specs {
        let reading = |error| Error::Usage(format!("cannot read specs in `{}`: {error}", folder.display()));
        for entry in folder.read_dir().map_err(reading)? {
            let path = entry.map_err(reading)?.path();
            if path.extension().is_some_and(|ending| ending == "toml") {
                let text = std::fs::read_to_string(&path).map_err(reading)?;
                let id = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
                replaced.push((id, text));
            }
        }
    }
    Registry::with_specs(&replaced).map_err(Error::from)
}

/// The first interrupt asks for an orderly end, the second ends at once.
fn on_interrupt() -> Result<()> {
    let handler = || {
        if CANCELLED.swap(true, Ordering::Relaxed) {
            #[expect(
                clippy::disallowed_methods,
                reason = "who interrupts twice wants no tidying; the store survives it"
            )]
            std::process::exit(130);
        }
        anstream::eprintln!("elcano: interrupted; finishing the files at hand (once more to stop at once)");
    };
    ctrlc::set_handler(handler).map_err(|error| Error::Usage(format!("cannot listen for interrupts: {error}")))
}

fn start_log(global: &Global) {
    let level = match (global.quiet, global.verbose) {
        (true, _) => "error",
        (false, 0) => "warn",
        (false, 1) => "info",
        (false, _) => "debug",
    };
    let filter = tracing_subscriber::EnvFilter::new(format!("elcano={level}"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    // A second subscriber (in tests that run commands in one process) is not needed.
    let _ = match global.log_format {
        LogFormat::Text => builder.without_time().with_ansi(false).try_init(),
        LogFormat::Json => builder.json().try_init(),
    };
}

/// Writes to standard output; a reader that has gone away is no error.
pub(super) fn print(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        result => result.map_err(Error::io("writing", "standard output")),
    }
}

/// Writes a document to standard output.
pub(super) fn print_json(document: &Value) -> Result<()> {
    print(&format!("{document:#}\n"))
}
