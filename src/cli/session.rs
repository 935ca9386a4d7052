//! What every command needs, resolved once: the store's address, the languages, what is shown on
//! standard error. Never writes to standard output.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::default_store::default_store;
use super::flags::FileFlags;
use super::global::{Color, Global, LogFormat};
use super::isolated::isolation;
use super::languages::registry;
use crate::error::{Error, Result};
use crate::interrupt;
use crate::isolate::{Isolation, When};
use crate::lang::Registry;
use crate::measure::Options;
use crate::model::{Level, SnapshotRecord, json_escaped, printable};
use crate::pipeline::execution_log::died_measuring;
use crate::pipeline::measurer::{Measurer, StoreFault};
use crate::pipeline::progress::{Monitor, Verbosity, write_message};
use crate::pipeline::trust;
use crate::pipeline::workspace::Workspace;
use crate::store::{self, NamedBy, OpenOptions, Store, StoreUrl};
use crate::walk::WalkOptions;

/// A command's surroundings.
pub(super) struct Session {
    pub(super) registry: Registry,
    pub(super) verbosity: Verbosity,
    /// The processes that measure, where this one is not to do it.
    pub(super) isolation: Isolation,
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
        let registry = registry(global.specs.as_deref())?;
        let verbosity = if global.quiet { Verbosity::Quiet } else { Verbosity::Normal };
        let store = global.store.as_deref().map(address).transpose()?;
        let isolation = isolation(global.specs.as_deref())?;
        Ok(Self { registry, verbosity, isolation, store })
    }

    /// What long stages show and heed.
    pub(super) fn monitor(&self) -> Monitor<'static> {
        Monitor { verbosity: self.verbosity, cancelled: interrupt::flag() }
    }

    /// The workspace of a folder or file, which no link of a repository leads out of it.
    pub(super) fn workspace(&self, root: &Path, walk: WalkOptions) -> Result<Workspace<'_>> {
        store::follow(root, NamedBy::User)?;
        Workspace::open(&self.registry, root, walk)
    }

    /// The store's address: as given, or that of the workspace. It may be believed.
    ///
    /// # Errors
    /// [`Error::Store`]: git tracks it, or it is another user's.
    pub(super) fn store_of(&self, workspace: &Workspace<'_>) -> Result<StoreUrl> {
        let url = self.store.clone().map_or_else(|| default_store(workspace.top()), Ok)?;
        trust::require(&url, self.store.is_some(), workspace.repository())?;
        Ok(url)
    }

    /// The address of the store around the current folder.
    ///
    /// # Errors
    /// As [`Session::store_of`].
    pub(super) fn store_here(&self) -> Result<StoreUrl> {
        if let Some(url) = &self.store {
            trust::require(url, true, None)?;
            return Ok(url.clone());
        }
        self.store_of(&self.workspace(Path::new("."), WalkOptions::default())?)
    }

    /// Opens the store around the current folder for reading.
    pub(super) fn read_store(&self) -> Result<Arc<dyn Store>> {
        store::open(&self.store_here()?, OpenOptions::read())
    }

    /// The store of a workspace, if there is one that can be read: it spares parsing, and nothing
    /// depends on it.
    pub(super) fn known_facts(&self, workspace: &Workspace<'_>) -> Option<Arc<dyn Store>> {
        let opened = self.store_of(workspace).and_then(|url| {
            let is_there = url.path().symlink_metadata().is_ok();
            is_there.then(|| store::open(&url, OpenOptions::read())).transpose()
        });
        match opened {
            Ok(store) => store,
            Err(error) => {
                tracing::warn!("going on without the store: {}", error.chain().join(": "));
                None
            }
        }
    }

    /// A measurer for numbers alone, which takes the facts that a store knows.
    pub(super) fn measurer<'a>(
        &'a self,
        store: Option<&'a Arc<dyn Store>>,
        policy: &'a str,
        file: &FileFlags,
    ) -> Measurer<'a> {
        let options = Options { level: Level::Metrics, limits: file.limits() };
        let store = store.map(|store| store.as_ref() as &dyn Store);
        let died = || match store.map(died_measuring).transpose() {
            Ok(died) => died.unwrap_or(false),
            Err(error) => {
                tracing::warn!("not known how the last run ended: {}", error.chain().join(": "));
                false
            }
        };
        let isolated = match file.when() {
            When::Always => true,
            When::Never => false,
            When::Auto => died(),
        };
        Measurer::new(&self.registry, policy, options, self.monitor())
            .with_store(store, StoreFault::Warns)
            .with_isolation(isolated.then_some(&self.isolation))
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
fn address(text: &OsStr) -> Result<StoreUrl> {
    if let Some(named) = StoreUrl::with_engine(text)? {
        return Ok(named);
    }
    let path = PathBuf::from(text);
    let is_new = !path.exists() || path.read_dir().is_ok_and(|mut entries| entries.next().is_none());
    if is_new { Ok(StoreUrl::Lmdb(path)) } else { StoreUrl::parse(text) }
}

fn start_log(global: &Global) {
    let level = match (global.quiet, global.verbose) {
        (true, _) => "error",
        (false, 0) => "warn",
        (false, 1) => "info",
        (false, _) => "debug",
    };
    let filter = tracing_subscriber::EnvFilter::new(format!("elcano={level}"));
    let is_json = global.log_format == LogFormat::Json;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_target(false);
    // A standard error that cannot be written is no reason to stop, and nowhere to say so.
    let builder = builder.log_internal_errors(false).with_writer(move || Messages { is_json });
    // A second subscriber (in tests that run commands in one process) is not needed.
    let _ = match global.log_format {
        LogFormat::Text => builder.without_time().with_ansi(false).try_init(),
        LogFormat::Json => builder.json().try_init(),
    };
}

/// Where events go, one a call and a line each.
struct Messages {
    is_json: bool,
}

impl std::io::Write for Messages {
    fn write(&mut self, event: &[u8]) -> std::io::Result<usize> {
        let text = String::from_utf8_lossy(event);
        let line = text.trim_end_matches('\n');
        let shown = if self.is_json { json_escaped(line) } else { printable(line) };
        write_message(&format!("{shown}\n"));
        Ok(event.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
