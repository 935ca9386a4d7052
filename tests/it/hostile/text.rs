//! Names from a repository, a store, an argument or the environment are data: they move no cursor,
//! turn no line around, begin no command of a build's log, and are no formula in a spreadsheet.

use std::path::Path;
use std::process::{Command, Stdio};

use elcano::model::steers;

use super::names::{deep, repo};
use crate::support::processes::say;
use crate::support::{CommandOutput, Repo, command};

/// Nothing in it steers a terminal, and no line is a command to the runner of a build.
#[track_caller]
fn is_text(what: &str, text: &str) {
    let found = text.char_indices().find(|(_, c)| *c != '\n' && steers(*c));
    assert!(
        found.is_none(),
        "{what}: {found:?} in {:?}",
        found.map(|(at, _)| text[at..].chars().take(60).collect::<String>())
    );
    for line in text.lines() {
        let start = line.trim_start();
        assert!(!start.starts_with("::") && !start.starts_with("##["), "{what}: a command: {line}");
    }
    assert!(!text.lines().any(|line| line.starts_with("elcano: all is well")), "{what}: a message was forged");
}

/// What every command says of such a repository.
const TEXTS: &[&[&str]] = &[
    &["scan"],
    &["scan", "-vv"],
    &["run", "report"],
    &["report"],
    &["report", "--worst", "100"],
    &["check"],
    &["check", "--base", "main"],
    &["diff", "main", "HEAD"],
    &["baseline", "show", "--baseline", "kept.jsonl"],
    &["baseline", "diff", "--baseline", "kept.jsonl"],
    &["exemptions", "--baseline", "kept.jsonl"],
    &["log"],
    &["query", "SELECT * FROM functions ORDER BY path"],
    &["query", "SELECT 'x\u{1b}[2J' AS \"\u{202e}title\", * FROM runs"],
    &["config", "show", "--origin"],
    &["store", "doctor"],
    &["store", "stats"],
    &["verify", "lmdb:.elcano", "lmdb:.elcano"],
    &["scan", "--explain-path", "files/\u{1b}[2J\u{1b}]0;owned\u{7}.js"],
    &["scan", "--explain-path", "files/a\n::error file=x::pwned.js"],
    &[
        "measure",
        "--format",
        "text",
        "files/\u{202e}gnp.exe\u{202c}.js",
        "files/a\n::error file=x::pwned.js",
        "functions/f0.js",
    ],
    &["explain", "functions/f0.js", "--metric", "cognitive"],
    &["explain", "files/a\n::error file=x::pwned.js", "--metric", "cognitive"],
    &["explain", "functions/f2.js", "--metric", "cognitive", "--html"],
    // What is wrong is said with what was typed.
    &["get", "file:path:\u{1b}[2J"],
    &["scan", "\u{1b}[2J\n::error::x"],
    &["report", "--snapshot", "\u{202e}x"],
    &["report", "--format", "\u{1b}[2J"],
    &["export", "--to", "\u{1b}[2J:x"],
    &["export", "--to", "csv:out\u{1b}[2J"],
    &["migrate", "--from", "lmdb:.elcano", "--to", "sqlite:\u{1b}[2J\n::error::x"],
    &["explain", "\u{1b}[2J\n::error::x"],
    &["query", "SELECT '\u{1b}[2J' FROM \u{202e}x"],
    &["run", "\u{1b}[2J.toml"],
    &["\u{1b}[2J\n::error::x"],
    &["scan", "--\u{1b}[2J\n::error::x"],
    &["measure", "no\u{1b}[2J\n::error::x.py"],
    &["check", "--base", "\u{1b}[2J\n::error::x"],
    &["store", "unpack", "\u{1b}[2J\n::error::x", "--store", "lmdb:u"],
    &["verify", "lmdb:\u{1b}[2J", "lmdb:.elcano"],
    &["report", "--store", "lmdb:\u{1b}[2J\n::error::x"],
];

