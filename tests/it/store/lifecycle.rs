//! The life of a file in a store: scanned, edited, renamed, shrunk, removed. After a collection the
//! store holds what a first scan of the same tree would have put there, and nothing of before.

use std::collections::{BTreeMap, BTreeSet};

use elcano::model::{ContentId, FileRecord, SnapshotId};
use elcano::store::{Family, FamilyDigest, Key, OpenOptions, Record, Store, StoreUrl, digest_all, open, read_from};

use crate::support::Repo;
use crate::support::stores::{everything, scan};

const ENGINES: [&str; 2] = ["lmdb", "sqlite"];

/// Stores are kept outside of the tree that is scanned.
struct Lifecycle {
    repo: Repo,
    stores: tempfile::TempDir,
    engine: &'static str,
}

impl Lifecycle {
    fn new(engine: &'static str, files: &[(&str, &str)]) -> Self {
        Self { repo: Repo::with(files), stores: tempfile::tempdir().unwrap(), engine }
    }

    fn url(&self, name: &str) -> StoreUrl {
        format!("{}:{}", self.engine, self.stores.path().join(name).display()).parse().unwrap()
    }

    fn scan_into(&self, name: &str) {
        let scanned = self.repo.elcano(&["scan", "--level", "full", "--store", &self.url(name).to_string()]);
        assert_eq!(scanned.code, 0, "{}", scanned.err);
    }

    fn collect(&self) {
        let collected = self.repo.elcano(&["store", "gc", "--keep", "1", "--store", &self.url("live").to_string()]);
        assert_eq!(collected.code, 0, "{}", collected.err);
    }

    fn store(&self) -> std::sync::Arc<dyn Store> {
        open(&self.url("live"), OpenOptions::read()).unwrap()
    }

    /// All but the log, and the snapshots' times.
    fn timeless(&self, name: &str) -> Vec<FamilyDigest> {
        let mut digests = read_from(&self.url(name), digest_all).unwrap();
        digests.retain(|digest| !matches!(digest.family, Family::Executions | Family::Snapshots));
        digests
    }

    /// What is there is what a first scan puts there.
    #[track_caller]
    fn holds_nothing_stale(&self, what: &str) {
        self.scan_into("live");
        self.collect();
        self.scan_into(what);
        let (live, fresh) = (self.timeless("live"), self.timeless(what));
        let differing: Vec<_> = live.iter().zip(&fresh).filter(|(a, b)| a != b).map(|(a, _)| a.family).collect();
        assert_eq!(differing, [], "{} after {what}", self.engine);
    }
}

const A: &str = "def first(x):\n    if x:\n        return second(x)\n    return 0\n\ndef second(x):\n    return x\n";
const B: &str = "class B:\n    def run(self):\n        return [i for i in range(3)]\n";
const C: &str = "export function third(n) {\n  for (let i = 0; i < n; i++) { third(i); }\n}\n";

/// Records of each family whose key or file is of this content.
fn of_content(store: &dyn Store, content: ContentId) -> BTreeMap<Family, usize> {
    let prefix = Key::content(content);
    let contents = [Family::Facts, Family::Chunks, Family::Ast, Family::Cfg];
    let mut found: BTreeMap<Family, usize> =
        contents.into_iter().map(|family| (family, scan(store, family, &prefix).len())).collect();
    let files = scan(store, Family::Files, &Key::default());
    let of = |record: &&Record| matches!(record, Record::Files(file) if file.content == Some(content));
    found.insert(Family::Files, files.iter().filter(of).count());
    found
}

