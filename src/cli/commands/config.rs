//! `config`: prints the limits that hold, and the schema of the configuration.

use clap::Subcommand;

use crate::cli::configuration;
use crate::cli::console::{print, print_json};
use crate::cli::flags::GatedFlags;
use crate::cli::gating::Gating;
use crate::cli::session::Session;
use crate::error::Result;
use crate::model::{number_text, printable};
use crate::report::table::Table;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum ConfigCommand {
    /// Print the limits that hold
    Show {
        #[command(flatten)]
        gate: GatedFlags,
        /// And where each comes from
        #[arg(long)]
        origin: bool,
    },
    /// Print the JSON schema of elcano.toml
    Schema,
}

pub(in crate::cli) fn config(session: &Session, command: &ConfigCommand) -> Result<u8> {
    let ConfigCommand::Show { gate, origin } = command else {
        print_json(&configuration::schema())?;
        return Ok(0);
    };
    let workspace = session.workspace(gate.root(), gate.walk.options())?;
    let resolved = Gating::of(&workspace, &gate.limits)?;
    let mut table =
        Table::new(if *origin { &["rule", "#warn", "#fail", "origin"] } else { &["rule", "#warn", "#fail"] });
    for rule in resolved.limits(&[])?.rules() {
        let level = |level: Option<f64>| level.map_or_else(|| "off".to_owned(), number_text);
        let mut cells = vec![rule.id.clone(), level(rule.warn), level(rule.fail)];
        if *origin {
            let from_file = resolved.configs.origin(&rule.id).map(|file| file.display().to_string());
            let typed = gate.limits.has_typed(&rule.id).then(|| "--limit".to_owned());
            cells.push(typed.or(from_file).unwrap_or_else(|| "default".to_owned()));
        }
        table.row(cells);
    }
    let files: Vec<_> = resolved.configs.files().map(|file| file.display().to_string()).collect();
    let files = if files.is_empty() { "none".to_owned() } else { files.join(", ") };
    let (files, baseline) = (printable(&files), resolved.baseline.to_string_lossy());
    print(&format!("configuration: {files}\nbaseline: {}\n\n{}", printable(&baseline), table.text()))?;
    Ok(0)
}
