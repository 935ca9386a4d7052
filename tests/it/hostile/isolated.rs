//! Files measured in processes of their own: what goes wrong there is a note on the file, remembered
//! by its content, and nothing else of the run is touched.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::AtomicBool;

use elcano::isolate::Subject;
use elcano::lang::Registry;
use elcano::measure::{Analyzer, FileLimits, Options};
use elcano::model::{ContentId, Level};
use rustix::process::{Pid, Signal, kill_process};

use super::mutated::isolation;
use crate::support::languages::{files, fixtures, tests};
use crate::support::{Repo, command, elcano};

const GOOD: &str = "def f(a):\n    return 1 if a else 2\n";

/// Strings in strings, and words, that add up to one byte more than the scanner's state may have:
/// refused by nothing but an assertion of the parser.
fn crashing() -> String {
    const STRINGS: usize = 140;
    let words: Vec<_> = ('A'..'J').map(|letter| String::from(letter).repeat(30)).chain(["Z".repeat(13)]).collect();
    let openers: Vec<_> = words.iter().map(|word| format!("<<{word}")).collect();
    let bodies: String = words.iter().map(|word| format!("t\n{word}\n")).collect();
    let (open, close) = ("\"#{".repeat(STRINGS), "}\"".repeat(STRINGS));
    format!("x = {open}[{}]\n{bodies}{close}\n", openers.join(", "))
}

/// Perl whose scanner does not come to an end, and specs that do not know it.
fn looping(repo: &Repo) -> PathBuf {
    repo.file("loop.pl", "print <<EOT;\na $b");
    let spec = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lang/specs/perl.toml")).unwrap();
    let (before, after) = spec.split_once("[unsafe_to_parse]").expect("the rule");
    let after = after.split_once("\n[").expect("what follows it").1;
    repo.file("specs/perl.toml", format!("{before}[{after}"));
    repo.path("specs")
}

#[test]
fn a_crash_is_a_note_that_is_remembered() {
    let repo = Repo::with(&[("good.py", GOOD), ("a.rb", &crashing()), ("z.rb", "def g\n  1\nend\n")]);
    let scanned = repo.elcano(&["scan", "--isolate", "always", "--json"]).json();
    assert_eq!((&scanned["files_found"], &scanned["files_failed"]), (&3.into(), &1.into()), "{scanned}");
    assert_eq!(scanned["notes"]["crashed"], 1, "{scanned}");
    // Not tried again: also not where a crash would be one of this process.
    let again = repo.elcano(&["scan", "--isolate", "never", "--json"]).json();
    assert_eq!((&again["files_parsed"], &again["files_failed"]), (&0.into(), &1.into()), "{again}");
    assert_eq!(again["notes"]["crashed"], 1, "{again}");
}

/// What damaging files at random found, whether rules on bytes know it by now or not.
#[test]
fn files_that_crash_are_notes() {
    let repo = Repo::with(&[("good.py", GOOD)]);
    let samples = files(&tests().join("hostile/crashing"));
    repo.file("crashing.rb", crashing());
    for path in &samples {
        fs::copy(path, repo.path(path.file_name().unwrap().to_str().unwrap())).unwrap();
    }
    let scanned = repo.elcano(&["scan", "--isolate", "always", "--json"]).json();
    let noted = |kind: &str| scanned["notes"][kind].as_u64().unwrap_or(0);
    assert!(noted("crashed") > 0, "{scanned}");
    assert_eq!(noted("crashed") + noted("parse_budget"), samples.len() as u64 + 1, "{scanned}");
    assert_eq!(scanned["files_parsed"], samples.len() + 2, "{scanned}");
}

/// In CI files are isolated without being asked for; and the same file does end a process.
#[test]
fn ci_isolates() {
    let repo = Repo::with(&[("good.py", GOOD), ("a.rb", &crashing())]);
    let outside = repo.elcano_in("", &["scan", "--json", "--store", "one"], &[("CI", "1")]).json();
    assert_eq!(outside["notes"]["crashed"], 1, "{outside}");
    let checked = repo.elcano_in("", &["check"], &[("CI", "true")]);
    assert_eq!(checked.code, 0, "{}{}", checked.out, checked.err);
    let asked = repo.elcano_in("", &["check"], &[("ELCANO_ISOLATE", "always")]);
    assert_eq!(asked.code, 0, "{}{}", asked.out, asked.err);
    let written = repo.elcano_in("", &["baseline", "write", "--isolate", "always"], &[]);
    assert_eq!(written.code, 0, "{}{}", written.out, written.err);
    for arguments in [&["scan"][..], &["check"], &["scan", "--isolate", "never"], &["check", "--isolate=never"]] {
        let variables: &[_] = if arguments.len() > 1 { &[("CI", "1")] } else { &[] };
        let mut alone = command(repo.root(), arguments);
        alone.envs(variables.iter().copied()).stdout(Stdio::null()).stderr(Stdio::null());
        assert_eq!(alone.status().unwrap().code(), None, "a signal: {arguments:?}");
    }
}