#[test]
fn no_text_steers_what_shows_it() {
    let repo = repo();
    for args in TEXTS {
        let done = repo.elcano(args);
        is_text(&format!("{args:?}"), &done.out);
        is_text(&format!("{args:?}: standard error"), &done.err);
    }
    // The documents escape by rules of their own, and are shown on terminals, too.
    for format in
        ["json", "sarif", "gitlab", "codeclimate", "checkstyle", "junit", "rdjson", "sonar", "badge", "prometheus"]
    {
        let text = repo.elcano(&["check", "--format", format]).out;
        let found = text.chars().find(|c| *c != '\n' && steers(*c));
        assert_eq!(found, None, "{format}");
    }
    for args in [
        &["report", "--format", "json"][..],
        &["log", "--json"],
        &["get", "file:sym:functions/f1.js"],
        &["query", "FROM functions", "--format", "json"],
        &["measure", "functions/f2.js"],
    ] {
        let done = repo.elcano(args);
        assert!(!done.out.contains(|c| c != '\n' && steers(c)), "{args:?}");
        done.json();
    }
    // A graph of each function that a file of its own names.
    for at in [0, 1, 2, 33] {
        let file = std::fs::read_to_string(repo.path(&format!("functions/f{at}.js"))).unwrap();
        assert!(!file.is_empty());
        let dot = repo.elcano(&["report", "--format", "dot", "--function", "f"]);
        is_text("dot", &(dot.out + &dot.err));
    }
}

#[test]
fn annotations_are_the_programs_own() {
    let repo = repo();
    let text = repo.elcano(&["check", "--format", "github"]).out;
    assert!(!text.contains(|c| c != '\n' && steers(c)));
    let commands = text.lines().filter(|line| line.trim_start().starts_with("::"));
    assert!(commands.clone().count() > 1);
    assert!(commands.clone().all(|line| !line.starts_with("::error file=x::") && !line.contains("%0A")), "{text}");
    assert_eq!(text.lines().count(), commands.count(), "{text}");
}

/// What a command prints to a terminal of its own; none where there is no `script`.
fn on_a_terminal(repo: &Repo, args: &[&str]) -> Option<String> {
    if !Path::new("/usr/bin/script").exists() {
        say("skipped: no script(1) to make a terminal");
        return None;
    }
    let quoted = |word: &str| format!("'{}'", word.replace('\'', "'\\''"));
    let line = std::iter::once(env!("CARGO_BIN_EXE_elcano")).chain(args.iter().copied()).map(quoted);
    let mut script = Command::new("/usr/bin/script");
    script.args(["--quiet", "--return", "--command", &line.collect::<Vec<_>>().join(" "), "/dev/null"]);
    script.current_dir(repo.root()).env_clear().env("HOME", repo.root()).env("TERM", "dumb").env("SHELL", "/bin/sh");
    let output = script.stdin(Stdio::null()).output().unwrap();
    Some(String::from_utf8(output.stdout).unwrap().replace("\r\n", "\n"))
}

#[test]
fn a_terminal_sees_no_data_raw() {
    let repo = repo();
    let sql = "SELECT path, qualified_name FROM functions ORDER BY path";
    for args in [
        &["query", sql, "--format", "csv"][..],
        &["query", sql, "--format", "json"],
        &["query", sql],
        &["log"],
        &["report"],
        &["baseline", "show", "--baseline", "kept.jsonl"],
        &["check"],
    ] {
        let Some(shown) = on_a_terminal(&repo, args) else { return };
        assert!(shown.contains("octocat") || args[0] == "log", "{args:?}: {shown}");
        // A line break inside of a quoted cell is one, of which CSV has no other way to speak.
        let shown = if args.contains(&"csv") { shown.replace("\nelcano: ", "\n") } else { shown };
        is_text(&format!("{args:?} on a terminal"), &shown);
    }
    // To a file or a pipe the same query gives the data as they are.
    let csv = repo.elcano(&["query", sql, "--format", "csv"]).out;
    assert!(csv.contains("\u{1b}[2J") && csv.contains("\u{202e}gnp.exe"));
}

#[test]
fn a_bar_of_progress_shows_names_as_text() {
    let repo = repo();
    repo.remove(".elcano");
    for at in 0..300 {
        repo.file(&format!("files/\u{1b}]0;owned\u{7}{at}\u{202e}.js"), deep("function f(a)").repeat(20));
    }
    let Some(shown) = on_a_terminal(&repo, &["scan", "--level", "full", "-j1"]) else { return };
    assert!(!shown.contains("\u{1b}]0;owned") && !shown.contains('\u{202e}'), "{shown:?}");
}

