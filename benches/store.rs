//! What keeping records costs: chunks, the execution log and file metrics, one by one and in one batch, on the stores that
//! a run can live on, at the same durability (each transaction synced). Set-up is outside the timing.

#![expect(clippy::unwrap_used, reason = "a bench that cannot run says where and stops")]

use std::sync::Arc;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use elcano::model::{
    BodyHash, ChunkRecord, ContentId, EngineId, ExecutionId, ExecutionRecord, FactsRecord, Level, Metrics, Outcome,
    RepoPath, Space, SpaceKind, Tally, Visibility,
};
use elcano::store::{self, Batch, Existing, Family, Key, OpenOptions, Record, Store, StoreUrl};

const RECORDS: u32 = 1_000;

fn content(number: u32) -> ContentId {
    ContentId::of(&number.to_be_bytes())
}

fn chunk(number: u32) -> Record {
    let text =
        format!("fn function_{number}(argument: u32) -> u32 {{\n    argument + {number}\n}}\n").repeat(8).into_bytes();
    let (hash, end) = (BodyHash::of(&text), u32::try_from(text.len()).unwrap());
    let symbol = format!("function_{number}");
    ChunkRecord { content: content(number), start: 0, end, hash, symbol, kind: SpaceKind::Function, text }.into()
}

fn execution(number: u32) -> Record {
    let mut id = [0; 16];
    id[12..].copy_from_slice(&number.to_be_bytes());
    ExecutionRecord {
        id: ExecutionId(id),
        pipeline: "ci".to_owned(),
        args: vec!["run".to_owned(), "ci".to_owned()],
        version: "0.1.0".to_owned(),
        root: RepoPath::from("/repository"),
        outcome: Outcome::Success,
        started_us: i64::from(number),
        duration_us: 1_000,
        snapshot: None,
        tally: Tally::default(),
        error: Vec::new(),
        stages: Vec::new(),
    }
    .into()
}

fn metrics(number: u32) -> Record {
    let space = Space {
        kind: SpaceKind::Unit,
        name: String::new(),
        qualified_name: String::new(),
        parent: None,
        start_byte: 0,
        end_byte: 1_000,
        start_line: 1,
        end_line: 40,
        visibility: Visibility::Public,
        error_bytes: 0,
        body: BodyHash::default(),
        metrics: Metrics { sloc: 40, cyclomatic: number, ..Metrics::default() },
        calls: Vec::new(),
    };
    FactsRecord {
        content: content(number),
        engine: EngineId::default(),
        language: "rust".to_owned(),
        policy: "default".to_owned(),
        level: Level::Metrics,
        bytes: 1_000,
        error_bytes: 0,
        skip: None,
        notes: Vec::new(),
        spaces: vec![space],
    }
    .into()
}

type Make = fn(u32) -> Record;
const KINDS: [(&str, Family, Make); 3] = [
    ("chunks", Family::Chunks, chunk),
    ("executions", Family::Executions, execution),
    ("file metrics", Family::Facts, metrics),
];

/// A new store of an engine, in a folder that goes with it.
fn new_store(engine: &str) -> (Arc<dyn Store>, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let url = if engine == "lmdb" { StoreUrl::Lmdb(path) } else { StoreUrl::Sqlite(path) };
    (store::open(&url, OpenOptions::create()).unwrap(), folder)
}

fn records(make: Make) -> Vec<Record> {
    (0..RECORDS).map(make).collect()
}

fn keeping(criterion: &mut Criterion) {
    for (name, family, make) in KINDS {
        let mut group = criterion.benchmark_group(name);
        group.sample_size(10).throughput(Throughput::Elements(u64::from(RECORDS)));
        for engine in ["lmdb", "sqlite"] {
            group.bench_function(format!("{engine} put one by one"), |bencher| {
                let put = |(store, folder): (Arc<dyn Store>, _)| {
                    for record in records(make) {
                        store.write(&Batch::of([record])).unwrap();
                    }
                    (store, folder)
                };
                bencher.iter_batched(|| new_store(engine), put, BatchSize::PerIteration);
            });
            group.bench_function(format!("{engine} put in one batch"), |bencher| {
                let put = |(store, folder): (Arc<dyn Store>, _)| {
                    store.write(&store.prepare(records(make)).unwrap()).unwrap();
                    (store, folder)
                };
                bencher.iter_batched(|| new_store(engine), put, BatchSize::PerIteration);
            });
            let (store, _folder) = new_store(engine);
            store.write(&Batch::of(records(make))).unwrap();
            let keys: Vec<Key> = records(make).iter().map(Record::key).collect();
            group.bench_function(format!("{engine} get"), |bencher| {
                bencher.iter(|| keys.iter().filter(|key| store.get(family, key).unwrap().is_some()).count());
            });
            group.bench_function(format!("{engine} scan"), |bencher| {
                bencher.iter(|| {
                    let mut count = 0;
                    store
                        .scan(family, &Key::default(), &mut |_| {
                            count += 1;
                            Ok(())
                        })
                        .unwrap();
                    count
                });
            });
        }
        group.finish();
    }
}

fn copying(criterion: &mut Criterion) {
    let (from, _folder) = new_store("lmdb");
    for (_, _, make) in KINDS {
        from.write(&Batch::of(records(make))).unwrap();
    }
    let mut group = criterion.benchmark_group("copy and verify");
    group.sample_size(10).throughput(Throughput::Elements(3 * u64::from(RECORDS)));
    for engine in ["lmdb", "sqlite", "duckdb"] {
        group.bench_function(format!("copy to {engine}"), |bencher| {
            let copy = |folder: tempfile::TempDir| {
                let path = folder.path().join("copy");
                let url = match engine {
                    "lmdb" => StoreUrl::Lmdb(path),
                    "sqlite" => StoreUrl::Sqlite(path),
                    _ => StoreUrl::Duckdb(path),
                };
                let sink = store::write_to(&url, Existing::Refuse, OpenOptions::create()).unwrap();
                (store::copy(from.view().unwrap().as_ref(), sink).unwrap(), folder)
            };
            bencher.iter_batched(|| tempfile::tempdir().unwrap(), copy, BatchSize::PerIteration);
        });
    }
    group.bench_function("digest of all families", |bencher| {
        bencher.iter(|| store::digest_all(from.view().unwrap().as_ref()).unwrap());
    });
    group.finish();
}

criterion_group!(benches, keeping, copying);
criterion_main!(benches);
