//! What only the SQL engines do: tables people query, changed cells that are found, files from
//! elsewhere that reach nothing.

use std::fs;

use elcano::error::Error;
use elcano::store::{
    self, Batch, Existing, Family, OpenOptions, Record, StoreUrl, export_to, open, read_from, table, write_to,
};

use crate::support::records::{self, assert_same};
use crate::support::stores::{everything, execute};

fn export(url: &StoreUrl, records: &[Record]) {
    let mut sink = export_to(url, Existing::Replace, Vec::new()).unwrap();
    for records in records.chunk_by(|a, b| a.family() == b.family()) {
        sink.put(records.to_vec()).unwrap();
    }
    sink.finish().unwrap();
}

fn count(url: &StoreUrl, sql: &str) -> i64 {
    match url {
        StoreUrl::Sqlite(path) => {
            rusqlite::Connection::open(path).unwrap().query_row(sql, [], |row| row.get(0)).unwrap()
        }
        StoreUrl::Duckdb(path) => duckdb::Connection::open(path).unwrap().query_row(sql, [], |row| row.get(0)).unwrap(),
        StoreUrl::Lmdb(_) => panic!("LMDB knows no SQL"),
    }
}

fn exports(folder: &tempfile::TempDir) -> [StoreUrl; 2] {
    [StoreUrl::Sqlite(folder.path().join("x.sqlite")), StoreUrl::Duckdb(folder.path().join("x.duckdb"))]
}

/// Reads all, into a target that must not appear when anything is wrong.
fn import(url: &StoreUrl, target: &StoreUrl) -> elcano::error::Result<store::Counts> {
    let sink = write_to(target, Existing::Refuse, OpenOptions::create()).unwrap();
    read_from(url, |source| store::copy(source, sink))
}

#[test]
fn tables_have_the_rows_that_people_expect() {
    let folder = tempfile::tempdir().unwrap();
    let records = records::sample_all(20, 90);
    let spaces: usize = records
        .iter()
        .map(|record| if let Record::Facts(facts) = record { facts.spaces.len().max(1) } else { 0 })
        .sum();
    let functions = records
        .iter()
        .filter_map(|record| if let Record::Facts(facts) = record { Some(&facts.spaces) } else { None })
        .flatten()
        .filter(|space| space.kind.is_function())
        .map(|space| i64::from(space.metrics.cyclomatic))
        .sum::<i64>();
    for url in exports(&folder) {
        export(&url, &records);
        assert_eq!(count(&url, "SELECT count(*) FROM facts"), spaces as i64);
        let sum =
            "SELECT CAST(coalesce(sum(cyclomatic), 0) AS BIGINT) FROM facts WHERE kind IN ('function', 'closure')";
        assert_eq!(count(&url, sum), functions);
        for family in Family::ALL {
            let distinct = format!("SELECT count(DISTINCT key) FROM \"{family}\"");
            assert_eq!(count(&url, &distinct), 20, "{url} {family}");
        }
        assert_eq!(count(&url, "SELECT count(*) FROM meta WHERE key LIKE 'digest.%'"), Family::COUNT as i64);
    }
}

#[test]
fn every_column_has_a_name_of_its_own_and_says_something() {
    for family in Family::ALL {
        let columns = table::columns(*family, true);
        for (index, column) in columns.iter().enumerate() {
            assert!(!column.about.is_empty(), "{family}.{}", column.name);
            assert!(columns[..index].iter().all(|other| other.name != column.name), "{family}.{}", column.name);
            assert!(!["key", "ordinal"].contains(&column.name));
        }
        assert!(!family.about().is_empty());
    }
}

/// SQL keeps neither NaN nor infinities nor the sign of zero: a real number is finite and has no
/// such sign.
#[test]
fn every_real_number_is_finite_whatever_the_counts() {
    let mut reals = 0;
    for record in records::sample(Family::Facts, 300, 98) {
        let mut counts = vec![record.clone()];
        if let Record::Facts(facts) = &record {
            // Nothing counted, and all that can be counted.
            for bytes in [0, u32::MAX] {
                let mut facts = facts.clone();
                for space in &mut facts.spaces {
                    let metrics = &mut space.metrics;
                    (metrics.sloc, metrics.cloc, metrics.cyclomatic) = (bytes, bytes, bytes);
                    (metrics.operators, metrics.operands) = (bytes, bytes);
                    (metrics.operators_distinct, metrics.operands_distinct) = (bytes, bytes);
                    (metrics.assignments, metrics.branches, metrics.conditions) = (bytes, bytes, bytes);
                }
                counts.push(facts.into());
            }
        }
        for record in counts {
            table::project(&record, true, &mut |cells| {
                for cell in cells {
                    if let table::Cell::Real(value) = cell {
                        assert!(value.is_finite() && value.to_bits() != (-0.0_f64).to_bits(), "{value} in {record:?}");
                        reals += 1;
                    }
                }
                Ok(())
            })
            .unwrap();
        }
    }
    assert!(reals > 1000, "{reals}");
}

