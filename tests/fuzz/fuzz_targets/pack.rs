//! Unpacks damaged packs: a sample's content with the fuzzer's edits, compressed again, or its own
//! bytes. A pack is refused and leaves nothing, or the store that it makes holds what it states.

#![no_main]

#[path = "../edits.rs"]
mod edits;

use std::sync::LazyLock;

use arbitrary::Arbitrary;
use edits::{Edit, apply, folder, live, sample};
use elcano::error::Error;
use elcano::store::{Existing, OpenOptions, StoreUrl, unpack, write_to};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
enum Input {
    /// Edits before compression.
    Content(Vec<Edit>),
    /// Edits after it.
    Packed(Vec<Edit>),
    Raw(Vec<u8>),
}

/// Bytes before the compressed stream.
const HEADER: usize = 12;

static SAMPLE: LazyLock<Vec<u8>> = LazyLock::new(|| sample("store.pack"));
static CONTENT: LazyLock<Vec<u8>> =
    LazyLock::new(|| zstd::stream::decode_all(&SAMPLE[HEADER..]).expect("the sample is sound"));

fuzz_target!(|input: Input| {
    let bytes = match input {
        Input::Raw(bytes) => bytes,
        Input::Packed(edits) => {
            let mut bytes = SAMPLE.clone();
            apply(&mut bytes, &edits);
            bytes
        }
        Input::Content(edits) => {
            let mut content = CONTENT.clone();
            apply(&mut content, &edits);
            let packed = zstd::stream::encode_all(content.as_slice(), 1).expect("memory");
            [&SAMPLE[..HEADER], &packed].concat()
        }
    };
    let folder = folder();
    let (pack, url) = (folder.path().join("p"), StoreUrl::Lmdb(folder.path().join("l")));
    std::fs::write(&pack, bytes).expect("a file");
    let sink = write_to(&url, Existing::Refuse, OpenOptions::create()).expect("a store");
    match unpack(&pack, sink) {
        Ok(_) => live(&url),
        Err(Error::Store { .. } | Error::Record { .. } | Error::Io { .. }) => assert!(!url.path().exists()),
        Err(error) => panic!("another error: {error}"),
    }
});
