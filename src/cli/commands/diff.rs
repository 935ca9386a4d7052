//! `diff`: compares the functions of two revisions.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use crate::cli::console::{print, print_json};
use crate::cli::flags::FileFlags;
use crate::cli::session::Session;
use crate::error::Result;
use crate::metric::catalog;
use crate::model::printable;
use crate::pipeline::diff as compare;
use crate::report::table::Table;
use crate::walk::WalkOptions;

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  elcano diff v1.0 v1.1\n  elcano diff origin/main HEAD --json")]
pub(in crate::cli) struct DiffArgs {
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
    #[command(flatten)]
    file: FileFlags,
}

pub(in crate::cli) fn diff(session: &Session, args: &DiffArgs) -> Result<u8> {
    let root = args.root.as_deref().unwrap_or(Path::new("."));
    let workspace = session.workspace(root, WalkOptions::default())?;
    let store = session.known_facts(&workspace);
    let measurer = session.measurer(store.as_ref(), "default", &args.file);
    let found = compare::diff(&workspace, &measurer, (&args.base, &args.head))?;
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
    let (base, head) = (printable(&args.base), printable(&args.head));
    let head = format!("{} files differ between {base} and {head}; {changed} functions", found.files);
    print(&(head + "\n" + &if table.is_empty() { String::new() } else { table.text() }))?;
    Ok(0)
}
