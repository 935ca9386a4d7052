//! Nothing outside of the named outputs is ever written, and what is named is written as it is:
//! files are replaced, devices, FIFOs and links stay.

use std::fs;
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::{CommandOutput, Repo, command};

const SOURCE: &str = "def f(x):\n    return x\n";

/// A repository that was scanned into a store elsewhere, and a folder outside of it with a file that
/// no run may change.
struct Scene {
    repo: Repo,
    outside: Repo,
    elsewhere: Repo,
}

impl Scene {
    fn new() -> Self {
        let repo = Repo::with(&[("a.py", SOURCE)]);
        repo.init();
        Self { repo, outside: Repo::with(&[("victim", "precious data of the user")]), elsewhere: Repo::new() }
    }

    /// A store that is not in the repository.
    fn store(&self) -> String {
        format!("lmdb:{}", self.elsewhere.path("store").display())
    }

    fn scanned() -> Self {
        let scene = Self::new();
        assert_eq!(scene.repo.elcano(&["scan", "-q", "--store", &scene.store()]).code, 0);
        scene
    }

    /// Makes a link as git checks it out. `OUT` is the folder outside.
    fn link(&self, link: &str, to: &str) {
        let out = self.outside.root().display().to_string();
        self.repo.symlink(link, to.replace("OUT", &out));
    }

    #[track_caller]
    fn is_untouched(&self, what: &str) {
        let names: Vec<_> =
            fs::read_dir(self.outside.root()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["victim"], "{what}");
        let victim = fs::read_to_string(self.outside.path("victim")).unwrap();
        assert_eq!(victim, "precious data of the user", "{what}");
        let hooks = self.repo.path(".git/hooks/post-checkout");
        assert!(hooks.symlink_metadata().is_err(), "{what}");
    }
}

/// Links as they are committed, each with what it leads to.
type Links = [(&'static str, &'static str)];

/// The links of a repository, and the command that wrote through them.
const LINKS: &[(&Links, &[&str])] = &[
    // The store's own files.
    (&[(".elcano", "OUT")], &["scan", "-q"]),
    (&[(".elcano/elcano.lock", "OUT/victim")], &["scan", "-q"]),
    (&[(".elcano/lock.mdb", "OUT/victim")], &["scan", "-q"]),
    (&[(".elcano/data.mdb", "OUT/victim")], &["scan", "-q"]),
    (&[(".elcano/.gitignore", "OUT/new")], &["scan", "-q"]),
    (&[("cache", "OUT")], &["scan", "-q", "--store", "lmdb:cache/store"]),
    (&[("cache", "OUT")], &["scan", "-q", "--store", "lmdb:cache"]),
    (&[("cache", "OUT")], &["scan", "-q", "--store", "sqlite:cache/facts.sqlite"]),
    (&[("facts.sqlite", "OUT/new")], &["scan", "-q", "--store", "sqlite:facts.sqlite"]),
    (&[("facts.sqlite-wal", "OUT/victim")], &["scan", "-q", "--store", "sqlite:facts.sqlite"]),
    (&[("facts.sqlite-journal", "OUT/victim")], &["scan", "-q", "--store", "sqlite:facts.sqlite"]),
    // What was written beside an output.
    (&[("elcano-baseline.jsonl.tmp", "OUT/victim")], &["baseline", "write", "-q"]),
    (&[("report.json.tmp", "OUT/victim")], &["check", "--format", "json=report.json"]),
    // Outputs by default.
    (&[("elcano-baseline.jsonl", "OUT/victim")], &["baseline", "write", "-q"]),
    (&[("elcano-baseline.jsonl", "OUT/new")], &["baseline", "write", "-q"]),
    (&[("elcano-baseline.jsonl", "one"), ("one", "OUT/new")], &["baseline", "write", "-q"]),
    (&[("elcano-baseline.jsonl", ".git/hooks/post-checkout")], &["baseline", "write", "-q"]),
    (&[("src", "OUT")], &["scan", "-q", "src"]),
    (&[("src", "OUT")], &["scan", "-q", "src", "a.py"]),
    (&[("src", "OUT")], &["run", "ci", "src"]),
    (&[("src", "OUT")], &["baseline", "write", "-q", "src"]),
    (&[("src", "OUT")], &["init", "src"]),
    (&[("elcano.toml", "OUT/new")], &["init"]),
    (&[(".github", "OUT")], &["init"]),
    (&[(".github/workflows", "OUT")], &["init"]),
    // Outputs that were named.
    (&[("report.json", "OUT/victim")], &["check", "--format", "json=report.json"]),
    (&[("report.json", "OUT/new")], &["check", "--format", "json=report.json"]),
    (&[("report.json", ".git/hooks/post-checkout")], &["check", "--format", "json=report.json"]),
    (&[("reports", "OUT")], &["check", "--format", "sarif=reports/new.sarif"]),
    (&[("reports", "OUT"), ("all", "reports")], &["check", "--format", "json=all/new"]),
    (&[("summary.md", "OUT/victim")], &["check", "--format", "summary=summary.md"]),
    (&[("outputs", "OUT/new")], &["check", "--format", "outputs=outputs"]),
    (&[("baseline", "OUT/new")], &["baseline", "write", "-q", "--baseline", "baseline"]),
];

