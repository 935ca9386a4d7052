//! What keeping records costs: chunks, the execution log and file metrics, one by one and in one
//! batch, read by key and in order, on the stores that a run can live on, at the same durability
//! (each transaction synced); in one batch on DuckDB, too. Set-up is outside the timing. Bytes a
//! record go to a file that `scripts/benchmarks.sh` reads.

#![expect(clippy::unwrap_used, reason = "a bench that cannot run says where and stops")]

use std::ops::Range;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use elcano::model::{
    AnalyzerId, BodyHash, ChunkRecord, ContentId, ExecutionId, ExecutionRecord, FactsRecord, Level, Metrics, Outcome,
    RepoPath, Space, SpaceKind, Tally, Visibility,
};
use elcano::store::{self, Batch, Existing, Family, Key, OpenOptions, Record, Store, StoreUrl};

/// Records of a store: a small one, and one whose pages no longer fit into the caches of a
/// processor.
const SIZES: [u32; 2] = [1_000, 100_000];
/// So many are put one by one, each in a synced transaction, into a store that holds as many as its
/// size says.
const ONE_BY_ONE: u32 = 100;
/// So many are looked up.
const LOOKED_UP: u32 = 1_000;

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
        analyzer: AnalyzerId::default(),
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
    ("metrics", Family::Facts, metrics),
];
const LIVE: [&str; 2] = ["lmdb", "sqlite"];

fn url(engine: &str, folder: &tempfile::TempDir) -> StoreUrl {
    format!("{engine}:{}", folder.path().join("store").display()).parse().unwrap()
}

/// A new store of an engine, in a folder that goes with it.
fn new_store(engine: &str) -> (Arc<dyn Store>, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    (store::open(&url(engine, &folder), OpenOptions::create()).unwrap(), folder)
}

fn records(make: Make, numbers: Range<u32>) -> Vec<Record> {
    let mut records: Vec<Record> = numbers.map(make).collect();
    records.sort_by_key(Record::key);
    records
}

/// Makes a database for others of records in key order.
fn export(engine: &str, records: Vec<Record>) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut sink = store::write_to(&url(engine, &folder), Existing::Refuse, OpenOptions::create()).unwrap();
    let mut records = records.into_iter().peekable();
    while records.peek().is_some() {
        sink.put(records.by_ref().take(2_000).collect()).unwrap();
    }
    sink.finish().unwrap();
    folder
}

/// The run is logged when it begins and when it ends, as every run is.
fn log(store: &dyn Store, record: Record) {
    let Record::Executions(ended) = record else { unreachable!("executions are made") };
    let begun = ExecutionRecord { outcome: Outcome::Running, ..ended.clone() };
    store.begin_execution(&begun).unwrap();
    store.finish_execution(&ended).unwrap();
}

fn one_by_one(group: &mut Group<'_>, engine: &str, family: Family, make: Make, store: &dyn Store, size: u32) {
    let mut next = size;
    group.throughput(Throughput::Elements(u64::from(ONE_BY_ONE)));
    group.bench_function(format!("{engine} one by one"), |bencher| {
        let fresh = || {
            next += ONE_BY_ONE;
            records(make, next - ONE_BY_ONE..next)
        };
        let put = |records: Vec<Record>| {
            for record in records {
                if family == Family::Executions {
                    log(store, record);
                } else {
                    store.write(&Batch::of([record])).unwrap();
                }
            }
        };
        bencher.iter_batched(fresh, put, BatchSize::PerIteration);
    });
}

fn in_one_batch(group: &mut Group<'_>, engine: &str, make: Make, size: u32) {
    group.throughput(Throughput::Elements(u64::from(size)));
    group.bench_function(format!("{engine} batch"), |bencher| {
        if engine == "duckdb" {
            return bencher.iter_batched(
                || records(make, 0..size),
                |records| export(engine, records),
                BatchSize::PerIteration,
            );
        }
        let put = |((store, folder), records): ((Arc<dyn Store>, _), _)| {
            store.write(&store.prepare(records).unwrap()).unwrap();
            (store, folder)
        };
        bencher.iter_batched(|| (new_store(engine), records(make, 0..size)), put, BatchSize::PerIteration);
    });
}

/// What of a batch for LMDB is making bytes of records; a scan does it on the threads that measure.
fn encoding(group: &mut Group<'_>, make: Make, store: &dyn Store, size: u32) {
    group.throughput(Throughput::Elements(u64::from(size)));
    group.bench_function("lmdb encode", |bencher| {
        let prepare = |records| store.prepare(records).unwrap();
        bencher.iter_batched(|| records(make, 0..size), prepare, BatchSize::PerIteration);
    });
}

