//! Single bits of stores flip: no command crashes, and none gives a wrong answer with exit code 0.
//!
//! `ELCANO_FLIPS=1000` flips so many bits, `ELCANO_FLIPS_SEED=7` others than usual.

use std::fs;
use std::path::Path;
use std::process::Output;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{Repo, command};

/// A file in each of some languages, so that every family has records and trees have branches.
fn fixture() -> Repo {
    let repo = Repo::new();
    for n in 0..14 {
        repo.file(
            &format!("src/m{n}.py"),
            format!(
                "def f{n}(x):\n    if x > {n}:\n        return g{n}(x)\n    return 0\n\ndef g{n}(x):\n    return x\n"
            ),
        );
        repo.file(
            &format!("web/m{n}.js"),
            format!("class A{n} {{\n  m(x) {{\n    for (;;) {{ if (x) {{ return {n}; }} }}\n  }}\n}}\n"),
        );
        repo.file(&format!("lib/m{n}.rs"), format!("fn f{n}(x: u8) -> u8 {{ if x > {n} {{ 1 }} else {{ 2 }} }}\n"));
    }
    repo
}

/// Where an engine keeps all of a store within a folder.
struct Engine {
    name: &'static str,
    file: &'static str,
}

const ENGINES: [Engine; 2] =
    [Engine { name: "lmdb", file: "store/data.mdb" }, Engine { name: "sqlite", file: "store" }];

impl Engine {
    fn url(&self, folder: &Path) -> String {
        format!("{}:{}", self.name, folder.join("store").display())
    }

    fn place(&self, folder: &Path, bytes: &[u8]) {
        let file = folder.join(self.file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, bytes).unwrap();
    }
}

/// What a process came to; `None` for a signal.
struct Ended {
    code: Option<i32>,
    out: Vec<u8>,
    err: String,
}

impl Ended {
    fn of(output: Output) -> Self {
        let err = String::from_utf8_lossy(&output.stderr).into_owned();
        Self { code: output.status.code(), out: output.stdout, err }
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.out).unwrap_or(Value::Null)
    }
}

fn run(repo: &Repo, url: &str, args: &[&str], ci: bool) -> Ended {
    let mut command = command(repo.root(), &[args, &["--store", url]].concat());
    if ci {
        command.env("CI", "1");
    }
    Ended::of(command.output().unwrap())
}

/// What commands that only read say of a store.
fn commands() -> Vec<(&'static str, Vec<&'static str>)> {
    vec![
        ("report", vec!["report", "--format", "json"]),
        ("query", vec!["query", "SELECT path, name, cognitive FROM functions ORDER BY ALL", "--format", "csv"]),
        ("links", vec!["query", "SELECT symbol, fan_in, fan_out FROM links ORDER BY ALL", "--format", "csv"]),
        ("log", vec!["log", "--json"]),
        ("stats", vec!["store", "stats", "--json"]),
        ("gc", vec!["store", "gc", "--keep", "1", "--dry-run", "--json"]),
        ("doctor", vec!["store", "doctor", "--json"]),
        ("get", vec!["get", "metrics:file:src/m7.py"]),
    ]
}

/// All bytes of an export, without what depends on the name of the store.
fn exported(repo: &Repo, url: &str, folder: &Path) -> (Ended, Vec<(String, Vec<u8>)>) {
    let target = folder.join("export");
    let ended = run(repo, url, &["export", "--to", &format!("csv:{}", target.display())], false);
    let mut files = Vec::new();
    if let Ok(entries) = fs::read_dir(&target) {
        for entry in entries {
            let entry = entry.unwrap();
            files.push((entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap()));
        }
    }
    files.sort();
    (ended, files)
}

/// What a report says of the code, whichever run made it.
fn numbers(report: &Value) -> Value {
    let mut report = report.clone();
    if let Some(members) = report.as_object_mut() {
        members.remove("run");
    }
    report
}

/// A sound store and what is said of it.
struct Sound {
    engine: &'static Engine,
    bytes: Vec<u8>,
    said: Vec<Vec<u8>>,
    export: Vec<(String, Vec<u8>)>,
    numbers: Value,
}

/// In which folder a store is does not matter, but outputs name it.
fn without(folder: &Path, out: &[u8]) -> Vec<u8> {
    String::from_utf8_lossy(out).replace(folder.to_str().unwrap(), "FOLDER").into_bytes()
}