/// A run that died is followed by one that isolates, without being asked for.
#[test]
fn what_a_dead_run_had_in_hand_is_isolated() {
    let repo = Repo::with(&[("good.py", GOOD), ("a.rb", &crashing())]);
    let mut dying = command(repo.root(), &["scan"]);
    assert_eq!(dying.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap().code(), None);
    let next = repo.elcano(&["scan", "--json"]);
    assert!(next.err.contains("isolated"), "{}", next.err);
    assert_eq!(next.json()["notes"]["crashed"], 1, "{}", next.out);
    let last = repo.elcano(&["scan", "--json"]);
    assert!(!last.err.contains("isolated"), "{}", last.err);
    assert_eq!(last.json()["files_parsed"], 0, "{}", last.out);
}

#[test]
fn a_loop_is_a_note() {
    let repo = Repo::with(&[("good.py", GOOD)]);
    let specs = looping(&repo);
    let arguments = ["scan", "--isolate", "always", "--file-seconds-max", "1", "--json", "--specs"];
    let arguments: Vec<_> = arguments.into_iter().chain([specs.to_str().unwrap()]).collect();
    let scanned = repo.elcano(&arguments).json();
    assert_eq!(scanned["notes"]["timed_out"], 1, "{scanned}");
    let again = repo.elcano(&arguments).json();
    assert_eq!((&again["files_parsed"], &again["notes"]["timed_out"]), (&0.into(), &1.into()), "{again}");
}

#[test]
fn a_flood_of_memory_is_a_note() {
    let table: String = (0..400_000).map(|i| format!("int x{i};\n")).collect();
    let repo = Repo::with(&[("good.py", GOOD), ("flood.c", &table)]);
    let arguments = ["scan", "--isolate", "always", "--file-megabytes-max", "100", "--json"];
    let scanned = repo.elcano(&arguments).json();
    let notes = &scanned["notes"];
    assert!(notes["out_of_memory"] == 1 || notes["parse_budget"] == 1, "{scanned}");
    assert_eq!(scanned["files_failed"], 1, "{scanned}");
}

/// The same facts, whichever process measures.
#[test]
fn isolated_facts_are_the_same() {
    let (registry, isolation) = (Registry::new().unwrap(), isolation());
    let cancelled = AtomicBool::new(false);
    let options = Options { level: Level::Full, limits: FileLimits::default() };
    for id in registry.ids() {
        let analyzer = Analyzer::new(&registry, id, "default").unwrap();
        for fixture in fixtures(id) {
            let (bytes, content) = (&fixture.bytes[..], ContentId::of(&fixture.bytes));
            let subject = Subject { language: id, policy: "default", generated: false, content, bytes };
            let apart = isolation.measure(&analyzer, subject, options, &cancelled).unwrap();
            assert!(apart == analyzer.measure(content, bytes, options), "{}", fixture.name());
        }
    }
}

/// Large files pass through the pipes whole, and so does nothing at all.
#[test]
fn files_of_every_size_pass() {
    let (registry, isolation) = (Registry::new().unwrap(), isolation());
    let analyzer = Analyzer::new(&registry, "c", "default").unwrap();
    let options = Options { level: Level::Chunks, limits: FileLimits::default() };
    for rows in [0, 1, 5_000, 6_554, 20_000, 100_000] {
        let bytes = "void f(){}\n".repeat(rows).into_bytes();
        let content = ContentId::of(&bytes);
        let subject = Subject { language: "c", policy: "default", generated: false, content, bytes: &bytes };
        let apart = isolation.measure(&analyzer, subject, options, &AtomicBool::new(false)).unwrap();
        assert!(apart == analyzer.measure(content, &bytes, options), "{rows} rows");
    }
}

/// A program that cannot be started, or is another one, is an error of the run: exit code 3.
#[test]
fn a_program_that_does_not_measure_is_an_error() {
    let registry = Registry::new().unwrap();
    let analyzer = Analyzer::new(&registry, "c", "default").unwrap();
    let content = ContentId::of(b"");
    let subject = Subject { language: "c", policy: "default", generated: false, content, bytes: b"" };
    let none = elcano::isolate::Isolation::new("/nonexistent/elcano".into(), Vec::new());
    let error = none.measure(&analyzer, subject, Options::metrics(), &AtomicBool::new(false)).unwrap_err();
    assert_eq!(error.exit_code(), 3);
    let silent = elcano::isolate::Isolation::new("/bin/true".into(), Vec::new());
    let facts = silent.measure(&analyzer, subject, Options::metrics(), &AtomicBool::new(false)).unwrap();
    assert_eq!(facts.notes[0].kind, elcano::model::NoteKind::Crashed);
}

