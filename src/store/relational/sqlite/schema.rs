//! Writes the SQL of the SQLite tables. Text alone; never opens a file.

use crate::store::relational::table::{self, Column, Kind};
use crate::store::{FORMAT, Family};

/// "ELCN": by which `file` and other programs recognise an elcano store.
pub(super) const APPLICATION_ID: i32 = 0x454C_434E;
const PAGE_BYTES: u32 = 8192;

/// The statements of one family.
pub(super) struct Statements {
    pub(super) insert: String,
    pub(super) delete: String,
    pub(super) delete_range: String,
    pub(super) get: String,
    pub(super) scan: String,
    pub(super) last: String,
    pub(super) count: String,
    pub(super) width: usize,
}

impl Statements {
    /// For tables with or without derived columns.
    pub(super) fn of(family: Family, derived: bool) -> Self {
        let columns = table::columns(family, derived);
        let names = columns.iter().map(|column| format!(", \"{}\"", column.name)).collect::<String>();
        let marks = (3..columns.len() + 3).map(|mark| format!(", ?{mark}")).collect::<String>();
        let select = format!("SELECT key, ordinal{names} FROM \"{family}\"");
        // A range without an end has NULL there.
        let range = "key >= ?1 AND (?2 IS NULL OR key < ?2)";
        Self {
            insert: format!("INSERT INTO \"{family}\" (key, ordinal{names}) VALUES (?1, ?2{marks})"),
            delete: format!("DELETE FROM \"{family}\" WHERE key = ?1"),
            delete_range: format!("DELETE FROM \"{family}\" WHERE {range}"),
            get: format!("{select} WHERE key = ?1 ORDER BY ordinal"),
            scan: format!("{select} WHERE {range} ORDER BY key, ordinal"),
            last: format!("SELECT DISTINCT key FROM \"{family}\" WHERE {range} ORDER BY key DESC LIMIT ?3"),
            count: format!("SELECT count(*) FROM \"{family}\" WHERE ordinal = 0"),
            width: columns.len() + 2,
        }
    }
}

/// The tables, without indexes.
pub(super) fn tables(derived: bool) -> String {
    let tables = Family::ALL.iter().map(|family| {
        let columns = table::columns(*family, derived).iter().map(definition).collect::<String>();
        format!("CREATE TABLE \"{family}\" (key BLOB NOT NULL, ordinal INTEGER NOT NULL{columns}) STRICT;\n")
    });
    let meta = "CREATE TABLE meta (key TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL) STRICT;\n";
    std::iter::once(meta.to_owned()).chain(tables).collect()
}

/// What finds a record. In exports they are made after the rows.
pub(super) fn indexes() -> String {
    Family::ALL
        .iter()
        .map(|family| format!("CREATE UNIQUE INDEX \"{family}_key\" ON \"{family}\" (key, ordinal);\n"))
        .collect()
}

/// Marks a file as elcano's.
pub(super) fn marks() -> String {
    format!("PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {FORMAT};")
}

/// What a new file begins with.
pub(super) fn page_size() -> String {
    format!("PRAGMA page_size = {PAGE_BYTES};")
}

fn definition(column: &Column) -> String {
    let kind = match column.kind {
        Kind::Integer => "INTEGER",
        Kind::Real => "REAL",
        Kind::Text => "TEXT",
        Kind::Blob => "BLOB",
    };
    format!(", \"{}\" {kind}{}", column.name, if column.nullable { "" } else { " NOT NULL" })
}