impl Sound {
    fn of(repo: &Repo, engine: &'static Engine) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = engine.url(folder.path());
        // A second run leaves free pages behind, and a history.
        for _ in 0..2 {
            let scanned = run(repo, &url, &["scan", "--level", "full"], false);
            assert_eq!(scanned.code, Some(0), "{}", scanned.err);
        }
        let bytes = fs::read(folder.path().join(engine.file)).unwrap();
        // As a copy, which is what is damaged later.
        let folder = tempfile::tempdir().unwrap();
        let url = engine.url(folder.path());
        engine.place(folder.path(), &bytes);
        let mut said = Vec::new();
        for (name, args) in commands() {
            let ended = run(repo, &url, &args, false);
            assert_eq!(ended.code, Some(0), "{name} of a sound store: {}", ended.err);
            said.push(without(folder.path(), &ended.out));
        }
        let (ended, export) = exported(repo, &url, folder.path());
        assert_eq!((ended.code, export.is_empty()), (Some(0), false), "{}", ended.err);
        let numbers = numbers(&run(repo, &url, &["report", "--format", "json"], false).json());
        assert!(numbers.is_object());
        Self { engine, bytes, said, export, numbers }
    }
}

/// What came of all flips.
#[derive(Default)]
struct Counts {
    runs: AtomicU64,
    refused: AtomicU64,
    same: AtomicU64,
    wrong: Mutex<Vec<String>>,
}

impl Counts {
    fn add(&self, what: &str, ended: &Ended, is_right: bool) {
        self.runs.fetch_add(1, Ordering::Relaxed);
        match ended.code {
            Some(0) if is_right => drop(self.same.fetch_add(1, Ordering::Relaxed)),
            Some(0) => self.wrong.lock().unwrap().push(format!("{what}: another answer with exit code 0")),
            // The doctor's answer of damage; everybody else's.
            Some(1 | 3) => drop(self.refused.fetch_add(1, Ordering::Relaxed)),
            code => self.wrong.lock().unwrap().push(format!("{what}: exit code {code:?}: {}", ended.err)),
        }
    }
}

/// Flips one bit and runs every command.
fn flip(repo: &Repo, sound: &Sound, at: usize, bit: u8, counts: &Counts) {
    let mut bytes = sound.bytes.clone();
    bytes[at] ^= 1 << bit;
    let fresh = || {
        let folder = TempDir::new().unwrap();
        sound.engine.place(folder.path(), &bytes);
        let url = sound.engine.url(folder.path());
        (folder, url)
    };
    let what = |name: &str| format!("{} byte {at} bit {bit}: {name}", sound.engine.name);
    let (folder, url) = fresh();
    for ((name, args), said) in commands().iter().zip(&sound.said) {
        let ended = run(repo, &url, args, false);
        let right = without(folder.path(), &ended.out) == *said;
        counts.add(&what(name), &ended, right);
    }
    let (ended, export) = exported(repo, &url, folder.path());
    counts.add(&what("export"), &ended, export == sound.export);
    // A scan either refuses the store or measures what it lacks.
    for ci in [false, true] {
        let (_folder, url) = fresh();
        let scanned = run(repo, &url, &["scan", "--level", "full"], ci);
        counts.add(&what(if ci { "scan in CI" } else { "scan" }), &scanned, true);
        let done = scanned.code == Some(0);
        if ci && !done {
            counts.wrong.lock().unwrap().push(format!("{}: {}", what("not put aside"), scanned.err));
        }
        if done {
            let report = run(repo, &url, &["report", "--format", "json"], false);
            counts.add(&what("report after scan"), &report, numbers(&report.json()) == sound.numbers);
        }
    }
}

/// The next of a sequence of numbers that looks random and is the same in every run.
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

/// Anywhere, and every third time where engines keep their structure: the first bytes of a file and
/// of a page.
fn place(round: u64, length: usize, state: &mut u64) -> (usize, u8) {
    let random = next(state);
    let bit = (random >> 60) as u8 & 7;
    let within = |limit: usize| (random & 0xFFFF_FFFF) as usize % limit;
    let at = match round % 6 {
        0 => within(160) + if random & (1 << 50) == 0 { 0 } else { 4096 },
        1 | 2 => (within(length / 4096) * 4096) + next(state) as usize % 64,
        _ => within(length),
    };
    (at.min(length - 1), bit)
}

