//! What a repository has elcano read is inside of it, is bounded and comes to an end; and what is in
//! the place of a store's files is recognised before it is opened.

use std::fs;

use crate::support::Repo;

const SOURCE: &str = "def f(x):\n    return x\n";
const SECRET: &str = "a secret of the user = [\n";

fn hostile() -> (Repo, Repo) {
    let repo = Repo::with(&[("a.py", SOURCE), ("sub/b.py", SOURCE)]);
    repo.init();
    (repo, Repo::with(&[("secret", SECRET)]))
}

#[test]
fn no_link_of_a_repository_shows_what_is_outside() {
    for (link, to) in [
        ("elcano.toml", "secret"),
        ("sub/elcano.toml", "secret"),
        ("elcano-baseline.jsonl", "secret"),
        ("ci/elcano.toml", "secret"),
        ("p.toml", "secret"),
        ("sub", ""),
    ] {
        let (repo, outside) = hostile();
        if link == "sub" {
            repo.remove("sub");
            outside.file("elcano.toml", SECRET);
        }
        repo.symlink(link, outside.path(to));
        // What reads it is refused; what does not goes on, and neither shows it.
        let refused: &[&[&str]] = match link {
            "ci/elcano.toml" => &[&["check", "--config", "ci/elcano.toml"], &["config", "show", "--config", link]],
            "p.toml" => &[&["run", "p.toml"], &["run", "p.toml", "--plan"]],
            "sub" => &[&["check", "--config", "sub/elcano.toml"]],
            "sub/elcano.toml" => &[&["check", "sub"], &["baseline", "show", "sub"], &["config", "show", "sub"]],
            _ => &[&["check"], &["baseline", "show"], &["run", "ci", "--base", "HEAD"], &["exemptions"]],
        };
        let others: &[&[&str]] = &[&["scan"], &["report"], &["check"], &["check", "sub"], &["exemptions"]];
        for command in refused.iter().chain(others) {
            let ran = repo.elcano(command);
            let said = ran.out + &ran.err;
            assert!(!said.contains("secret of the user"), "{link}: {command:?}: {said}");
            assert!(
                !refused.contains(command) || matches!(ran.code, 2 | 3),
                "{link}: {command:?}: {} {said}",
                ran.code
            );
        }
    }
}

#[test]
fn a_configuration_names_a_baseline_inside_of_its_tree() {
    let (repo, outside) = hostile();
    let out = outside.path("new.jsonl").display().to_string();
    repo.symlink("link", outside.root());
    for baseline in [&*out, "../new.jsonl", "link/new.jsonl", ".git/new.jsonl", "/dev/zero", "sub/../../x"] {
        repo.file("elcano.toml", format!("baseline = \"{baseline}\"\n"));
        for command in
            [&["check"][..], &["baseline", "write"], &["baseline", "show"], &["check", "--config", "elcano.toml"]]
        {
            let ran = repo.elcano(command);
            assert!(matches!(ran.code, 2 | 3), "{baseline}: {command:?}: {} {}", ran.code, ran.err);
            assert!(!outside.path("new.jsonl").exists() && !repo.path(".git/new.jsonl").exists(), "{baseline}");
        }
    }
    repo.file("elcano.toml", "baseline = \"sub/../accepted.jsonl\"\n");
    assert_eq!(repo.elcano(&["baseline", "write"]).code, 0);
    assert_eq!(repo.elcano(&["check"]).code, 0);
    // What the user names is the user's.
    assert_eq!(repo.elcano(&["baseline", "write", "--baseline", &out]).code, 0);
    outside.file("elcano.toml", format!("baseline = \"{out}\"\n"));
    let config = outside.path("elcano.toml").display().to_string();
    assert_eq!(repo.elcano(&["check", "--config", &config]).code, 0);
}

