//! Disks without room, addresses without room, and the words for what is litter, damaged or not to be
//! read.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use elcano::store::{Batch, Family, OpenOptions, Record, StoreUrl, open};

use super::stores::{READERS, fixture, scanned, stores, with_store};
use crate::support::stores::{execute, write_raw};
use crate::support::{CommandOutput, command, records};

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// A file system of one mebibyte, where this user may mount one.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(path: PathBuf) -> Option<Self> {
        fs::create_dir(&path).unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=1m", "tmpfs"]).arg(&path).stderr(Stdio::null());
        mount.status().is_ok_and(|status| status.success()).then(|| Self(path))
    }

    fn fill(&self) {
        let mut file = fs::File::create(self.0.join("fill")).unwrap();
        let block = [1; 512];
        while std::io::Write::write_all(&mut file, &block).is_ok() {}
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[test]
fn readers_on_a_full_disk_say_so_and_no_map_without_room_kills_them() {
    let (folder, repo) = (tempfile::tempdir().unwrap(), fixture());
    let Some(disk) = SmallDisk::mount(folder.path().join("disk")) else {
        println!("skipped: this user cannot mount a file system");
        return;
    };
    let lmdb = disk.0.join("l");
    let url = format!("lmdb:{}", lmdb.display());
    assert_eq!(with_store(&repo, &url, &["scan"]).code, 0);
    let lock = lmdb.join("lock.mdb");
    let length = fs::metadata(&lock).unwrap().len();
    disk.fill();
    // It is there and has its room: nothing is missing.
    for args in READERS.iter().filter(|args| args[0] != "query") {
        let ran = with_store(&repo, &url, args);
        let said = ran.err.contains("full") || ran.err.contains("No space left");
        assert!(ran.code == 0 || said, "{args:?}: {}", ran.err);
    }
    // It must be made; it is there with its length alone; it is there in part.
    for (what, made) in [("none", None), ("sparse", Some(length)), ("short", Some(100)), ("empty", Some(0))] {
        fs::remove_file(disk.0.join("fill")).unwrap();
        let _ = fs::remove_file(&lock);
        if let Some(length) = made {
            fs::File::create(&lock).unwrap().set_len(length).unwrap();
        }
        disk.fill();
        for args in READERS {
            let ran = with_store(&repo, &url, args);
            ran.fails(3, &["the disk is full"]);
            assert!(!ran.err.contains("damaged"), "{what}: {}", ran.err);
        }
    }
    fs::remove_file(disk.0.join("fill")).unwrap();
    assert_eq!(with_store(&repo, &url, &["report"]).code, 0);
}

#[test]
fn readers_of_sqlite_on_a_full_disk_are_not_killed_either() {
    let (folder, repo) = (tempfile::tempdir().unwrap(), fixture());
    let Some(disk) = SmallDisk::mount(folder.path().join("disk")) else {
        println!("skipped: this user cannot mount a file system");
        return;
    };
    let url = format!("sqlite:{}", disk.0.join("s").display());
    assert_eq!(with_store(&repo, &url, &["scan"]).code, 0);
    for (what, index) in [("none", None), ("sparse", Some(32_768)), ("longer", Some(65_536)), ("short", Some(3))] {
        let _ = fs::remove_file(disk.0.join("fill"));
        if let Some(length) = index {
            fs::File::create(disk.0.join("s-shm")).unwrap().set_len(length).unwrap();
            fs::File::create(disk.0.join("s-wal")).unwrap();
        }
        disk.fill();
        for args in READERS {
            let ran = with_store(&repo, &url, args);
            assert!(ran.code == 0 || ran.code == 3, "{what}: {args:?}: {} {}", ran.code, ran.err);
            assert!(!ran.err.contains("damaged"), "{what}: {}", ran.err);
        }
    }
    fs::remove_file(disk.0.join("fill")).unwrap();
    assert_eq!(with_store(&repo, &url, &["report"]).code, 0);
}

#[test]
fn two_gigabytes_of_addresses_suffice() {
    let (folder, repo) = (tempfile::tempdir().unwrap(), fixture());
    let limited = |args: &[&str]| {
        let plain = command(repo.root(), args);
        let mut limited = Command::new("sh");
        limited.args(["-c", "ulimit -v 2000000; exec \"$0\" \"$@\""]).arg(plain.get_program()).args(plain.get_args());
        limited.current_dir(repo.root()).env_clear().env("HOME", repo.root()).stdin(Stdio::null());
        CommandOutput::of(limited.output().unwrap())
    };
    let place = |name: &str| folder.path().join(name).display().to_string();
    for url in stores(folder.path()) {
        let engine = &url[..4];
        let pack = place(&format!("{engine}.pack"));
        let unpacked = format!("lmdb:{}", place(&format!("{engine}.unpacked")));
        let exports =
            ["duckdb", "sqlite", "csv", "parquet"].map(|to| format!("{to}:{}", place(&format!("{engine}.{to}"))));
        let commands: Vec<Vec<&str>> = vec![
            vec!["scan", "--level", "full", "--store", &url],
            vec!["scan", "--level", "full", "--store", &url],
            vec!["report", "--store", &url],
            vec!["query", "SELECT sum(cognitive) FROM functions", "--store", &url],
            vec!["export", "--to", &exports[0], "--to", &exports[1], "--store", &url],
            vec!["export", "--to", &exports[2], "--to", &exports[3], "--store", &url],
            vec!["store", "pack", &pack, "--store", &url],
            vec!["store", "unpack", &pack, "--store", &unpacked],
            vec!["store", "gc", "--keep", "1", "--store", &url],
            vec!["store", "doctor", "--store", &url],
        ];
        for args in commands {
            let ran = limited(&args);
            assert_eq!(ran.code, 0, "{args:?}: {}", ran.err);
        }
    }
}

// Words for states.

#[test]
fn what_is_unpacked_or_migrated_into_sqlite_is_a_store() {
    let (folder, repo) = (tempfile::tempdir().unwrap(), fixture());
    let [lmdb, sqlite] = stores(folder.path());
    let pack = folder.path().join("p").display().to_string();
    scanned(&repo, &sqlite);
    assert_eq!(with_store(&repo, &sqlite, &["store", "pack", &pack]).code, 0);
    let fresh = format!("sqlite:{}", folder.path().join("fresh").display());
    for (url, force) in [(&sqlite, true), (&fresh, false)] {
        let force: &[&str] = if force { &["--force"] } else { &[] };
        let ran = with_store(&repo, url, &[&["store", "unpack", &pack], force].concat());
        assert_eq!(ran.code, 0, "{}", ran.err);
        scanned(&repo, url);
        assert_eq!(with_store(&repo, url, &["store", "gc", "--keep", "1"]).code, 0);
        assert_eq!(with_store(&repo, url, &["store", "doctor"]).code, 0);
    }
    scanned(&repo, &lmdb);
    let (migrated, back) = (folder.path().join("m"), folder.path().join("back"));
    let (migrated, back) = (format!("sqlite:{}", migrated.display()), format!("lmdb:{}", back.display()));
    for (from, to) in [(&lmdb, &migrated), (&migrated, &back)] {
        let ran = repo.elcano(&["migrate", "--from", from, "--to", to]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        scanned(&repo, to);
        let verified = repo.elcano(&["import", "--from", from, "--store", to]);
        assert_eq!(verified.code, 0, "{}", verified.err);
    }
    // An export is none: it states digests, and nobody writes into it.
    let export = format!("sqlite:{}", folder.path().join("e").display());
    assert_eq!(with_store(&repo, &lmdb, &["export", "--to", &export]).code, 0);
    with_store(&repo, &export, &["scan"]).fails(3, &["it is an export"]);
    assert_eq!(with_store(&repo, &export, &["report"]).code, 0);
}

#[test]
fn litter_is_told_from_damage() {
    let (folder, repo) = (tempfile::tempdir().unwrap(), fixture());
    for url in stores(folder.path()) {
        scanned(&repo, &url);
        let parsed: StoreUrl = url.parse().unwrap();
        let store = open(&parsed, OpenOptions::create()).unwrap();
        // As a collection leaves them that is killed after its first step.
        let (left, mut records) = (elcano::model::SnapshotId([7; 16]), Vec::new());
        for record in records::sample_all(3, 9) {
            match record {
                Record::Files(mut file) => {
                    file.snapshot = left;
                    records.push(Record::Files(file));
                }
                Record::Links(mut link) => {
                    link.snapshot = left;
                    records.push(Record::Links(link));
                }
                _ => {}
            }
        }
        store.write(&Batch::of(records)).unwrap();
        drop(store);
        let doctor = with_store(&repo, &url, &["store", "doctor", "--json"]);
        let found = doctor.json();
        assert_eq!(
            (&found["sound"], &found["litter"]["files"], &found["litter"]["links"]),
            (&true.into(), &3.into(), &3.into())
        );
        assert_eq!(found["problems"].as_array().unwrap().len(), 0);
        let text = with_store(&repo, &url, &["store", "doctor"]);
        assert!(text.code == 0 && text.out.contains("files: 3 records belong to no snapshot"), "{}", text.out);
        assert_eq!(with_store(&repo, &url, &["store", "gc", "--keep", "1"]).code, 0);
        let after = with_store(&repo, &url, &["store", "doctor", "--json"]).json();
        assert_eq!(after["litter"], serde_json::json!({}), "gone after a collection");
        // Damage is another word, and another exit code.
        if let StoreUrl::Lmdb(path) = &parsed {
            write_raw(path, Family::Facts.name(), &[9; 36], b"garbage of some length");
        } else {
            execute(&parsed, "UPDATE facts SET cognitive = cognitive + 1");
        }
        let doctor = with_store(&repo, &url, &["store", "doctor", "--json"]);
        assert_eq!((doctor.code, &doctor.document()["sound"]), (1, &false.into()));
        assert!(!doctor.document()["problems"].as_array().unwrap().is_empty());
    }
}

#[test]
fn what_cannot_be_read_is_not_called_damaged() {
    if is_root() {
        println!("skipped: root may read everything");
        return;
    }
    let (folder, repo) = (tempfile::tempdir().unwrap(), fixture());
    for (url, file) in stores(folder.path()).into_iter().zip(["l/data.mdb", "s"]) {
        scanned(&repo, &url);
        let file = folder.path().join(file);
        let mode = |mode| fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
        mode(0o000);
        for args in READERS {
            let ran = with_store(&repo, &url, args);
            assert!(!ran.err.contains("damaged") && !ran.out.contains("damaged"), "{args:?}: {}{}", ran.out, ran.err);
            assert_eq!(ran.code, 3, "{args:?}");
            assert!(ran.err.contains("ermission"), "{}", ran.err);
        }
        // Nor is it put aside.
        let ran = repo.elcano_in(".", &["scan", "--store", &url], &[("CI", "1")]);
        mode(0o600);
        assert_eq!(ran.code, 3, "{}", ran.err);
        assert_eq!(with_store(&repo, &url, &["report"]).code, 0);
    }
}
