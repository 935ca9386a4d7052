//! elcano's own sources at level full, and files in every writing, through every engine and back:
//! the digests of all families are equal at every leg, every chunk is what the file says byte for
//! byte, and ids lead where they led.

use std::collections::BTreeSet;
use std::path::Path;

use elcano::model::{
    ChunkRecord, FactsRecord, FileRecord, LinkRecord, NameRecord, NoteKind, ReferenceRecord, Skip, SnapshotRecord,
    SymbolRecord,
};
use elcano::store::{Key, Record, Source, StoreUrl, Stored, digest_all, read_from};

use crate::support::Repo;

/// Sources that are easily altered on their way, by path.
fn odd_sources() -> Vec<(&'static str, Vec<u8>)> {
    let function = |body: &str| format!("def f():\n    return '{body}'\n\ndef g():\n    return f()\n").into_bytes();
    let latin1 = [b"def f():\n    return '".as_slice(), b"\xE9\xFC\xDF", b"'\n"].concat();
    let late_nul = [function("x"), b"# padding\n".repeat(2_000), b"def late():\n    return '\0'\n".to_vec()].concat();
    vec![
        ("odd/cjk.py", function("漢字かな교차")),
        ("odd/emoji.py", function("👩‍👩‍👧 🇪🇸 👍🏽")),
        ("odd/combining.py", function("e\u{301} a\u{308}\u{323}")),
        ("odd/rtl.py", function("\u{202e}שלום مرحبا\u{202c}")),
        ("odd/bom.py", [b"\xEF\xBB\xBF".to_vec(), function("bom")].concat()),
        ("odd/crlf.py", String::from_utf8(function("crlf")).unwrap().replace('\n', "\r\n").into_bytes()),
        ("odd/cr.py", b"def f():\r    return 1\r".to_vec()),
        ("odd/nul.py", function("a\0b")),
        ("odd/late_nul.py", late_nul),
        ("odd/latin1.py", latin1),
        ("odd/no_end.py", b"def f():\n    return 1".to_vec()),
        ("odd/quotes.py", function("\"; DROP TABLE chunks; --\\")),
        ("odd/漢字 and\nbreak:1.py", function("path")),
    ]
}

