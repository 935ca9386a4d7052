//! A store that comes out of a cache: its name shows whether it is of use, it is packed when that
//! is worth it, and it is never trusted. In continuous integration a store that cannot be used is
//! made anew; elsewhere it is left alone.

use std::fs;

use elcano::store::{self, Family, Key, OpenOptions, StoreUrl};

use crate::support::gate::function;
use crate::support::stores::scan;
use crate::support::stores::write_raw;
use crate::support::{CommandOutput, Repo};

fn fixture() -> Repo {
    let repo = Repo::new();
    repo.init().file(".gitignore", "*.pack\n").file("a.py", function("f", 30)).file("sub/b.py", function("g", 3));
    repo.commit("before");
    assert_eq!(repo.elcano(&["scan"]).code, 0);
    repo
}

/// With the store in the checkout, which must be named there.
fn in_ci(repo: &Repo, args: &[&str]) -> CommandOutput {
    repo.elcano_in(".", args, &[("CI", "true"), ("ELCANO_STORE", "lmdb:.elcano")])
}

/// Damages every record of facts.
fn damage(repo: &Repo) {
    let folder = repo.path(".elcano");
    let keys: Vec<_> = {
        let store = store::open(&StoreUrl::Lmdb(folder.clone()), OpenOptions::read()).expect("the store");
        scan(store.as_ref(), Family::Facts, &Key::default())
            .iter()
            .map(|record| record.key().as_bytes().to_vec())
            .collect()
    };
    assert!(keys.len() >= 2);
    keys.iter().for_each(|key| write_raw(&folder, Family::Facts.name(), key, b"damaged, whatever it was"));
}

#[test]
fn a_store_that_cannot_be_used_is_made_anew_in_ci_and_refused_elsewhere() {
    let repo = fixture();
    let data = repo.path(".elcano/data.mdb");
    let sound = fs::read(&data).expect("the store");
    damage(&repo);
    let damaged = fs::read(&data).expect("the store");
    // Not a store at all, a part of one, one whose records are damaged.
    for (what, bytes) in [
        ("garbage", b"not a database at all".to_vec()),
        ("zeros", vec![0; sound.len()]),
        ("cut", sound[..8192].to_vec()),
        ("damaged", damaged),
    ] {
        repo.remove(".elcano").file(".elcano/data.mdb", &bytes);
        let quarantined = repo.path(".elcano/data.mdb.damaged");
        let refused = repo.elcano(&["run", "ci"]);
        assert_eq!((refused.code, quarantined.exists()), (3, false), "{what}: {}", refused.err);
        // A run that ended is in the log of a store that has one; else nothing was touched.
        let left = fs::read(&data).expect("the store");
        assert!(what == "damaged" || left == bytes, "{what}");
        let ran = in_ci(&repo, &["run", "ci"]);
        assert_eq!(ran.code, 0, "{what}: {}", ran.err);
        assert!(ran.err.contains("measuring everything anew"), "{what}: {}", ran.err);
        assert!(what == "damaged" || fs::read(&quarantined).expect("what was there") == bytes, "{what}");
        assert!(quarantined.exists(), "{what}");
        let again = in_ci(&repo, &["run", "ci"]);
        assert_eq!((again.code, again.err.contains("anew")), (0, false), "{what}: {}", again.err);
        let tally = repo.elcano(&["log", "--json"]).document()["executions"][0]["tally"].clone();
        assert_eq!((&tally["files_parsed"], &tally["files_cached"]), (&0.into(), &2.into()), "{what}");
    }
    // What is no fault of the store is none in CI, either.
    let ran = in_ci(&repo, &["run", "ci", "--base", "nope"]);
    assert_eq!((ran.code, ran.err.contains("anew")), (3, false), "{}", ran.err);
}

#[test]
fn the_gate_alone_goes_on_without_records_that_are_damaged() {
    let repo = fixture();
    repo.file("a.py", function("f", 31));
    let check = |args: &[&str]| repo.elcano(&[&["check", "--base", "HEAD", "--format", "json"], args].concat());
    let before = check(&[]);
    damage(&repo);
    let after = check(&[]);
    assert_eq!(
        (after.code, after.document()["findings"].clone()),
        (1, before.document()["findings"].clone()),
        "{}",
        after.err
    );
    assert_eq!(before.document()["files_parsed"], 1);
    assert_eq!(after.document()["files_parsed"], 2, "the base is measured, too: {}", after.err);
}

#[test]
fn a_packed_store_has_a_name_that_tells_whether_it_is_of_use() {
    let repo = fixture();
    let key = |args: &[&str]| {
        let ran = repo.elcano(&[&["store", "key"], args].concat());
        assert_eq!(ran.code, 0, "{}", ran.err);
        ran.out.trim().to_owned()
    };
    let here = key(&[]);
    let expected = format!("-{}-{}-", std::env::consts::OS, std::env::consts::ARCH);
    assert!(here.starts_with("elcano-v1-") && here.contains(&expected) && here.len() < 200, "{here}");
    assert!(here.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)), "{here}");
    assert_eq!(key(&["."]), here, "the same twice");
    assert_ne!(key(&["sub"]), here, "another folder");
    // Other specs measure otherwise.
    let spec = include_str!("../../../src/lang/specs/lua.toml")
        .replace("extensions = [\"lua\"", "extensions = [\"lua2\", \"lua\"");
    repo.file("specs/lua.toml", &spec);
    assert_ne!(key(&["--specs", "specs"]), here, "another spec");
}

#[test]
fn a_store_is_packed_when_the_last_run_parsed_enough() {
    let repo = fixture();
    let pack = |part: &str| {
        let ran = repo.elcano(&["store", "pack", "new.pack", "--force", "--if-parsed", part]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        let made = repo.path("new.pack").exists();
        if made {
            repo.remove("new.pack");
        }
        (made, ran.err)
    };
    assert!(pack("5").0, "all of it was parsed");
    assert_eq!(repo.elcano(&["scan"]).code, 0);
    let (made, said) = pack("5");
    assert!(!made && said.contains("parsed 0 of 2 files"), "{said}");
    assert!(pack("0").0, "when nothing is asked");
    repo.file("a.py", function("f", 29));
    assert_eq!(repo.elcano(&["scan"]).code, 0);
    assert!(pack("50").0 && !pack("51").0, "half of it was parsed");
}
