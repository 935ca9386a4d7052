//! Copies that are killed: whatever the moment, the old target is untouched or the new one
//! complete, and the next copy succeeds and clears away what was left.

use std::collections::BTreeSet;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use elcano::store::{
    Batch, Existing, FamilyDigest, OpenOptions, StoreUrl, copy, digest_all, open, read_from, write_to,
};

use crate::support::records;
use crate::support::{command, elcano};

const KILLS: u32 = 24;

/// When a copy is killed.
#[derive(Clone, Copy, Debug)]
enum Moment {
    After(Duration),
    /// As soon as something is beside the target.
    Begun,
    /// As soon as something else is in the place of the target.
    Placed,
}

fn names(folder: &Path) -> BTreeSet<PathBuf> {
    std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}

fn identity(path: &Path) -> Option<(u64, u64)> {
    path.metadata().ok().map(|found| (found.dev(), found.ino()))
}

/// Waits for the moment and kills; true if the copy was still at work.
#[expect(clippy::disallowed_methods, reason = "a kill comes at any moment, also between two events")]
fn kill(mut child: Child, moment: Moment, folder: &Path, target: &Path) -> bool {
    let (before, old) = (names(folder).len(), identity(target));
    match moment {
        Moment::After(time) => std::thread::sleep(time),
        Moment::Begun => while child.try_wait().unwrap().is_none() && names(folder).len() == before {},
        Moment::Placed => while child.try_wait().unwrap().is_none() && identity(target) == old {},
    }
    child.kill().unwrap();
    child.wait().unwrap().code().is_none()
}

/// Moments that cover a copy which takes so long.
fn moments(whole: Duration) -> impl Iterator<Item = Moment> {
    let spread = (0..KILLS).map(move |round| Moment::After(whole * round / KILLS));
    spread.chain([Moment::Begun, Moment::Placed, Moment::Begun, Moment::Placed])
}

fn digests(url: &StoreUrl) -> Vec<FamilyDigest> {
    read_from(url, digest_all).unwrap()
}

fn place(from: &StoreUrl, to: &StoreUrl) {
    let sink = write_to(to, Existing::Replace, OpenOptions::create()).unwrap();
    read_from(from, |source| copy(source, sink)).unwrap();
}

/// Two stores with different records.
fn old_and_new(folder: &Path) -> (StoreUrl, StoreUrl) {
    let make = |name: &str, n, seed| {
        let url = StoreUrl::Lmdb(folder.join(name));
        open(&url, OpenOptions::create()).unwrap().write(&Batch::of(records::sample_all(n, seed))).unwrap();
        url
    };
    (make("old", 5, 110), make("new", 60, 111))
}

#[test]
fn a_killed_migration_leaves_the_old_target_or_the_new_one() {
    let home = tempfile::tempdir().unwrap();
    let (old, new) = old_and_new(home.path());
    let (before, after) = (digests(&old), digests(&new));
    for engine in ["lmdb", "sqlite", "duckdb"] {
        let folder = tempfile::tempdir().unwrap();
        let target: StoreUrl = format!("{engine}:{}", folder.path().join("target").display()).parse().unwrap();
        place(&old, &target);
        let beside = names(folder.path());
        let (from, to) = (new.to_string(), target.to_string());
        let migrate = ["migrate", "--from", from.as_str(), "--to", to.as_str(), "--force"];
        let begun = Instant::now();
        assert_eq!(elcano(home.path(), &migrate).code, 0);
        let whole = begun.elapsed();
        assert_eq!(digests(&target), after);
        place(&old, &target);
        let (mut killed, mut kept) = (0, 0);
        for moment in moments(whole) {
            let mut migrate = command(home.path(), &migrate);
            let child = migrate.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
            killed += u32::from(kill(child, moment, folder.path(), target.path()));
            let found = digests(&target);
            assert!(found == before || found == after, "{engine} {moment:?}: the target is neither old nor new");
            if found == before {
                kept += 1;
            } else {
                place(&old, &target);
            }
        }
        assert!(killed > 4 && kept > 0, "{engine}: {killed} were killed, {kept} kept the old target");
        assert_eq!(elcano(home.path(), &migrate).code, 0);
        assert_eq!(digests(&target), after);
        assert_eq!(names(folder.path()), beside, "{engine}: litter");
    }
}

