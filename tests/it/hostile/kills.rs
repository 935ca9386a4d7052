//! Kills at any moment of every operation that writes, on both stores: what was committed is there,
//! the store opens and is sound, what was being made is the old or the new one, and the next run
//! goes on and clears away what was left. `ELCANO_KILLS` is how many kills are to land, `ELCANO_SEED`
//! where the moments begin.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use elcano::model::SnapshotId;
use elcano::store::{OpenOptions, StoreUrl, digest_all, open, read_from};

use crate::support::processes::say;
use crate::support::{Repo, command};

/// Kills that land by default, over all operations and both stores.
const KILLS: u32 = 60;
/// Of these how many must at least.
const LANDED_PERCENT_MIN: u32 = 50;

/// What an operation makes beside the store.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Makes {
    /// Only records of the store.
    Records,
    /// A file or folder, the same bytes every time.
    Bytes,
    /// A store or database, the same records every time.
    Store(&'static str),
}

/// An operation: its words, where `STORE` is the store, and what it makes at `target`.
struct Operation {
    name: &'static str,
    words: &'static [&'static str],
    makes: Makes,
    /// Old snapshots go.
    collects: bool,
    /// When killed, it leaves records that no snapshot refers to.
    litters: bool,
    /// In CI, on a store that is damaged.
    quarantines: bool,
}

