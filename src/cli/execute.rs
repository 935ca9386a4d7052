//! Executes a plan for `run` and `scan`: finds the workspace once and hands everything resolved to
//! the pipeline. Parses no option.

use std::cell::Cell;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use super::console::write_out;
use super::environment::{environment, in_ci};
use super::flags::{GateFlags, ScanFlags, check_command};
use super::gating::Gating;
use super::session::Session;
use super::words::text;
use crate::error::{Error, Result};
use crate::measure::FileLimits;
use crate::model::{Outcome, RepoPath};
use crate::pipeline::plan::{Plan, Stage};
use crate::pipeline::run::{Run, RunOutcome};
use crate::pipeline::workspace::Workspace;
use crate::store::{self, NamedBy, StoreUrl};
use crate::walk;

/// Runs a plan over some paths.
///
/// # Errors
/// What ended the run.
pub(super) fn execute(
    session: &Session,
    plan: &Plan,
    paths: &[PathBuf],
    flags: &ScanFlags,
    gate: &GateFlags,
) -> Result<RunOutcome> {
    let workspace = workspace_of(session, paths, flags)?;
    let url = session.store_of(&workspace)?;
    let workspace = workspace.without(url.path());
    let path = if paths.len() > 1 { Some(workspace.root().to_owned()) } else { paths.first().cloned() };
    let printed = Cell::new(false);
    let print = |text: &str| {
        printed.set(true);
        write_out(text)
    };
    let attempt = || {
        let gates = plan.stages.iter().any(|stage| matches!(stage, Stage::Gate { .. }));
        let options = gates.then(|| {
            let gating = Gating::of(&workspace, &gate.limits)?;
            let fail_on = gating.fail_on(gate.fail_on);
            let command = check_command(path.as_ref(), &gate.limits, &flags.walk, &flags.policy, fail_on);
            let baseline = gating.read_baseline()?;
            Ok::<_, Error>(gating.options(fail_on, baseline, command))
        });
        let run = Run {
            plan,
            args: std::env::args_os().skip(1).map(|word| text(&word)).collect(),
            workspace: &workspace,
            store: &url,
            policy: &flags.policy.policy,
            limits: FileLimits { file_bytes_max: flags.file_bytes_max, ..flags.file.limits() },
            recheck: flags.recheck.percent(),
            isolate: flags.file.when(),
            isolation: &session.isolation,
            gate: options.transpose()?,
            fetch_base: gate.fetch_base,
            environment: &environment,
            log: !flags.no_log,
            monitor: session.monitor(),
            print: &print,
        };
        run.run()
    };
    match attempt() {
        // In CI the store came out of a cache: measuring anew repairs it.
        Err(error @ (Error::Store { .. } | Error::Record { .. })) if in_ci() && !printed.get() => {
            quarantine(&url, &error).map_or(Err(error), |()| attempt())
        }
        result => result,
    }
}

/// Quarantines a damaged store; None when it cannot be moved.
fn quarantine(url: &StoreUrl, error: &Error) -> Option<()> {
    let moved = store::quarantine(url).ok().flatten()?;
    let why = error.chain().join(": ");
    tracing::warn!("measuring everything anew, the store is now `{}`: {why}", moved.display());
    Some(())
}

/// The exit code of a run that ended.
pub(super) fn exit_code(ran: &RunOutcome) -> u8 {
    match (ran.gate_failed, ran.execution.outcome) {
        (true, _) => 1,
        (false, Outcome::Partial) => 4,
        (false, _) => 0,
    }
}

/// The workspace over some paths: one path is its root; several are what is walked of the folder
/// that they share.
///
/// # Errors
/// A path that does not exist.
pub(super) fn workspace_of<'a>(session: &'a Session, paths: &[PathBuf], flags: &ScanFlags) -> Result<Workspace<'a>> {
    let default = [PathBuf::from(".")];
    let paths = if paths.is_empty() { &default[..] } else { paths };
    let resolved = |path: &PathBuf| store::follow(path, NamedBy::User).and_then(|_| walk::resolve(path));
    let paths = paths.iter().map(resolved).collect::<Result<Vec<_>>>()?;
    let mut root = paths[0].clone();
    let mut options = flags.walk.options();
    if paths.len() > 1 {
        while !paths.iter().all(|path| path.starts_with(&root)) || !root.is_dir() {
            root = root.parent().map_or_else(|| PathBuf::from("/"), Path::to_owned);
        }
        let inside = paths.iter().filter_map(|path| path.strip_prefix(&root).ok());
        options.only = inside.map(|path| RepoPath::new(path.as_os_str().as_bytes())).collect();
    }
    session.workspace(&root, options)
}