#[test]
fn what_never_ends_is_not_waited_for() {
    for name in [
        "elcano.toml",
        "sub/elcano.toml",
        ".gitignore",
        ".gitattributes",
        ".elcanoignore",
        ".ignore",
        "elcano-baseline.jsonl",
        "sub/c.py",
    ] {
        let (repo, _) = hostile();
        repo.fifo(name);
        for command in
            [&["scan", "-q"][..], &["check"], &["check", "sub"], &["exemptions"], &["run", "ci", "--base", "HEAD"]]
        {
            // It came to an end: with an error where the file had to be read.
            let ran = repo.elcano(command);
            assert!(matches!(ran.code, 0 | 2 | 3), "{name}: {command:?}: {}", ran.err);
        }
    }
}

#[test]
fn what_is_too_large_is_not_read() {
    for (name, bytes) in [("elcano.toml", 3 << 20), ("elcano-baseline.jsonl", 65_u64 << 20), ("p.toml", 1_u64 << 40)] {
        let (repo, _) = hostile();
        repo.file(name, "");
        fs::File::options().write(true).open(repo.path(name)).unwrap().set_len(bytes).unwrap();
        let command: &[&str] = if name == "p.toml" { &["run", "p.toml"] } else { &["check"] };
        repo.elcano(command).fails(2, &["too large"]);
    }
}

#[test]
fn what_is_no_store_is_refused_and_left_alone() {
    type Make<'a> = &'a dyn Fn(&Repo);
    let kinds: &[(&str, Make<'_>)] = &[
        ("a file as folder", &|repo| _ = repo.file(".elcano", "mine")),
        ("a FIFO as folder", &|repo| _ = repo.fifo(".elcano")),
        ("a socket as folder", &|repo| _ = repo.socket(".elcano")),
        ("a FIFO as data", &|repo| _ = repo.fifo(".elcano/data.mdb")),
        ("a folder as data", &|repo| _ = repo.folder(".elcano/data.mdb")),
        ("a FIFO as lock", &|repo| _ = repo.fifo(".elcano/lock.mdb")),
        ("a folder as lock", &|repo| _ = repo.folder(".elcano/elcano.lock")),
        ("a FIFO as the run's lock", &|repo| _ = repo.fifo(".elcano/elcano.lock")),
        ("a FIFO as rules", &|repo| _ = repo.fifo(".elcano/.gitignore")),
        ("a dangling link", &|repo| _ = repo.symlink(".elcano", "nowhere")),
        ("a loop", &|repo| _ = repo.symlink(".elcano", ".elcano")),
    ];
    for (what, make) in kinds {
        let (repo, _) = hostile();
        make(&repo);
        for command in [
            &["scan", "-q"][..],
            &["run", "ci"],
            &["report"],
            &["log"],
            &["query", "SELECT 1"],
            &["store", "doctor"],
            &["store", "stats"],
            &["store", "gc", "--keep", "1"],
            &["verify", "lmdb:.elcano", "lmdb:.elcano"],
        ] {
            let ran = repo.elcano(command);
            assert!(matches!(ran.code, 2 | 3), "{what}: {command:?}: {} {}", ran.code, ran.err);
        }
        assert!(repo.path("nowhere").symlink_metadata().is_err());
        let check = repo.elcano(&["check"]);
        assert_eq!(check.code, 0, "{what}: {}", check.err);
    }
    let (repo, _) = hostile();
    repo.fifo("fifo");
    repo.elcano(&["scan", "-q", "--store", "fifo"]).fails(2, &["neither a folder nor a regular file"]);
    let (repo, _) = hostile();
    for suffix in ["", "-wal", "-journal", ".elcano.lock"] {
        let name = format!("s.sqlite{suffix}");
        repo.fifo(&name);
        for command in [&["scan", "-q"][..], &["report"], &["store", "doctor"]] {
            let ran = repo.elcano(&[command, &["--store", "sqlite:s.sqlite"]].concat());
            assert_eq!(ran.code, 3, "{name}: {command:?}: {}", ran.err);
        }
        let ran = repo.elcano(&["verify", "duckdb:s.sqlite", "duckdb:s.sqlite"]);
        assert_eq!(ran.code, 3, "{name}: {}", ran.err);
        repo.remove(&name);
    }
}
