//! Signals that ask for an end: every command hears them, ends with 130, and what it was writing is
//! as it was before or whole; who asks twice is not kept waiting; who was told to ignore one does.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use elcano::store::{Batch, OpenOptions, StoreUrl, open};
use rustix::process::{Pid, Signal, kill_process};

use crate::support::stores::is_companion;
use crate::support::{Repo, command, elcano, processes, records, sample};

/// Moments over the time that a command takes at which it is signalled.
const ROUNDS: u32 = 12;

const SIGNALS: [Signal; 3] = [Signal::INT, Signal::TERM, Signal::HUP];

fn signal(child: &Child, signal: Signal) {
    kill_process(Pid::from_child(child), signal).unwrap();
}

/// Waits until the process listens for all signals; false if it has ended before.
fn listens(child: &mut Child) -> bool {
    while child.try_wait().unwrap().is_none() {
        // The last for which a handler is set.
        if processes::treats(&child.id().to_string(), "SigCgt", Signal::XFSZ) {
            return true;
        }
    }
    false
}

/// All files below a folder with their bytes; locks are not part of what is kept.
fn content(path: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut all = Vec::new();
    let mut open = vec![path.to_owned()];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if let Ok(bytes) = std::fs::read(&path) {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if !name.ends_with("lock") && !name.ends_with("lock.mdb") {
                all.push((path, bytes));
            }
        }
    }
    all.sort();
    all
}

fn names(folder: &Path) -> BTreeSet<PathBuf> {
    std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}

/// What a signalled command came to.
#[derive(Debug, PartialEq, Eq)]
enum End {
    Interrupted,
    Done,
}

/// Starts a command, signals it after a while, and looks at how it ended.
#[expect(clippy::disallowed_methods, reason = "a signal comes at any moment, also between two events")]
fn interrupted(mut command: Command, by: Signal, after: Duration) -> (End, String) {
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    if listens(&mut child) {
        std::thread::sleep(after);
        signal(&child, by);
    }
    let output = child.wait_with_output().unwrap();
    let err = String::from_utf8_lossy(&output.stderr).into_owned();
    let end = match output.status.code() {
        Some(130) => End::Interrupted,
        Some(0 | 1) => End::Done,
        other => panic!("{command:?} {by:?} after {after:?}: {other:?} {:?} {err}", output.status),
    };
    assert!(!err.contains("panicked"), "{err}");
    assert_eq!(end == End::Interrupted, err.contains("elcano: interrupted: "), "{command:?}: {err}");
    (end, err)
}

/// Signals a command at moments spread over the time that it takes. `look` looks at what it left.
fn at_every_moment(folder: &Path, args: &[&str], mut look: impl FnMut(End)) {
    let begun = Instant::now();
    let done = elcano(folder, args);
    assert!(done.code <= 1, "{args:?}: {}", done.err);
    let whole = begun.elapsed();
    look(End::Done);
    let mut ended = 0;
    for round in 0..ROUNDS {
        let by = SIGNALS[round as usize % SIGNALS.len()];
        let (end, _) = interrupted(command(folder, args), by, whole * round / ROUNDS);
        ended += u32::from(end == End::Interrupted);
        look(end);
    }
    assert!(ended > 0, "{args:?} was never interrupted");
}

/// Two stores with different records, of which the second takes its time.
fn old_and_new(folder: &Path) -> (String, String) {
    let make = |name: &str, n, seed| {
        let url = StoreUrl::Lmdb(folder.join(name));
        open(&url, OpenOptions::create()).unwrap().write(&Batch::of(records::sample_all(n, seed))).unwrap();
        url.to_string()
    };
    (make("old", 5, 210), make("new", 150, 211))
}

