//! Opens damaged data files of LMDB: a sample with the fuzzer's edits, or its own bytes. What is
//! refused was not mapped; what opens is read, written and emptied without a crash.

#![no_main]

#[path = "../edits.rs"]
mod edits;

use std::sync::LazyLock;

use arbitrary::Arbitrary;
use edits::{Edit, apply, folder, live, sample};
use elcano::store::StoreUrl;
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
enum Input {
    Edited(Vec<Edit>),
    Raw(Vec<u8>),
}

static SAMPLE: LazyLock<Vec<u8>> = LazyLock::new(|| sample("lmdb/data.mdb"));

fuzz_target!(|input: Input| {
    let bytes = match input {
        Input::Raw(bytes) => bytes,
        Input::Edited(edits) => {
            let mut bytes = SAMPLE.clone();
            apply(&mut bytes, &edits);
            bytes
        }
    };
    let folder = folder();
    std::fs::write(folder.path().join("data.mdb"), bytes).expect("a file");
    live(&StoreUrl::Lmdb(folder.path().to_owned()));
});
