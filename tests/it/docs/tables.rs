//! The page about tables lists what is there, and its queries answer alike on both engines.

use elcano::export::document::{QUERIES, tables};

use crate::support::sample;

#[test]
fn the_page_is_what_the_definitions_say() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/tables.md");
    if std::env::var_os("ELCANO_BLESS").is_some() {
        std::fs::write(&path, tables()).unwrap();
    }
    assert_eq!(std::fs::read_to_string(path).unwrap(), tables(), "ELCANO_BLESS=1 rewrites it");
}

#[test]
fn its_queries_answer_alike_in_sqlite_duckdb_and_over_the_store() {
    let repo = sample();
    repo.elcano(&["scan", "--level", "full"]);
    let done = repo.elcano(&["export", "--to", "duckdb:f.duckdb", "--to", "sqlite:f.sqlite"]);
    assert_eq!(done.code, 0, "{}", done.err);
    let sqlite = rusqlite::Connection::open(repo.path("f.sqlite")).unwrap();
    let duckdb = duckdb::Connection::open(repo.path("f.duckdb")).unwrap();
    for (title, sql) in QUERIES {
        let mut statement = sqlite.prepare(sql).unwrap();
        let width = statement.column_count();
        let rows = statement.query_map([], |row| {
            (0..width)
                .map(|at| {
                    row.get_ref(at).map(|cell| match cell {
                        rusqlite::types::ValueRef::Integer(value) => value.to_string(),
                        rusqlite::types::ValueRef::Text(text) => String::from_utf8(text.to_vec()).unwrap(),
                        other => format!("{other:?}"),
                    })
                })
                .collect::<Result<Vec<_>, _>>()
        });
        let from_sqlite: Vec<Vec<String>> = rows.unwrap().map(Result::unwrap).collect();
        let mut statement = duckdb.prepare(sql).unwrap();
        let rows = statement.query_map([], |row| {
            (0..width)
                .map(|at| {
                    row.get_ref(at).map(|cell| match cell {
                        duckdb::types::ValueRef::BigInt(value) => value.to_string(),
                        duckdb::types::ValueRef::Text(text) => String::from_utf8(text.to_vec()).unwrap(),
                        other => format!("{other:?}"),
                    })
                })
                .collect::<Result<Vec<_>, _>>()
        });
        let from_duckdb: Vec<Vec<String>> = rows.unwrap().map(Result::unwrap).collect();
        assert!(!from_sqlite.is_empty(), "{title} has no rows");
        assert_eq!(from_sqlite, from_duckdb, "{title}");
        let csv = repo.elcano(&["query", sql, "--format", "csv"]);
        assert_eq!(csv.out.lines().count(), from_sqlite.len() + 1, "{title}: {}{}", csv.out, csv.err);
    }
}