/// Garbage in place of a request ends the process that reads it, in order.
#[test]
fn garbage_is_no_request() {
    let repo = Repo::with(&[]);
    for garbage in [&b"\x04\0\0\0abcd"[..], b"\xff\xff\xff\xffx", b"GET / HTTP/1.1\r\n\r\n"] {
        repo.file("garbage", garbage);
        let mut reader = command(repo.root(), &["isolated"]);
        let file = fs::File::open(repo.path("garbage")).unwrap();
        let ended = reader.stdin(file).output().unwrap();
        assert_eq!(ended.status.code(), Some(3), "{garbage:?}");
        assert!(ended.stdout.is_empty());
    }
    assert_eq!(elcano(repo.root(), &["isolated"]).code, 0, "no request at all is an end in order");
}

/// A scan that hangs in a file, and the process it hangs in.
#[cfg(target_os = "linux")]
fn hanging(repo: &Repo) -> (Child, i32) {
    let specs = looping(repo);
    let arguments = ["scan", "--isolate", "always", "--file-seconds-max", "100000", "--specs", specs.to_str().unwrap()];
    let mut scan = command(repo.root(), &arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    loop {
        assert!(scan.try_wait().unwrap().is_none(), "the scan ended");
        // One that has worked for a while is in the loop.
        if let Some(inner) = children(scan.id()).into_iter().find(|pid| ticks(*pid) > 50) {
            return (scan, inner);
        }
        std::thread::yield_now();
    }
}

#[cfg(target_os = "linux")]
fn children(parent: u32) -> Vec<i32> {
    let threads = fs::read_dir(format!("/proc/{parent}/task")).into_iter().flatten().flatten();
    let of = |task: fs::DirEntry| fs::read_to_string(task.path().join("children")).unwrap_or_default();
    threads
        .map(of)
        .flat_map(|text| text.split_whitespace().map(|pid| pid.parse().unwrap()).collect::<Vec<_>>())
        .collect()
}

/// Hundredths of a second of a processor; 0 for a process that is gone.
#[cfg(target_os = "linux")]
fn ticks(process: i32) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    stat.rsplit_once(')').and_then(|(_, rest)| rest.split(' ').nth(12)?.parse().ok()).unwrap_or(0)
}

/// Whether a process is there and no zombie.
#[cfg(target_os = "linux")]
fn lives(process: i32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    stat.rsplit_once(')').is_some_and(|(_, rest)| !rest.starts_with(" Z"))
}

#[cfg(target_os = "linux")]
fn signal(process: u32, signal: Signal) {
    kill_process(Pid::from_raw(process.cast_signed()).unwrap(), signal).unwrap();
}

/// An interrupt ends a run that hangs in a file: the loop itself would take a day.
#[test]
#[cfg(target_os = "linux")]
fn an_interrupt_is_heard_while_a_file_hangs() {
    for which in [Signal::INT, Signal::TERM] {
        let repo = Repo::with(&[("good.py", GOOD)]);
        let (mut scan, inner) = hanging(&repo);
        signal(scan.id(), which);
        assert_eq!(scan.wait().unwrap().code(), Some(130));
        assert!(!lives(inner), "the process that measured has ended with it");
    }
}

/// Killed, the run takes its processes along, also those that loop.
#[test]
#[cfg(target_os = "linux")]
fn no_process_outlives_the_run() {
    let repo = Repo::with(&[]);
    let (mut scan, inner) = hanging(&repo);
    scan.kill().unwrap();
    scan.wait().unwrap();
    while lives(inner) {
        std::thread::yield_now();
    }
}

/// The process that measures holds nothing of the run's: no store, no lock, no output.
#[test]
#[cfg(target_os = "linux")]
fn nothing_is_inherited() {
    let repo = Repo::with(&[]);
    let (mut scan, inner) = hanging(&repo);
    let open = fs::read_dir(format!("/proc/{inner}/fd")).unwrap().flatten();
    let open: Vec<_> = open.filter_map(|fd| fs::read_link(fd.path()).ok()).collect();
    let harmless = |path: &PathBuf| {
        let text = path.to_string_lossy();
        text.starts_with("pipe:")
            || text == "/dev/null"
            || text.starts_with("anon_inode:")
            || text.starts_with("socket:")
    };
    assert!(open.iter().all(harmless), "{open:?}");
    assert!(open.len() >= 3, "{open:?}");
    let group = |process: u32| Command::new("ps").args(["-o", "pgid=", "-p", &process.to_string()]).output();
    if let (Ok(run), Ok(own)) = (group(scan.id()), group(inner.cast_unsigned())) {
        assert_ne!(run.stdout, own.stdout, "the terminal's interrupt is for the run alone");
    }
    scan.kill().unwrap();
    scan.wait().unwrap();
}
