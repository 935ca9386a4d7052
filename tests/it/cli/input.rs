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
fn a_file_that_cannot_be_measured_costs_the_others_nothing() {
    let repo = sample();
    let done = repo.elcano(&["measure", "src/a.py", "missing.py", "src", "notes.txt", "/dev/zero", "src/lib.rs"]);
    done.fails(2, &["missing.py", "`src`", "notes.txt", "/dev/zero"]);
    let document = done.document();
    let files = document["files"].as_array().unwrap();
    let values = |file: &serde_json::Value| {
        let reason = file["skip"].as_str().or_else(|| file["notes"][0]["kind"].as_str());
        format!("{} {} {}", file["path"].as_str().unwrap(), file["language"], reason.unwrap_or("measured"))
    };
    let expected = [
        "src/a.py \"python\" measured",
        "missing.py null unreadable",
        "src null unreadable",
        "notes.txt null no_language",
        "/dev/zero null too_large",
        "src/lib.rs \"rust\" measured",
    ];
    assert_eq!(files.iter().map(values).collect::<Vec<_>>(), expected);
    let table = repo.elcano(&["measure", "--format", "text", "missing.py", "src/lib.rs"]);
    table.fails(2, &["missing.py"]);
    assert!(table.out.contains("src/lib.rs:2"), "{}", table.out);
}

#[test]
fn every_space_is_in_the_document_however_deep_it_lies() {
    let repo = Repo::new();
    let nested = |n: usize| (0..n).rev().fold(String::new(), |inside, at| format!("function f{at}() {{ {inside} }}"));
    for depth in [1, 39, 40, 41, 60, 120] {
        repo.file("a.js", format!("{} function last() {{}}", nested(depth)));
        let document = repo.elcano(&["measure", "a.js"]).json();
        fn below(space: &serde_json::Value, levels: usize, names: &mut Vec<String>) {
            assert!(levels <= 40);
            for inside in space["spaces"].as_array().unwrap() {
                names.push(inside["name"].as_str().unwrap().to_owned());
                below(inside, levels + 1, names);
            }
        }
        let mut names = Vec::new();
        below(&document["files"][0], 0, &mut names);
        let expected: Vec<_> = (0..depth).map(|at| format!("f{at}")).chain(["last".to_owned()]).collect();
        assert_eq!(names, expected, "{depth}");
    }
}

/// The text of a file, not how it is written down, has numbers.
#[test]
fn encodings_and_line_ends_change_no_number() {
    let repo = Repo::new();
    let text = "// \u{e4}\u{1F600}\nint f(int a) {\n  const char *s = \"a\\\nb\";\n\n  return a ? 1 : 2;\n}\n\n\
                int \u{e9}(void) { return 1; }\n";
    let crlf = text.replace('\n', "\r\n");
    let wide = |text: &str, bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
        std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(bytes).collect()
    };
    repo.file("lf.c", text).file("crlf.c", crlf.as_str());
    repo.file("le.c", wide(&crlf, u16::to_le_bytes)).file("be.c", wide(text, u16::to_be_bytes));
    let document = repo.elcano(&["measure", "lf.c", "crlf.c", "le.c", "be.c"]).json();
    let files = document["files"].as_array().unwrap();
    let spaces = |file: &serde_json::Value| {
        let one =
            |space: &serde_json::Value| (space["name"].clone(), space["end_line"].clone(), space["metrics"].clone());
        file["spaces"].as_array().unwrap().iter().map(one).collect::<Vec<_>>()
    };
    for (name, file) in ["lf.c", "crlf.c", "le.c", "be.c"].iter().zip(files) {
        assert_eq!(file["metrics"], files[0]["metrics"], "{name}");
        assert_eq!(spaces(file), spaces(&files[0]), "{name}");
        assert_eq!(file["notes"].as_array().unwrap().len(), 0, "{name}");
        let bytes = fs::read(repo.path(*name)).unwrap();
        let place = |key: &str| usize::try_from(file["spaces"][0][key].as_u64().unwrap()).unwrap();
        let found = &bytes[place("start_byte")..place("end_byte")];
        let wide = matches!(*name, "le.c" | "be.c");
        let narrow: Vec<u8> = found.iter().copied().filter(|byte| !(wide && *byte == 0)).collect();
        assert!(narrow.starts_with(b"int f(") && narrow.ends_with(b"}"), "{name}: {narrow:?}");
    }
    repo.file("broken.c", wide("int f( { \u{e4}\u{FFFF} ] ) }\n", u16::to_le_bytes));
    let broken = repo.elcano(&["measure", "broken.c"]).json();
    let count = |key: &str| broken["files"][0][key].as_u64().unwrap();
    assert!(count("error_bytes") > 0 && count("error_bytes") <= count("bytes"), "{broken}");
    repo.remove("broken.c");
    let explained = repo.elcano(&["explain", "le.c:f", "--metric", "cognitive"]);
    assert!(explained.out.contains("return a ? 1 : 2;"), "{}{}", explained.out, explained.err);
    repo.elcano(&["scan", "--level", "full"]);
    let sql = "SELECT count(*), count(DISTINCT (cyclomatic, tokens)) FROM functions WHERE name = 'f'";
    let query = repo.elcano(&["query", sql, "--format", "csv"]);
    assert_eq!(query.out.lines().nth(1), Some("4,1"), "{}{}", query.out, query.err);
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