fn reading(group: &mut Group<'_>, engine: &str, family: Family, make: Make, store: &dyn Store, size: u32) {
    let step = usize::try_from((size / LOOKED_UP).max(1)).unwrap();
    // In an order that is not that of the keys.
    let mut keys: Vec<Key> = records(make, 0..size).iter().step_by(step).map(Record::key).collect();
    keys.sort_by_key(|key| blake3::hash(key.as_bytes()).to_hex());
    group.throughput(Throughput::Elements(keys.len() as u64));
    group.bench_function(format!("{engine} get"), |bencher| {
        bencher.iter(|| keys.iter().filter(|key| store.get(family, key).unwrap().is_some()).count());
    });
    group.throughput(Throughput::Elements(u64::from(size)));
    group.bench_function(format!("{engine} scan"), |bencher| {
        bencher.iter(|| {
            let mut count = 0_u64;
            let mut visit = |_| {
                count += 1;
                Ok(())
            };
            store.scan(family, &Key::default(), &mut visit).unwrap();
            count
        });
    });
}

type Group<'c> = criterion::BenchmarkGroup<'c, criterion::measurement::WallTime>;

fn quick(group: &mut Group<'_>) {
    group.sample_size(10).warm_up_time(Duration::from_millis(200)).measurement_time(Duration::from_secs(1));
}

/// The engines' versions, and bytes a record, one line each: kind, size, engine, bytes.
static BYTES: Mutex<String> = Mutex::new(String::new());

fn weigh(kind: &str, size: u32, engine: &str, bytes: u64) {
    let mut lines = BYTES.lock().unwrap();
    lines.push_str(&format!("{kind} {size} {engine} {}\n", bytes / u64::from(size)));
    std::fs::write(concat!(env!("CARGO_TARGET_TMPDIR"), "/store-bytes"), &*lines).unwrap();
}

fn name_versions() {
    let duckdb = duckdb::Connection::open_in_memory().and_then(|connection| connection.version()).unwrap();
    let (lmdb, sqlite) = (heed::lmdb_version(), rusqlite::version());
    let versions =
        format!("versions LMDB {}.{}.{}, SQLite {sqlite}, DuckDB {duckdb}\n", lmdb.major, lmdb.minor, lmdb.patch);
    BYTES.lock().unwrap().push_str(&versions);
}

fn keeping(criterion: &mut Criterion) {
    name_versions();
    for (name, family, make) in KINDS {
        for size in SIZES {
            let mut group = criterion.benchmark_group(format!("{name} {size}"));
            quick(&mut group);
            for engine in ["lmdb", "sqlite", "duckdb"] {
                in_one_batch(&mut group, engine, make, size);
                if !LIVE.contains(&engine) {
                    let folder = export(engine, records(make, 0..size));
                    weigh(name, size, engine, std::fs::metadata(folder.path().join("store")).unwrap().len());
                    continue;
                }
                let (store, folder) = new_store(engine);
                store.write(&Batch::of(records(make, 0..size))).unwrap();
                drop(store);
                let store = store::open(&url(engine, &folder), OpenOptions::create()).unwrap();
                weigh(name, size, engine, store.bytes().unwrap());
                if engine == "lmdb" {
                    encoding(&mut group, make, &*store, size);
                }
                reading(&mut group, engine, family, make, &*store, size);
                one_by_one(&mut group, engine, family, make, &*store, size);
            }
            group.finish();
        }
    }
}

/// Copies and comparisons of a store of all three kinds, by the bytes of their canonical form.
fn copying(criterion: &mut Criterion) {
    const EACH: u32 = 20_000;
    let home = {
        let mut all: Vec<Record> = KINDS.iter().flat_map(|(_, _, make)| records(*make, 0..EACH)).collect();
        all.sort_by_key(|record| (record.family(), record.key()));
        export("lmdb", all)
    };
    let home_url = url("lmdb", &home);
    let bytes: u64 = store::read_from(&home_url, store::digest_all).unwrap().iter().map(|family| family.bytes).sum();
    let copy = |from: &StoreUrl, engine: &str| {
        let folder = tempfile::tempdir().unwrap();
        let sink = store::write_to(&url(engine, &folder), Existing::Refuse, OpenOptions::create()).unwrap();
        store::read_from(from, |source| store::copy(source, sink)).unwrap();
        folder
    };
    let mut group = criterion.benchmark_group("copies");
    quick(&mut group);
    group.throughput(Throughput::Bytes(bytes));
    for engine in ["lmdb", "sqlite", "duckdb"] {
        group.bench_function(format!("copy to {engine}"), |bencher| {
            bencher.iter_with_large_drop(|| copy(&home_url, engine));
        });
        let there = copy(&home_url, engine);
        let there_url = url(engine, &there);
        group.bench_function(format!("copy from {engine}"), |bencher| {
            bencher.iter_with_large_drop(|| copy(&there_url, "lmdb"));
        });
        group.bench_function(format!("verify {engine}"), |bencher| {
            bencher.iter(|| {
                let found = store::read_from(&home_url, |a| store::read_from(&there_url, |b| store::verify(a, b)));
                assert!(found.unwrap().differences.is_empty());
            });
        });
    }
    group.finish();
    weigh("canonical", 3 * EACH, "all", bytes);
}

criterion_group!(benches, keeping, copying);
criterion_main!(benches);
