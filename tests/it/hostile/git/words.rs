//! Paths are bytes: every argument that names a file takes what a file system holds, and so does
//! every output.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use serde_json::Value;

use super::{COGNITIVE, CommandOutput, Repo, function};
use crate::support::command;

/// `café` in Latin-1, and bytes that no encoding has.
const NAME: &[u8] = b"caf\xE9-\xFF\xFE";

fn word(parts: &[&[u8]]) -> OsString {
    OsStr::from_bytes(&parts.concat()).to_owned()
}

#[track_caller]
fn elcano(folder: &Path, args: &[OsString]) -> CommandOutput {
    CommandOutput::of(command(folder, &[]).args(args).output().expect("elcano to start"))
}

fn words(args: &[&str]) -> Vec<OsString> {
    args.iter().map(OsString::from).collect()
}

fn tree() -> Repo {
    let repo = Repo::new();
    repo.file(&[b"src-", NAME, b"/", NAME, b".py"].concat(), function("f", 30));
    repo.file("plain.py", "x = 1\n");
    repo
}

#[test]
fn a_tree_of_such_names_is_measured_compared_and_exported() {
    let repo = tree();
    repo.init().commit("one");
    let root = repo.root();
    let scanned = elcano(root, &words(&["scan", "--json", "--level", "full"]));
    assert_eq!(scanned.json()["files_found"], 2, "{}", scanned.err);
    for format in ["text", "markdown", "json"] {
        assert_eq!(elcano(root, &words(&["report", "--format", format])).code, 0, "{format}");
    }
    for target in ["sqlite:out.sqlite", "duckdb:out.duckdb", "parquet:out-parquet", "csv:out-csv"] {
        let ran = elcano(root, &words(&["export", "--to", target]));
        assert_eq!(ran.code, 0, "{target}: {}", ran.err);
    }
    let verified = elcano(root, &words(&["verify", "lmdb:.elcano", "sqlite:out.sqlite"]));
    assert_eq!(verified.code, 0, "lossless: {}{}", verified.out, verified.err);
    repo.file(&[b"src-", NAME, b"/", NAME, b".py"].concat(), function("f", 31));
    let checked = elcano(root, &words(&[&["check", "--base", "HEAD"], &COGNITIVE[..]].concat()));
    assert_eq!(checked.found("regressed").len(), 1, "{}", checked.err);
    for format in ["text", "markdown", "sarif", "github", "checkstyle", "junit", "prometheus"] {
        let ran = elcano(root, &words(&["check", "--base", "HEAD", "--format", format]));
        assert_eq!(ran.code, 1, "{format}: {}", ran.err);
    }
}