fn copy_sources(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() {
            copy_sources(&entry.path(), &to.join(entry.file_name()));
        } else {
            std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

fn all<T: Stored>(source: &dyn Source) -> Vec<T> {
    let mut all = Vec::new();
    let mut take = |record: Record| {
        all.extend(T::from_record(record));
        Ok(())
    };
    source.scan(T::FAMILY, &Key::default(), &mut take).unwrap();
    all
}

/// Every chunk is a piece of its file, as it stands on disk.
fn chunks_are_what_the_files_say(source: &dyn Source, root: &Path) -> usize {
    let chunks: Vec<ChunkRecord> = all(source);
    let mut compared = 0;
    for file in all::<FileRecord>(source) {
        use std::os::unix::ffi::OsStrExt as _;
        let bytes = std::fs::read(root.join(std::ffi::OsStr::from_bytes(file.path.as_bytes()))).unwrap();
        for chunk in chunks.iter().filter(|chunk| Some(chunk.content) == file.content) {
            assert_eq!(chunk.text, bytes[chunk.start as usize..chunk.end as usize], "{}", file.path);
            compared += 1;
        }
    }
    compared
}

/// Whatever names something by its id names something that is there.
fn ids_resolve(source: &dyn Source) {
    let snapshots: BTreeSet<_> = all::<SnapshotRecord>(source).iter().map(|snapshot| snapshot.id).collect();
    let files: BTreeSet<_> = all::<FileRecord>(source).into_iter().map(|file| (file.snapshot, file.path)).collect();
    let symbols: BTreeSet<_> = all::<SymbolRecord>(source)
        .into_iter()
        .map(|symbol| {
            assert!(snapshots.contains(&symbol.snapshot) && files.contains(&(symbol.snapshot, symbol.path)));
            (symbol.snapshot, symbol.id)
        })
        .collect();
    let references: Vec<ReferenceRecord> = all(source);
    let links: Vec<LinkRecord> = all(source);
    let counts = (symbols.len(), references.len(), links.len());
    assert!(counts.0 > 500 && counts.1 > 200 && counts.2 > 400, "{counts:?}");
    for reference in references {
        assert!(symbols.contains(&(reference.snapshot, reference.target)));
        assert!(symbols.contains(&(reference.snapshot, reference.source)));
    }
    assert!(links.iter().all(|link| symbols.contains(&(link.snapshot, link.symbol))));
    for name in all::<NameRecord>(source) {
        assert!(!name.symbols.is_empty() && name.symbols.iter().all(|id| symbols.contains(&(name.snapshot, *id))));
    }
}

#[test]
fn own_sources_and_every_writing_come_home_from_every_engine() {
    let repo = Repo::new();
    copy_sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store"), &repo.path("src/store"));
    copy_sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures"), &repo.path("fixtures"));
    for (path, bytes) in odd_sources() {
        repo.file(path, bytes);
    }
    let stores = tempfile::tempdir().unwrap();
    let url = |text: &str| -> StoreUrl {
        let (engine, name) = text.split_once(':').unwrap();
        format!("{engine}:{}", stores.path().join(name).display()).parse().unwrap()
    };
    let home = url("lmdb:home");
    let scanned = repo.elcano(&["scan", "--level", "full", "--store", &home.to_string()]);
    assert_eq!(scanned.code, 0, "{}", scanned.err);
    let expected = read_from(&home, digest_all).unwrap();
    assert!(expected.iter().all(|family| family.count > 0));
    let compared = read_from(&home, |source| {
        // What is not measured is said to be so, and no odd file is lost.
        let files: Vec<FileRecord> = all(source);
        let odd: Vec<_> = files.iter().filter(|file| file.path.as_bytes().starts_with(b"odd/")).collect();
        assert_eq!(odd.len(), odd_sources().len());
        let facts: Vec<FactsRecord> = all(source);
        for file in odd {
            let facts = facts.iter().filter(|facts| Some(facts.content) == file.content);
            let notes: Vec<NoteKind> =
                facts.flat_map(|facts| &facts.notes).chain(&file.notes).map(|note| note.kind).collect();
            match file.path.as_bytes() {
                b"odd/nul.py" => assert_eq!(file.skip, Some(Skip::Binary)),
                b"odd/latin1.py" => assert!(file.skip.is_none() && notes.contains(&NoteKind::NotUtf8), "{notes:?}"),
                _ => assert_eq!(file.skip, None, "{file:?}"),
            }
        }
        Ok(chunks_are_what_the_files_say(source, repo.root()))
    })
    .unwrap();
    assert!(compared > 500, "{compared}");
    for (from, to) in [
        ("lmdb:home", "sqlite:a"),
        ("sqlite:a", "lmdb:b"),
        ("lmdb:b", "sqlite:c"),
        ("lmdb:home", "duckdb:d"),
        ("duckdb:d", "lmdb:e"),
    ] {
        let (from, to) = (url(from), url(to));
        let moved = repo.elcano(&["migrate", "--from", &from.to_string(), "--to", &to.to_string()]);
        assert_eq!(moved.code, 0, "{from} -> {to}: {}", moved.err);
        let verified = repo.elcano(&["verify", &home.to_string(), &to.to_string()]);
        assert_eq!(verified.code, 0, "{from} -> {to}: {}", verified.out);
        read_from(&to, |source| {
            assert_eq!(digest_all(source)?, expected, "{from} -> {to}");
            assert_eq!(chunks_are_what_the_files_say(source, repo.root()), compared);
            ids_resolve(source);
            Ok(())
        })
        .unwrap();
    }
}
