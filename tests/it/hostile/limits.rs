//! Surroundings in which something is missing: output that cannot be written, closed descriptors,
//! files that must not grow, no memory, no threads, no home, no temporary folder. Every command in
//! every one of them ends by itself with a documented exit code, and never says what is not so.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::support::processes::say;
use crate::support::{Repo, sample};

/// Every command, over the repository of [`repo`]. What ends with `*` prints nothing but messages.
const COMMANDS: &[&str] = &[
    "scan",
    "run",
    "run ci --plan",
    "check",
    "check --format sarif",
    "diff HEAD HEAD",
    "baseline write --baseline b.jsonl *",
    "baseline show --baseline kept.jsonl *",
    "baseline diff --limit cognitive=0",
    "exemptions",
    "report",
    "report --format json",
    "report --format markdown",
    "export --to sqlite:o.sqlite --force",
    "export --to duckdb:o.duckdb --force",
    "export --to csv:o.csv --force",
    "import --from duckdb:kept.duckdb --store lmdb:imported",
    "migrate --from sqlite:kept.sqlite --to lmdb:moved --force",
    "verify lmdb:.elcano lmdb:.elcano",
    "query FROM_runs",
    "get file:path:src/a.py",
    "log",
    "store stats",
    "store gc --keep 1",
    "store pack o.pack --force",
    "store unpack kept.pack --store lmdb:unpacked --force",
    "store doctor",
    "store key",
    "langs",
    "explain",
    "explain src/a.py --metric cognitive",
    "measure src/a.py",
    "measure --format text src/a.py",
    "config show",
    "config schema",
    "completions bash",
    "completions zsh",
    "man",
    "init new",
    "--help",
    "--version",
    "scan --help",
];

fn repo() -> Repo {
    let repo = sample();
    repo.init().file("kept.jsonl", "{\"schema\":\"elcano.baseline/1\"}\n").commit("one");
    assert_eq!(repo.elcano(&["scan"]).code, 0);
    assert_eq!(repo.elcano(&["scan", "--store", "sqlite:kept.sqlite"]).code, 0);
    assert_eq!(repo.elcano(&["export", "--to", "duckdb:kept.duckdb"]).code, 0);
    assert_eq!(repo.elcano(&["store", "pack", "kept.pack"]).code, 0);
    repo
}

/// A command line in a shell that has set the scene: `$0 "$@"` is elcano with its arguments.
fn scene(folder: &Path, setting: &str, line: &str) -> Output {
    let words = line.trim_end_matches(" *").split(' ').map(|word| word.replace('_', " "));
    let mut shell = Command::new("/bin/bash");
    shell.arg("-c").arg(setting).arg(env!("CARGO_BIN_EXE_elcano")).args(words).current_dir(folder);
    shell.env_clear().env("HOME", folder).env("XDG_CONFIG_HOME", folder.join(".none")).stdin(Stdio::null());
    let _ = std::fs::remove_dir_all(folder.join("new"));
    shell.output().unwrap()
}

/// Every command in one scene: it ends by itself, without a panic, with one of these codes; and
/// the store is sound afterwards.
fn everywhere(setting: &str, codes: &[i32]) {
    let repo = repo();
    for line in COMMANDS {
        let output = scene(repo.root(), setting, line);
        let err = String::from_utf8_lossy(&output.stderr);
        assert!(!err.contains("panicked"), "{setting}: {line}: {err}");
        let code = output.status.code();
        assert!(code.is_some_and(|code| codes.contains(&code)), "{setting}: {line}: {:?} {err}", output.status);
        assert!(code != Some(3) || err.contains("elcano") || setting.contains("2>"), "{setting}: {line}: {err}");
    }
    let doctor = repo.elcano(&["store", "doctor"]);
    assert_eq!(doctor.code, 0, "{setting}: {}{}", doctor.out, doctor.err);
    assert!(repo.elcano(&["scan"]).code == 0, "{setting}");
}

#[test]
fn output_that_cannot_be_written_is_an_error() {
    let repo = repo();
    for line in COMMANDS {
        let output = scene(repo.root(), "exec \"$0\" \"$@\" > /dev/full", line);
        let err = String::from_utf8_lossy(&output.stderr);
        let expected = if line.ends_with('*') { 0 } else { 3 };
        assert_eq!(output.status.code(), Some(expected), "{line}: {err}");
        assert!(expected == 0 || err.contains("standard output"), "{line}: {err}");
    }
}