#[test]
fn what_is_made_beside_its_place_is_the_old_or_the_new_one() {
    let home = tempfile::tempdir().unwrap();
    let (old, new) = old_and_new(home.path());
    let kinds: [&[&str]; 9] = [
        &["export", "--to", "sqlite:target", "--force", "--store"],
        &["export", "--to", "duckdb:target", "--force", "--store"],
        &["export", "--to", "parquet:target", "--force", "--store"],
        &["export", "--to", "csv:target", "--force", "--store"],
        &["store", "pack", "target", "--force", "--store"],
        &["migrate", "--to", "lmdb:target", "--force", "--from"],
        &["migrate", "--to", "sqlite:target", "--force", "--from"],
        &["store", "unpack", "../new.pack", "--force", "--store", "lmdb:target"],
        &["store", "unpack", "../new.pack", "--force", "--store", "sqlite:target"],
    ];
    for (url, pack) in [(&old, "old.pack"), (&new, "new.pack")] {
        assert_eq!(elcano(home.path(), &["store", "pack", pack, "--store", url]).code, 0);
    }
    for (at, kind) in kinds.iter().enumerate() {
        let folder = home.path().join(format!("work{at}"));
        std::fs::create_dir(&folder).unwrap();
        let unpacks = kind[1] == "unpack";
        let of = |url: &str| -> Vec<String> {
            let words =
                kind.iter().map(|word| word.replace("new.pack", if url == old { "old.pack" } else { "new.pack" }));
            words.chain((!unpacks).then(|| url.to_owned())).collect()
        };
        let (make_old, make_new) = (of(&old), of(&new));
        let make_old: Vec<&str> = make_old.iter().map(String::as_str).collect();
        let make_new: Vec<&str> = make_new.iter().map(String::as_str).collect();
        let target = folder.join("target");
        // A store's own time and a database's ids differ from copy to copy: its records do not.
        let is_store = make_new[0] == "migrate" || unpacks || make_new[2].starts_with("duckdb");
        let state = || match (is_store, target.is_dir()) {
            (false, _) => format!("{:?}", content(&target)),
            (true, is_dir) => {
                let engine = if is_dir {
                    "lmdb"
                } else if make_new.join(" ").contains("duckdb") {
                    "duckdb"
                } else {
                    "sqlite"
                };
                let url: StoreUrl = format!("{engine}:{}", target.display()).parse().unwrap();
                format!("{:?}", elcano::store::read_from(&url, elcano::store::digest_all).unwrap())
            }
        };
        let restore = || assert_eq!(elcano(&folder, &make_old).code, 0, "{make_old:?}");
        restore();
        let before = state();
        assert_eq!(elcano(&folder, &make_new).code, 0, "{make_new:?}");
        let after = state();
        assert_ne!(before, after);
        restore();
        let beside = names(&folder);
        at_every_moment(&folder, &make_new, |end| {
            let left: Vec<_> = names(&folder).difference(&beside).cloned().collect();
            let found = state();
            let expected = if end == End::Done { &after } else { &before };
            assert!(found == *expected, "{make_new:?}: {end:?}, and the target is not what it must be");
            let is_kept = |path: &PathBuf| path.ends_with("elcano.lock") || path.file_name().is_some_and(is_companion);
            assert!(left.iter().all(is_kept), "{make_new:?}: litter: {left:?}");
            restore();
        });
    }
}

#[test]
fn what_changes_a_store_leaves_it_sound_and_what_reads_it_ends() {
    let home = tempfile::tempdir().unwrap();
    let (_, new) = old_and_new(home.path());
    elcano(home.path(), &["export", "--to", "duckdb:from.duckdb", "--store", &new]);
    for engine in ["lmdb", "sqlite"] {
        let own = format!("{engine}:own-{engine}");
        let commands: [&[&str]; 7] = [
            &["import", "--from", &new, "--store", &own],
            &["import", "--from", "duckdb:from.duckdb", "--store", &own],
            &["verify", &new, &own],
            &["store", "doctor", "--store", &own],
            &["migrate", "--from", &own, "--to", "lmdb:nowhere", "--dry-run"],
            &["query", "SELECT count(*) FROM ast", "--store", &own],
            &["store", "gc", "--keep", "1", "--store", &own],
        ];
        for args in commands {
            at_every_moment(home.path(), args, |_| {
                let doctor = elcano(home.path(), &["store", "doctor", "--store", &own]);
                // Made-up records refer to snapshots that there are not: damage would be worse.
                assert!(
                    !doctor.out.contains("structure") && !doctor.out.contains("damaged"),
                    "{args:?}: {}",
                    doctor.out
                );
            });
        }
    }
}

