//! Writes the SQL of the SQLite tables. Text alone; never opens a file.

use crate::store::relational::table::{self, Column, Kind};
use crate::store::{FORMAT, Family};

/// "ELCN": by which `file` and other programs recognise an elcano store.
pub(super) const APPLICATION_ID: i32 = 0x454C_434E;
const PAGE_BYTES: u32 = 8192;
/// The column in which a store keeps the checksum of a record, in its first row.
pub(super) const CHECKSUM: &str = "checksum";
/// The key of `meta` that says that every record has one.
pub(super) const CHECKSUMS: &str = "checksums";

/// Which columns the tables have beside those of the records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shape {
    /// What is computed from other columns: in exports.
    pub(super) derived: bool,
    /// Checksums: in stores, but those that an older elcano wrote.
    pub(super) sealed: bool,
}

/// A store to live on.
pub(super) const STORE: Shape = Shape { derived: false, sealed: true };
/// A database for other programs, whose digests stand in `meta`.
pub(super) const EXPORT: Shape = Shape { derived: true, sealed: false };

/// The statements of one family.
pub(super) struct Statements {
    pub(super) insert: String,
    pub(super) delete: String,
    pub(super) delete_range: String,
    pub(super) get: String,
    pub(super) scan: String,
    pub(super) last: String,
    pub(super) count: String,
    /// Columns of records and the two before them; a checksum follows.
    pub(super) width: usize,
}

impl Statements {
    /// For tables of a shape.
    pub(super) fn of(family: Family, shape: Shape) -> Self {
        let columns = table::columns(family, shape.derived);
        let seal = shape.sealed.then_some(CHECKSUM);
        let names = columns.iter().map(|column| column.name).chain(seal);
        let names = names.map(|name| format!(", \"{name}\"")).collect::<String>();
        let count = columns.len() + usize::from(shape.sealed);
        let marks = (3..count + 3).map(|mark| format!(", ?{mark}")).collect::<String>();
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
pub(super) fn tables(shape: Shape) -> String {
    let tables = Family::ALL.iter().map(|family| {
        let mut columns = table::columns(*family, shape.derived).iter().map(definition).collect::<String>();
        if shape.sealed {
            columns += &format!(", {CHECKSUM} INTEGER");
        }
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

/// Adds the column of checksums to a table of a store that an older elcano made.
pub(super) fn add_checksums(family: Family) -> String {
    format!("ALTER TABLE \"{family}\" ADD COLUMN {CHECKSUM} INTEGER")
}

/// Sets the checksum of a record.
pub(super) fn set_checksum(family: Family) -> String {
    format!("UPDATE \"{family}\" SET {CHECKSUM} = ?2 WHERE key = ?1 AND ordinal = 0")
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
