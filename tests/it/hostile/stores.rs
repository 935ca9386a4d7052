//! Stores that strangers made or changed: what is no store, marks that came along, values, keys.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use elcano::error::Error;
use elcano::store::{Batch, Family, Key, OpenOptions, StoreUrl, diagnose, open};

use crate::support::records;
use crate::support::stores::{execute, write_raw};
use crate::support::{CommandOutput, Repo};

const SOURCE: &str =
    "def f(x):\n    if x and g(x):\n        return 1\n    return 0\n\ndef g(x):\n    return [i for i in x]\n";

pub(super) fn fixture() -> Repo {
    Repo::with(&[("a.py", SOURCE), ("b.py", "def h(x):\n    while x:\n        x = f(x)\n")])
}

/// Both engines, each with its store outside of the tree.
pub(super) fn stores(folder: &Path) -> [String; 2] {
    [format!("lmdb:{}", folder.join("l").display()), format!("sqlite:{}", folder.join("s").display())]
}

pub(super) fn with_store(repo: &Repo, store: &str, args: &[&str]) -> CommandOutput {
    repo.elcano(&[args, &["--store", store]].concat())
}

#[track_caller]
pub(super) fn scanned(repo: &Repo, store: &str) {
    let ran = with_store(repo, store, &["scan", "--level", "full"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
}

/// Commands that read, and all that a store can be asked for.
pub(super) const READERS: [&[&str]; 7] = [
    &["report"],
    &["log"],
    &["store", "doctor"],
    &["store", "stats"],
    &["query", "SELECT count(*) FROM facts"],
    &["store", "gc", "--keep", "1", "--dry-run"],
    &["get", "file:path:a.py"],
];

// What is no store.

#[test]
fn what_is_no_file_in_place_of_data_or_lock_is_refused_and_does_not_hang() {
    let folder = tempfile::tempdir().unwrap();
    let made = Repo::new();
    for (what, make) in [
        ("fifo", (|repo, path| _ = repo.fifo(path)) as fn(&Repo, &str)),
        ("folder", |repo, path| _ = repo.folder(path)),
        ("socket", |repo, path| _ = repo.socket(path)),
    ] {
        for file in ["data.mdb", "lock.mdb"] {
            let store = format!("{what}-{file}");
            let url = format!("lmdb:{}", made.path(&store).display());
            if file == "lock.mdb" {
                scanned(&fixture(), &url);
                made.remove(&format!("{store}/lock.mdb"));
            }
            make(&made, &format!("{store}/{file}"));
            for args in READERS {
                let ran = with_store(&made, &url, args);
                assert_eq!(ran.code, 3, "{what} as {file}: {args:?}: {}{}", ran.out, ran.err);
            }
        }
        make(&made, &format!("{what}-sqlite"));
        for args in READERS {
            let ran = with_store(&made, &format!("sqlite:{}", made.path(&format!("{what}-sqlite")).display()), args);
            assert_eq!(ran.code, 3, "{what}: {args:?}: {}{}", ran.out, ran.err);
        }
        let bare = made.path(&format!("{what}-sqlite"));
        let ran = made.elcano(&["report", "--store", bare.to_str().unwrap()]);
        assert!([2, 3].contains(&ran.code), "{what}: {}", ran.err);
    }
    drop(folder);
}

#[test]
fn other_programs_lmdb_is_refused_as_such() {
    use heed::types::Bytes;
    let folder = tempfile::tempdir().unwrap();
    let make = |name: &str, flags: heed::DatabaseFlags, named: bool| {
        let path = folder.path().join(name);
        fs::create_dir(&path).unwrap();
        let mut options = heed::EnvOpenOptions::new();
        options.map_size(1 << 24).max_dbs(4);
        // SAFETY: no other code has the folder of this test.
        #[expect(unsafe_code, reason = "heed's open is unsafe")]
        let env = unsafe { options.open(&path) }.unwrap();
        let txn = env.write_txn().unwrap();
        let made = env.create_databases_and_commit(txn, |opener, txn| {
            let mut create = opener.database_options().types::<Bytes, Bytes>();
            create.flags(flags);
            if named {
                create.name("theirs");
            }
            let database = create.create(txn)?;
            for n in 0..400_u64 {
                database.put(txn, &(n / 7).to_ne_bytes(), &n.to_ne_bytes().repeat(n as usize % 9 + 1))?;
            }
            Ok::<_, heed::Error>(heed::CommitOrAbort::<(), ()>::Commit(()))
        });
        made.unwrap();
        path
    };
    for path in [
        make("plain", heed::DatabaseFlags::empty(), false),
        make("named", heed::DatabaseFlags::empty(), true),
        make("sorted", heed::DatabaseFlags::DUP_SORT, true),
        make("reversed", heed::DatabaseFlags::REVERSE_KEY, true),
    ] {
        let url = StoreUrl::Lmdb(path);
        let Err(Error::Store { problem, .. }) = open(&url, OpenOptions::create()) else { panic!("{url} was opened") };
        assert!(problem.contains("another program"), "{url}: {problem}");
    }
}

// What was checked before.

fn mark(store: &Path) -> PathBuf {
    store.join("elcano.checked")
}

#[test]
fn a_store_is_checked_once_and_again_when_it_changed() {
    let folder = tempfile::tempdir().unwrap();
    let repo = fixture();
    let [lmdb, sqlite] = stores(folder.path());
    for (url, mark) in [(&lmdb, mark(&folder.path().join("l"))), (&sqlite, folder.path().join("s.elcano.checked"))] {
        scanned(&repo, url);
        let written = fs::read(&mark).expect("a run that wrote leaves its mark");
        let inode = fs::metadata(&mark).unwrap().ino();
        assert_eq!(with_store(&repo, url, &["report"]).code, 0);
        assert_eq!(fs::metadata(&mark).unwrap().ino(), inode, "{url}: it was checked again");
        fs::remove_file(&mark).unwrap();
        assert_eq!(with_store(&repo, url, &["report"]).code, 0);
        assert_eq!(fs::read(&mark).unwrap(), written, "{url}: the check of the same file");
        scanned(&repo, url);
        assert_ne!(fs::read(&mark).unwrap(), written, "{url}: another state");
    }
}

#[test]
fn a_mark_that_came_along_vouches_for_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let repo = fixture();
    let store = folder.path().join("l");
    let url = format!("lmdb:{}", store.display());
    scanned(&repo, &url);
    let sound = fs::read(store.join("data.mdb")).unwrap();
    let times = fs::metadata(store.join("data.mdb")).unwrap().modified().unwrap();
    let marked = fs::read(mark(&store)).unwrap();
    let mut damaged = sound.clone();
    // The flags of a page.
    damaged[3 * 4096 + 10] ^= 0x20;
    // In place and with its old times, as a copy, through a cache, with a mark of text.
    let file = fs::OpenOptions::new().write(true).open(store.join("data.mdb")).unwrap();
    std::os::unix::fs::FileExt::write_all_at(&file, &damaged, 0).unwrap();
    file.set_modified(times).unwrap();
    drop(file);
    fs::write(mark(&store), &marked).unwrap();
    with_store(&repo, &url, &["report"]).fails(3, &["damaged"]);
    let copy = folder.path().join("copy");
    fs::create_dir(&copy).unwrap();
    for (name, bytes) in [("data.mdb", &damaged), ("elcano.checked", &marked)] {
        fs::write(copy.join(name), bytes).unwrap();
    }
    with_store(&repo, &format!("lmdb:{}", copy.display()), &["report"]).fails(3, &["damaged"]);
    assert!(!mark(&copy).exists(), "what was refused has no mark");
    for text in ["", "sound", "elcano.checked/1\nboot \n"] {
        fs::write(mark(&copy), text).unwrap();
        with_store(&repo, &format!("lmdb:{}", copy.display()), &["report"]).fails(3, &["damaged"]);
    }
}

#[test]
fn a_link_or_a_fifo_in_place_of_a_mark_is_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    let (repo, outside) = (fixture(), Repo::with(&[("victim", "kept")]));
    for url in stores(folder.path()) {
        scanned(&repo, &url);
        let (_, path) = url.split_once(':').unwrap();
        let own = if url.starts_with("lmdb") { mark(Path::new(path)) } else { format!("{path}.elcano.checked").into() };
        let makers: [&dyn Fn(); 3] = [
            &|| std::os::unix::fs::symlink(outside.path("victim"), &own).unwrap(),
            &|| std::os::unix::fs::symlink(outside.path("nowhere"), &own).unwrap(),
            &|| {
                let made = outside.path("fifo");
                if !made.exists() {
                    outside.fifo("fifo");
                }
                fs::rename(made, &own).unwrap();
            },
        ];
        for make in makers {
            fs::remove_file(&own).unwrap();
            make();
            assert_eq!(with_store(&repo, &url, &["report"]).code, 0);
            scanned(&repo, &url);
            assert!(fs::symlink_metadata(&own).unwrap().is_file());
        }
    }
    assert_eq!(fs::read_to_string(outside.path("victim")).unwrap(), "kept");
    assert!(!outside.path("nowhere").exists());
}