#[test]
fn what_works_on_a_repository_ends_and_its_files_are_as_they_were() {
    let repo = Repo::new();
    repo.init();
    for at in 0..60 {
        let one = |n: u32| {
            format!("def f{n}(a):\n    for x in a:\n        if x and a:\n            return x\n    return {at}\n")
        };
        repo.file(&format!("m{at}.py"), (0..60).map(one).collect::<String>());
    }
    repo.commit("one");
    for at in 0..60 {
        repo.file(&format!("m{at}.py"), format!("def g(a):\n    return {at}\n").repeat(300));
    }
    repo.commit("two");
    repo.file("elcano-baseline.jsonl", "{\"schema\":\"elcano.baseline/1\"}\n").file("report.md", "old\n");
    let commands: [&[&str]; 6] = [
        &["diff", "HEAD^", "HEAD"],
        &["check"],
        &["baseline", "diff"],
        &["baseline", "write", "--limit", "cognitive=1", "--baseline", "other.jsonl"],
        &["exemptions"],
        &["scan", "--level", "full"],
    ];
    for args in commands {
        at_every_moment(repo.root(), args, |end| {
            assert_ne!(repo.elcano(&["store", "doctor", "--store", "lmdb:.elcano"]).code, 1, "{args:?}");
            if args[0] == "baseline" && args[1] == "write" {
                assert_eq!(repo.path("other.jsonl").exists(), end == End::Done, "{args:?}");
                let _ = std::fs::remove_file(repo.path("other.jsonl"));
            }
            if repo.path(".elcano").exists() {
                repo.remove(".elcano");
            }
        });
    }
    assert_eq!(repo.elcano(&["scan"]).code, 0);
    at_every_moment(repo.root(), &["report", "--format", "markdown=report.md"], |end| {
        let text = std::fs::read_to_string(repo.path("report.md")).unwrap();
        assert_eq!(text == "old\n", end != End::Done, "{end:?}");
        repo.file("report.md", "old\n");
    });
    for args in [&["log", "--recent", "100000"][..], &["get", "metrics:file:m1.py"]] {
        let (end, _) = interrupted(command(repo.root(), args), Signal::TERM, Duration::ZERO);
        assert!(matches!(end, End::Interrupted | End::Done));
    }
}

/// A query that would take years.
const FOREVER: &str = "SELECT sum(a.range * b.range) FROM range(100000000) a, range(100000000) b";

#[test]
fn a_statement_that_runs_for_years_ends_at_the_first_signal() {
    let repo = sample();
    for store in ["lmdb:store", "sqlite:store.sqlite"] {
        assert_eq!(repo.elcano(&["scan", "--store", store]).code, 0);
        for (at, by) in SIGNALS.into_iter().enumerate() {
            let after = Duration::from_millis(150 * at as u64);
            let (end, err) = interrupted(command(repo.root(), &["query", FOREVER, "--store", store]), by, after);
            assert_eq!(end, End::Interrupted, "{err}");
            assert!(err.contains("nothing was changed"), "{err}");
        }
    }
}

#[test]
fn who_waits_for_input_hears_the_first_signal() {
    for by in SIGNALS {
        let folder = tempfile::tempdir().unwrap();
        let mut waiting = command(folder.path(), &["measure", "-", "--language", "python"]);
        let mut child = waiting.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let input = child.stdin.take().unwrap();
        assert!(listens(&mut child));
        signal(&child, by);
        assert_eq!(child.wait().unwrap().code(), Some(130), "{by:?}");
        drop(input);
    }
}

#[test]
fn who_cannot_hear_the_first_signal_is_ended_by_the_second() {
    for by in SIGNALS {
        let repo = Repo::new();
        // Nobody ever writes to it, so opening it does not return.
        repo.fifo("pipe.py");
        let mut child = command(repo.root(), &["measure", "pipe.py"]).stderr(Stdio::null()).spawn().unwrap();
        assert!(listens(&mut child));
        signal(&child, by);
        // Two of a kind that wait become one: again and again until it has ended.
        let status = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break status;
            }
            signal(&child, by);
        };
        assert_eq!(status.code(), Some(130), "{by:?}");
    }
}

#[test]
fn a_signal_that_was_ignored_from_the_start_stays_so() {
    let repo = Repo::new();
    repo.fifo("pipe.py");
    processes::heard();
    let mut shell = Command::new("/bin/sh");
    shell
        .args(["-c", "trap '' HUP; exec \"$0\" measure pipe.py", env!("CARGO_BIN_EXE_elcano")])
        .current_dir(repo.root());
    let mut child = shell.stderr(Stdio::null()).spawn().unwrap();
    assert!(listens(&mut child));
    for _ in 0..3 {
        signal(&child, Signal::HUP);
    }
    assert!(child.try_wait().unwrap().is_none(), "it was told to ignore the end of its terminal");
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        signal(&child, Signal::INT);
    };
    assert_eq!(status.code(), Some(130));
}

#[test]
fn an_interrupt_is_told_as_json_where_messages_are() {
    let repo = sample();
    repo.elcano(&["scan"]);
    let mut query = command(repo.root(), &["query", FOREVER, "--log-format", "json"]);
    let mut child = query.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    assert!(listens(&mut child));
    signal(&child, Signal::INT);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    let document: serde_json::Value = serde_json::from_slice(&output.stderr).unwrap();
    assert_eq!((&document["exit_code"], &document["error"][0]), (&130.into(), &"interrupted".into()));
}
