//! A disk that is full, and one that cannot be written.

use std::process::{Command, Stdio};

use elcano::error::Error;
use elcano::store::{Batch, Family, OpenOptions, Record, StoreUrl, open};

use crate::support::processes::{ROLE, other, role, say, start};
use crate::support::records::{self, assert_same};
use crate::support::stores::{everything, urls};

/// Writes until the disk or a limit says no, and says what it said and what had been written.
fn write_until_refused(url: &StoreUrl) {
    let store = open(url, OpenOptions::create()).unwrap();
    for round in 0..=u8::MAX {
        let mut records = records::sample(Family::Chunks, 100, 7);
        for record in &mut records {
            if let Record::Chunks(chunk) = record {
                chunk.content.0[0] = round;
                // What does not compress: the disk shall be full.
                chunk.text = (0..4_000_u32)
                    .map(|n| (n.wrapping_mul(2_654_435_761).rotate_left(u32::from(round)) >> 24) as u8)
                    .collect();
            }
        }
        match store.write(&Batch::of(records)) {
            Ok(()) => say(format!("wrote {}", store.count(Family::Chunks).unwrap())),
            Err(error) => {
                say(format!("refused {} {}", error.exit_code(), error.chain().join(": ")));
                assert!(matches!(error, Error::Store { .. }));
                // What was there is still there and readable.
                let before = everything(&*store).len();
                say(format!("holds {before}"));
                return;
            }
        }
    }
    panic!("nothing refused");
}

/// A file system of eight mebibytes, where this user may mount one.
struct SmallDisk(std::path::PathBuf);

impl SmallDisk {
    fn mount(path: std::path::PathBuf) -> Option<Self> {
        std::fs::create_dir(&path).unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=8m", "tmpfs"]).arg(&path).stderr(Stdio::null());
        if mount.status().is_ok_and(|status| status.success()) { Some(Self(path)) } else { None }
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: a process that another test starts just now may hold a file of it for a moment.
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[test]
fn a_full_disk_is_an_error_and_loses_nothing() {
    if let Some(url) = role() {
        write_until_refused(&url);
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for engine in ["lmdb", "sqlite"] {
        let path = folder.path().join(engine);
        let disk = SmallDisk::mount(path.clone());
        let url: StoreUrl = format!("{engine}:{}", path.join("store").display()).parse().unwrap();
        let mut command = other(module_path!(), "a_full_disk_is_an_error_and_loses_nothing", &url, "");
        if disk.is_none() {
            // A limit on the length of files looks the same to the engines.
            let mut limited = Command::new("sh");
            limited.args(["-c", "trap '' XFSZ; ulimit -f 6000; exec \"$0\" \"$@\""]);
            limited.arg(command.get_program()).args(command.get_args());
            limited.env(ROLE, url.to_string()).stdout(Stdio::piped());
            command = limited;
        }
        let (mut child, said) = start(&mut command);
        let said: Vec<String> = said.collect();
        assert!(child.wait().unwrap().success(), "{said:?}");
        let [.., wrote, refused, holds] = said.as_slice() else { panic!("{said:?}") };
        assert!(refused.starts_with("refused 3 "), "{refused}");
        assert!(disk.is_none() || refused.contains("disk is full"), "{refused}");
        assert_eq!(wrote.replace("wrote", "holds"), *holds);
        let held = everything(&*open(&url, OpenOptions::read()).unwrap()).len();
        assert_eq!(format!("holds {held}"), *holds);
    }
}

#[test]
fn a_read_only_store_is_read_and_not_written() {
    let folder = tempfile::tempdir().unwrap();
    for url in urls(&folder) {
        let records = records::sample_all(5, 104);
        open(&url, OpenOptions::create()).unwrap().write(&Batch::of(records.clone())).unwrap();
        let reader = open(&url, OpenOptions::read()).unwrap();
        assert_same(&everything(&*reader), &records);
        assert!(matches!(reader.write(&Batch::of(records.clone())), Err(Error::Store { .. })));
        assert!(matches!(reader.flush(), Ok(())));
        drop(reader);
        let disk = folder.path().join("read_only");
        std::fs::create_dir_all(&disk).unwrap();
        let source = if url.path().is_dir() { url.path() } else { folder.path() };
        let bound = Command::new("mount").arg("--bind").arg(source).arg(&disk).stderr(Stdio::null()).status();
        if !bound.is_ok_and(|status| status.success()) {
            continue;
        }
        let frozen = Command::new("mount").args(["-o", "remount,ro,bind"]).arg(&disk).status().unwrap();
        let on_disk = match &url {
            StoreUrl::Lmdb(_) => StoreUrl::Lmdb(disk.clone()),
            _ => StoreUrl::Sqlite(disk.join(url.path().file_name().unwrap())),
        };
        let found = open(&on_disk, OpenOptions::read()).map(|store| everything(&*store));
        let refused = open(&on_disk, OpenOptions::create()).map(drop);
        assert!(Command::new("umount").arg(&disk).status().unwrap().success());
        assert!(frozen.success());
        assert_same(&found.unwrap(), &records);
        assert!(refused.is_err() || matches!(url, StoreUrl::Sqlite(_)), "{refused:?}");
    }
}
