//! What measuring costs over parsing alone, and what a cold and a warm scan cost, on Django's
//! sources where the corpus is at hand (`make corpus`), on elcano's own otherwise.

#![expect(clippy::unwrap_used, reason = "a bench that cannot run says where and stops")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use elcano::lang::{Policy, Registry};
use elcano::measure::{Analyzer, FileLimits, Options};
use elcano::model::{ContentId, Level};
use elcano::pipeline::progress::{Monitor, Verbosity};
use elcano::pipeline::scan::{ScanOptions, scan};
use elcano::pipeline::workspace::Workspace;
use elcano::store::{self, OpenOptions, Store, StoreUrl};
use elcano::walk::WalkOptions;
use tree_sitter::Parser;

/// The sources and their language.
fn sources() -> (PathBuf, &'static str, &'static str) {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let corpus = std::env::var_os("ELCANO_CORPUS").map_or_else(|| here.join("corpus"), PathBuf::from);
    let django = corpus.join("django");
    if django.is_dir() { (django, "python", "py") } else { (here.join("src"), "rust", "rs") }
}

fn read(folder: &Path, ending: &str, files: &mut Vec<Vec<u8>>) {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            read(&path, ending, files);
        } else if path.extension().is_some_and(|found| found == ending) {
            files.push(fs::read(path).unwrap());
        }
    }
}

fn measuring(criterion: &mut Criterion) {
    let (folder, language, ending) = sources();
    let mut files = Vec::new();
    read(&folder, ending, &mut files);
    let registry = Registry::new().unwrap();
    let language = registry.language(language).unwrap();
    let engine = Analyzer::of_tree(language.clone(), Policy::load("default", language.id).unwrap());
    let mut group = criterion.benchmark_group("measure");
    group.sample_size(10).throughput(Throughput::Bytes(files.iter().map(|file| file.len() as u64).sum()));
    group.bench_function("parse only", |bencher| {
        let mut parser = Parser::new();
        parser.set_language(&language.grammar).unwrap();
        bencher.iter(|| files.iter().filter(|file| parser.parse(file, None).unwrap().root_node().has_error()).count());
    });
    for level in [Level::Metrics, Level::Chunks, Level::Full] {
        let options = Options { level, limits: FileLimits::default() };
        group.bench_function(level.name(), |bencher| {
            let spaces = |file: &Vec<u8>| engine.measure(ContentId::default(), file, options).spaces.len();
            bencher.iter(|| files.iter().map(spaces).sum::<usize>());
        });
    }
    group.finish();
}

fn scanning(criterion: &mut Criterion) {
    let (root, ..) = sources();
    let registry = Registry::new().unwrap();
    let measure = Options { level: Level::Metrics, limits: FileLimits::default() };
    let options = ScanOptions { policy: "default", measure, recheck: 0.0, isolation: None };
    let new_store = || {
        let folder = tempfile::tempdir().unwrap();
        let url = StoreUrl::Lmdb(folder.path().join("store"));
        (store::open(&url, OpenOptions::create()).unwrap(), folder)
    };
    let cancelled = AtomicBool::new(false);
    let monitor = Monitor { verbosity: Verbosity::Quiet, cancelled: &cancelled };
    // The walk is part of a scan.
    let tally = |store: &Arc<dyn Store>| {
        let workspace = Workspace::open(&registry, &root, WalkOptions::default()).unwrap();
        scan(&workspace, store, options, None, monitor).unwrap().snapshot.tally
    };
    let mut group = criterion.benchmark_group("scan");
    group.sample_size(10);
    group.bench_function("cold", |bencher| {
        let run = |(store, folder)| {
            let found = tally(&store).files_found;
            (found, store, folder)
        };
        bencher.iter_batched(new_store, run, BatchSize::PerIteration);
    });
    let (store, _folder) = new_store();
    tally(&store);
    group.bench_function("warm", |bencher| {
        bencher.iter(|| tally(&store).files_cached);
    });
    group.finish();
}

criterion_group!(benches, measuring, scanning);
criterion_main!(benches);
