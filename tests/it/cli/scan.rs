//! Scans as a user sees them: counts, incremental runs, determinism, the execution log.

use std::fs;
use std::process::Stdio;

use serde_json::Value;

use crate::support::Repo;
use crate::support::{command, elcano, sample};

fn scan(repo: &Repo) -> Value {
    repo.elcano(&["scan", "--json"]).json()
}

#[test]
fn a_scan_counts_what_it_found_and_an_unchanged_tree_is_not_parsed_again() {
    let repo = sample();
    let cold = scan(&repo);
    assert_eq!(cold["schema"], "elcano.scan/1");
    assert_eq!(cold["files_found"], 4);
    assert_eq!(cold["files_parsed"].as_u64().unwrap() + cold["files_cached"].as_u64().unwrap(), 4);
    assert_eq!(cold["skipped"]["no_language"], 1);
    let warm = scan(&repo);
    assert_eq!((&warm["files_parsed"], &warm["files_cached"]), (&0.into(), &4.into()));
    assert_eq!(warm["snapshot"], cold["snapshot"]);
    repo.file("web/app.js", "function changed() {}\n");
    let touched = scan(&repo);
    assert_eq!(touched["files_parsed"], 1);
    assert_ne!(touched["snapshot"], cold["snapshot"]);
}

#[test]
fn in_a_git_work_tree_unchanged_files_are_not_read() {
    let repo = sample();
    repo.init().git(&["add", "."]);
    for path in ["src/a.py", "src/lib.rs", "web/app.js", "src/copy_of_a.py"] {
        repo.age(path);
    }
    repo.git(&["add", "."]);
    repo.commit("all");
    // A new index is as young as its files; git, and we, take them for changed until it is written
    // again.
    repo.git(&["update-index", "--refresh"]);
    scan(&repo);
    // Unreadable now: opening it fails, unless root runs the tests; then the content differs.
    let path = repo.path("src/lib.rs");
    let stat = fs::metadata(&path).unwrap();
    let same_size = "x".repeat(usize::try_from(stat.len()).unwrap());
    let modified = stat.modified().unwrap();
    fs::write(&path, same_size).unwrap();
    fs::File::options().write(true).open(&path).unwrap().set_modified(modified).unwrap();
    let changed = scan(&repo);
    // The change time moved, so the index does not vouch for it: it is read and parsed.
    assert_eq!(changed["files_parsed"], 1);
    assert_eq!(changed["files_cached"], 3);
}

#[test]
fn threads_working_folder_and_a_warm_store_change_nothing_in_the_report() {
    let repo = sample();
    let stores = tempfile::tempdir().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let root = repo.root().to_str().unwrap();
    let report = |store: &str, folder: &std::path::Path, jobs: &str, again: bool| {
        let url = format!("lmdb:{}", stores.path().join(store).display());
        for _ in 0..=u8::from(again) {
            elcano(folder, &["scan", root, "--store", &url, "--jobs", jobs, "--json"]).json();
        }
        let mut document = elcano(folder, &["report", "--format", "json", "--store", &url]).json();
        document.as_object_mut().unwrap().remove("run");
        document.to_string()
    };
    let first = report("one", repo.root(), "1", false);
    assert_eq!(first, report("two", repo.root(), "2", false));
    assert_eq!(first, report("three", elsewhere.path(), "7", true));
}

#[test]
fn a_changed_spec_measures_its_language_again_and_no_other() {
    let repo = sample();
    scan(&repo);
    let specs = tempfile::tempdir().unwrap();
    let spec = include_str!("../../../src/lang/specs/python.toml");
    fs::write(specs.path().join("python.toml"), format!("{spec}\n# another comment\n")).unwrap();
    let again = repo.elcano(&["scan", "--json", "--specs", specs.path().to_str().unwrap()]).json();
    let parsed = again["files_parsed"].as_u64().unwrap();
    assert!((1..=2).contains(&parsed), "the two equal Python files: {again}");
    assert_eq!(again["files_found"], 4);
}