#[test]
fn a_file_comes_with_all_families_and_goes_with_them() {
    for engine in ENGINES {
        let stage = Lifecycle::new(engine, &[("a.py", A), ("b.py", B), ("c.js", C)]);
        stage.scan_into("live");
        let contents = [A, B, C].map(|text| ContentId::of(text.as_bytes()));
        let store = stage.store();
        for family in Family::ALL {
            assert!(store.count(*family).unwrap() > 0, "{engine}: nothing in {family}");
        }
        for content in contents {
            assert!(of_content(&*store, content).values().all(|count| *count > 0));
        }
        let others: BTreeSet<String> = everything(&*store)
            .iter()
            .filter(|record| record.key().as_bytes().starts_with(&contents[1].0))
            .map(|record| format!("{record:?}"))
            .collect();
        drop(store);
        stage.repo.remove("a.py");
        stage.scan_into("live");
        stage.collect();
        let store = stage.store();
        assert!(of_content(&*store, contents[0]).values().all(|count| *count == 0), "{engine}: left behind");
        for content in &contents[1..] {
            assert!(of_content(&*store, *content).values().all(|count| *count > 0));
        }
        let left: BTreeSet<String> = everything(&*store).iter().map(|record| format!("{record:?}")).collect();
        assert!(others.len() > 3 && others.is_subset(&left), "{engine}: another file was touched");
        assert!(!left.iter().any(|record| record.contains("a.py")), "{engine}: its path is still there");
        assert_eq!(store.count(Family::Executions).unwrap(), 2, "the log stays");
        assert_eq!(store.count(Family::Snapshots).unwrap(), 1);
    }
}

#[test]
fn edits_renames_and_cuts_leave_nothing_stale() {
    for engine in ENGINES {
        let stage = Lifecycle::new(engine, &[("a.py", A), ("b.py", B), ("c.js", C)]);
        stage.holds_nothing_stale("first");
        stage.repo.file("a.py", format!("{A}\ndef added(y):\n    return first(y) or second(y)\n"));
        stage.holds_nothing_stale("an edit");
        std::fs::rename(stage.repo.path("a.py"), stage.repo.path("renamed.py")).unwrap();
        stage.holds_nothing_stale("a rename");
        stage.repo.file("renamed.py", "def first(x):\n    return 0\n");
        stage.holds_nothing_stale("a cut");
        stage.repo.file("copy.py", B);
        stage.holds_nothing_stale("a copy");
        stage.repo.remove("copy.py").file("empty.py", "");
        stage.holds_nothing_stale("an empty file");
    }
}

#[test]
fn a_cycle_of_scans_and_collections_leaves_the_number_of_keys_constant() {
    for engine in ENGINES {
        let stage = Lifecycle::new(engine, &[("a.py", A), ("b.py", B), ("c.js", C)]);
        let mut counts = BTreeSet::new();
        for round in 0..4 {
            // The same shape with other content, as a file that changes again and again has.
            stage.repo.file("a.py", A.replace("return 0", &format!("return {round}")));
            stage.scan_into("live");
            stage.collect();
            let count = |digest: &FamilyDigest| (digest.family, digest.count);
            counts.insert(stage.timeless("live").iter().map(count).collect::<Vec<_>>());
        }
        assert_eq!(counts.len(), 1, "{engine}: {counts:?}");
    }
}

#[test]
fn every_file_that_was_scanned_has_facts_a_tree_and_a_graph_for_each_function() {
    let files: Vec<(String, String)> = (0..40)
        .map(|n| match n % 3 {
            0 => (format!("m{n}.py"), format!("{A}# {n}\n")),
            1 => (format!("deep/er/m{n}.js"), format!("{C}// {n}\n")),
            _ => (format!("m{n}.rs"), format!("fn f{n}(x: u8) -> u8 {{ if x > {n} {{ 1 }} else {{ 2 }} }}\n")),
        })
        .collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    for engine in ENGINES {
        let stage = Lifecycle::new(engine, &files);
        stage.scan_into("live");
        let store = stage.store();
        let snapshot: SnapshotId = store.latest_snapshot(None).unwrap().unwrap().id;
        let found: Vec<FileRecord> = store.files(snapshot).unwrap();
        assert_eq!(found.len(), files.len());
        for file in found {
            let content = file.content.unwrap();
            let facts = store.facts(content, file.analyzer).unwrap().unwrap();
            assert!(store.get(Family::Ast, &Key::facts(content, file.analyzer)).unwrap().is_some(), "{}", file.path);
            for (space, _) in facts.spaces.iter().enumerate().filter(|(_, space)| space.kind.is_function()) {
                let key = Key::cfg(content, file.analyzer, u32::try_from(space).unwrap());
                assert!(store.get(Family::Cfg, &key).unwrap().is_some(), "{} {space}", file.path);
            }
        }
    }
}