#[test]
fn a_reader_that_goes_away_ends_nothing() {
    let repo = repo();
    for line in COMMANDS {
        let output = scene(repo.root(), "\"$0\" \"$@\" | true; exit ${PIPESTATUS[0]}", line);
        let err = String::from_utf8_lossy(&output.stderr);
        assert!(matches!(output.status.code(), Some(0 | 1)) && !err.contains("panicked"), "{line}: {err}");
    }
}

/// Each closed descriptor is one that nobody reads: no file that is opened takes its number and
/// gets the text.
#[test]
fn closed_descriptors_are_nobodys() {
    for closed in [">&-", "2>&-", "<&-", ">&- 2>&-", "<&- >&- 2>&-"] {
        everywhere(&format!("exec \"$0\" \"$@\" {closed}"), &[0, 1]);
    }
}

#[test]
fn messages_that_cannot_be_written_end_nothing() {
    everywhere("exec \"$0\" \"$@\" 2> /dev/full", &[0, 1]);
    everywhere("exec \"$0\" -vv --log-format json \"$@\" 2> /dev/full", &[0, 1]);
    let repo = repo();
    for line in ["scan missing", "frobnicate", "get nothing", "report --snapshot zz"] {
        let output = scene(repo.root(), "exec \"$0\" \"$@\" 2> /dev/full", line);
        assert!(matches!(output.status.code(), Some(2 | 3)), "{line}: {:?}", output.status);
    }
}

#[test]
fn a_file_that_must_not_grow_is_an_error_of_the_write() {
    for blocks in [0, 8] {
        everywhere(&format!("ulimit -f {blocks}; exec \"$0\" \"$@\""), &[0, 1, 3]);
        everywhere(&format!("ulimit -f {blocks}; exec \"$0\" \"$@\" > out 2> err"), &[0, 1, 3]);
    }
}

#[test]
fn few_descriptors_are_an_error() {
    for count in [3, 4, 6, 10, 20] {
        everywhere(&format!("ulimit -n {count}; exec \"$0\" \"$@\""), &[0, 1, 3, 127]);
    }
}

#[test]
fn an_empty_environment_is_enough() {
    everywhere("exec env -i \"$0\" \"$@\"", &[0, 1]);
    everywhere("unset HOME XDG_CONFIG_HOME PATH; exec \"$0\" \"$@\"", &[0, 1]);
    everywhere("export HOME= PATH= TMPDIR= CI=; exec \"$0\" \"$@\"", &[0, 1]);
}

#[test]
fn a_temporary_folder_that_is_none_is_named() {
    for folder in ["/nonexistent", "/dev/null", "/proc"] {
        everywhere(&format!("export TMPDIR={folder}; exec \"$0\" \"$@\""), &[0, 1, 3]);
        let output = scene(repo().root(), &format!("export TMPDIR={folder}; exec \"$0\" \"$@\""), "query FROM_runs");
        let err = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code() == Some(3) && err.contains(folder), "{err}");
    }
}

#[test]
fn a_working_folder_that_is_gone_is_an_error() {
    everywhere("mkdir -p gone && cd gone && rmdir ../gone; exec \"$0\" \"$@\"", &[0, 1, 2, 3]);
}

#[test]
fn threads_that_cannot_start_are_an_error() {
    let Some(user) = nobody() else { return };
    let (home, repo) = (tempfile::tempdir().unwrap(), repo());
    let elcano = home.path().join("elcano");
    std::fs::copy(env!("CARGO_BIN_EXE_elcano"), &elcano).unwrap();
    // Beside it the library, where the binary is linked to one.
    let library = Path::new(env!("CARGO_MANIFEST_DIR")).join(".duckdb/libduckdb.so");
    if library.exists() {
        std::fs::copy(&library, home.path().join("libduckdb.so")).unwrap();
    }
    let readable = Command::new("chmod").args(["-R", "a+rwX"]).args([home.path(), repo.root()]).status().unwrap();
    assert!(readable.success());
    let mut refused = 0;
    for threads in 1..6 {
        for line in [
            "scan --store sqlite:n.sqlite",
            "check",
            "query FROM_runs",
            "export --to csv:n --force",
            "store doctor",
            "man",
        ] {
            let setting = format!(
                "export LD_LIBRARY_PATH={}; exec {user} prlimit --nproc={threads} {} \"$@\"",
                home.path().display(),
                elcano.display()
            );
            let output = scene(repo.root(), &setting, line);
            let err = String::from_utf8_lossy(&output.stderr);
            assert!(!err.contains("panicked"), "{threads}: {line}: {err}");
            // What another user's store and git's own care say is none of this test's business.
            assert!(matches!(output.status.code(), Some(0 | 1 | 3)), "{threads}: {line}: {:?} {err}", output.status);
            refused += u32::from(err.contains("thread"));
        }
    }
    assert!(refused > 0, "no limit was felt");
}

