//! Decodes damaged values of a store: encoded records of a sample with the fuzzer's edits, or its own
//! bytes, with a checksum that matches or not. Reading gives an error that names family and key, or a
//! record that is written and read as itself. Never a panic.

#![no_main]

#[path = "../sample.rs"]
mod sample;

use arbitrary::Arbitrary;
use elcano::error::Error;
use elcano::store::codec::{HEADER_BYTES, canonical, decode, encode};
use elcano::store::{Encoding, Family, KEY_BYTES_MAX, Key, table};
use libfuzzer_sys::fuzz_target;
use sample::SAMPLE;

/// The input of one run.
#[derive(Arbitrary, Debug)]
struct Input {
    family: u8,
    /// Which record of the family is edited; none of them if there is no such record.
    record: u8,
    json: bool,
    sealed: bool,
    edits: Vec<Edit>,
    tail: Vec<u8>,
}

#[derive(Arbitrary, Debug)]
struct Edit {
    at: u16,
    removed: u8,
    inserted: Vec<u8>,
}

impl Input {
    fn family(&self) -> Family {
        Family::ALL[usize::from(self.family) % Family::COUNT]
    }

    fn value(&self) -> Vec<u8> {
        let encoding = if self.json { Encoding::Json } else { Encoding::Postcard };
        let base = SAMPLE.iter().filter(|record| record.family() == self.family()).nth(usize::from(self.record));
        let mut value = base.map_or_else(Vec::new, |record| encode(record, encoding).expect("a record is encoded"));
        for edit in &self.edits {
            let at = usize::from(edit.at).min(value.len());
            let end = (at + usize::from(edit.removed)).min(value.len());
            value.splice(at..end, edit.inserted.iter().copied());
        }
        value.extend_from_slice(&self.tail);
        if self.sealed { sealed(value) } else { value }
    }
}

/// Puts a checksum on a value, as its writer would have.
fn sealed(mut value: Vec<u8>) -> Vec<u8> {
    if value.len() >= HEADER_BYTES {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&value[..4]).update(&value[HEADER_BYTES..]);
        value[4..HEADER_BYTES].copy_from_slice(&hasher.finalize().as_bytes()[..8]);
    }
    value
}

fuzz_target!(|input: Input| {
    let (family, value) = (input.family(), input.value());
    // No record has an empty key, so this is an error; if it is about the key alone, it names the record's own.
    let Err(Error::Record { family: named, key, problem }) = decode(family, b"", &value) else {
        panic!("a value was read as the record of an empty key, or the error is another one");
    };
    assert_eq!((named, key.as_str()), (family.name(), ""));
    if let Some(own) = problem.strip_prefix("the value belongs to key ") {
        check(family, own, &value);
    }
});

/// The value is a record: what is written of it is read as the same one.
fn check(family: Family, key: &str, value: &[u8]) {
    let digits = |at: usize| u8::from_str_radix(&key[at..at + 2], 16).expect("a key is hexadecimal");
    let key = Key::from_bytes(&(0..key.len()).step_by(2).map(digits).collect::<Vec<u8>>());
    assert!(key.as_bytes().len() <= KEY_BYTES_MAX);
    let record = decode(family, key.as_bytes(), value).expect("it was read before");
    assert_eq!((record.family(), record.key()), (family, key.clone()));
    for encoding in [Encoding::Family, Encoding::Json, Encoding::Postcard] {
        let again = encode(&record, encoding).expect("a record is encoded");
        assert_eq!(decode(family, key.as_bytes(), &again).expect("what was written is read"), record);
    }
    canonical(&record, &mut Vec::new()).expect("a record is encoded");
    table::project(&record, true, &mut |_| Ok(())).expect("a record has rows");
}