#[test]
fn every_run_is_logged_newest_first_and_no_log_writes_nothing() {
    let repo = sample();
    scan(&repo);
    repo.elcano(&["run", "ci", ".", "-q"]);
    repo.elcano(&["scan", "--no-log", "--json"]).json();
    let log = repo.elcano(&["log", "--json"]).json();
    let runs = log["executions"].as_array().unwrap();
    assert_eq!(runs.len(), 2);
    assert_eq!(runs[0]["pipeline"], "ci");
    assert_eq!(runs[1]["pipeline"], "scan");
    assert_eq!(runs[0]["outcome"], "success");
    let stages: Vec<_> = runs[0]["stages"].as_array().unwrap().iter().map(|stage| &stage["name"]).collect();
    assert_eq!(stages, ["scan", "gate", "report"]);
    assert!(runs[0]["duration_us"].as_u64().unwrap() > 0);
    assert_eq!(repo.elcano(&["log", "--json", "--outcome", "failure"]).json()["executions"], Value::Array(vec![]));
    for (filter, value, expected) in [
        ("--outcome", "success", 2),
        ("--since", "2001-01-01", 2),
        ("--since", "2200-01-01T00:00:00Z", 0),
        ("--of-version", env!("CARGO_PKG_VERSION"), 2),
        ("--of-version", "0.0.0-other", 0),
    ] {
        let found = repo.elcano(&["log", "--json", filter, value]).json();
        assert_eq!(found["executions"].as_array().unwrap().len(), expected, "{filter} {value}");
    }
    assert_eq!(repo.elcano(&["log", "--json", "--recent", "1"]).json()["executions"].as_array().unwrap().len(), 1);
}

#[test]
fn a_killed_run_is_aborted_and_every_snapshot_that_is_there_is_complete() {
    let repo = Repo::new();
    for at in 0..400 {
        repo.file(&format!("m{at}.py"), format!("def f{at}(a):\n    if a == {at}:\n        return {at}\n").repeat(60));
    }
    let mut killed = 0;
    for round in 0..50_u64 {
        // Every round has something new to parse and to write.
        repo.file("m0.py", format!("x = {round}\n"));
        let mut child = command(repo.root(), &["scan", "--level", "chunks"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (sender, receiver) = std::sync::mpsc::channel::<()>();
        let wait = std::time::Duration::from_millis(3 + round * 7 % 200);
        assert!(receiver.recv_timeout(wait).is_err());
        drop(sender);
        child.kill().unwrap();
        killed += u32::from(child.wait().unwrap().code().is_none());
        let stats = repo.elcano(&["store", "stats", "--json"]);
        if stats.code == 3 && stats.err.contains("no store") {
            continue;
        }
        assert_eq!(stats.code, 0, "{}", stats.err);
        let snapshots = stats.json()["families"]["snapshots"].as_u64().unwrap();
        let report = repo.elcano(&["report", "--format", "json"]);
        if snapshots > 0 {
            assert_eq!(report.json()["files_found"], 400);
        } else {
            assert_eq!(report.code, 3, "{}", report.err);
        }
    }
    assert!(killed > 0, "no round was quick enough to kill a run");
    assert_eq!(scan(&repo)["files_found"], 400);
    let log = repo.elcano(&["log", "--json", "--recent", "1000"]).json();
    let outcomes: Vec<_> = log["executions"].as_array().unwrap().iter().map(|run| run["outcome"].clone()).collect();
    assert_eq!(outcomes[0], "success");
    assert!(!outcomes.contains(&"running".into()), "{outcomes:?}");
}

#[test]
fn an_interrupt_is_logged_as_cancelled_and_leaves_no_snapshot() {
    let repo = Repo::new();
    for at in 0..600 {
        repo.file(&format!("m{at}.py"), format!("def f{at}(a):\n    if a == {at}:\n        return {at}\n").repeat(200));
    }
    let child = command(repo.root(), &["scan", "-j1"]).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let pid = rustix::process::Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
    // The log says `running` once the work has begun.
    while repo.elcano(&["log", "--json"]).code != 0
        || !repo.elcano(&["log", "--json"]).out.contains("\"outcome\": \"running\"")
    {
        std::thread::yield_now();
    }
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", String::from_utf8_lossy(&output.stderr));
    let log = repo.elcano(&["log", "--json"]).json();
    assert_eq!(log["executions"][0]["outcome"], "cancelled");
    assert_eq!(repo.elcano(&["store", "stats", "--json"]).json()["families"]["snapshots"], 0);
}
