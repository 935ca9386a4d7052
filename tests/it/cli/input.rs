//! Bad input: a clear message on standard error, the documented exit code, nothing lost.

use std::fs;
use std::process::Stdio;

use crate::support::Repo;
use crate::support::{command, sample};

#[test]
fn what_is_not_there_or_holds_nothing() {
    let repo = Repo::with(&[("readme.txt", "words\n")]);
    repo.elcano(&["scan", "missing"]).fails(2, &["missing", "does not exist"]);
    repo.elcano(&["scan"]).fails(3, &["no file to measure", "1 no_language"]);
    Repo::new().elcano(&["scan"]).fails(3, &["no file to measure"]);
    repo.elcano(&["measure", "missing.py"]).fails(2, &["missing.py"]);
    repo.elcano(&["report", "--store", "lmdb:nowhere"]).fails(3, &["nowhere"]);
}

#[test]
fn unknown_names_get_a_suggestion() {
    let repo = sample();
    repo.elcano(&["explain", "cognitve"]).fails(2, &["did you mean `cognitive`"]);
    repo.elcano(&["measure", "src/a.py", "--language", "pyton"]).fails(2, &["did you mean `python`"]);
    repo.elcano(&["run", "nigthly"]).fails(2, &["did you mean `nightly`"]);
    repo.elcano(&["scan", "--policy", "defualt"]).fails(2, &["did you mean `default`"]);
    repo.elcano(&["export", "--to", "duckbd:x"]).fails(2, &["did you mean `duckdb`"]);
    repo.elcano(&["measure", "notes.txt"]).fails(2, &["--language"]);
}

#[test]
fn a_malformed_pipeline_is_named_with_line_and_key_before_anything_runs() {
    let repo = sample();
    repo.file("p.toml", "about = \"x\"\n[[stage]]\nuse = \"scan\"\nlevle = \"full\"\n");
    repo.elcano(&["run", "p.toml"]).fails(2, &["p.toml", "levle"]);
    assert!(!repo.path(".elcano").exists());
    repo.file("p.toml", "about = \"x\"\nstage = 3\n");
    repo.elcano(&["run", "p.toml"]).fails(2, &["p.toml", "line 2", "stage"]);
    let plan = repo.elcano(&["run", "ci", "--plan", "--level", "full"]);
    assert!(plan.out.contains("level = \"full\""), "{}", plan.out);
}

#[test]
fn a_store_that_is_newer_damaged_or_in_use_is_refused_and_not_touched() {
    let repo = sample();
    repo.elcano(&["scan"]);
    let data = repo.path(".elcano/data.mdb");
    let whole = fs::read(&data).unwrap();
    fs::write(&data, &whole[..5000]).unwrap();
    repo.elcano(&["report"]).fails(3, &[]);
    repo.elcano(&["scan"]).fails(3, &[]);
    assert_eq!(fs::read(&data).unwrap(), &whole[..5000]);
    fs::write(&data, b"not a store at all").unwrap();
    repo.elcano(&["scan"]).fails(3, &[]);
    fs::write(&data, &whole).unwrap();
    assert_eq!(repo.elcano(&["report"]).code, 0);
}

#[test]
fn a_second_run_on_one_store_fails_at_once_and_names_the_first() {
    let repo = Repo::new();
    for at in 0..400 {
        repo.file(&format!("m{at}.py"), format!("def f{at}(a):\n    return {at}\n").repeat(900));
    }
    let mut first = command(repo.root(), &["scan", "-j1"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    // Once the log says that it runs, it has the lock.
    while !repo.elcano(&["log", "--json"]).out.contains("\"outcome\": \"running\"") {
        assert!(first.try_wait().unwrap().is_none(), "the first run was over before it was seen");
    }
    let second = repo.elcano(&["scan"]);
    second.fails(3, &["in use", &first.id().to_string()]);
    assert_eq!(first.wait().unwrap().code(), Some(0));
}

#[test]
fn standard_output_is_clean_and_quiet_is_quiet() {
    let repo = sample();
    let done = repo.elcano(&["scan", "--json"]);
    assert!(!done.out.contains('\u{1b}') && !done.err.contains('\u{1b}'));
    let quiet = repo.elcano(&["scan", "-q", "--json"]);
    assert_eq!(quiet.err, "");
    quiet.json();
}

#[test]
fn poison_files_cost_themselves_and_nothing_else() {
    let repo = sample();
    repo.file("deep.js", format!("x = {}1{};\n", "(\n".repeat(100_000), ")\n".repeat(100_000)));
    repo.file("line.js", format!("x = [{}];\n", "1,".repeat(5 << 20)));
    repo.file("large.py", "x = 1\n".repeat(9 << 20));
    repo.file("latin.py", b"# caf\xe9\nx = 1\n");
    repo.file("null.py", b"x = 1\0\n");
    repo.file(b"bad\xff.py".as_slice(), "x = 1\n");
    repo.fifo("pipe.py");
    repo.symlink("link.py", "src/a.py");
    let done = repo.elcano(&["scan", "--json"]).json();
    let (notes, skipped) = (&done["notes"], &done["skipped"]);
    assert_eq!(notes["too_deep"].as_u64().unwrap_or(0) + notes["parse_budget"].as_u64().unwrap_or(0), 1, "{done}");
    assert_eq!(notes["too_large"], 2, "{done}");
    assert_eq!(notes["not_utf8"], 1, "{done}");
    assert_eq!(skipped["binary"], 1);
    assert_eq!(skipped["special"], 1);
    assert_eq!(skipped["symlink"], 1);
    let found = done["files_found"].as_u64().unwrap();
    let sum: u64 = skipped.as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum();
    assert_eq!(found + sum, 13, "every file on disk is accounted for: {done}");
    let facts = repo.elcano(&["get", "metrics:file:src/a.py"]).json();
    assert_eq!(facts["metrics"]["cyclomatic"], 3);
    repo.elcano(&["scan", "--files-failed-max", "1"]).fails(4, &[]);
}