#[test]
fn any_changed_cell_is_found_and_named() {
    let folder = tempfile::tempdir().unwrap();
    let records = records::sample_all(4, 91);
    for url in exports(&folder) {
        export(&url, &records);
        let sound = fs::read(url.path()).unwrap();
        for family in Family::ALL {
            for column in table::columns(*family, true) {
                fs::write(url.path(), &sound).unwrap();
                let changed = match column.kind {
                    table::Kind::Integer => format!("1 + coalesce(\"{}\" % 1000, 0)", column.name),
                    table::Kind::Real => format!("1.5 + coalesce(\"{}\", 0) / 2", column.name),
                    table::Kind::Text => "'changed'".to_owned(),
                    table::Kind::Blob if matches!(url, StoreUrl::Sqlite(_)) => "x'0102'".to_owned(),
                    table::Kind::Blob => "'\\x01\\x02'::BLOB".to_owned(),
                };
                let first = format!("(SELECT min(key) FROM \"{family}\")");
                let name = column.name;
                execute(
                    &url,
                    &format!("UPDATE \"{family}\" SET \"{name}\" = {changed} WHERE key = {first} AND ordinal = 0"),
                );
                let target = StoreUrl::Lmdb(folder.path().join("target"));
                let refused = import(&url, &target);
                assert!(
                    matches!(refused, Err(Error::Record { family: named, .. }) if named == family.name())
                        || matches!(&refused, Err(Error::Store { problem, .. }) if problem.contains("altered")),
                    "{url} {family}.{name}: {refused:?}"
                );
                assert!(!target.path().exists());
            }
        }
        for change in [
            "DELETE FROM links WHERE key = (SELECT min(key) FROM links)",
            "UPDATE \"names\" SET ordinal = ordinal + 1000",
        ] {
            fs::write(url.path(), &sound).unwrap();
            execute(&url, change);
            let refused = import(&url, &StoreUrl::Lmdb(folder.path().join("target")));
            assert!(matches!(refused, Err(Error::Record { .. } | Error::Store { .. })), "{change}: {refused:?}");
        }
    }
}

#[test]
fn hostile_and_foreign_files_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let target = StoreUrl::Lmdb(folder.path().join("target"));
    for url in exports(&folder) {
        export(&url, &records::sample_all(2, 92));
        let sound = fs::read(url.path()).unwrap();
        let view = match url {
            StoreUrl::Duckdb(_) => "CREATE VIEW links AS SELECT content AS key FROM read_text('/etc/hostname')",
            _ => "CREATE VIEW links AS SELECT zeroblob(900000000) AS key",
        };
        for change in [
            format!("DROP TABLE links; {view};"),
            "ALTER TABLE links DROP COLUMN fan_in".to_owned(),
            "DROP TABLE meta".to_owned(),
            "UPDATE meta SET value = 'no digest' WHERE key = 'digest.links'".to_owned(),
            match url {
                StoreUrl::Duckdb(_) => "UPDATE meta SET value = '2' WHERE key = 'format'",
                _ => "PRAGMA user_version = 2",
            }
            .to_owned(),
        ] {
            fs::write(url.path(), &sound).unwrap();
            execute(&url, &change);
            let refused = import(&url, &target);
            assert!(matches!(refused, Err(Error::Store { .. })), "{url} {change}: {refused:?}");
            assert!(!target.path().exists());
        }
        for bytes in [Vec::new(), b"abc".to_vec(), b"not a database, but long enough to be one".repeat(500)] {
            fs::write(url.path(), bytes).unwrap();
            assert!(matches!(import(&url, &target), Err(Error::Store { .. })), "{url}");
        }
    }
}

