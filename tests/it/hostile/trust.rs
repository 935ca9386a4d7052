//! A store that came with the repository, or that is another user's, is not believed; in continuous
//! integration the store is outside of the checkout; and of what is believed a share is measured
//! again.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use elcano::model::{Note, NoteKind};
use elcano::store::{self, Access, Batch, Family, Key, OpenOptions, Record, StoreUrl};

use crate::support::gate::function;
use crate::support::stores::scan;
use crate::support::{CommandOutput, Repo};

/// Changes every record of a store as somebody would who makes one: all checksums are right.
fn forge(url: &StoreUrl, change: impl Fn(&mut Record)) {
    let store = store::open(url, OpenOptions { access: Access::Write, ..OpenOptions::default() }).unwrap();
    for family in Family::ALL {
        let mut records = scan(store.as_ref(), *family, &Key::default());
        records.iter_mut().for_each(&change);
        store.write(&Batch::of(records)).unwrap();
    }
    store.flush().unwrap();
}

/// Says 41 where the file has 956.
fn lie(record: &mut Record) {
    if let Record::Facts(facts) = record {
        facts.spaces.iter_mut().for_each(|space| space.metrics.cognitive = 41);
    }
}

fn lmdb(repo: &Repo, path: &str) -> StoreUrl {
    StoreUrl::Lmdb(repo.path(path))
}

/// A repository with a store that lies.
fn lying() -> Repo {
    lying_at("metrics")
}

fn lying_at(level: &str) -> Repo {
    let repo = Repo::new();
    repo.init().file("a.py", function("f", 956));
    repo.commit("before");
    assert_eq!(repo.elcano(&["scan", "-q", "--level", level]).code, 0);
    forge(&lmdb(&repo, ".elcano"), lie);
    let report = repo.elcano(&["report"]);
    assert!(report.out.contains("41") && !report.out.contains("956"), "the forgery works: {}", report.out);
    repo
}

const READERS: &[&[&str]] = &[
    &["scan", "-q"],
    &["run", "ci"],
    &["run", "report"],
    &["report"],
    &["query", "SELECT * FROM functions"],
    &["export", "--to", "csv:out"],
    &["log"],
    &["get", "metrics:file:a.py"],
    &["store", "stats"],
    &["store", "doctor"],
    &["store", "gc", "--keep", "1"],
    &["store", "pack", "new.pack"],
    &["migrate", "--from", "lmdb:.elcano", "--to", "sqlite:new.sqlite"],
];

#[test]
fn a_store_that_git_tracks_is_refused() {
    let repo = lying();
    repo.git(&["add", "--force", ".elcano"]);
    for commit in [false, true] {
        if commit {
            repo.git(&["commit", "--quiet", "--message", "a store"]);
        }
        for command in READERS {
            let ran = repo.elcano(command);
            ran.fails(3, &["git tracks it", "git rm -r --cached '.elcano'", "--store"]);
            assert!(!ran.out.contains("41"), "{command:?}: {}", ran.out);
        }
        for command in [
            &["check", "--limit", "cognitive=100", "--format", "json"][..],
            &["diff", "HEAD", "HEAD"],
            &["exemptions"],
            &["baseline", "write", "--baseline", "/dev/null"],
        ] {
            let ran = repo.elcano(command);
            assert!(ran.err.contains("going on without the store"), "{command:?}: {}", ran.err);
            assert!(command[0] != "check" || ran.code == 1, "956 is over 100: {}", ran.out);
        }
    }
    // The lines mend it.
    repo.git(&["rm", "-r", "--quiet", "--cached", ".elcano"]);
    repo.remove(".elcano");
    assert_eq!(repo.elcano(&["scan", "-q"]).code, 0);
    assert!(repo.elcano(&["report"]).out.contains("956"));
}