fn number(variable: &str, default: u64) -> u64 {
    std::env::var(variable).map_or(default, |text| text.parse().unwrap())
}

#[test]
fn a_flipped_bit_crashes_nothing_and_no_answer_is_wrong() {
    let (flips, seed) = (number("ELCANO_FLIPS", 150), number("ELCANO_FLIPS_SEED", 11));
    println!("{flips} flips with seed {seed}");
    let repo = fixture();
    let sound = ENGINES.each_ref().map(|engine| Sound::of(&repo, engine));
    let (counts, rounds) = (Counts::default(), AtomicU64::new(0));
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let round = rounds.fetch_add(1, Ordering::Relaxed);
                    if round >= flips {
                        return;
                    }
                    let sound = &sound[usize::try_from(round).unwrap() % ENGINES.len()];
                    let mut state = seed.wrapping_mul(1 << 32).wrapping_add(round);
                    let (at, bit) = place(round / 2, sound.bytes.len(), &mut state);
                    flip(&repo, sound, at, bit, &counts);
                }
            });
        }
    });
    let wrong = counts.wrong.into_inner().unwrap();
    let (runs, refused, same) = (counts.runs, counts.refused, counts.same);
    println!("{runs:?} runs, {refused:?} refused, {same:?} as of a sound store, {} wrong", wrong.len());
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(refused.into_inner() > flips && same.into_inner() > flips / 4, "the flips did not do much");
}

/// Pages of 4 KiB that change places, are zeroed, or are another page's copy.
fn page_damages(bytes: &[u8], seed: u64) -> Vec<(String, Vec<u8>)> {
    const PAGE: usize = 4096;
    let (pages, mut state, mut all) = (bytes.len() / PAGE, seed, Vec::new());
    for _ in 0..6 {
        let mut some = || next(&mut state) as usize % pages;
        let (a, b) = (some(), some());
        if bytes[a * PAGE..(a + 1) * PAGE] == bytes[b * PAGE..(b + 1) * PAGE] {
            continue;
        }
        let mut swapped = bytes.to_vec();
        for at in 0..PAGE {
            swapped.swap(a * PAGE + at, b * PAGE + at);
        }
        all.push((format!("pages {a} and {b} swapped"), swapped));
        let mut copied = bytes.to_vec();
        copied.copy_within(a * PAGE..(a + 1) * PAGE, b * PAGE);
        all.push((format!("page {a} over {b}"), copied));
        let mut zeroed = bytes.to_vec();
        zeroed[b * PAGE..(b + 1) * PAGE].fill(0);
        all.push((format!("page {b} zeroed"), zeroed));
    }
    for length in [0, 1, 100, PAGE - 1, PAGE, 2 * PAGE, bytes.len() / 2, bytes.len() - PAGE, bytes.len() - 1] {
        all.push((format!("cut to {length} bytes"), bytes[..length].to_vec()));
    }
    all
}

#[test]
fn pages_that_are_swapped_zeroed_or_missing_crash_nothing_and_no_answer_is_wrong() {
    let repo = fixture();
    for engine in &ENGINES {
        let sound = Sound::of(&repo, engine);
        let counts = Counts::default();
        for (what, bytes) in page_damages(&sound.bytes, 5) {
            if bytes == sound.bytes {
                continue;
            }
            let folder = TempDir::new().unwrap();
            sound.engine.place(folder.path(), &bytes);
            let url = engine.url(folder.path());
            for ((name, args), said) in commands().iter().zip(&sound.said).take(3) {
                let ended = run(&repo, &url, args, false);
                let right = without(folder.path(), &ended.out) == *said;
                counts.add(&format!("{} {what}: {name}", engine.name), &ended, right);
            }
            let scanned = run(&repo, &url, &["scan", "--level", "full"], true);
            assert_eq!(scanned.code, Some(0), "{} {what}: {}", engine.name, scanned.err);
            let report = run(&repo, &url, &["report", "--format", "json"], false);
            assert!(numbers(&report.json()) == sound.numbers, "{} {what}: {}", engine.name, report.err);
        }
        let wrong = counts.wrong.into_inner().unwrap();
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        assert!(counts.refused.into_inner() > 30, "hardly anything was refused");
    }
}