#[test]
fn damaged_bytes_of_an_export_are_never_accepted() {
    let folder = tempfile::tempdir().unwrap();
    let target = StoreUrl::Lmdb(folder.path().join("target"));
    let url = StoreUrl::Sqlite(folder.path().join("x.sqlite"));
    let records = records::sample_all(20, 93);
    export(&url, &records);
    let sound = fs::read(url.path()).unwrap();
    let mut refused = 0;
    for round in 0..120_usize {
        let mut bytes = sound.clone();
        if round % 3 == 0 {
            bytes.truncate(bytes.len() * (round + 1) / 130);
        } else {
            let at = (round * 104_729) % bytes.len();
            bytes[at] ^= 1 << (round % 8);
        }
        fs::write(url.path(), bytes).unwrap();
        match import(&url, &target) {
            Err(error) => {
                assert!(matches!(error, Error::Store { .. } | Error::Record { .. }), "{error}");
                assert!(!target.path().exists());
                refused += 1;
            }
            Ok(_) => {
                assert_same(&everything(&*open(&target, OpenOptions::read()).unwrap()), &records);
                fs::remove_dir_all(target.path()).unwrap();
            }
        }
    }
    assert!(refused >= 40, "{refused}");
}

#[test]
fn a_sqlite_export_is_not_lived_on_but_a_live_store_is_exported_and_back() {
    let folder = tempfile::tempdir().unwrap();
    let url = StoreUrl::Sqlite(folder.path().join("x.sqlite"));
    let records = records::sample_all(3, 94);
    export(&url, &records);
    let refused = open(&url, OpenOptions::create()).map(drop);
    assert!(matches!(&refused, Err(Error::Store { problem, .. }) if problem.contains("export")), "{refused:?}");
    let live = StoreUrl::Sqlite(folder.path().join("live.sqlite"));
    open(&live, OpenOptions::create()).unwrap();
    let sink = write_to(&live, Existing::Merge, OpenOptions::create()).unwrap();
    read_from(&url, |source| store::copy(source, sink)).unwrap();
    let store = open(&live, OpenOptions::create()).unwrap();
    assert_same(&everything(&*store), &records);
    assert!(matches!(open(&StoreUrl::Duckdb("x".into()), OpenOptions::create()).map(drop), Err(Error::Usage(_))));
    store.write(&Batch::default()).unwrap();
}

#[test]
fn replacing_a_live_sqlite_store_leaves_no_old_log() {
    let folder = tempfile::tempdir().unwrap();
    let url = StoreUrl::Sqlite(folder.path().join("x.sqlite"));
    let (old, new) = (records::sample_all(5, 95), records::sample_all(5, 96));
    open(&url, OpenOptions::create()).unwrap().write(&Batch::of(old)).unwrap();
    export(&url, &new);
    assert_same(&everything(&*open(&url, OpenOptions::read()).unwrap()), &new);
}

#[test]
fn views_are_part_of_an_export_and_do_not_hinder_reading_it() {
    let folder = tempfile::tempdir().unwrap();
    let records = records::sample_all(3, 97);
    for url in exports(&folder) {
        let view = "CREATE VIEW functions AS SELECT * FROM facts WHERE kind = 'function'".to_owned();
        let mut sink = export_to(&url, Existing::Refuse, vec![view]).unwrap();
        for records in records.chunk_by(|a, b| a.family() == b.family()) {
            sink.put(records.to_vec()).unwrap();
        }
        sink.finish().unwrap();
        let functions = count(&url, "SELECT count(*) FROM functions");
        assert_eq!(functions, count(&url, "SELECT count(*) FROM facts WHERE kind = 'function'"));
        assert!(read_from(&url, store::digest_all).is_ok());
        let broken = export_to(&url, Existing::Replace, vec!["CREATE VIEW x AS SELECT nothing FROM nowhere".into()]);
        if matches!(url, StoreUrl::Duckdb(_)) {
            assert!(broken.unwrap().finish().is_err());
        }
        assert_eq!(count(&url, "SELECT count(*) FROM functions"), functions, "a failed export left the old one");
    }
    assert!(matches!(
        export_to(&StoreUrl::Lmdb(folder.path().join("l")), Existing::Refuse, Vec::new()).map(drop),
        Err(Error::Usage(_))
    ));
}
