//! `exemptions`: lists what the gate lets pass, and why.

use clap::Args;
use serde_json::json;

use crate::cli::console::{print, print_json};
use crate::cli::flags::GatedFlags;
use crate::cli::gating::Gating;
use crate::cli::session::Session;
use crate::error::Result;
use crate::model::FailOn;
use crate::pipeline::exemptions as collect;
use crate::report::table::Table;

#[derive(Debug, Args)]
pub(in crate::cli) struct ExemptionsArgs {
    #[command(flatten)]
    gate: GatedFlags,
    /// As JSON
    #[arg(long)]
    json: bool,
}

pub(in crate::cli) fn exemptions(session: &Session, args: &ExemptionsArgs) -> Result<u8> {
    let workspace = session.workspace(args.gate.root(), args.gate.walk.options())?;
    let gating = Gating::of(&workspace, &args.gate.limits)?;
    let baseline = gating.read_baseline()?;
    let options = gating.options(FailOn::New, baseline, String::new());
    let store = session.known_facts(&workspace);
    let measurer = session.measurer(store.as_ref(), &args.gate.policy.policy, &args.gate.file);
    let (all, skipped) = collect::exemptions(&workspace, &measurer, &options)?;
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
