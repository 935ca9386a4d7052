//! `verify`: compares two stores record by record.

use std::ffi::OsString;

use clap::Args;
use serde_json::json;

use crate::cli::console::{print, print_json};
use crate::error::Result;
use crate::model::printable;
use crate::report::table::thousands;
use crate::store::{self, Family, StoreUrl};

#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 all families are equal, 1 they differ.\n\nExamples:\n  elcano verify lmdb:.elcano duckdb:facts.duckdb"
)]
pub(in crate::cli) struct VerifyArgs {
    /// A store: lmdb:DIR, sqlite:FILE or duckdb:FILE
    a: OsString,
    /// Another one
    b: OsString,
    /// As JSON
    #[arg(long)]
    json: bool,
}

pub(in crate::cli) fn verify(args: &VerifyArgs) -> Result<u8> {
    let (a, b) = (StoreUrl::parse(&args.a)?, StoreUrl::parse(&args.b)?);
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
            out += &format!("{} {}: {}\n", difference.family, difference.key, printable(&difference.problem));
        }
        if found.omitted > 0 {
            out += &format!("and {} more\n", thousands(found.omitted));
        }
        let records: u64 = found.families.iter().filter_map(|(_, a, _)| a.as_ref()).map(|digest| digest.count).sum();
        out += &if equal {
            format!("equal: {} records in {} families\n", thousands(records), Family::COUNT)
        } else {
            format!("{} and {} differ\n", printable(&a.to_string()), printable(&b.to_string()))
        };
        print(&out)?;
    }
    Ok(u8::from(!equal))
}
