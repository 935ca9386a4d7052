//! What a copy of a store reports, for every command that copies one. Never copies.

use serde_json::json;

use super::console::{print, print_json};
use crate::error::Result;
use crate::model::printable;
use crate::report::table::{Table, thousands};
use crate::store;

/// Reports what was copied from where to where.
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
    let (from, to) = (from.to_string(), to.to_string());
    print(&format!("{what}: {} -> {}\n\n{}", printable(&from), printable(&to), table.text()))?;
    Ok(0)
}
