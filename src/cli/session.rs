//! What every command needs, resolved once: the store's address, the languages, what is shown on
//! standard error. Never writes to standard output.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::global::{Color, Global, LogFormat};
use crate::error::{Error, Result};
use crate::lang::Registry;
use crate::measure::{FileLimits, Options};
use crate::model::{Level, SnapshotRecord};
use crate::pipeline::measurer::{Measurer, StoreFault};
use crate::pipeline::progress::{Monitor, Verbosity};
use crate::pipeline::workspace::Workspace;
use crate::store::{self, OpenOptions, Store, StoreUrl};
use crate::walk::WalkOptions;

/// Set by the first interrupt; long work looks at it.
static CANCELLED: AtomicBool = AtomicBool::new(false);

/// A command's surroundings.
pub(super) struct Session {
    pub(super) registry: Registry,
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
        Ok(Self { registry, verbosity, store })
    }

    /// What long stages show and heed.
    pub(super) fn monitor(&self) -> Monitor<'static> {
        Monitor { verbosity: self.verbosity, cancelled: &CANCELLED }
    }

    /// The workspace of a folder or file.
    pub(super) fn workspace(&self, root: &Path, walk: WalkOptions) -> Result<Workspace<'_>> {
        Workspace::open(&self.registry, root, walk)
    }

    /// The store's address: as given, or `.elcano` at the top of the workspace.
    pub(super) fn store_of(&self, workspace: &Workspace<'_>) -> StoreUrl {
        self.store.clone().unwrap_or_else(|| StoreUrl::Lmdb(workspace.top().join(".elcano")))
    }

    /// The address of the store around the current folder.
    pub(super) fn store_here(&self) -> Result<StoreUrl> {
        match &self.store {
            Some(url) => Ok(url.clone()),
            None => Ok(self.store_of(&self.workspace(Path::new("."), WalkOptions::default())?)),
        }
    }

    /// Opens the store around the current folder for reading.
    pub(super) fn read_store(&self) -> Result<Arc<dyn Store>> {
        store::open(&self.store_here()?, OpenOptions::read())
    }

    /// The store of a workspace, if there is one that can be read: it spares parsing, and nothing
    /// depends on it.
    pub(super) fn known_facts(&self, workspace: &Workspace<'_>) -> Option<Arc<dyn Store>> {
        let url = self.store_of(workspace);
        if !url.path().exists() {
            return None;
        }
        match store::open(&url, OpenOptions::read()) {
            Ok(store) => Some(store),
            Err(error) => {
                tracing::warn!("going on without the store: {}", error.chain().join(": "));
                None
            }
        }
    }

    /// A measurer for numbers alone, which takes the facts that a store knows.
    pub(super) fn measurer<'a>(&'a self, store: Option<&'a Arc<dyn Store>>, policy: &'a str) -> Measurer<'a> {
        let options = Options { level: Level::Metrics, limits: FileLimits::default() };
        let store = store.map(|store| store.as_ref() as &dyn Store);
        Measurer::new(&self.registry, policy, options, self.monitor()).with_store(store, StoreFault::Warns)
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

/// A store named by a user: `lmdb:DIR`, `sqlite:FILE`, or the path of one that is there. A bare
/// path that is not there, or is an empty folder, is a new LMDB store.
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
            if path.extension().is_some_and(|extension| extension == "toml") {
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
