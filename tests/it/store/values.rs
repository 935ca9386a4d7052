//! Values: round trips, the same bytes from every writer, and damage that is always an error naming
//! family and key.

use elcano::error::Error;
use elcano::store::codec::{HEADER_BYTES, canonical, decode, encode};
use elcano::store::{Encoding, Family, Record};
use proptest::prelude::*;

use crate::support::memory::peak;
use crate::support::records;

const ENCODINGS: [Encoding; 3] = [Encoding::Family, Encoding::Json, Encoding::Postcard];

fn expect_damage(record: &Record, value: &[u8]) -> String {
    let key = record.key();
    match decode(record.family(), key.as_bytes(), value) {
        Err(Error::Record { family, key: named, problem }) => {
            assert_eq!((family, named), (record.family().name(), key.to_string()));
            problem
        }
        other => panic!("damage was read as {other:?}"),
    }
}

/// Puts a checksum on an altered value, as its writer would have.
fn sealed(mut value: Vec<u8>) -> Vec<u8> {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&value[..4]).update(&value[HEADER_BYTES..]);
    value[4..HEADER_BYTES].copy_from_slice(&hasher.finalize().as_bytes()[..8]);
    value
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn what_is_written_is_read(record in records::any_record()) {
        let key = record.key();
        for encoding in ENCODINGS {
            let value = encode(&record, encoding).unwrap();
            prop_assert_eq!(&decode(record.family(), key.as_bytes(), &value).unwrap(), &record);
            prop_assert_eq!(encode(&record.clone(), encoding).unwrap(), value);
        }
    }

    #[test]
    fn a_flipped_bit_or_a_cut_is_damage(record in records::any_record(), at in any::<prop::sample::Index>(), bit in 0..8u8) {
        for encoding in ENCODINGS {
            let value = encode(&record, encoding).unwrap();
            let mut flipped = value.clone();
            flipped[at.index(value.len())] ^= 1 << bit;
            expect_damage(&record, &flipped);
            expect_damage(&record, &value[..at.index(value.len())]);
            expect_damage(&record, &[value.as_slice(), &[0]].concat());
        }
    }

    #[test]
    fn any_bytes_are_an_error_and_never_a_panic(
        family in prop::sample::select(Family::ALL),
        header in prop::sample::select(&[[1u8, 0, 1, 0], [2, 0, 1, 0], [2, 0, 1, 1], [9, 9, 9, 9]][..]),
        payload in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        let value = sealed([header.as_slice(), &[0; 8], &payload].concat());
        prop_assert!(decode(family, b"key", &value).is_err());
        prop_assert!(decode(family, b"key", &payload).is_err());
    }
}

#[test]
fn the_header_says_what_follows() {
    for family in Family::ALL {
        for record in records::sample(*family, 5, 2) {
            let value = encode(&record, Encoding::Family).unwrap();
            let is_json = matches!(family, Family::Executions | Family::Snapshots);
            assert_eq!(value[0], if is_json { 1 } else { 2 });
            assert_eq!(value[1..3], family.schema().to_be_bytes());
            assert_eq!(encode(&record, Encoding::Json).unwrap()[HEADER_BYTES], b'{');
        }
    }
}

#[test]
fn a_newer_schema_says_so() {
    for family in Family::ALL {
        let record = &records::sample(*family, 1, 3)[0];
        let mut value = encode(record, Encoding::Family).unwrap();
        value[1..3].copy_from_slice(&(family.schema() + 1).to_be_bytes());
        assert!(expect_damage(record, &sealed(value)).contains("newer"));
    }
}

#[test]
fn a_wrong_tag_and_a_wrong_key_are_damage() {
    for family in Family::ALL {
        let two = records::sample(*family, 2, 4);
        let mut value = encode(&two[0], Encoding::Family).unwrap();
        let problem = expect_damage(&two[1], &value);
        assert!(problem.contains(&two[0].key().to_string()), "{problem}");
        value[0] = 3;
        expect_damage(&two[0], &sealed(value));
    }
}