#[test]
fn no_link_of_a_repository_leads_a_write_out_of_it() {
    for (links, command) in LINKS {
        let scene = Scene::new();
        links.iter().for_each(|(link, to)| scene.link(link, to));
        let ran = scene.repo.elcano(command);
        scene.is_untouched(&format!("{links:?}: {command:?}: {}", ran.err));
        let beside = links[0].0.ends_with(".tmp");
        let refused = matches!(ran.code, 2 | 3);
        assert!(refused != beside && (refused || ran.code == 0), "{links:?}: {command:?}: {}", ran.err);
        // `init` replaces nothing, links included.
        let why = ["is a link", "is there already"].iter().any(|why| ran.err.contains(why));
        assert!(beside || why, "{links:?}: {command:?}: {}", ran.err);
        let stays = scene.repo.path(links[0].0).symlink_metadata().unwrap();
        assert!(stays.is_symlink(), "{links:?}: {command:?}");
    }
}

#[test]
fn no_link_of_a_repository_leads_a_copy_of_the_store_out_of_it() {
    let commands: &[(&str, &str, &[&str])] = &[
        ("r", "OUT/victim", &["report", "--format", "json=r"]),
        ("r", "OUT/new", &["report", "--format", "markdown=r"]),
        ("p", "OUT/victim", &["store", "pack", "--force", "p"]),
        ("p", "OUT/new", &["store", "pack", "p"]),
        ("e", "OUT/new", &["export", "--to", "sqlite:e"]),
        ("e", "OUT/victim", &["export", "--to", "duckdb:e", "--force"]),
        ("e", "OUT", &["export", "--to", "csv:e", "--force"]),
        ("e", "OUT", &["export", "--to", "parquet:e/below"]),
        ("e", "OUT/new", &["export", "--to", "csv:e"]),
        ("e", "OUT", &["export", "--to", "sqlite:e/new"]),
    ];
    for (link, to, command) in commands {
        let scene = Scene::scanned();
        scene.link(link, to);
        let ran = scene.repo.elcano(&[*command, &["--store", &scene.store()]].concat());
        scene.is_untouched(&format!("{link}: {command:?}: {}", ran.err));
        ran.fails(3, &["is a link"]);
        // A pipeline is part of the repository, too.
        if command[0] == "export" {
            let to = command[2];
            let text = format!("about = \"a\"\n[[stage]]\nuse = \"export\"\nto = [\"{to}\"]\nforce = true\n");
            scene.repo.file("p.toml", text);
            scene.repo.elcano(&["run", "p.toml", "--store", &scene.store()]).fails(3, &["is a link"]);
            scene.is_untouched(&format!("{link}: pipeline {to}"));
        }
    }
}