/// How a command is run as a user whom a limit of processes binds, or why it cannot be.
fn nobody() -> Option<String> {
    let has = |name: &str| ["/usr/bin", "/bin"].iter().any(|folder| Path::new(folder).join(name).exists());
    if !rustix::process::getuid().is_root() {
        say("skipped: another user cannot be taken without being root");
        return None;
    }
    if !has("setpriv") || !has("prlimit") {
        say("skipped: no setpriv or prlimit");
        return None;
    }
    Some("/usr/bin/setpriv --reuid 65534 --clear-groups".to_owned())
}

#[test]
fn where_no_memory_is_left_the_process_ends_with_a_word() {
    let repo = repo();
    repo.file("large.py", "x = [1, 2, 3]\n".repeat(400_000));
    let mut ended = 0;
    // From too little to begin with up to enough.
    for megabytes in (200..460).step_by(20) {
        for line in ["measure large.py", "check", "scan --store sqlite:m.sqlite"] {
            let output = scene(repo.root(), &format!("ulimit -v {megabytes}000; exec \"$0\" \"$@\""), line);
            let err = String::from_utf8_lossy(&output.stderr);
            assert!(!err.contains("panicked"), "{megabytes} MB: {line}: {err}");
            match output.status.code() {
                Some(0 | 1) => {}
                Some(3 | 127) => ended += 1,
                // Less than the program itself takes: the system does not even begin it, or the C
                // library gives up.
                None => assert!(
                    err.is_empty() || err.contains("Fatal glibc error"),
                    "{megabytes} MB: {line}: {:?} {err}",
                    output.status
                ),
                code => panic!("{megabytes} MB: {line}: {code:?} {err}"),
            }
        }
    }
    assert!(ended > 0, "no limit was felt");
}

/// One name of 1.5 MB among 20,000 functions: a table that is padded to it wants 30 GB.
#[test]
fn a_table_is_as_wide_as_a_table_may_be() {
    let repo = Repo::new();
    let long = format!("{}\\\n", "x".repeat(70)).repeat(20_833);
    let many: String = (0..20_000).map(|at| format!("function f{at}(a){{if(a){{return 1}}}}\n")).collect();
    repo.file("a.js", format!("const o = {{ \"{long}\"(a){{if(a){{return 1}}}} }};\n{many}"));
    let output = scene(repo.root(), "ulimit -v 8000000; exec \"$0\" \"$@\"", "measure --format text a.js");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.lines().count() > 20_000);
    assert!(text.lines().all(|line| line.chars().count() < 400), "a line of a table is too long");
}

/// The same name through every other text.
#[test]
fn no_text_is_as_long_as_a_name_may_be() {
    let repo = Repo::new();
    let long = "x".repeat(1 << 20);
    repo.file("a.js", format!("const o = {{ \"{long}\"(a){{if(a){{return 1}}}} }};\n"));
    repo.file("elcano.toml", "[limits]\ncognitive = 0\n");
    repo.init().commit("one");
    repo.file("a.js", format!("const o = {{ \"{long}\"(a){{if(a){{if(a){{return 1}}}}}} }};\n"));
    repo.commit("two");
    assert_eq!(repo.elcano(&["scan"]).code, 0);
    repo.elcano(&["baseline", "write"]);
    let lines: [&[&str]; 9] = [
        &["report"],
        &["report", "--format", "markdown"],
        &["check", "--baseline", "none.jsonl"],
        &["check", "--format", "markdown"],
        &["baseline", "show"],
        &["exemptions"],
        &["diff", "HEAD^", "HEAD"],
        &["query", "SELECT qualified_name FROM functions"],
        &["explain", "a.js", "--metric", "cognitive"],
    ];
    for args in lines {
        let done = repo.elcano(args);
        assert!(done.out.lines().all(|line| line.len() < 2000), "{args:?} has a line of a megabyte");
    }
}