#[test]
fn however_git_tracks_a_store_it_is_refused() {
    let refused = |repo: &Repo, store: &str| {
        repo.elcano(&["report", "--store", store]).fails(3, &["git tracks it"]);
    };
    // One of its files, an entry that is only intended, a submodule, a folder below another one.
    let repo = lying();
    repo.git(&["add", "--force", ".elcano/data.mdb"]);
    refused(&repo, ".elcano");
    refused(&repo, "lmdb:.elcano");
    let repo = lying();
    repo.git(&["add", "--force", "--intent-to-add", ".elcano/data.mdb"]);
    refused(&repo, ".elcano");
    let repo = lying();
    let head = repo.git(&["rev-parse", "HEAD"]);
    repo.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{head},.elcano")]);
    refused(&repo, "lmdb:.elcano");
    let repo = lying();
    repo.folder("below/deep");
    fs::rename(repo.path(".elcano"), repo.path("below/deep/store")).unwrap();
    repo.git(&["add", "--force", "below"]);
    refused(&repo, "below/deep/store");
    repo.symlink("short", "below/deep");
    refused(&repo, "lmdb:short/store");
    let named = format!("lmdb:{}", repo.path("below/deep/store").display());
    repo.elcano_in("below", &["report", "--store", &named], &[]).fails(3, &["git tracks it"]);
    // A file of SQLite, and packs.
    let repo = lying();
    for args in [&["migrate", "--from", "lmdb:.elcano", "--to", "sqlite:s.sqlite"][..], &["store", "pack", "s.pack"]] {
        assert_eq!(repo.elcano(args).code, 0);
    }
    repo.git(&["add", "s.sqlite", "s.pack"]);
    refused(&repo, "sqlite:s.sqlite");
    for args in [
        &["store", "unpack", "--force", "s.pack"][..],
        &["import", "--from", "sqlite:s.sqlite"],
        &["migrate", "--from", "s.sqlite", "--to", "lmdb:new"],
    ] {
        repo.elcano(args).fails(3, &["git tracks it"]);
    }
    // In a repository that cannot be opened git's index speaks all the same.
    let repo = lying();
    repo.git(&["add", "--force", ".elcano"]);
    repo.git(&["config", "core.repositoryFormatVersion", "9"]);
    refused(&repo, "lmdb:.elcano");
}

#[test]
fn what_only_looks_tracked_is_not_refused() {
    let repo = lying();
    repo.file(".elcanoignore", "none\n").file("x/.elcano/a.txt", "").file(".elcano.txt", "");
    repo.git(&["add", "--force", ".elcanoignore", "x", ".elcano.txt"]);
    assert_eq!(repo.elcano(&["report"]).code, 0);
    // Outside of any work tree, what the user names is trusted.
    let outside = Repo::new();
    fs::rename(repo.path(".elcano"), outside.path("store")).unwrap();
    let named = format!("lmdb:{}", outside.path("store").display());
    assert_eq!(repo.elcano(&["report", "--store", &named]).code, 0);
}

#[test]
fn the_store_of_another_user_is_refused() {
    if !rustix::process::geteuid().is_root() {
        return eprintln!("skipped: only root gives files away");
    }
    let own = |repo: &Repo, path: &str, uid: u32| {
        std::os::unix::fs::chown(repo.path(path), Some(uid), None).unwrap();
    };
    for path in [".elcano", ".elcano/data.mdb"] {
        let repo = lying();
        own(&repo, path, 12_345);
        for command in READERS {
            repo.elcano(command).fails(3, &["another user (12345)", "chown", "--store"]);
        }
        let check = repo.elcano(&["check", "--limit", "cognitive=100"]);
        assert!(check.code == 1 && check.err.contains("another user"), "{}", check.err);
        // Who became root with sudo is the same person.
        assert_eq!(repo.elcano_in(".", &["report"], &[("SUDO_UID", "12345")]).code, 0, "{path}");
        repo.elcano_in(".", &["report"], &[("SUDO_UID", "54321")]).fails(3, &["another user"]);
        own(&repo, path, 0);
        assert_eq!(repo.elcano(&["report"]).code, 0, "{path}");
    }
}

/// Runs as a CI system does, with a cache outside of the checkout.
fn in_ci(repo: &Repo, cache: &Repo, args: &[&str]) -> CommandOutput {
    repo.elcano_in(".", args, &[("CI", "true"), ("XDG_CACHE_HOME", cache.root().to_str().unwrap())])
}

