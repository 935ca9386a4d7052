//! `check`: the gate, alone.

use std::path::Path;

use clap::Args;

use crate::cli::console::write_out;
use crate::cli::environment::environment;
use crate::cli::flags::{FileFlags, GateFlags, GatedFlags, PolicyFlag, RecheckFlag, WalkFlags, check_command};
use crate::cli::gating::Gating;
use crate::cli::session::Session;
use crate::error::{Error, Result};
use crate::gate::baseline::Baseline;
use crate::model::{Check, FailOn, Verdict};
use crate::pipeline::base::Against;
use crate::pipeline::check::check as run_check;
use crate::pipeline::outputs;
use crate::pipeline::progress::{Verbosity, say};
use crate::pipeline::recheck::Recheck;
use crate::report::gate::{GATE_FORMATS, text_output};

#[derive(Debug, Args)]
#[command(after_help = after_help())]
pub(in crate::cli) struct CheckArgs {
    /// The folder or file [default: .]
    #[arg(value_name = "PATH")]
    path: Option<std::path::PathBuf>,
    #[command(flatten)]
    gate: GateFlags,
    #[command(flatten)]
    walk: WalkFlags,
    #[command(flatten)]
    policy: PolicyFlag,
    #[command(flatten)]
    recheck: RecheckFlag,
    #[command(flatten)]
    file: FileFlags,
}

const EXAMPLES: &str = "\
Examples:
  elcano check                            gate everything
  elcano check --base origin/main         gate what differs from a commit
  elcano check --base auto --format github --format sarif=elcano.sarif
  elcano check --limit cognitive=20 --limit file:loc.ploc=800";

/// Examples, and the formats by name.
fn after_help() -> String {
    let formats: Vec<_> = GATE_FORMATS.iter().map(|format| format!("  {:12}{}", format.name, format.about)).collect();
    format!("{EXAMPLES}\n\nFormats:\n{}", formats.join("\n"))
}

pub(in crate::cli) fn check(session: &Session, args: &CheckArgs) -> Result<u8> {
    let CheckArgs { path, gate, walk, policy, recheck, file } = args;
    let against = match gate.base.as_deref() {
        Some("auto") => Against::Environment(&environment),
        Some(revision) => Against::Revision(revision.to_owned(), "--base".to_owned()),
        None => environment("ELCANO_BASE")
            .map_or(Against::Nothing, |revision| Against::Revision(revision, "ELCANO_BASE".to_owned())),
    };
    let workspace = session.workspace(path.as_deref().unwrap_or(Path::new(".")), walk.options())?;
    let gating = Gating::of(&workspace, &gate.limits)?;
    let baseline = gating.read_baseline()?;
    let fail_on = gating.fail_on(gate.fail_on);
    let command = check_command(path.as_ref(), &gate.limits, walk, policy, fail_on);
    let options = gating.options(fail_on, baseline, command);
    let base = against.find(&workspace, gate.fetch_base)?.base();
    let store = session.known_facts(&workspace);
    let index = workspace.index()?;
    let measurer = |store| session.measurer(store, &policy.policy, file).with_index(index);
    let recheck = Recheck::of(recheck.percent(), workspace.files()?.entries.len());
    let with_store = measurer(store.as_ref()).with_recheck(recheck);
    let checked = match run_check(&workspace, &with_store, &options, base.clone(), None) {
        // The answer does not depend on the store.
        Err(error @ Error::Store { .. }) if store.is_some() => {
            tracing::warn!("going on without the store: {}", error.chain().join(": "));
            run_check(&workspace, &measurer(None), &options, base, None)?
        }
        checked => checked?,
    };
    let outputs = if gate.format.is_empty() { vec![text_output()] } else { gate.format.clone() };
    let written = outputs::write(&checked, &outputs, &environment, &write_out)?;
    if written.len() == outputs.len() && session.verbosity != Verbosity::Quiet {
        say(&format!("{}; wrote {}", checked.verdict, written.join(", ")));
    }
    Ok(u8::from(checked.verdict == Verdict::Fail))
}

/// Checks everything, nothing accepted: what a new baseline has to hold.
///
/// # Errors
/// As the command.
pub(in crate::cli) fn check_everything(session: &Session, flags: &GatedFlags) -> Result<(Check, Gating)> {
    let workspace = session.workspace(flags.root(), flags.walk.options())?;
    let gating = Gating::of(&workspace, &flags.limits)?;
    let options = gating.clone().options(FailOn::New, Baseline::default(), String::new());
    let store = session.known_facts(&workspace);
    let measurer = session.measurer(store.as_ref(), &flags.policy.policy, &flags.file).with_index(workspace.index()?);
    Ok((run_check(&workspace, &measurer, &options, None, None)?, gating))
}
