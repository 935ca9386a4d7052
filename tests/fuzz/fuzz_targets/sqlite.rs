//! Opens damaged files of SQLite: a sample with the fuzzer's edits, or its own bytes, with and
//! without a log beside it. What opens is read, written and emptied without a crash.

#![no_main]

#[path = "../edits.rs"]
mod edits;

use std::sync::LazyLock;

use arbitrary::Arbitrary;
use edits::{Edit, apply, folder, live, sample};
use elcano::store::StoreUrl;
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
struct Input {
    raw: Option<Vec<u8>>,
    edits: Vec<Edit>,
    log: Option<Vec<u8>>,
}

static SAMPLE: LazyLock<Vec<u8>> = LazyLock::new(|| sample("live.sqlite"));

fuzz_target!(|input: Input| {
    let mut bytes = input.raw.unwrap_or_else(|| SAMPLE.clone());
    apply(&mut bytes, &input.edits);
    let folder = folder();
    let path = folder.path().join("s");
    std::fs::write(&path, bytes).expect("a file");
    if let Some(log) = input.log {
        std::fs::write(folder.path().join("s-wal"), log).expect("a file");
    }
    live(&StoreUrl::Sqlite(path));
});