#[test]
fn in_ci_the_store_is_outside_of_the_checkout() {
    let (repo, cache) = (Repo::new(), Repo::new());
    repo.init().file("a.py", function("f", 956)).file("sub/b.py", function("g", 3));
    repo.commit("before");
    let scanned = in_ci(&repo, &cache, &["scan", "-q"]);
    assert_eq!((scanned.code, &*scanned.err), (0, ""));
    assert!(!repo.path(".elcano").exists());
    let stores: Vec<_> =
        fs::read_dir(cache.path("elcano/stores")).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(stores.len(), 1);
    let folder = repo.root().file_name().unwrap().to_str().unwrap();
    assert!(stores[0].file_name().unwrap().to_str().unwrap().starts_with(&format!("{folder}-")), "{stores:?}");
    for args in [&["report"][..], &["log"], &["store", "stats"], &["store", "doctor"], &["store", "pack", "s.pack"]] {
        assert_eq!(in_ci(&repo, &cache, args).code, 0, "{args:?}");
    }
    let report = repo.elcano_in("sub", &["report"], &[("CI", "1"), ("XDG_CACHE_HOME", cache.root().to_str().unwrap())]);
    assert_eq!(report.code, 0, "the same from a folder of it: {}", report.err);
    // A store that a change brought along is said to be of no use, once, and none of it is used.
    let other = lying();
    other.git(&["add", "--force", ".elcano"]);
    for command in [&["scan"][..], &["report"], &["run", "ci", "--base", "HEAD"]] {
        let ran = in_ci(&other, &cache, command);
        assert_eq!((ran.code, ran.err.matches("is not used").count()), (0, 1), "{command:?}: {}", ran.err);
        assert!(command[0] != "report" || ran.out.contains("956"), "{}", ran.out);
    }
    // These are not continuous integration.
    for off in ["", "false", "False"] {
        repo.elcano_in(".", &["report"], &[("CI", off)]).fails(3, &[".elcano: there is no store here"]);
    }
    // What recipes do: one file between jobs.
    let next = Repo::new();
    for args in [&["store", "unpack", "--force", "s.pack"][..], &["run", "ci"], &["store", "gc", "--keep", "1"]] {
        assert_eq!(in_ci(&repo, &next, args).code, 0, "{args:?}");
    }
    let log = in_ci(&repo, &next, &["log", "--json"]).document();
    assert_eq!(log["executions"][0]["tally"]["files_parsed"], 0);
    // A folder in the checkout that a system keeps is named.
    let kept = [("CI", "true"), ("ELCANO_STORE", "lmdb:.elcano")];
    assert_eq!(repo.elcano_in(".", &["scan", "-q"], &kept).code, 0);
    assert!(repo.path(".elcano/data.mdb").exists());
}

#[test]
fn without_a_cache_the_store_is_in_a_folder_of_this_user_alone() {
    let repo = Repo::with(&[("a.py", "x = 1\n")]);
    repo.init();
    let temporary = Repo::new();
    let named = temporary.root().to_str().unwrap();
    let own = rustix::process::geteuid().as_raw();
    let folder = format!("elcano-stores-{own}");
    for variables in [
        [("CI", "true"), ("RUNNER_TEMP", named), ("HOME", "")],
        [("CI", "true"), ("TMPDIR", named), ("HOME", "relative")],
        // A cache in the checkout is no place outside of it.
        [("CI", "true"), ("TMPDIR", named), ("HOME", repo.root().to_str().unwrap())],
    ] {
        let variables = [&variables[..], &[("XDG_CACHE_HOME", "")]].concat();
        assert_eq!(repo.elcano_in(".", &["scan", "-q"], &variables).code, 0, "{variables:?}");
        let report = repo.elcano_in(".", &["report"], &variables);
        assert_eq!(report.code, 0, "{variables:?}: {}", report.err);
        assert_eq!(temporary.path(&folder).metadata().unwrap().permissions().mode() & 0o777, 0o700);
        // Somebody was there first, or may write there.
        temporary.mode(&folder, 0o777);
        repo.elcano_in(".", &["scan"], &variables).fails(3, &["this user's alone"]);
        temporary.remove(&folder).folder("theirs").symlink(&folder, "theirs");
        repo.elcano_in(".", &["scan"], &variables).fails(3, &["this user's alone"]);
        assert_eq!(fs::read_dir(temporary.path("theirs")).unwrap().count(), 0);
        temporary.remove(&folder);
    }
}

