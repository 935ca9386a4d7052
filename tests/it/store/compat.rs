//! Stores of every format there ever was, committed as files: each opens for ever and holds what it
//! held.
//!
//! `ELCANO_WRITE_COMPAT=1 cargo test store_compat` writes the samples of the present format where
//! there are none; those of a released format are never written again.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use elcano::store::{
    Batch, Existing, FORMAT, Family, OpenOptions, StoreUrl, digest_all, open, pack, read_from, unpack, write_to,
};

use crate::support::records;

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/compat")
}

fn summary(url: &StoreUrl) -> String {
    read_from(url, digest_all).unwrap().iter().fold(String::new(), |mut text, family| {
        writeln!(text, "{} {} {}", family.family, family.count, family.digest).unwrap();
        text
    })
}

fn write(folder: &Path) {
    fs::create_dir_all(folder).unwrap();
    let home = StoreUrl::Lmdb(folder.join("lmdb"));
    open(&home, OpenOptions::create()).unwrap().write(&Batch::of(records::sample_all(3, 200))).unwrap();
    fs::write(folder.join("digests.txt"), summary(&home)).unwrap();
    let sqlite = StoreUrl::Sqlite(folder.join("live.sqlite"));
    open(&sqlite, OpenOptions::create()).unwrap().write(&Batch::of(records::sample_all(3, 200))).unwrap();
    read_from(&home, |source| pack(source, &folder.join("store.pack"), Existing::Refuse)).unwrap();
    for rest in ["lmdb/lock.mdb", "lmdb/.gitignore"] {
        fs::remove_file(folder.join(rest)).unwrap();
    }
}

/// Opening makes files beside a store, so a copy is opened.
fn copied(from: &Path, to: &Path) -> PathBuf {
    fs::create_dir_all(to.parent().unwrap()).unwrap();
    fs::copy(from, to).unwrap();
    to.to_owned()
}

#[test]
fn samples_of_every_format_open_and_hold_what_they_held() {
    let present = samples().join(format!("v{FORMAT}"));
    if std::env::var_os("ELCANO_WRITE_COMPAT").is_some() && !present.exists() {
        write(&present);
    }
    for format in 1..=FORMAT {
        let sample = samples().join(format!("v{format}"));
        let expected = fs::read_to_string(sample.join("digests.txt")).unwrap();
        assert_eq!(expected.lines().count(), Family::COUNT);
        let folder = tempfile::tempdir().unwrap();
        copied(&sample.join("lmdb/data.mdb"), &folder.path().join("lmdb/data.mdb"));
        let lmdb = StoreUrl::Lmdb(folder.path().join("lmdb"));
        let sqlite = StoreUrl::Sqlite(copied(&sample.join("live.sqlite"), &folder.path().join("live.sqlite")));
        let unpacked = StoreUrl::Lmdb(folder.path().join("unpacked"));
        let sink = write_to(&unpacked, Existing::Refuse, OpenOptions::create()).unwrap();
        unpack(&sample.join("store.pack"), sink).unwrap();
        for url in [lmdb, sqlite, unpacked] {
            assert_eq!(summary(&url), expected, "{url} of format {format}");
            // It can be lived on, too.
            let store = open(&url, OpenOptions::create()).unwrap();
            store.write(&Batch::of(records::sample(Family::Links, 5, 201))).unwrap();
            assert!(store.count(Family::Links).unwrap() > 3);
        }
    }
}