const fn operation(name: &'static str, words: &'static [&'static str], makes: Makes) -> Operation {
    Operation { name, words, makes, collects: false, litters: false, quarantines: false }
}

const OPERATIONS: [Operation; 14] = [
    operation("scan", &["scan", "--level", "full", "--store", "STORE"], Makes::Records),
    operation("run", &["run", "ci", "--store", "STORE"], Makes::Records),
    Operation {
        litters: true,
        ..operation("import", &["import", "--from", "lmdb:other", "--store", "STORE"], Makes::Records)
    },
    operation("migrate", &["migrate", "--from", "STORE", "--to", "lmdb:target", "--force"], Makes::Store("lmdb")),
    operation("migrate", &["migrate", "--from", "STORE", "--to", "sqlite:target", "--force"], Makes::Store("sqlite")),
    operation("export", &["export", "--to", "duckdb:target", "--force", "--store", "STORE"], Makes::Store("duckdb")),
    operation("export", &["export", "--to", "sqlite:target", "--force", "--store", "STORE"], Makes::Store("sqlite")),
    operation("export", &["export", "--to", "csv:target", "--force", "--store", "STORE"], Makes::Bytes),
    Operation {
        collects: true,
        litters: true,
        ..operation("store gc", &["store", "gc", "--keep", "1", "--store", "STORE"], Makes::Records)
    },
    operation("store pack", &["store", "pack", "target", "--force", "--store", "STORE"], Makes::Bytes),
    operation(
        "store unpack",
        &["store", "unpack", "kept.pack", "--force", "--store", "lmdb:target"],
        Makes::Store("lmdb"),
    ),
    operation(
        "store unpack",
        &["store", "unpack", "kept.pack", "--force", "--store", "sqlite:target"],
        Makes::Store("sqlite"),
    ),
    operation(
        "baseline write",
        &["baseline", "write", "--baseline", "target", "--limit", "cognitive=0", "--store", "STORE"],
        Makes::Bytes,
    ),
    Operation { quarantines: true, ..operation("quarantine", &["scan", "--store", "STORE"], Makes::Records) },
];

/// Numbers that look random and are the same in every run (xorshift).
struct Moments(u64);

impl Moments {
    /// From 0 to 1.
    fn next(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// A repository with a store, and all that its operations read.
struct Scene {
    repo: Repo,
    url: StoreUrl,
    engine: &'static str,
    version: u32,
}

impl Scene {
    fn new(engine: &'static str) -> Self {
        let repo = Repo::new();
        repo.init();
        let folder = repo.root().to_owned();
        let url = format!("{engine}:{}", folder.join("own").display()).parse().unwrap();
        let mut scene = Self { repo, url, engine, version: 0 };
        scene.repo.file(".gitignore", "own*\nother*\ntarget*\nkept*\n.target*\n");
        scene.change();
        scene.repo.commit("one");
        scene.advance();
        scene
    }

    fn store(&self) -> String {
        self.url.to_string()
    }

    /// Other content in every file: nothing is known of it.
    fn change(&mut self) {
        self.version += 1;
        let version = self.version;
        for at in 0..30 {
            let one = |n: u32| format!("def f{version}_{n}(a):\n    if a:\n        return {n}\n    return 0\n");
            self.repo.file(&format!("src/m{at}.py"), (0..12).map(one).collect::<String>());
        }
    }

    /// Another newest snapshot in the store, and in what is imported and unpacked.
    fn advance(&mut self) {
        self.change();
        let store = self.store();
        for args in [
            &["scan", "--level", "full", "--store", &store][..],
            &["scan", "--level", "full", "--store", "lmdb:other"],
            &["store", "pack", "kept.pack", "--force", "--store", &store],
        ] {
            let done = self.repo.elcano(args);
            assert_eq!(done.code, 0, "{args:?}: {}", done.err);
        }
    }

    fn command(&self, of: &Operation) -> Command {
        let store = self.store();
        let words: Vec<&str> =
            of.words.iter().map(|word| if *word == "STORE" { store.as_str() } else { *word }).collect();
        let mut command = command(self.repo.root(), &words);
        if of.quarantines {
            command.env("CI", "1");
        }
        command
    }

    /// Runs an operation to its end; gives how long it took.
    fn done(&self, of: &Operation) -> Duration {
        let begun = Instant::now();
        let output = self.command(of).output().unwrap();
        let err = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{} on {}: {err}", of.name, self.engine);
        begun.elapsed()
    }

    /// The snapshots of the store, each with all of its files and their facts.
    fn snapshots(&self) -> BTreeSet<SnapshotId> {
        let store = open(&self.url, OpenOptions::read()).unwrap();
        let whole = |id: SnapshotId, found: u64| {
            let files = store.files(id).unwrap();
            assert_eq!(files.len() as u64, found, "a snapshot is not whole");
            for file in files.iter().filter(|file| file.skip.is_none()) {
                let facts = store.facts(file.content.unwrap(), file.analyzer).unwrap();
                assert!(facts.is_some(), "{}: its facts are missing", file.path);
            }
            id
        };
        store.snapshots().unwrap().into_iter().map(|of| whole(of.id, of.tally.files_found)).collect()
    }

    /// What is at `target`.
    fn target(&self, makes: Makes) -> String {
        let target = self.repo.path("target");
        if !target.exists() {
            return "nothing".to_owned();
        }
        match makes {
            Makes::Records => String::new(),
            Makes::Bytes if target.is_dir() => {
                let mut files: Vec<_> = target.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
                files.sort();
                let text = |path: &PathBuf| format!("{:?} {}", path, blake3::hash(&std::fs::read(path).unwrap()));
                files.iter().map(text).collect()
            }
            Makes::Bytes => blake3::hash(&std::fs::read(&target).unwrap()).to_string(),
            Makes::Store(engine) => {
                let url: StoreUrl = format!("{engine}:{}", target.display()).parse().unwrap();
                format!("{:?}", read_from(&url, digest_all).unwrap())
            }
        }
    }

    /// What is there beside locks, which stay.
    fn names(&self) -> BTreeSet<PathBuf> {
        let all = self.repo.root().read_dir().unwrap().map(|entry| entry.unwrap().path());
        let name = |path: &PathBuf| path.file_name().unwrap().to_string_lossy().into_owned();
        all.filter(|path| !name(path).starts_with("own") && !name(path).ends_with("lock")).collect()
    }

    /// Copies what is at one place to another, in place of what is there.
    fn copy(&self, from: &str, to: &str) {
        let script = "rm -rf \"$2\" && cp -a \"$1\" \"$2\"";
        let copied =
            Command::new("/bin/sh").args(["-c", script, "copy", from, to]).current_dir(self.repo.root()).status();
        assert!(copied.unwrap().success());
    }

    /// The store is sound; but for litter.
    fn is_sound(&self, of: &Operation, what: &str) {
        let doctor = self.repo.elcano(&["store", "doctor", "--store", &self.store()]);
        let litter =
            |line: &str| line.contains("is missing") || line.contains("litter") || line.contains("sound records");
        let is_sound = doctor.code == 0 || (of.litters && doctor.out.lines().all(litter));
        assert!(is_sound, "{what}: {}{}", doctor.out, doctor.err);
    }

    /// Makes the store's file one that no engine takes.
    fn damage(&self) {
        let data = if self.engine == "lmdb" { self.url.path().join("data.mdb") } else { self.url.path().to_owned() };
        let bytes = std::fs::read(&data).unwrap();
        std::fs::write(&data, &bytes[..bytes.len() / 3]).unwrap();
    }

    /// Starts an operation and kills it after a while; whether it was still at work.
    #[expect(clippy::disallowed_methods, reason = "a kill comes at any moment, also between two events")]
    fn killed(&self, of: &Operation, after: Duration) -> bool {
        let mut child = self.command(of).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(after);
        child.kill().unwrap();
        child.wait().unwrap().code().is_none()
    }

    /// Kills an operation until so many kills have landed; gives how many did, and of how many.
    fn campaign(&mut self, of: &Operation, kills: u32, moments: &mut Moments) -> (u32, u32) {
        let makes = of.makes != Makes::Records;
        if makes {
            self.done(of);
            self.copy("target", "kept.target");
            self.advance();
        }
        let before = self.target(of.makes);
        let mut whole = Duration::ZERO;
        let (mut landed, mut rounds) = (0, 0);
        // The first round is not killed: it shows how long it takes, and what it makes.
        let mut after = String::new();
        while landed < kills && rounds <= kills * 100 / LANDED_PERCENT_MIN + 4 {
            if !makes {
                self.advance();
                if of.collects {
                    self.advance();
                }
            }
            let committed = self.snapshots();
            let newest = open(&self.url, OpenOptions::read()).unwrap().snapshots().unwrap()[0].id;
            self.change_for(of);
            if rounds > 0 {
                let moment = whole.mul_f64(moments.next());
                landed += u32::from(self.killed(of, moment));
                let what = format!("{} on {} killed after {moment:?}", of.name, self.engine);
                if !of.quarantines {
                    let found = self.snapshots();
                    let kept = if of.collects { found.contains(&newest) } else { found.is_superset(&committed) };
                    assert!(kept, "{what}: a snapshot that was committed is lost");
                    self.is_sound(of, &what);
                }
                let found = self.target(of.makes);
                assert!(found == before || found == after, "{what}: what it makes is neither old nor new");
            }
            let took = self.done(of);
            whole = if rounds == 0 { took } else { whole.min(took) };
            after = self.target(of.makes);
            let doctor = self.repo.elcano(&["store", "doctor", "--store", &self.store()]);
            assert_eq!(doctor.code, 0, "{} on {}, after the next run: {}", of.name, self.engine, doctor.out);
            let litter = self.names().into_iter().filter(|path| path.to_string_lossy().contains(".tmp"));
            assert_eq!(litter.collect::<Vec<_>>(), Vec::<PathBuf>::new(), "{} on {}", of.name, self.engine);
            if makes {
                assert_ne!(before, after, "{} makes nothing new", of.name);
                self.copy("kept.target", "target");
            }
            rounds += 1;
        }
        (landed, rounds - 1)
    }

    /// What an operation is to find.
    fn change_for(&mut self, of: &Operation) {
        match of.name {
            "scan" | "run" => self.change(),
            "import" => {
                self.change();
                assert_eq!(self.repo.elcano(&["scan", "--level", "full", "--store", "lmdb:other"]).code, 0);
            }
            "quarantine" => self.damage(),
            _ => {}
        }
    }
}

fn number(variable: &str, default: u64) -> u64 {
    std::env::var(variable).map_or(default, |text| text.parse().unwrap())
}

fn campaign(engine: &'static str, seed: u64) {
    let kills = u32::try_from(number("ELCANO_KILLS", u64::from(KILLS))).unwrap();
    let each = kills.div_ceil(2 * OPERATIONS.len() as u32);
    let seed = number("ELCANO_SEED", seed);
    let mut moments = Moments(seed);
    let (mut landed, mut rounds) = (0, 0);
    for of in &OPERATIONS {
        let (of_landed, of_rounds) = Scene::new(engine).campaign(of, each, &mut moments);
        say(format!("{engine}: {} {:?}: {of_landed} of {of_rounds} kills landed", of.name, of.makes));
        landed += of_landed;
        rounds += of_rounds;
    }
    say(format!("{engine}: {landed} of {rounds} kills landed, seed {seed}: nothing was lost"));
    assert!(landed * 100 >= rounds * LANDED_PERCENT_MIN, "{landed} of {rounds} kills landed");
}

#[test]
fn nothing_is_lost_by_kills_on_lmdb() {
    campaign("lmdb", 0x5EED_0001);
}

#[test]
fn nothing_is_lost_by_kills_on_sqlite() {
    campaign("sqlite", 0x5EED_0002);
}