#[test]
fn what_the_user_links_outside_of_a_work_tree_is_followed() {
    let scene = Scene::scanned();
    let mine = Repo::with(&[("below/old.json", "old")]);
    mine.symlink("link.json", "below/old.json").symlink("dangling.json", "below/new.json").symlink("folder", "below");
    for (named, written) in [
        ("link.json", "below/old.json"),
        ("dangling.json", "below/new.json"),
        ("folder/third.json", "below/third.json"),
    ] {
        let format = format!("json={}", mine.path(named).display());
        assert_eq!(scene.repo.elcano(&["report", "--format", &format, "--store", &scene.store()]).code, 0, "{named}");
        assert!(fs::read_to_string(mine.path(written)).unwrap().starts_with('{'), "{named}");
    }
    assert!(mine.path("link.json").symlink_metadata().unwrap().is_symlink());
    assert!(mine.path("dangling.json").symlink_metadata().unwrap().is_symlink());
}

#[test]
fn a_file_keeps_its_mode_and_its_other_names() {
    let scene = Scene::scanned();
    let repo = &scene.repo;
    repo.file("mine.json", "").mode("mine.json", 0o600).file("mine.json.tmp", "keep");
    fs::hard_link(scene.outside.path("victim"), repo.path("hard.json")).unwrap();
    repo.symlink("link.json", "mine.json");
    for (file, mode) in [("mine.json", 0o600), ("hard.json", 0o644), ("link.json", 0o600)] {
        let format = format!("json={file}");
        let ran = repo.elcano(&["report", "--format", &format, "--store", &scene.store()]);
        assert_eq!(ran.code, 0, "{file}: {}", ran.err);
        assert_eq!(repo.path(file).metadata().unwrap().permissions().mode() & 0o777, mode, "{file}");
        assert!(fs::read_to_string(repo.path(file)).unwrap().starts_with('{'), "{file}");
    }
    assert!(repo.path("link.json").symlink_metadata().unwrap().is_symlink());
    assert_eq!(fs::read_to_string(repo.path("mine.json.tmp")).unwrap(), "keep");
    scene.is_untouched("a hard link");
    for to in ["sqlite:e.sqlite", "duckdb:e.duckdb"] {
        let (_, file) = to.split_once(':').unwrap();
        repo.file(file, "").mode(file, 0o640);
        let ran = repo.elcano(&["export", "--to", to, "--force", "--store", &scene.store()]);
        assert_eq!(ran.code, 0, "{to}: {}", ran.err);
        assert_eq!(repo.path(file).metadata().unwrap().permissions().mode() & 0o777, 0o640, "{to}");
    }
}

/// A command whose process has no name of its own for what it writes to.
fn in_bash(scene: &Scene, line: &str) -> CommandOutput {
    let mut bash = Command::new("bash");
    bash.args(["-c", line]).current_dir(scene.repo.root()).stdin(Stdio::null()).env_clear();
    bash.env("HOME", scene.repo.root()).env("PATH", std::env::var_os("PATH").expect("a path"));
    bash.env("E", env!("CARGO_BIN_EXE_elcano")).env("ELCANO_STORE", scene.store());
    CommandOutput::of(bash.output().expect("bash to start"))
}

#[test]
fn pipes_and_devices_are_written_where_they_are() {
    let scene = Scene::scanned();
    let expected = scene.repo.elcano(&["report", "--format", "json", "--store", &scene.store()]).out;
    for line in [
        "$E report --format json=/dev/stdout",
        "$E report --format json=/dev/fd/1",
        "$E report --format json=/dev/stderr 2>&1",
        "$E report --format json=/dev/stdout >file; cat file",
        "$E report --format json=>(cat)",
        "$E report --format json=/dev/fd/3 3>&1",
        "mkfifo fifo; cat fifo & $E report --format json=fifo; wait",
        "mkfifo fifo2; ln -s fifo2 link; cat fifo2 & $E report --format json=link; wait",
        "$E report --format json --format text=/dev/null",
    ] {
        let ran = in_bash(&scene, line);
        assert_eq!((ran.code, &*ran.out), (0, &*expected), "{line}: {}", ran.err);
    }
    assert!(scene.repo.path("fifo").metadata().unwrap().file_type().is_fifo());
    for line in [
        "$E store pack >(cat >packed) >/dev/null; while ! $E store unpack packed --store lmdb:new 2>err; do :; done",
        "mkfifo pipe; cat pipe >packed & $E store pack pipe >/dev/null; wait; $E store unpack packed --store lmdb:new",
    ] {
        let ran = in_bash(&scene, line);
        assert_eq!(ran.code, 0, "{line}: {}", ran.err);
        scene.repo.remove("packed").remove("new");
    }
    for line in ["echo before >s; $E check -q --format summary=>(cat)", "$E check -q --format outputs=/dev/stdout"] {
        let ran = in_bash(&scene, line);
        assert!(ran.code == 0 && !ran.out.is_empty(), "{line}: {}", ran.err);
    }
}