#[test]
fn a_killed_migration_to_nowhere_leaves_nothing_or_all() {
    let home = tempfile::tempdir().unwrap();
    let (_, new) = old_and_new(home.path());
    let after = digests(&new);
    for engine in ["lmdb", "sqlite", "duckdb"] {
        let folder = tempfile::tempdir().unwrap();
        let target: StoreUrl = format!("{engine}:{}", folder.path().join("target").display()).parse().unwrap();
        let (from, to) = (new.to_string(), target.to_string());
        let migrate = ["migrate", "--from", from.as_str(), "--to", to.as_str()];
        for moment in [Moment::Begun, Moment::After(Duration::from_millis(60)), Moment::Placed] {
            let mut migrate = command(home.path(), &migrate);
            let child = migrate.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
            kill(child, moment, folder.path(), target.path());
            if target.path().exists() {
                assert_eq!(digests(&target), after, "{engine} {moment:?}");
                let again = elcano(home.path(), &["migrate", "--from", &from, "--to", &to, "--force"]);
                assert_eq!(again.code, 0, "{}", again.err);
                if target.path().is_dir() {
                    std::fs::remove_dir_all(target.path()).unwrap();
                } else {
                    std::fs::remove_file(target.path()).unwrap();
                }
            }
        }
        let done = elcano(home.path(), &migrate);
        assert_eq!(done.code, 0, "{engine}: {}", done.err);
        assert_eq!(digests(&target), after);
        assert_eq!(names(folder.path()).len(), 1, "{engine}: litter");
    }
}

#[test]
fn a_killed_import_keeps_what_was_there_and_is_completed_by_the_next() {
    let home = tempfile::tempdir().unwrap();
    let (old, new) = old_and_new(home.path());
    let (theirs, ours) = (records::sample_all(5, 110), records::sample_all(60, 111));
    for engine in ["lmdb", "sqlite"] {
        let folder = tempfile::tempdir().unwrap();
        let store: StoreUrl = format!("{engine}:{}", folder.path().join("store").display()).parse().unwrap();
        let merge = |from: &StoreUrl| {
            let sink = write_to(&store, Existing::Merge, OpenOptions::create()).unwrap();
            read_from(from, |source| copy(source, sink)).unwrap();
        };
        merge(&old);
        let (from, to) = (new.to_string(), store.to_string());
        let import = ["import", "--from", from.as_str(), "--store", to.as_str()];
        for round in 0..12 {
            let mut import = command(home.path(), &import);
            let child = import.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
            kill(child, Moment::After(Duration::from_millis(round * 12)), folder.path(), store.path());
            let held = open(&store, OpenOptions::read()).unwrap();
            for record in &theirs {
                let found = held.get(record.family(), &record.key()).unwrap().unwrap();
                assert!(found == *record || ours.contains(&found), "{} {}", record.family(), record.key());
            }
        }
        assert_eq!(elcano(home.path(), &import).code, 0);
        let whole = StoreUrl::Lmdb(folder.path().join("whole"));
        for from in [&old, &new] {
            let sink = write_to(&whole, Existing::Merge, OpenOptions::create()).unwrap();
            read_from(from, |source| copy(source, sink)).unwrap();
        }
        assert_eq!(digests(&store), digests(&whole), "{engine}");
    }
}

#[test]
fn a_killed_pack_or_folder_of_tables_is_the_old_or_the_new_one() {
    let home = tempfile::tempdir().unwrap();
    let (old, new) = old_and_new(home.path());
    let (from_old, from_new) = (old.to_string(), new.to_string());
    let kinds: [&[&str]; 2] = [
        &["store", "pack", "target", "--force", "--store"],
        &["export", "--to", "parquet:target", "--force", "--store"],
    ];
    for kind in kinds {
        let folder = tempfile::tempdir().unwrap();
        let run = |from: &str| {
            let done = elcano(folder.path(), &[kind, &[from]].concat());
            assert_eq!(done.code, 0, "{}", done.err);
        };
        let target = folder.path().join("target");
        let content = || -> Vec<Vec<u8>> {
            let files = if target.is_dir() { names(&target) } else { BTreeSet::from([target.clone()]) };
            files.iter().map(|file| std::fs::read(file).unwrap()).collect()
        };
        let begun = Instant::now();
        run(&from_new);
        let whole = begun.elapsed();
        let after = content();
        run(&from_old);
        let before = content();
        assert_ne!(before, after);
        let beside = names(folder.path());
        for moment in moments(whole).step_by(3) {
            let mut again = command(folder.path(), &[kind, &[from_new.as_str()]].concat());
            let child = again.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
            kill(child, moment, folder.path(), &target);
            let found = content();
            assert!(found == before || found == after, "{kind:?} {moment:?}: neither old nor new");
            if found == after {
                run(&from_old);
            }
        }
        run(&from_old);
        assert_eq!(content(), before);
        assert_eq!(names(folder.path()), beside, "{kind:?}: litter");
    }
}