#[test]
fn a_share_of_what_a_store_knows_is_measured_again() {
    for level in ["metrics", "full"] {
        let repo = lying_at(level);
        repo.elcano(&["scan", "-q", "--recheck", "100"]).fails(3, &["a.py", "facts", "cognitive", "41 stored"]);
        repo.elcano_in(".", &["run", "ci"], &[("ELCANO_RECHECK", "100")]).fails(3, &["a.py", "cannot be believed"]);
        let check = repo.elcano(&["check", "--limit", "cognitive=100", "--recheck", "100"]);
        assert!(check.code == 1 && check.err.contains("going on without the store"), "{}", check.err);
        // In CI a store is put aside, and all is measured anew.
        let (scanned, said) = {
            let kept = [("CI", "true"), ("ELCANO_STORE", "lmdb:.elcano")];
            let ran = repo.elcano_in(".", &["scan", "--level", level], &kept);
            (ran.code, ran.err)
        };
        assert_eq!(scanned, 0, "{said}");
        assert!(said.contains("measuring everything anew") && said.contains("a.py"), "{said}");
        assert!(repo.path(".elcano/data.mdb.damaged").exists());
        assert!(repo.elcano(&["report"]).out.contains("956"));
        // What is right passes.
        let again = repo.elcano(&["scan", "--json", "--level", level, "--recheck", "100"]);
        assert_eq!((again.code, &again.json()["files_cached"]), (0, &1.into()), "{}", again.err);
    }
    for wrong in ["-1", "101", "many", "NaN"] {
        let repo = Repo::with(&[("a.py", "x = 1\n")]);
        assert_eq!(repo.elcano(&["scan", &format!("--recheck={wrong}")]).code, 2, "{wrong}");
    }
}

#[test]
fn every_lie_about_a_file_is_found() {
    type Lie<'a> = &'a dyn Fn(&mut Record);
    let lies: &[(&str, Lie<'_>)] = &[
        ("facts", &lie),
        ("facts", &|record| {
            if let Record::Facts(facts) = record {
                facts.spaces.truncate(1);
            }
        }),
        ("facts", &|record| {
            if let Record::Facts(facts) = record {
                facts.skip = Some(elcano::Skip::Binary);
                facts.spaces.clear();
            }
        }),
        ("facts", &|record| {
            if let Record::Facts(facts) = record {
                facts.spaces[1].qualified_name = "g".to_owned();
            }
        }),
        ("facts", &|record| {
            if let Record::Facts(facts) = record {
                facts.notes.push(Note::new(NoteKind::TooDeep, ""));
                facts.spaces.clear();
            }
        }),
        ("chunks", &|record| {
            if let Record::Chunks(chunk) = record {
                chunk.text.push(b'x');
            }
        }),
        ("ast", &|record| {
            if let Record::Ast(record) = record {
                record.ast.kinds.push("x".to_owned());
            }
        }),
        ("cfg", &|record| {
            if let Record::Cfg(cfg) = record {
                cfg.edges.clear();
            }
        }),
    ];
    for (family, lie) in lies {
        for url in ["lmdb:.elcano", "sqlite:s.sqlite"] {
            let repo = Repo::new();
            repo.init().file("a.py", function("f", 12));
            let scan = ["scan", "-q", "--level", "full", "--store", url];
            assert_eq!(repo.elcano(&scan).code, 0);
            let at = repo.path(url.split_once(':').unwrap().1);
            forge(&if url.starts_with("lmdb") { StoreUrl::Lmdb(at) } else { StoreUrl::Sqlite(at) }, lie);
            let found = repo.elcano(&[&scan[..], &["--recheck", "100"]].concat());
            found.fails(3, &["a.py", &format!("other {family}")]);
        }
    }
}

#[test]
fn what_another_machine_could_not_measure_is_measured_here() {
    let repo = Repo::new();
    repo.init().file("a.py", function("f", 12));
    assert_eq!(repo.elcano(&["scan", "-q"]).code, 0);
    forge(&lmdb(&repo, ".elcano"), |record| {
        if let Record::Facts(facts) = record {
            facts.notes.push(Note::new(NoteKind::Panicked, "on another machine"));
            facts.spaces.clear();
        }
    });
    assert_eq!(repo.elcano(&["scan", "--json"]).json()["files_failed"], 1);
    let again = repo.elcano(&["scan", "--json", "--recheck", "100"]);
    let document = again.json();
    assert_eq!((&document["files_failed"], &document["files_parsed"]), (&0.into(), &1.into()), "{}", again.err);
    assert_eq!(repo.elcano(&["scan", "--json"]).json()["files_failed"], 0, "and it is kept");
}
