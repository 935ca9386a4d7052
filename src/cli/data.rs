//! `export`, `import`, `migrate`, `verify`, `query`: the store as a whole, to others and back.

use std::path::Path;

use clap::Args;
use serde_json::json;

use super::session::{Session, print, print_json};
use crate::error::Result;
use crate::export::{self, Target, query::Form};
use crate::report::table::{Table, thousands};
use crate::store::{self, Existing, Family, OpenOptions, RunLock, StoreUrl};

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  elcano export --to duckdb:facts.duckdb --to sqlite:facts.sqlite\n  elcano export --to parquet:out --force"
)]
pub(super) struct ExportArgs {
    /// duckdb:FILE, sqlite:FILE, parquet:DIR or csv:DIR; may repeat
    #[arg(long, value_name = "TARGET", required = true, value_parser = target)]
    to: Vec<Target>,
    /// Replace what is there
    #[arg(long)]
    force: bool,
}

fn target(text: &str) -> std::result::Result<Target, String> {
    text.parse().map_err(|error: crate::error::Error| error.to_string())
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  elcano query 'SELECT path, name, cognitive FROM functions ORDER BY cognitive DESC LIMIT 10'\n  elcano query 'FROM languages' --format csv\n\nTables and views: docs/tables.md."
)]
pub(super) struct QueryArgs {
    /// The query, in DuckDB's SQL
    sql: String,
    /// How rows are printed: text, json or csv
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = |text: &str| text.parse::<Form>())]
    format: Form,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  elcano import --from sqlite:facts.sqlite --store lmdb:restored")]
pub(super) struct ImportArgs {
    /// What to read: sqlite:FILE, duckdb:FILE or lmdb:DIR
    #[arg(long, value_name = "STORE")]
    from: String,
    /// As JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  elcano migrate --from lmdb:.elcano --to sqlite:facts.sqlite\n  elcano migrate --from old.sqlite --to lmdb:new --dry-run"
)]
pub(super) struct MigrateArgs {
    /// What to read
    #[arg(long, value_name = "STORE")]
    from: String,
    /// What to make: lmdb:DIR, sqlite:FILE or duckdb:FILE
    #[arg(long, value_name = "STORE")]
    to: String,
    /// Read everything, write nothing
    #[arg(long)]
    dry_run: bool,
    /// Replace what is there, once the new one is whole
    #[arg(long)]
    force: bool,
    /// As JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 all families are equal, 1 they differ.\n\nExamples:\n  elcano verify lmdb:.elcano duckdb:facts.duckdb"
)]
pub(super) struct VerifyArgs {
    /// A store: lmdb:DIR, sqlite:FILE or duckdb:FILE
    a: String,
    /// Another one
    b: String,
    /// As JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn export(session: &Session, args: &ExportArgs) -> Result<u8> {
    let store = session.read_store()?;
    export::export(store.as_ref(), &args.to, args.force)?;
    for target in &args.to {
        print(&format!("wrote {target}\n"))?;
    }
    Ok(0)
}

pub(super) fn import(session: &Session, args: &ImportArgs) -> Result<u8> {
    let from: StoreUrl = args.from.parse()?;
    let to = session.store_url(Path::new("."))?;
    let counts = store::read_from(&from, |source| {
        let _lock = RunLock::acquire(&to)?;
        store::copy(source, store::write_to(&to, Existing::Merge, OpenOptions::create())?)
    })?;
    copied("import", &from, &to, &counts, args.json)
}

pub(super) fn migrate(args: &MigrateArgs) -> Result<u8> {
    let (from, to): (StoreUrl, StoreUrl) = (args.from.parse()?, args.to.parse()?);
    let existing = if args.force { Existing::Replace } else { Existing::Refuse };
    let counts = store::read_from(&from, |source| {
        if args.dry_run {
            // Every record is read and checked, as it would be for the copy.
            let count = |family: &Family| Ok((*family, store::digest(source, *family)?.count));
            return Family::ALL.iter().map(count).collect();
        }
        store::copy(source, store::write_to(&to, existing, OpenOptions::create())?)
    })?;
    copied(if args.dry_run { "dry run" } else { "migrate" }, &from, &to, &counts, args.json)
}

/// Says what was copied from where to where.
pub(super) fn copied(
    what: &str,
    from: &dyn std::fmt::Display,
    to: &dyn std::fmt::Display,
    counts: &store::Counts,
    as_json: bool,
) -> Result<u8> {
    if as_json {
        let families: serde_json::Map<_, _> =
            counts.iter().map(|(family, count)| (family.name().to_owned(), (*count).into())).collect();
        print_json(&json!({
            "schema": "elcano.copy/1", "operation": what, "from": from.to_string(), "to": to.to_string(),
            "families": families,
        }))?;
        return Ok(0);
    }
    let mut table = Table::new(&["family", "#records"]);
    for (family, count) in counts {
        table.row(vec![family.name().to_owned(), thousands(*count)]);
    }
    print(&format!("{what}: {from} -> {to}\n\n{}", table.text()))?;
    Ok(0)
}

pub(super) fn verify(args: &VerifyArgs) -> Result<u8> {
    let (a, b): (StoreUrl, StoreUrl) = (args.a.parse()?, args.b.parse()?);
    let found = store::read_from(&a, |a| store::read_from(&b, |b| store::verify(a, b)))?;
    let equal = found.differences.is_empty();
    if args.json {
        let families: serde_json::Map<_, _> = found
            .families
            .iter()
            .map(|(family, a, b)| {
                let side = |side: &Option<store::FamilyDigest>| {
                    side.as_ref().map(|digest| json!({ "count": digest.count, "digest": digest.digest.to_string() }))
                };
                (family.name().to_owned(), json!({ "equal": a.is_some() && a == b, "a": side(a), "b": side(b) }))
            })
            .collect();
        print_json(&json!({
            "schema": "elcano.verify/1", "equal": equal, "a": a.to_string(), "b": b.to_string(),
            "families": families, "differences": found.differences, "omitted": found.omitted,
        }))?;
    } else {
        let mut out = String::new();
        for difference in &found.differences {
            out += &format!("{} {}: {}\n", difference.family, difference.key, difference.problem);
        }
        if found.omitted > 0 {
            out += &format!("and {} more\n", thousands(found.omitted));
        }
        let records: u64 = found.families.iter().filter_map(|(_, a, _)| a.as_ref()).map(|digest| digest.count).sum();
        out += &if equal {
            format!("equal: {} records in {} families\n", thousands(records), Family::COUNT)
        } else {
            format!("{a} and {b} differ\n")
        };
        print(&out)?;
    }
    Ok(u8::from(!equal))
}

pub(super) fn query(session: &Session, args: &QueryArgs) -> Result<u8> {
    let store = session.read_store()?;
    print(&export::query::query(store.as_ref(), &args.sql, args.format)?)?;
    Ok(0)
}