// Values of SQLite.

#[test]
fn a_value_that_was_changed_in_a_sqlite_store_is_found_by_whoever_reads_it() {
    let folder = tempfile::tempdir().unwrap();
    let repo = fixture();
    let [_, sqlite] = stores(folder.path());
    scanned(&repo, &sqlite);
    let path = folder.path().join("s");
    let (sound, url) = (fs::read(&path).unwrap(), StoreUrl::Sqlite(path.clone()));
    assert!(diagnose(&url).unwrap().is_sound());
    for (what, sql) in [
        ("a metric", "UPDATE facts SET cognitive = cognitive + 32 WHERE ordinal = 1"),
        ("a text", "UPDATE facts SET name = 'other' WHERE ordinal = 1"),
        ("a line", "UPDATE facts SET start_line = start_line ^ 1 WHERE ordinal = 1 AND false OR ordinal = 1"),
        ("a size", "UPDATE files SET bytes = bytes + 1 WHERE path = 'a.py'"),
        ("a language", "UPDATE files SET language = 'ruby' WHERE path = 'a.py'"),
        ("a checksum", "UPDATE files SET checksum = checksum + 1 WHERE path = 'a.py'"),
        ("no checksum", "UPDATE files SET checksum = NULL WHERE path = 'a.py'"),
        ("a last row", "DELETE FROM facts WHERE ordinal = 2"),
        ("a total", "UPDATE snapshots SET bytes = 1"),
        ("a time", "UPDATE executions SET duration_us = duration_us + 1"),
        ("no column", "ALTER TABLE links DROP COLUMN checksum"),
    ] {
        fs::write(&path, &sound).unwrap();
        if what == "a line" {
            execute(&url, "UPDATE facts SET start_line = start_line + 1 WHERE ordinal = 1");
        } else {
            execute(&url, sql);
        }
        let doctor = with_store(&repo, &sqlite, &["store", "doctor"]);
        assert!([1, 3].contains(&doctor.code), "{what}: {}{}", doctor.out, doctor.err);
        let export = folder.path().join("export");
        let ran = with_store(&repo, &sqlite, &["export", "--to", &format!("csv:{}", export.display())]);
        assert_eq!((ran.code, export.exists()), (3, false), "{what}: {}", ran.err);
        if !["a time", "no column"].contains(&what) {
            assert_eq!(with_store(&repo, &sqlite, &["report"]).code, 3, "{what}");
        }
    }
}