#[test]
fn a_device_is_not_replaced() {
    let scene = Scene::scanned();
    if !rustix::process::geteuid().is_root() {
        return eprintln!("skipped: only root makes devices");
    }
    // /dev/null by another name.
    let mode = rustix::fs::Mode::from_raw_mode(0o666);
    let device = rustix::fs::makedev(1, 3);
    let made = rustix::fs::mknodat(
        rustix::fs::CWD,
        scene.repo.path("null"),
        rustix::fs::FileType::CharacterDevice,
        mode,
        device,
    );
    if let Err(error) = made {
        return eprintln!("skipped: no devices here: {error}");
    }
    let is_device = || scene.repo.path("null").symlink_metadata().unwrap().file_type().is_char_device();
    for args in [
        &["report", "--format", "json=null"][..],
        &["store", "pack", "null"],
        &["store", "pack", "null", "--force"],
        &["check", "--format", "summary=null"],
        &["baseline", "write", "--baseline", "null"],
    ] {
        let ran = scene.repo.elcano(&[args, &["--store", &scene.store()]].concat());
        // A baseline is read before it is written, and nothing can be read from it.
        assert!(ran.code == 0 || args[0] == "baseline", "{args:?}: {}", ran.err);
        assert!(is_device(), "{args:?}");
    }
    for args in [
        &["export", "--to", "sqlite:null", "--force"][..],
        &["export", "--to", "duckdb:null", "--force"],
        &["export", "--to", "csv:null", "--force"],
        &["store", "unpack", "--force", "p", "--store", "sqlite:null"],
        &["scan", "--store", "lmdb:null"],
        &["scan", "--store", "sqlite:null"],
    ] {
        let store = scene.store();
        let store = if args.contains(&"--store") { &[][..] } else { &["--store", &store] };
        let ran = scene.repo.elcano(&[args, store].concat());
        assert_eq!(ran.code, 3, "{args:?}: {}", ran.err);
        assert!(is_device(), "{args:?}");
    }
}

#[test]
fn a_folder_with_other_files_is_not_replaced() {
    let scene = Scene::scanned();
    let pack = scene.elsewhere.path("p").display().to_string();
    assert_eq!(scene.repo.elcano(&["store", "pack", &pack, "--store", &scene.store()]).code, 0);
    scene.repo.file("src/main.py", SOURCE).symlink("out", "src");
    let top = scene.repo.root().display().to_string();
    for args in [
        &["export", "--to", "csv:src", "--force", "--store", &scene.store()][..],
        &["export", "--to", "parquet:out", "--force", "--store", &scene.store()],
        &["export", "--to", &format!("csv:{top}"), "--force", "--store", &scene.store()],
        &["store", "unpack", &pack, "--force", "--store", "lmdb:src"],
        &["store", "unpack", &pack, "--force", "--store", &format!("lmdb:{top}")],
        &["migrate", "--from", &scene.store(), "--to", "lmdb:out", "--force"],
    ] {
        let ran = scene.repo.elcano(args);
        ran.fails(2, &["is not replaced"]);
        assert_eq!(fs::read_to_string(scene.repo.path("src/main.py")).unwrap(), SOURCE, "{args:?}");
        assert!(scene.repo.path("a.py").exists(), "{args:?}");
        let left: Vec<_> = fs::read_dir(scene.repo.root()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert!(!left.iter().any(|name| name.to_string_lossy().contains(".tmp-")), "{args:?}: {left:?}");
    }
    // What an export or a store is made of is replaced, also twice.
    for _ in 0..2 {
        for args in [
            &["export", "--to", "csv:csv", "--force", "--store", &scene.store()][..],
            &["store", "unpack", &pack, "--force", "--store", "lmdb:unpacked"],
        ] {
            let ran = scene.repo.elcano(args);
            assert_eq!(ran.code, 0, "{args:?}: {}", ran.err);
        }
    }
}

/// A small file system that goes when this is dropped.
struct Mounted<'a>(&'a Path);