#[test]
fn large_values_are_compressed_and_small_ones_are_not() {
    let compressed = |record: &Record| encode(record, Encoding::Postcard).unwrap()[3] == 1;
    let mut seen = [0, 0];
    for record in records::sample(Family::Ast, 60, 5) {
        let Record::Ast(tree) = &record else { panic!("another family") };
        if tree.ast.nodes.len() < 20 && tree.ast.kinds.iter().all(|kind| kind.len() < 50) {
            assert!(!compressed(&record));
            seen[0] += 1;
        }
    }
    let mut chunk = records::sample(Family::Chunks, 1, 5).remove(0);
    if let Record::Chunks(chunk) = &mut chunk {
        chunk.text = b"let x = y;\n".repeat(500);
        seen[1] += 1;
    }
    assert!(compressed(&chunk) && seen[0] > 5 && seen[1] == 1, "{seen:?}");
}

#[test]
fn an_absurd_length_is_refused_without_being_believed() {
    let record = records::sample(Family::Links, 1, 6).remove(0);
    let value = [&[2, 0, 1, 1][..], &[0; 8], &u32::MAX.to_be_bytes(), &[0; 20]].concat();
    assert!(expect_damage(&record, &sealed(value)).contains("over the limit"));
}

/// Ways to spoil the payload of a sound value.
fn spoiled(value: &[u8], other: &[u8], round: usize) -> Vec<u8> {
    let payload = HEADER_BYTES..value.len();
    let at = HEADER_BYTES + round.wrapping_mul(7919) % payload.len().max(1);
    let mut spoiled = value.to_vec();
    match round % 8 {
        0 if at < value.len() => spoiled[at] ^= 1 << (round / 8 % 8),
        1 => spoiled.truncate(at),
        2 => spoiled.insert(at, (round % 256) as u8),
        3 if at < value.len() => drop(spoiled.remove(at)),
        // The longest numbers: a length that nothing holds.
        4 => drop(spoiled.splice(at..(at + 1).min(value.len()), [0xFF, 0xFF, 0xFF, 0xFF, 0x0F])),
        5 => drop(spoiled.splice(at.., other[at.min(other.len())..].iter().copied())),
        6 => spoiled[3] ^= 1,
        _ => spoiled[0] ^= 3,
    }
    spoiled
}

#[test]
fn spoiled_records_of_every_family_are_errors_or_records_and_take_little_memory() {
    for family in Family::ALL {
        let records = records::sample(*family, 12, 7);
        let (mut errors, mut read) = (0, 0);
        for (index, record) in records.iter().enumerate() {
            for encoding in ENCODINGS {
                let value = encode(record, encoding).unwrap();
                let other = encode(&records[(index + 1) % records.len()], encoding).unwrap();
                let mut plain = Vec::new();
                canonical(record, &mut plain).unwrap();
                for round in 0..400 {
                    let spoiled = sealed(spoiled(&value, &other, round * 31 + index));
                    let (result, bytes) = peak(|| decode(*family, record.key().as_bytes(), &spoiled));
                    // Serde sets aside a mebibyte at most for what a length promises, and lists
                    // hold lists.
                    let most = (4 << 20) + 64 * (spoiled.len() + plain.len());
                    assert!(bytes <= most, "{family}: {bytes} bytes for a value of {}", spoiled.len());
                    match result {
                        Ok(found) => {
                            read += 1;
                            assert_eq!(found.key(), record.key());
                            let again = encode(&found, encoding).unwrap();
                            assert_eq!(decode(*family, record.key().as_bytes(), &again).unwrap(), found);
                        }
                        Err(Error::Record { family: named, key, .. }) => {
                            errors += 1;
                            assert_eq!((named, key), (family.name(), record.key().to_string()));
                        }
                        Err(other) => panic!("{other}"),
                    }
                }
            }
        }
        assert!(errors > 1000 && read > 10, "{family}: {errors} errors, {read} records");
    }
}