#[test]
fn files_that_are_gone_from_a_snapshot_are_missed() {
    let folder = tempfile::tempdir().unwrap();
    let repo = fixture();
    for url in stores(folder.path()) {
        scanned(&repo, &url);
        let parsed: StoreUrl = url.parse().unwrap();
        let store = open(&parsed, OpenOptions::create()).unwrap();
        let snapshot = store.latest_snapshot(None).unwrap().unwrap();
        let files = store.files(snapshot.id).unwrap();
        assert_eq!(files.len(), 2);
        let mut batch = Batch::default();
        batch.delete(Family::Files, Key::file(snapshot.id, &files[1].path));
        store.write(&batch).unwrap();
        drop(store);
        with_store(&repo, &url, &["report"]).fails(3, &["damaged", "2 files", "1 with"]);
        let doctor = with_store(&repo, &url, &["store", "doctor"]);
        assert!(doctor.code == 1 && doctor.out.contains("its files are not those"), "{}", doctor.out);
    }
}

#[test]
fn a_key_that_was_changed_hides_no_record() {
    let folder = tempfile::tempdir().unwrap();
    let url = StoreUrl::Lmdb(folder.path().join("l"));
    let all = records::sample(Family::Facts, 40, 3);
    open(&url, OpenOptions::create()).unwrap().write(&Batch::of(all.clone())).unwrap();
    // The value of one record under a key beside its own, at the ends of the family and within it.
    for at in [0, 1, 20, 38, 39] {
        let (record, other) = (&all[at], folder.path().join(format!("other{at}")));
        let mut key = record.key().as_bytes().to_vec();
        *key.last_mut().unwrap() ^= 1;
        fs::create_dir(&other).unwrap();
        fs::copy(url.path().join("data.mdb"), other.join("data.mdb")).unwrap();
        let value = elcano::store::codec::encode(record, elcano::store::Encoding::Family).unwrap();
        let copied = StoreUrl::Lmdb(other.clone());
        let mut batch = Batch::default();
        batch.delete(Family::Facts, record.key());
        open(&copied, OpenOptions::create()).unwrap().write(&batch).unwrap();
        write_raw(&other, Family::Facts.name(), &key, &value);
        let store = open(&copied, OpenOptions::read()).unwrap();
        let found = store.get(Family::Facts, &record.key());
        assert!(matches!(found, Err(Error::Record { .. })), "{at}: {found:?}");
        let whole = store.scan(Family::Facts, &record.key(), &mut |_| Ok(()));
        assert!(matches!(whole, Err(Error::Record { .. })), "{at}: {whole:?}");
        // What is not there and never was is no damage.
        let absent = records::sample(Family::Facts, 3, 99);
        for record in absent.iter().filter(|record| !all.iter().any(|held| held.key() == record.key())) {
            let found = store.get(Family::Facts, &record.key());
            assert!(matches!(found, Ok(None) | Err(Error::Record { .. })), "{found:?}");
        }
    }
    let store = open(&url, OpenOptions::read()).unwrap();
    for record in records::sample(Family::Facts, 10, 99) {
        assert!(store.get(Family::Facts, &record.key()).unwrap().is_none_or(|found| found.key() == record.key()));
    }
}

