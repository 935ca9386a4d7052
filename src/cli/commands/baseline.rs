//! `baseline`: writes, shows, compares and prunes the list of accepted offenders.

use clap::Subcommand;
use serde_json::json;

use super::check::check_everything;
use crate::cli::console::{print, print_json};
use crate::cli::flags::GatedFlags;
use crate::cli::gating::Gating;
use crate::cli::session::Session;
use crate::error::{Error, Result};
use crate::gate::baseline::{Baseline, BaselineEntry};
use crate::model::{printable, shortened};
use crate::pipeline::progress::{Verbosity, say};
use crate::report::output::write_file;

/// Characters of what is shown of an entry.
const LINE_WIDTH_MAX: usize = 400;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum BaselineCommand {
    /// Accept everything that is over a limit now; reasons and dates of entries that stay are kept
    Write(GatedFlags),
    /// Print the entries
    Show {
        #[command(flatten)]
        gate: GatedFlags,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Print what `write` would change; exit code 1 when it would change something
    Diff(GatedFlags),
    /// Remove entries that nothing answers to, and lower those that got better
    Prune(GatedFlags),
}

pub(in crate::cli) fn baseline(session: &Session, command: &BaselineCommand) -> Result<u8> {
    match command {
        BaselineCommand::Show { gate, json } => {
            let workspace = session.workspace(gate.root(), gate.walk.options())?;
            show(&Gating::of(&workspace, &gate.limits)?.read_baseline()?, *json)
        }
        BaselineCommand::Write(gate) => {
            let update = Update::of(session, gate)?;
            let now = update.now.clone();
            update.write(session, now)
        }
        BaselineCommand::Prune(gate) => {
            let update = Update::of(session, gate)?;
            // What got worse stays as it was accepted, and what is new is not.
            let old: Vec<BaselineEntry> = update.before.entries().cloned().collect();
            let mut now = update.now.clone();
            now.retain(|entry| old.iter().any(|old| old.is_of(entry)));
            let kept = now.capped(&update.before);
            update.write(session, kept)
        }
        BaselineCommand::Diff(gate) => {
            let Update { before, now, .. } = Update::of(session, gate)?;
            let line = |sign: char, entry: &BaselineEntry| format!("{sign} {}\n", shown(&entry.describe()));
            let gone = only_in(&before, &now).iter().map(|entry| line('-', entry)).collect::<String>();
            let added = only_in(&now, &before).iter().map(|entry| line('+', entry)).collect::<String>();
            print(&(gone + &added))?;
            Ok(u8::from(before != now))
        }
    }
}

fn show(baseline: &Baseline, as_json: bool) -> Result<u8> {
    if as_json {
        let entries = baseline.entries().collect::<Vec<_>>();
        return print_json(&json!({ "schema": "elcano.baseline/1", "entries": entries })).map(|()| 0);
    }
    let lines = baseline.entries().map(|entry| {
        let reason = entry.reason.as_ref().map(|reason| format!(" ({})", shown(reason))).unwrap_or_default();
        let expires = entry.expires.as_ref().map(|day| format!(" until {}", shown(day))).unwrap_or_default();
        format!("{}{reason}{expires}\n", shown(&entry.describe()))
    });
    print(&lines.collect::<String>()).map(|()| 0)
}

/// One line of it, of names and reasons as they are in the file.
fn shown(text: &str) -> String {
    shortened(&printable(text), LINE_WIDTH_MAX).into_owned()
}

/// The baseline as it is, and as it would be written now.
struct Update {
    gating: Gating,
    before: Baseline,
    now: Baseline,
}

impl Update {
    fn of(session: &Session, gate: &GatedFlags) -> Result<Self> {
        let (check, gating) = check_everything(session, gate)?;
        // A first `write` makes the file that it names.
        let before = if gating.baseline.exists() { gating.read_baseline()? } else { Baseline::default() };
        Ok(Self { now: Baseline::of(&check, &before), before, gating })
    }

    fn write(&self, session: &Session, after: Baseline) -> Result<u8> {
        let text = after.to_text().map_err(Error::Usage)?;
        let Gating { baseline: file, .. } = &self.gating;
        write_file(file, self.gating.baseline_by(), text.as_bytes())?;
        if session.verbosity != Verbosity::Quiet {
            let (gone, added) = (only_in(&self.before, &after).len(), only_in(&after, &self.before).len());
            let (count, file) = (after.entries().count(), file.display());
            say(&format!("{count} entries in {file}: {added} written, {gone} removed or replaced"));
        }
        Ok(0)
    }
}

fn only_in(one: &Baseline, other: &Baseline) -> Vec<BaselineEntry> {
    let other: Vec<&BaselineEntry> = other.entries().collect();
    one.entries().filter(|entry| !other.contains(entry)).cloned().collect()
}