#[test]
fn every_argument_that_names_a_path_takes_such_a_name() {
    let repo = tree();
    let root = repo.root();
    let folder = word(&[b"src-", NAME]);
    let file = word(&[b"src-", NAME, b"/", NAME, b".py"]);
    let limits = &COGNITIVE[..6];
    let with = |args: &[&str], last: &OsStr| [words(args), vec![last.to_owned()]].concat();
    let ends = |args: Vec<OsString>, code: i32| {
        let ran = elcano(root, &args);
        assert_eq!(ran.code, code, "{args:?}: {}{}", ran.out, ran.err);
        assert!(!ran.err.contains("UTF-8"), "{args:?}: {}", ran.err);
        ran
    };
    let found = |ran: &CommandOutput| ran.json()["files_found"].clone();
    // Roots: a folder, a file, several.
    assert_eq!(found(&ends(with(&["scan", "--json"], &folder), 0)), 1);
    assert_eq!(found(&ends(with(&["scan", "--json"], &file), 0)), 1);
    assert_eq!(found(&ends([with(&["scan", "--json"], &file), words(&["plain.py"])].concat(), 0)), 2);
    ends(with(&["scan", "--explain-path"], &file), 0);
    ends(with(&["measure"], &file), 0);
    ends([with(&["explain", "--metric", "cognitive"], &file)].concat(), 0);
    ends([with(&["explain", "--metric", "cognitive"], &word(&[file.as_bytes(), b":f"]))].concat(), 0);
    ends(with(&["run", "ci"], &folder), 0);
    for args in [&["check"][..], &["exemptions"], &["baseline", "diff"], &["config", "show"]] {
        let code = i32::from(matches!(args[0], "check" | "baseline"));
        ends([with(args, &folder), words(limits)].concat(), code);
    }
    // Outputs and inputs.
    let out = word(&[b"out-", NAME]);
    ends([with(&["check", "--format"], &word(&[b"json=", out.as_bytes()])), words(limits)].concat(), 1);
    let written: Value = serde_json::from_slice(&std::fs::read(repo.path(out.as_bytes())).expect("it")).expect("JSON");
    assert_eq!(written["verdict"], "fail");
    ends(with(&["report", "--format"], &word(&[b"markdown=", NAME, b".md"])), 0);
    assert!(repo.path(&[NAME, b".md"].concat()).is_file());
    let baseline = word(&[NAME, b".jsonl"]);
    ends([with(&["baseline", "write", "--baseline"], &baseline), words(limits)].concat(), 0);
    ends([with(&["check", "--baseline"], &baseline), words(limits)].concat(), 0);
    ends(with(&["baseline", "show", "--baseline"], &baseline), 0);
    let config = word(&[NAME, b".toml"]);
    repo.file(config.as_bytes(), "[limits]\ncognitive = 99\n");
    ends(with(&["check", "--limit", "cyclomatic=off", "--limit", "lloc=off", "--config"], &config), 0);
    let pipeline = word(&[b"p-", NAME, b".toml"]);
    repo.file(pipeline.as_bytes(), "about = \"x\"\n[[stage]]\nuse = \"scan\"\n");
    ends(with(&["run"], &pipeline), 0);
    ends(with(&["init"], &folder), 0);
}

