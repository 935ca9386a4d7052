//! A repository's links never lead what elcano writes out of it.

use std::fs;

use crate::support::Repo;

/// A repository with a link, and a file outside of it that no run may change.
fn hostile(link: &str, to: &str) -> (Repo, Repo) {
    let outside = Repo::with(&[("victim", "precious")]);
    let repo = Repo::with(&[("a.py", "def f(x):\n    return x\n")]);
    repo.init();
    let target = outside.path(to);
    repo.symlink(link, target);
    (repo, outside)
}

/// The outside folder is as it was.
fn is_untouched(outside: &Repo) -> bool {
    let names: Vec<_> = fs::read_dir(outside.root()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names == ["victim"] && fs::read_to_string(outside.path("victim")).unwrap() == "precious"
}

#[test]
fn a_link_in_the_place_of_a_store_is_refused() {
    let links = [
        (".elcano", ""),
        (".elcano/elcano.lock", "victim"),
        (".elcano/lock.mdb", "victim"),
        (".elcano/data.mdb", "victim"),
        (".elcano/.gitignore", "new"),
    ];
    for (link, to) in links {
        let (repo, outside) = hostile(link, to);
        for command in [&["scan", "-q"][..], &["run", "ci", "-q"], &["report"], &["store", "gc", "--keep", "1"]] {
            let found = repo.elcano(command);
            assert!(is_untouched(&outside), "{link}: {command:?}");
            found.fails(3, &["is a link", "name another store"]);
        }
        let elsewhere = tempfile::tempdir().unwrap();
        let store = format!("lmdb:{}", elsewhere.path().join("store").display());
        assert_eq!(repo.elcano(&["scan", "-q", "--store", &store]).code, 0, "{link}: another store serves");
        assert!(is_untouched(&outside), "{link}");
    }
}

#[test]
fn no_store_is_made_behind_a_link() {
    for (link, to) in [(".elcano", ""), (".elcano/data.mdb", "victim"), (".elcano/.gitignore", "new")] {
        let (repo, outside) = hostile(link, to);
        let elsewhere = tempfile::tempdir().unwrap();
        let store = format!("lmdb:{}", elsewhere.path().join("store").display());
        let pack = elsewhere.path().join("store.pack").display().to_string();
        assert_eq!(repo.elcano(&["scan", "-q", "--store", &store]).code, 0);
        assert_eq!(repo.elcano(&["store", "pack", &pack, "--store", &store]).code, 0);
        for command in [
            &["store", "unpack", "--force", &pack][..],
            &["migrate", "--from", &store, "--to", "lmdb:.elcano", "--force"],
            &["import", "--from", &store],
        ] {
            let found = repo.elcano(command);
            assert!(is_untouched(&outside), "{link}: {command:?}");
            found.fails(3, &["is a link"]);
        }
    }
}

#[test]
fn a_check_goes_on_without_such_a_store() {
    let (repo, outside) = hostile(".elcano/lock.mdb", "victim");
    let check = repo.elcano(&["check"]);
    assert!(check.code == 0 && check.err.contains("is a link"), "{}", check.err);
    assert!(is_untouched(&outside));
}

#[test]
fn a_link_beside_an_output_is_not_followed() {
    for (link, command) in [
        ("elcano-baseline.jsonl.tmp", &["baseline", "write", "-q"][..]),
        ("report.json.tmp", &["report", "--format", "json=report.json"]),
        ("gate.json.tmp", &["check", "--format", "json=gate.json"]),
    ] {
        let (repo, outside) = hostile(link, "victim");
        assert_eq!(repo.elcano(&["scan", "-q"]).code, 0);
        assert_eq!(repo.elcano(command).code, 0, "{command:?}");
        assert!(is_untouched(&outside), "{command:?}");
        assert!(repo.path(link).symlink_metadata().unwrap().is_symlink(), "{command:?}: the user's file stays");
    }
}