/// The cells of a column of a file of CSV, as its readers see them.
fn formulas(csv: &str) -> Vec<String> {
    let (mut cells, mut cell, mut quoted, mut chars) = (Vec::new(), String::new(), false, csv.chars().peekable());
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            ',' | '\n' if !quoted => cells.push(std::mem::take(&mut cell)),
            c => cell.push(c),
        }
    }
    cells.retain(|cell| cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) && cell.parse::<f64>().is_err());
    cells
}

#[test]
fn a_spreadsheet_calculates_nothing_by_option() {
    let repo = repo();
    let sql = "SELECT path, name, -cognitive AS less, '-1.5' AS number FROM functions ORDER BY path, name";
    let raw = repo.elcano(&["query", sql, "--format", "csv"]).out;
    assert!(!formulas(&raw).is_empty(), "without the option data are as they are");
    let safe = repo.elcano(&["query", sql, "--format", "csv", "--csv-safe"]).out;
    assert_eq!(formulas(&safe), [""; 0]);
    for kept in ["'=1+1.js,", "'@octocat.js,", "'+cmd.js,", "'-2+3.js,", "'@SUM(A1).js,", ",-6,", ",-1.5\n"] {
        assert!(safe.contains(kept), "{kept}: {safe}");
    }
    repo.elcano(&["query", sql, "--csv-safe"]).fails(2, &["--csv-safe"]);
    let read = |folder: &str| -> Vec<(String, String)> {
        let folder = repo.path(folder);
        let mut all: Vec<_> = folder
            .read_dir()
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .map(|path| {
                (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read_to_string(path).unwrap())
            })
            .collect();
        all.sort();
        all
    };
    assert_eq!(repo.elcano(&["export", "--to", "csv:raw"]).code, 0);
    let done = repo.elcano(&["export", "--to", "csv:safe", "--csv-safe"]);
    assert_eq!(done.code, 0, "{}", done.err);
    let (raw, safe) = (read("raw"), read("safe"));
    assert!(raw.iter().any(|(_, text)| !formulas(text).is_empty()));
    for ((name, raw), (other, safe)) in raw.iter().zip(&safe) {
        assert_eq!(name, other);
        assert_eq!(formulas(safe), [""; 0], "{name}");
        assert_eq!(raw.lines().next(), safe.lines().next(), "{name}: columns");
        if formulas(raw).is_empty() {
            assert_eq!(raw, safe, "{name}: nothing else is changed");
        }
    }
}

#[test]
fn the_environment_and_the_store_are_data_too() {
    let repo = repo();
    let mut check = command(repo.root(), &["check"]);
    check.env("ELCANO_BASE", "\u{1b}[2J\n::error::x");
    let done = CommandOutput::of(check.output().unwrap());
    is_text("ELCANO_BASE", &(done.out + &done.err));
    let mut scan = command(repo.root(), &["report"]);
    scan.env("ELCANO_STORE", "lmdb:\u{1b}[2J\n::error::x");
    let done = CommandOutput::of(scan.output().unwrap());
    is_text("ELCANO_STORE", &(done.out + &done.err));
    std::fs::write(repo.path("bad.toml"), "about = \"\u{1b}\"\n\"\u{202e}\\u001b[2J\\n::error::x\" = 1\n").unwrap();
    let done = repo.elcano(&["run", "bad.toml"]);
    is_text("a pipeline", &(done.out + &done.err));
    repo.file("elcano.toml", "[limits]\n\"\\u001b[2J\\u202e\\n::error::x\" = 1\n");
    let done = repo.elcano(&["check"]);
    assert_eq!(done.code, 2, "{}", done.err);
    is_text("a configuration", &(done.out + &done.err));
    // A warning about a store that is none names it.
    repo.remove("elcano.toml").file(".elcano-\u{1b}[2J/data.mdb", "none");
    let done = repo.elcano(&["check", "--store", "lmdb:.elcano-\u{1b}[2J"]);
    assert!(done.err.contains("going on without the store"), "{}", done.err);
    is_text("a warning", &(done.out + &done.err));
    let done = repo.elcano(&["check", "--store", "lmdb:.elcano-\u{1b}[2J", "--log-format", "json"]);
    is_text("a warning as JSON", &done.err);
    for line in done.err.lines().filter(|line| line.starts_with('{')) {
        serde_json::from_str::<serde_json::Value>(line).unwrap();
    }
}