#[test]
fn stores_and_copies_may_have_such_names() {
    let repo = tree();
    let root = repo.root();
    let ran = |args: Vec<OsString>| {
        let ran = elcano(root, &args);
        assert_eq!(ran.code, 0, "{args:?}: {}{}", ran.out, ran.err);
        ran
    };
    for engine in [&b"lmdb:"[..], b"sqlite:", b""] {
        let store = word(&[engine, b"store-", engine.strip_suffix(b":").unwrap_or(b"bare"), NAME]);
        let with = |args: &[&str]| [vec!["--store".into(), store.clone()], words(args)].concat();
        assert_eq!(ran(with(&["scan", "--json"])).json()["files_found"], 2);
        ran(with(&["report"]));
        ran(with(&["store", "stats"]));
        ran(with(&["store", "doctor"]));
        ran(with(&["query", "SELECT count(*) FROM files"]));
        let packed = word(&[b"pack", engine.strip_suffix(b":").unwrap_or_default(), NAME]);
        ran([with(&["store", "pack"]), vec![packed.clone()]].concat());
    }
    let (from, to) = (word(&[b"lmdb:store-lmdb", NAME]), word(&[b"sqlite:copy-", NAME]));
    ran(vec!["migrate".into(), "--from".into(), from.clone(), "--to".into(), to.clone()]);
    ran(vec!["verify".into(), from.clone(), to]);
    for kind in ["sqlite", "duckdb", "parquet", "csv"] {
        let target = word(&[kind.as_bytes(), b":export-", kind.as_bytes(), NAME]);
        let args = vec!["--store".into(), from.clone(), "export".into(), "--to".into(), target];
        if kind == "sqlite" {
            ran(args);
            assert!(repo.path(&[b"export-", kind.as_bytes(), NAME].concat()).exists(), "{kind}");
        } else {
            // Of DuckDB, which writes these; it says so, and leaves nothing.
            elcano(root, &args).fails(3, &["UTF-8 only"]);
        }
    }
    let into = words(&["--store", "lmdb:other", "import", "--from"]);
    ran([into, vec![from]].concat());
    // By the variable, too.
    let mut command = command(root, &["report"]);
    let output = command.env("ELCANO_STORE", word(&[b"lmdb:store-lmdb", NAME])).output().expect("elcano to start");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn addresses_take_a_name_as_it_is_and_as_it_is_printed() {
    let repo = tree();
    let root = repo.root();
    elcano(root, &words(&["scan", "--level", "full"]));
    let path = [b"src-", NAME, b"/", NAME, b".py"].concat();
    let raw = elcano(root, &["get".into(), word(&[b"file:path:", &path])]);
    let printed = raw.json()["path"].as_str().expect("a path").to_owned();
    assert_eq!(elcano(root, &words(&["get", &format!("file:path:{printed}")])).json(), raw.json());
    let dot =
        |name: OsString| elcano(root, &[words(&["report", "--format", "dot", "--function"]), vec![name]].concat());
    assert_eq!(dot(word(&[&path, b":f"])).code, 0);
    assert_eq!(dot(format!("{printed}:f").into()).code, 0);
}

#[test]
fn the_command_that_reproduces_a_check_names_such_a_path() {
    let repo = tree();
    let folder = word(&[b"src-", NAME]);
    let limits = words(&COGNITIVE);
    let ran = elcano(repo.root(), &[vec!["check".into(), folder], limits].concat());
    let reproduce = ran.document()["reproduce"].as_str().expect("a command").to_owned();
    let script = reproduce.replacen("elcano", env!("CARGO_BIN_EXE_elcano"), 1) + " --format json";
    let again = std::process::Command::new("bash").args(["-c", &script]).current_dir(repo.root()).output();
    let again = CommandOutput::of(again.expect("bash"));
    assert_eq!(again.document()["findings"], ran.document()["findings"], "{script}: {}", again.err);
}

#[test]
fn several_paths_are_paths_and_no_patterns() {
    let repo = Repo::new();
    for path in ["[ab].py", "a.py", "b.py", "*/c.py", "x/c.py", "!d.py", "#e.py", "f .py", "g\\.py"] {
        repo.file(path, "x = 1\n");
    }
    let found = |paths: &[&str]| repo.elcano(&[&["scan", "--json"], paths].concat()).json()["files_found"].clone();
    assert_eq!(found(&["[ab].py", "!d.py"]), 2);
    assert_eq!(found(&["*", "#e.py", "f .py", "g\\.py"]), 4);
    assert_eq!(found(&["a.py", "x", "x/c.py"]), 2);
    // Patterns hold among what was named.
    assert_eq!(found(&["a.py", "b.py", "--include", "a.py", "--exclude", "nothing"]), 1);
    assert_eq!(found(&["--include", "a.py", "x", "a.py"]), 1);
    repo.elcano(&["scan", "a.py", "gone.py"]).fails(2, &["does not exist"]);
}

#[test]
fn variables_that_are_not_text_harm_nothing() {
    let repo = tree();
    repo.init().commit("one");
    let noise = OsStr::from_bytes(b"\xFF\x1B\xFE");
    for name in [
        "TERM",
        "NO_COLOR",
        "TMPDIR",
        "XDG_CONFIG_HOME",
        "HOME",
        "USER",
        "CI",
        "GITHUB_ACTIONS",
        "GITHUB_REF_NAME",
        "COLUMNS",
        "GIT_DIR",
        "GIT_INDEX_FILE",
        "GIT_CONFIG_GLOBAL",
        "GIT_AUTHOR_NAME",
        "LANG",
        "LC_ALL",
        "RUST_LOG",
        "RAYON_NUM_THREADS",
        "TZ",
    ] {
        let output = command(repo.root(), &["scan"]).env(name, noise).output().expect("elcano to start");
        let ran = CommandOutput::of(output);
        assert_eq!(ran.code, 0, "{name}: {}{}", ran.out, ran.err);
    }
    // What names a base or a number is an error where it is none, and not taken for absent.
    for (name, args, code) in [
        ("ELCANO_BASE", &["check"][..], 3),
        ("ELCANO_BASE", &["run", "ci"], 3),
        ("ELCANO_JOBS", &["scan"], 2),
        ("ELCANO_POLICY", &["scan"], 2),
        ("ELCANO_CONFIG", &["check"], 2),
        ("GITHUB_EVENT_PATH", &["check", "--base", "auto"], 3),
    ] {
        let output = command(repo.root(), args).env(name, noise).output().expect("elcano to start");
        let ran = CommandOutput::of(output);
        assert_eq!(ran.code, code, "{name} {args:?}: {}{}", ran.out, ran.err);
    }
}
