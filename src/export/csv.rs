//! Cells of CSV that a spreadsheet would take for a formula, and how they are kept from it. Never
//! changes a number.

/// With these a cell begins that spreadsheets calculate, or from which they cut the beginning.
const STARTS: [char; 7] = ['=', '+', '-', '@', '\t', '\r', '\n'];

/// Whether a spreadsheet would calculate this text. A number is none.
pub(super) fn is_formula(text: &str) -> bool {
    text.starts_with(STARTS) && text.parse::<f64>().is_err()
}

/// A name inside of double quotes, as SQL takes it.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The same in DuckDB's SQL: a column of this type as it is, or with an apostrophe before what is a
/// formula. Bytes are written as text, and some of them stand for themselves.
pub(super) fn safe_column(name: &str, kind: &str) -> String {
    let name = quoted(name);
    let text = match kind {
        "VARCHAR" => name.clone(),
        "BLOB" => format!("CAST({name} AS VARCHAR)"),
        _ => return name,
    };
    let codes = STARTS.map(|start| format!("chr({})", u32::from(start))).join(", ");
    let is_formula = format!("{text}[1] IN ({codes}) AND TRY_CAST({text} AS DOUBLE) IS NULL");
    format!("CASE WHEN {is_formula} THEN chr(39) || {text} ELSE {text} END AS {name}")
}

#[cfg(test)]
mod tests {
    use super::is_formula;

    #[test]
    fn formulas_and_numbers() {
        for formula in ["=1+1", "+cmd", "-1+1", "@SUM(A1)", "\t=1", "\r", "\n=1", "=", "-"] {
            assert!(is_formula(formula), "{formula:?}");
        }
        for data in ["", "-1", "+1.5e3", "1-1", "a=b", "'=1"] {
            assert!(!is_formula(data), "{data:?}");
        }
    }
}
