//! Stores for tests: a fresh one of every engine, all that is in one, and ways past what elcano
//! checks.

use std::path::Path;
use std::sync::Arc;

use elcano::model::{Block, BlockKind, SymbolId};
use elcano::store::{self, Family, Key, OpenOptions, Record, Store, StoreUrl};
use tempfile::TempDir;

use super::records;

/// Where each engine keeps its store within a folder.
pub fn urls(folder: &TempDir) -> Vec<StoreUrl> {
    vec![StoreUrl::Lmdb(folder.path().join("lmdb")), StoreUrl::Sqlite(folder.path().join("live.sqlite"))]
}

/// Runs a test on a fresh store of every engine.
pub fn on_every_engine(test: impl Fn(Arc<dyn Store>)) {
    let folder = tempfile::tempdir().unwrap();
    for url in urls(&folder) {
        test(store::open(&url, OpenOptions::create()).unwrap());
    }
}

pub fn scan(store: &dyn Store, family: Family, prefix: &Key) -> Vec<Record> {
    let mut all = Vec::new();
    store
        .scan(family, prefix, &mut |record| {
            all.push(record);
            Ok(())
        })
        .unwrap();
    all
}

pub fn everything(store: &dyn Store) -> Vec<Record> {
    Family::ALL.iter().flat_map(|family| scan(store, *family, &Key::default())).collect()
}

/// Another record of the same key.
pub fn changed(record: &Record) -> Record {
    let mut record = record.clone();
    match &mut record {
        Record::Executions(r) => r.pipeline.push('x'),
        Record::Snapshots(r) => r.repository.push('x'),
        Record::Files(r) => r.language.push('x'),
        Record::Facts(r) => r.language.push('x'),
        Record::Chunks(r) => r.symbol.push('x'),
        Record::Ast(r) => r.ast.kinds.push("x".to_owned()),
        Record::Cfg(r) => r.blocks.push(Block { kind: BlockKind::Join, start: 1, end: 2 }),
        Record::Symbols(r) => r.fqn.push('x'),
        Record::Names(r) => r.symbols.push(SymbolId([3; 16])),
        Record::References(r) => r.count ^= 1,
        Record::Links(r) => r.fan_in ^= 1,
    }
    record
}

/// 100 records that no other thread has.
pub fn distinct(family: Family, thread: u8) -> Vec<Record> {
    let mut records = records::sample(family, 100, 50 + thread);
    for (index, record) in (0_u8..).zip(&mut records) {
        match record {
            Record::Chunks(r) => (r.content.0[0], r.content.0[1]) = (thread, index),
            Record::Executions(r) => (r.id.0[0], r.id.0[1]) = (thread, index),
            Record::Facts(r) => (r.content.0[0], r.content.0[1]) = (thread, index),
            other => panic!("not meant for {}", other.family()),
        }
    }
    records
}

/// Writes a value into a database of a folder, past everything that elcano checks.
pub fn write_raw(folder: &Path, database: &str, key: &[u8], value: &[u8]) {
    with_raw(folder, database, |database, txn| database.put(txn, key, value).unwrap());
}

/// A database of LMDB.
pub type RawDatabase<'d> = heed::Database<'d, heed::types::Bytes, heed::types::Bytes>;

/// Changes a database of a folder in one transaction, past everything that elcano checks.
pub fn with_raw(folder: &Path, database: &str, change: impl FnOnce(RawDatabase<'_>, &mut heed::RwTxn<'_>)) {
    let mut options = heed::EnvOpenOptions::new();
    options.map_size(1 << 30).max_dbs(16);
    // SAFETY: no other code has the folder of this test.
    #[expect(unsafe_code, reason = "heed's open is unsafe")]
    let env = unsafe { options.open(folder) }.unwrap();
    let txn = env.write_txn().unwrap();
    let made = env.create_databases_and_commit(txn, |opener, txn| {
        let database = opener.create_database::<heed::types::Bytes, heed::types::Bytes>(txn, Some(database))?;
        change(database, txn);
        Ok::<_, heed::Error>(heed::CommitOrAbort::<(), ()>::Commit(()))
    });
    made.unwrap();
}

/// Runs a statement on a file, past everything that elcano checks.
pub fn execute(url: &StoreUrl, sql: &str) {
    match url {
        StoreUrl::Sqlite(path) => rusqlite::Connection::open(path).unwrap().execute_batch(sql).unwrap(),
        StoreUrl::Duckdb(path) => duckdb::Connection::open(path).unwrap().execute_batch(sql).unwrap(),
        StoreUrl::Lmdb(_) => panic!("LMDB knows no SQL"),
    }
}

/// A file that SQLite or elcano keeps beside a store, and that belongs to it.
pub fn is_companion(name: &std::ffi::OsStr) -> bool {
    let name = name.to_str().unwrap();
    ["-wal", "-shm", ".elcano.lock", ".elcano.checked"].iter().any(|end| name.ends_with(end))
}
