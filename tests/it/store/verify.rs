//! `verify` on every engine: whatever is changed, dropped or added in whatever family, the exit
//! code says so and the output names it. And what the commands say to inputs that are no stores.

use elcano::store::{
    Encoding, Existing, Family, OpenOptions, Record, StoreUrl, codec, read_from, table, verify, write_to,
};

use crate::support::elcano;
use crate::support::records;
use crate::support::stores::changed;
use crate::support::stores::write_raw;
use crate::support::stores::{execute, is_companion};

fn fill(url: &StoreUrl, records: &[Record]) {
    let mut sink = write_to(url, Existing::Replace, OpenOptions::create()).unwrap();
    for records in records.chunk_by(|a, b| a.family() == b.family()) {
        sink.put(records.to_vec()).unwrap();
    }
    sink.finish().unwrap();
}

fn engines(folder: &tempfile::TempDir, name: &str) -> [StoreUrl; 3] {
    let path = |ending: &str| folder.path().join(format!("{name}.{ending}"));
    [StoreUrl::Lmdb(path("lmdb")), StoreUrl::Sqlite(path("sqlite")), StoreUrl::Duckdb(path("duckdb"))]
}

#[test]
fn every_difference_of_every_family_on_every_engine_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let home = StoreUrl::Lmdb(folder.path().join("home"));
    let records = records::sample_all(8, 120);
    fill(&home, &records);
    let more = records::sample_all(30, 121);
    for family in Family::ALL {
        let first = records.iter().position(|record| record.family() == *family).unwrap();
        let mut other = records.clone();
        other[first + 1] = changed(&other[first + 1]);
        let dropped = other.remove(first + 4);
        let is_new = |record: &&Record| {
            record.family() == *family
                && records.iter().all(|held| held.family() != *family || held.key() != record.key())
        };
        let added = more.iter().find(is_new).unwrap();
        other.push(added.clone());
        other.sort_by_key(|record| (record.family(), record.key()));
        for target in engines(&folder, family.name()) {
            fill(&target, &other);
            let done = elcano(folder.path(), &["verify", &home.to_string(), &target.to_string()]);
            assert_eq!(done.code, 1, "{target}: {}{}", done.out, done.err);
            for (key, problem) in
                [(records[first + 1].key(), "differs"), (dropped.key(), "only in A"), (added.key(), "only in B")]
            {
                let line = format!("{family} {key}: {problem}\n");
                assert!(done.out.contains(&line), "{target}: no `{line}` in {}", done.out);
            }
            assert_eq!(done.out.lines().count(), 4, "{target}: more than that: {}", done.out);
        }
    }
}

/// Alters a stored record in place, past everything that elcano checks.
fn alter(url: &StoreUrl, record: &Record) {
    let family = record.family();
    if let StoreUrl::Lmdb(folder) = url {
        let mut value = codec::encode(record, Encoding::Family).unwrap();
        let middle = value.len() / 2;
        value[middle] ^= 0x10;
        return write_raw(folder, family.name(), record.key().as_bytes(), &value);
    }
    // A column that the key does not depend on.
    let column = table::columns(family, false).pop().unwrap();
    let blob = |hex: &str| {
        if matches!(url, StoreUrl::Sqlite(_)) { format!("x'{hex}'") } else { format!("unhex('{hex}')") }
    };
    let value = match column.kind {
        table::Kind::Integer => format!("\"{}\" + 1", column.name),
        table::Kind::Real => format!("\"{}\" + 0.5", column.name),
        table::Kind::Text => format!("\"{}\" || 'x'", column.name),
        table::Kind::Blob => blob("0102"),
    };
    // What may be NULL stays NULL when something is added to it.
    let value = if column.nullable { format!("coalesce({value}, '1')") } else { value };
    let key = blob(&record.key().to_string());
    execute(url, &format!("UPDATE \"{family}\" SET \"{}\" = {value} WHERE key = {key} AND ordinal = 0", column.name));
}

#[test]
fn one_altered_value_of_any_family_on_any_engine_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let home = StoreUrl::Lmdb(folder.path().join("home"));
    let records = records::sample_all(4, 122);
    fill(&home, &records);
    for target in engines(&folder, "target") {
        for family in Family::ALL {
            fill(&target, &records);
            let record = records.iter().filter(|record| record.family() == *family).nth(2).unwrap();
            alter(&target, record);
            let found = read_from(&home, |a| read_from(&target, |b| verify(a, b))).unwrap();
            let named: Vec<_> = found.differences.iter().map(|found| (found.family, found.key.clone())).collect();
            assert_eq!(named, [(family.name(), record.key().to_string())], "{target}: {:?}", found.differences);
        }
    }
}

#[test]
fn inputs_that_are_no_stores_are_refused_for_people_and_for_programs() {
    let folder = tempfile::tempdir().unwrap();
    let url = StoreUrl::Sqlite(folder.path().join("sound.sqlite"));
    fill(&url, &records::sample_all(2, 123));
    for (name, bytes) in
        [("text", &b"only words, and more than sixteen bytes of them"[..]), ("empty", b""), ("three", b"abc")]
    {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    std::fs::create_dir(folder.path().join("folder")).unwrap();
    let before = std::fs::read_dir(folder.path()).unwrap().count();
    for command in ["migrate", "import"] {
        for (input, code) in
            [("text", 2), ("empty", 2), ("three", 2), ("folder", 2), ("nowhere", 2), ("lmdb:nowhere", 3)]
                .into_iter()
                .chain(
                    ["sqlite:text", "sqlite:empty", "duckdb:three", "lmdb:folder", "duckdb:nowhere"]
                        .map(|url| (url, 3)),
                )
        {
            let target: &[&str] = if command == "migrate" { &["--to", "lmdb:made"] } else { &["--store", "lmdb:made"] };
            let args = [&[command, "--from", input][..], target].concat();
            let name = input.rsplit(':').next().unwrap();
            elcano(folder.path(), &args).fails(code, &[name]);
            let json = elcano(folder.path(), &[&args[..], &["--json", "--log-format", "json"]].concat());
            assert_eq!((json.code, json.out.as_str()), (code, ""), "{args:?}: {}", json.err);
            let said: serde_json::Value = serde_json::from_str(json.err.lines().last().unwrap()).unwrap();
            assert_eq!((&said["schema"], &said["exit_code"]), (&"elcano.error/1".into(), &code.into()));
            assert!(!folder.path().join("made").exists(), "{args:?} made something");
        }
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), before, "something was left behind");
    for told_apart in ["sound.sqlite", "sqlite:sound.sqlite"] {
        let dry = elcano(folder.path(), &["migrate", "--from", told_apart, "--to", "lmdb:made", "--dry-run", "--json"]);
        assert_eq!(dry.json()["families"]["links"], 2);
    }
    let names = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
    assert_eq!(names.filter(|name| !is_companion(name)).count(), before, "a dry run wrote something");
}
