//! Keys: golden bytes of each family, injectivity, order, and scans that never reach another file.

use elcano::model::{AnalyzerId, ContentId, ExecutionId, RepoPath, SnapshotId, SymbolId};
use elcano::store::{Family, KEY_BYTES_MAX, Key, Record};
use proptest::prelude::*;

use crate::support::records::{self, TEXTS};

fn file(path: &[u8]) -> Key {
    Key::file(SnapshotId([7; 16]), &RepoPath::new(path))
}

#[test]
fn golden_bytes() {
    let (content, engine, snapshot, symbol) =
        (ContentId([0xC0; 20]), AnalyzerId([0xE0; 16]), SnapshotId([0x50; 16]), SymbolId([0x60; 16]));
    let (c, e, s, y) = ("c0".repeat(20), "e0".repeat(16), "50".repeat(16), "60".repeat(16));
    let golden = [
        (Key::execution(ExecutionId([1; 16])), "01".repeat(16)),
        (Key::snapshot(snapshot), s.clone()),
        (Key::file(snapshot, &"a/b".into()), format!("{s}612f620001")),
        (Key::file(snapshot, &RepoPath::new(b"\xFF\0".as_slice())), format!("{s}ff00ff0001")),
        (Key::file(snapshot, &"".into()), format!("{s}0001")),
        (Key::facts(content, engine), format!("{c}{e}")),
        (Key::chunk(content, 2, 0x0102_0304), format!("{c}0000000201020304")),
        (Key::cfg(content, engine, 258), format!("{c}{e}00000102")),
        (Key::symbol(snapshot, symbol), format!("{s}{y}")),
        (Key::name(snapshot, "a::b"), format!("{s}613a3a620001")),
        (Key::reference(snapshot, symbol, SymbolId([9; 16])), format!("{s}{y}{}", "09".repeat(16))),
    ];
    for (key, expected) in golden {
        assert_eq!(key.to_string(), expected);
    }
    let long = "x".repeat(449);
    let hash = blake3::hash(long.as_bytes()).to_hex()[..32].to_owned();
    assert_eq!(Key::name(snapshot, &long).to_string(), format!("{s}{}0002{hash}", "78".repeat(448)));
}

#[test]
fn each_record_names_the_key_of_its_own_fields() {
    for family in Family::ALL {
        for record in records::sample(*family, 20, 1) {
            let expected = match &record {
                Record::Executions(r) => Key::execution(r.id),
                Record::Snapshots(r) => Key::snapshot(r.id),
                Record::Files(r) => Key::file(r.snapshot, &r.path),
                Record::Facts(r) => Key::facts(r.content, r.analyzer),
                Record::Chunks(r) => Key::chunk(r.content, r.start, r.end),
                Record::Ast(r) => Key::facts(r.content, r.analyzer),
                Record::Cfg(r) => Key::cfg(r.content, r.analyzer, r.space),
                Record::Symbols(r) => Key::symbol(r.snapshot, r.id),
                Record::Names(r) => Key::name(r.snapshot, &r.fqn),
                Record::References(r) => Key::reference(r.snapshot, r.target, r.source),
                Record::Links(r) => Key::symbol(r.snapshot, r.symbol),
            };
            assert_eq!(record.key(), expected);
            assert_eq!(record.family(), *family);
        }
    }
}

#[test]
fn chunks_come_by_start_byte() {
    let content = ContentId::of(b"x");
    let starts = [2, 10, 100, 255, 256, 65_536, u32::MAX];
    assert!(starts.windows(2).all(|pair| Key::chunk(content, pair[0], 9) < Key::chunk(content, pair[1], 3)));
}

#[test]
fn a_name_of_ten_kilobytes_has_a_key_of_its_own() {
    let long = "std::vector<".repeat(900);
    let (a, b) = (Key::name(SnapshotId([0; 16]), &long), Key::name(SnapshotId([0; 16]), &format!("{long}>")));
    assert_ne!(a, b);
    assert!(a.as_bytes().len() <= KEY_BYTES_MAX && b.as_bytes().len() <= KEY_BYTES_MAX);
}

#[test]
fn no_file_is_a_prefix_of_another() {
    let mut paths: Vec<Vec<u8>> = TEXTS.iter().map(|text| text.as_bytes().to_vec()).collect();
    paths.extend([b"a".to_vec(), b"ab".to_vec(), b"\xFF".to_vec(), vec![b'p'; 4096], vec![b'p'; 448], vec![0; 300]]);
    for a in &paths {
        for b in paths.iter().filter(|b| *b != a) {
            assert!(!file(a).as_bytes().starts_with(file(b).as_bytes()), "{a:?} starts with {b:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn texts_are_injective_ordered_and_bounded(a in records::bytes(), b in records::bytes()) {
        let (key_a, key_b) = (file(&a), file(&b));
        prop_assert_eq!(key_a == key_b, a == b);
        prop_assert!(key_a.as_bytes().len() <= KEY_BYTES_MAX);
        prop_assert!(a == b || !key_a.as_bytes().starts_with(key_b.as_bytes()));
        // Beyond the bound a hash decides.
        let cut = |path: &[u8]| path.iter().take(200).copied().collect::<Vec<u8>>();
        if cut(&a) != cut(&b) {
            prop_assert_eq!(key_a.cmp(&key_b), a.cmp(&b));
        }
    }

    #[test]
    fn chunks_are_injective_and_ordered(a in any::<(u8, u32, u32)>(), b in any::<(u8, u32, u32)>()) {
        let key = |(content, start, end)| Key::chunk(ContentId([content; 20]), start, end);
        prop_assert_eq!(key(a).cmp(&key(b)), a.cmp(&b));
    }

    #[test]
    fn the_successor_ends_a_prefix(prefix in proptest::collection::vec(any::<u8>(), 0..4), rest in records::bytes()) {
        let key = Key::from_bytes(&[prefix.clone(), rest].concat());
        if let Some(end) = Key::from_bytes(&prefix).successor() {
            prop_assert!(key < end);
            prop_assert!(!end.as_bytes().starts_with(&prefix) || prefix.is_empty());
        } else {
            prop_assert!(prefix.iter().all(|byte| *byte == 0xFF));
        }
    }
}