impl<'a> Mounted<'a> {
    fn new(folder: &'a Path, size: &str) -> Option<Self> {
        let mut mount = Command::new("mount");
        let mount = mount.args(["-t", "tmpfs", "-o", size, "tmpfs"]).arg(folder).stderr(Stdio::null());
        mount.status().is_ok_and(|status| status.success()).then_some(Self(folder))
    }
}

impl Drop for Mounted<'_> {
    fn drop(&mut self) {
        let done = Command::new("umount").arg(self.0).status().expect("umount");
        assert!(done.success() || std::thread::panicking());
    }
}

#[test]
fn a_full_disk_leaves_the_old_file_and_nothing_beside_it() {
    let scene = Scene::new();
    for at in 0..200 {
        scene.repo.file(&format!("f{at}.py"), SOURCE.replace("f(", &format!("f{at}(")));
    }
    assert_eq!(scene.repo.elcano(&["scan", "-q", "--store", &scene.store()]).code, 0);
    scene.elsewhere.folder("full");
    let full = scene.elsewhere.path("full");
    let Some(_mounted) = Mounted::new(&full, "size=64k") else {
        return eprintln!("skipped: file systems cannot be mounted here");
    };
    scene.elsewhere.file("full/old", "old");
    // What is left is less than anything that is written.
    let fill = format!("of={}", full.join("fill").display());
    let filled = Command::new("dd").args(["if=/dev/zero", "bs=1k", &fill]).stderr(Stdio::null()).status();
    assert!(filled.is_ok_and(|status| !status.success()), "dd ends when the disk is full");
    let old = full.join("old").display().to_string();
    let limits = ["--limit", "cognitive=0", "--limit", "lloc=0"];
    for args in [
        vec!["report".to_owned(), "--format".to_owned(), format!("json={old}")],
        vec!["check".to_owned(), "--format".to_owned(), format!("sarif={old}")],
        vec!["store".to_owned(), "pack".to_owned(), "--force".to_owned(), old.clone()],
        vec!["export".to_owned(), "--force".to_owned(), "--to".to_owned(), format!("sqlite:{old}")],
        vec!["export".to_owned(), "--force".to_owned(), "--to".to_owned(), format!("duckdb:{old}")],
        vec![
            "export".to_owned(),
            "--force".to_owned(),
            "--to".to_owned(),
            format!("csv:{}", full.join("csv").display()),
        ],
        vec![
            "baseline".to_owned(),
            "write".to_owned(),
            "--baseline".to_owned(),
            full.join("new").display().to_string(),
        ],
    ] {
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let limits = if args[0] == "baseline" { &limits[..] } else { &[] };
        let ran = scene.repo.elcano(&[&args, limits, &["--store", &scene.store()]].concat());
        assert_eq!(ran.code, 3, "{args:?}: {}{}", ran.out, ran.err);
        assert!(ran.err.to_lowercase().contains("full") || ran.err.contains("space left"), "{args:?}: {}", ran.err);
        assert_eq!(fs::read_to_string(full.join("old")).unwrap(), "old", "{args:?}");
        let mut left: Vec<_> = fs::read_dir(&full).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, ["fill", "old"], "{args:?}: {}", ran.err);
    }
}

#[test]
fn a_pipeline_waits_for_no_reader() {
    let scene = Scene::scanned();
    scene.repo.fifo("fifo");
    for stage in
        ["use = \"report\"\nformats = [\"json=fifo\"]", "use = \"gate\"\nbase = \"HEAD\"\nformats = [\"json=fifo\"]"]
    {
        scene.repo.file("p.toml", format!("about = \"a\"\n[[stage]]\n{stage}\n"));
        scene.repo.commit("all");
        let ran = command(scene.repo.root(), &["run", "p.toml", "--store", &scene.store()]).output().unwrap();
        assert_eq!(CommandOutput::of(ran).code, 3, "{stage}");
    }
}