#[test]
fn a_store_without_checksums_gets_them_from_its_first_writer() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("live.sqlite");
    fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/compat/v1/live.sqlite"), &path).unwrap();
    let url = StoreUrl::Sqlite(path.clone());
    let count =
        |sql: &str| -> i64 { rusqlite::Connection::open(&path).unwrap().query_row(sql, [], |row| row.get(0)).unwrap() };
    // The totals of the snapshots in it are made up; no record is damaged.
    let damaged = || {
        let problems = diagnose(&url).unwrap().problems;
        problems.iter().filter(|problem| problem.family != "snapshots").count() as i64
    };
    assert_eq!(damaged(), 0);
    assert_eq!(count("SELECT count(*) FROM pragma_table_info('facts') WHERE name = 'checksum'"), 0, "reading only");
    drop(open(&url, OpenOptions::create()).unwrap());
    for family in Family::ALL {
        let missing = format!("SELECT count(*) FROM \"{family}\" WHERE (checksum IS NULL) <> (ordinal > 0)");
        assert_eq!(count(&missing), 0, "{family}");
    }
    assert_eq!(damaged(), 0);
    execute(&url, "UPDATE links SET fan_in = ~fan_in");
    assert_eq!(damaged(), count("SELECT count(*) FROM links"));
    // Other records are as they were, and new ones are sealed as well.
    let store = open(&url, OpenOptions::create()).unwrap();
    store.write(&Batch::of(records::sample(Family::Symbols, 4, 77))).unwrap();
    drop(store);
    assert_eq!(count("SELECT count(*) FROM symbols WHERE checksum IS NULL"), 0);
}
