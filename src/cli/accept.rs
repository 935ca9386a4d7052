//! `baseline`, `exemptions`, `diff` and `config`: what the gate accepts, what it would compare, what it is told.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;

use super::config;
use super::gate::{GateFlags, judge};
use super::session::{CANCELLED, Session, print, print_json};
use crate::error::{Error, Result};
use crate::gate::baseline::{Baseline, Entry};
use crate::metric::catalog;
use crate::model::number_text;
use crate::pipeline::check::Against;
use crate::pipeline::{diff as compare, exemptions as collect};
use crate::report::table::Table;

#[derive(Debug, Subcommand)]
pub(super) enum BaselineCommand {
    /// Accept everything that is over a limit now; reasons and dates of entries that stay are kept
    Write(GateFlags),
    /// Print the entries
    Show {
        #[command(flatten)]
        gate: GateFlags,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Print what `write` would change; exit code 1 when it would change something
    Diff(GateFlags),
    /// Remove entries that nothing answers to, and lower those that got better
    Prune(GateFlags),
}

pub(super) fn baseline(session: &Session, command: &BaselineCommand) -> Result<u8> {
    match command {
        BaselineCommand::Show { gate, json } => {
            let baseline = gate.resolve()?.read_baseline()?;
            if *json {
                print_json(
                    &json!({ "schema": "elcano.baseline/1", "entries": baseline.entries().collect::<Vec<_>>() }),
                )?;
            } else {
                let lines = baseline.entries().map(|entry| {
                    let reason = entry.reason.as_ref().map(|reason| format!(" ({reason})")).unwrap_or_default();
                    let expires = entry.expires.as_ref().map(|day| format!(" until {day}")).unwrap_or_default();
                    format!("{}{reason}{expires}\n", entry.describe())
                });
                print(&lines.collect::<String>())?;
            }
            Ok(0)
        }
        BaselineCommand::Write(gate) => {
            let (before, after) = both(session, gate)?;
            write(gate, &after)?;
            say(session, gate, &before, &after)
        }
        BaselineCommand::Prune(gate) => {
            let (before, mut now) = both(session, gate)?;
            // What got worse stays as it was accepted, and what is new is not.
            let old: Vec<Entry> = before.entries().cloned().collect();
            now.retain(|entry| old.iter().any(|old| old.is_of(entry)));
            let kept = now.capped(&before);
            write(gate, &kept)?;
            say(session, gate, &before, &kept)
        }
        BaselineCommand::Diff(gate) => {
            let (before, after) = both(session, gate)?;
            let (gone, came) = (only_in(&before, &after), only_in(&after, &before));
            let line = |sign: char, entry: &Entry| format!("{sign} {}\n", entry.describe());
            let text = gone.iter().map(|entry| line('-', entry)).chain(came.iter().map(|entry| line('+', entry)));
            print(&text.collect::<String>())?;
            Ok(u8::from(before != after))
        }
    }
}

/// The baseline as it is, and as it would be written now.
fn both(session: &Session, gate: &GateFlags) -> Result<(Baseline, Baseline)> {
    let resolved = gate.resolve()?;
    // A first `write` makes the file that it names.
    let before = if resolved.baseline.exists() { resolved.read_baseline()? } else { Baseline::default() };
    let check = judge(session, &gate.options(session, Against::Nothing, None, false)?)?;
    let over: Vec<_> = check.findings.into_iter().filter(|finding| finding.accepted.is_none()).collect();
    Ok((before.clone(), Baseline::of(&over, &before)))
}

fn only_in(one: &Baseline, other: &Baseline) -> Vec<Entry> {
    let other: Vec<&Entry> = other.entries().collect();
    one.entries().filter(|entry| !other.contains(entry)).cloned().collect()
}

fn write(gate: &GateFlags, baseline: &Baseline) -> Result<()> {
    let file = gate.resolve()?.baseline;
    let text = baseline.to_text().map_err(Error::Usage)?;
    crate::pipeline::report::replace(&file, text.as_bytes())
}

fn say(session: &Session, gate: &GateFlags, before: &Baseline, after: &Baseline) -> Result<u8> {
    if session.verbosity != crate::pipeline::progress::Verbosity::Quiet {
        let (gone, came) = (only_in(before, after).len(), only_in(after, before).len());
        let file = gate.resolve()?.baseline;
        let count = after.entries().count();
        anstream::eprintln!(
            "elcano: {count} entries in {}: {came} written, {gone} removed or replaced",
            file.display()
        );
    }
    Ok(0)
}

#[derive(Debug, Args)]
pub(super) struct ExemptionsArgs {
    #[command(flatten)]
    gate: GateFlags,
    /// As JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn exemptions(session: &Session, args: &ExemptionsArgs) -> Result<u8> {
    let options = args.gate.options(session, Against::Nothing, None, true)?;
    let (all, skipped) = collect::exemptions(&session.registry, &options, &CANCELLED)?;
    if args.json {
        let all: Vec<_> = all
            .iter()
            .map(|one| {
                json!({
                    "by": one.by, "path": one.path, "line": one.line, "symbol": one.symbol, "rules": one.rules,
                    "reason": one.reason, "expires": one.expires,
                })
            })
            .collect();
        print_json(&json!({ "schema": "elcano.exemptions/1", "exemptions": all, "skipped": skipped }))?;
        return Ok(0);
    }
    let mut table = Table::new(&["by", "where", "symbol", "rules", "reason"]);
    for one in all {
        let line = one.line.map(|line| format!(":{line}")).unwrap_or_default();
        let until = one.expires.map(|day| format!(" (until {day})")).unwrap_or_default();
        let rules = if one.rules.is_empty() { "all".to_owned() } else { one.rules.join(", ") };
        let place = format!("{}{line}", one.path);
        table.row(vec![one.by.to_owned(), place, one.symbol, rules, format!("{}{until}", one.reason)]);
    }
    let counts: Vec<_> = skipped.iter().map(|(reason, count)| format!("{count} {reason}")).collect();
    let rest = if counts.is_empty() { String::new() } else { format!("not measured: {} files\n", counts.join(", ")) };
    print(&(if table.is_empty() { "no exemptions\n".to_owned() } else { table.text() } + &rest))?;
    Ok(0)
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  elcano diff v1.0 v1.1\n  elcano diff origin/main HEAD --json")]
pub(super) struct DiffArgs {
    /// The older revision
    #[arg(value_name = "A")]
    base: String,
    /// The newer revision
    #[arg(value_name = "B", default_value = "HEAD")]
    head: String,
    /// The folder that is compared [default: .]
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
    /// As JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn diff(session: &Session, args: &DiffArgs) -> Result<u8> {
    let gate = GateFlags::of(args.root.clone());
    let options = gate.options(session, Against::Nothing, None, false)?;
    let store = super::gate::known_facts(session, &options.root);
    let revisions = (args.base.as_str(), args.head.as_str());
    let found = compare::diff(&session.registry, store.as_ref(), &options, revisions, &CANCELLED)?;
    if args.json {
        let numbers = |metrics: Option<crate::model::Metrics>| metrics.map(|metrics| catalog::to_json(&metrics));
        let functions: Vec<_> = found
            .functions
            .iter()
            .map(|one| {
                json!({
                    "change": one.change, "path": one.path, "symbol": one.symbol, "line": one.line,
                    "base_path": one.base_path, "base": numbers(one.base), "head": numbers(one.head),
                })
            })
            .collect();
        print_json(&json!({
            "schema": "elcano.diff/1", "base": found.base, "head": found.head, "files": found.files,
            "functions": functions,
        }))?;
        return Ok(0);
    }
    let mut table = Table::new(&["change", "#cognitive", "#cyclomatic", "#statements", "function", "where"]);
    for one in &found.functions {
        let cell = |metric: fn(&crate::model::Metrics) -> u32| match (
            one.base.map(|metrics| metric(&metrics)),
            one.head.map(|metrics| metric(&metrics)),
        ) {
            (Some(old), Some(new)) if old != new => format!("{old} -> {new}"),
            (Some(value), _) | (None, Some(value)) => value.to_string(),
            (None, None) => String::new(),
        };
        let from = one.base_path.as_ref().map(|path| format!(" (from {path})")).unwrap_or_default();
        table.row(vec![
            one.change.to_string(),
            cell(|metrics| metrics.cognitive),
            cell(|metrics| metrics.cyclomatic),
            cell(|metrics| metrics.lloc),
            one.symbol.clone(),
            format!("{}:{}{from}", one.path, one.line),
        ]);
    }
    let changed = found.functions.len();
    let head = format!("{} files differ between {} and {}; {changed} functions", found.files, args.base, args.head);
    print(&(head + "\n" + &if table.is_empty() { String::new() } else { table.text() }))?;
    Ok(0)
}

#[derive(Debug, Subcommand)]
pub(super) enum ConfigCommand {
    /// Print the limits that hold
    Show {
        #[command(flatten)]
        gate: GateFlags,
        /// And where each comes from
        #[arg(long)]
        origin: bool,
    },
    /// Print the JSON schema of elcano.toml
    Schema,
}

pub(super) fn config(command: &ConfigCommand) -> Result<u8> {
    let ConfigCommand::Show { gate, origin } = command else {
        print_json(&config::schema())?;
        return Ok(0);
    };
    let resolved = gate.resolve()?;
    let mut table =
        Table::new(if *origin { &["rule", "#warn", "#fail", "origin"] } else { &["rule", "#warn", "#fail"] });
    for rule in resolved.limits(&[])?.rules() {
        let level = |level: Option<f64>| level.map_or_else(|| "off".to_owned(), number_text);
        let mut cells = vec![rule.id.clone(), level(rule.warn), level(rule.fail)];
        if *origin {
            let from_file = resolved.configs.origin(&rule.id).map(|file| file.display().to_string());
            let typed = gate.types(&rule.id).then(|| "--limit".to_owned());
            cells.push(typed.or(from_file).unwrap_or_else(|| "default".to_owned()));
        }
        table.row(cells);
    }
    let files: Vec<_> = resolved.configs.files().map(|file| file.display().to_string()).collect();
    let files = if files.is_empty() { "none".to_owned() } else { files.join(", ") };
    print(&format!("configuration: {files}\nbaseline: {}\n\n{}", resolved.baseline.display(), table.text()))?;
    Ok(0)
}
