//! Repositories that are damaged or not meant for anybody to read: what does not need git is done
//! without it, and what does says why not. Nothing hangs, and nothing of theirs is run.

use std::fs;

use super::{Repo, check, function, is_clean, scan, snapshot};
use crate::support::command;

type Breaking = fn(&Repo) -> &Repo;

/// What makes the repository unreadable as a whole.
const WHOLE: [(&str, Breaking); 13] = [
    ("a .git file to nowhere", |repo| repo.remove(".git").file(".git", "gitdir: /nowhere/at/all\n")),
    ("a .git file to itself", |repo| repo.remove(".git").file(".git", "gitdir: .git\n")),
    ("two .git files in a circle", |repo| {
        repo.remove(".git").file(".git", "gitdir: other/.git\n").file("other/.git", "gitdir: ../.git\n")
    }),
    ("an empty .git file", |repo| repo.remove(".git").file(".git", "")),
    ("a .git file of noise", |repo| repo.remove(".git").file(".git", [0xFF, 0, 0x1B, b'\n'].repeat(4096))),
    ("an empty .git folder", |repo| repo.remove(".git").folder(".git")),
    ("a pipe", |repo| repo.remove(".git").fifo(".git")),
    ("a socket", |repo| repo.remove(".git").socket(".git")),
    ("a link to itself", |repo| repo.remove(".git").symlink(".git", ".git")),
    ("a link to nowhere", |repo| repo.remove(".git").symlink(".git", "/nowhere/at/all")),
    ("no head", |repo| repo.remove(".git/HEAD")),
    ("broken configuration", |repo| repo.file(".git/config", "[core\nbroken")),
    ("no objects", |repo| repo.remove(".git/objects")),
];

/// What makes a part of it unreadable.
const PARTS: [(&str, Breaking); 13] = [
    ("a head of noise", |repo| repo.file(".git/HEAD", [0xFF, 0, 0x1B].repeat(99))),
    ("a head without its commit", |repo| repo.file(".git/HEAD", "1".repeat(40))),
    ("a head in a circle", |repo| {
        repo.file(".git/HEAD", "ref: refs/heads/main\n").file(".git/refs/heads/main", "ref: refs/heads/main\n")
    }),
    ("an index of noise", |repo| repo.file(".git/index", [0xFF; 300])),
    ("an empty index", |repo| repo.file(".git/index", "")),
    ("half an index", |repo| {
        let bytes = fs::read(repo.path(".git/index")).expect("an index");
        repo.file(".git/index", &bytes[..bytes.len() / 2])
    }),
    ("an index of four billion entries", |repo| {
        repo.file(".git/index", [b"DIRC\0\0\0\x02\xFF\xFF\xFF\xFF".as_slice(), &[0; 64]].concat())
    }),
    ("packed references of noise", |repo| {
        repo.git(&["pack-refs", "--all"]);
        repo.file(".git/packed-refs", [0xFF, 0, 0x1B].repeat(99))
    }),
    ("no object of the head", |repo| {
        let head = repo.git(&["rev-parse", "HEAD"]);
        repo.remove(&format!(".git/objects/{}/{}", &head[..2], &head[2..]))
    }),
    ("no tree of the head", |repo| {
        let tree = repo.git(&["rev-parse", "HEAD^{tree}"]);
        repo.remove(&format!(".git/objects/{}/{}", &tree[..2], &tree[2..]))
    }),
    ("a tree of noise", |repo| {
        let tree = repo.git(&["rev-parse", "HEAD^{tree}"]);
        let path = format!(".git/objects/{}/{}", &tree[..2], &tree[2..]);
        repo.remove(&path).file(&path, [0xFF; 100])
    }),
    ("a pack of noise", |repo| {
        repo.git(&["gc", "--quiet", "--aggressive"]);
        let folder = fs::read_dir(repo.path(".git/objects/pack")).expect("packs");
        for file in folder.map(|entry| entry.expect("an entry").path()) {
            fs::remove_file(&file).expect("it to go");
            fs::write(file, [0xFF; 4096]).expect("noise");
        }
        repo
    }),
    ("a shallow file of noise", |repo| repo.file(".git/shallow", [0xFF, 0, b'\n'].repeat(99))),
];

fn sound() -> Repo {
    let repo = Repo::with(&[("src/a.py", &function("f", 30)), ("src/b.py", "x = 1\n")]);
    repo.init().commit("one");
    repo
}

#[test]
fn a_repository_that_cannot_be_opened_is_measured_without_git_and_said_so() {
    for (name, breaking) in WHOLE {
        let repo = sound();
        breaking(&repo);
        let ran = repo.elcano_in("src", &["scan", "--json"], &[]);
        assert_eq!(ran.json()["files_found"], 2, "{name}");
        assert!(ran.err.contains("going on without git"), "{name}: {}", ran.err);
        assert!(repo.path(".elcano").is_dir(), "{name}: the store is at the top");
        assert_eq!(repo.elcano(&["report"]).code, 0, "{name}");
        assert_eq!(check(&repo, &[]).found("new"), ["src/a.py f cognitive fail"], "{name}");
        check(&repo, &["--base", "HEAD"]).fails(3, &["cannot compare with base `HEAD`"]);
        repo.elcano(&["diff", "HEAD", "HEAD"]).fails(3, &[]);
        let variables = [("GITHUB_EVENT_NAME", "pull_request"), ("GITHUB_BASE_REF", "main")];
        repo.elcano_in(".", &["check", "--base", "auto"], &variables)
            .fails(3, &["the base that the environment names"]);
    }
}

#[test]
fn a_repository_of_which_a_part_cannot_be_read_is_measured() {
    for (name, breaking) in PARTS {
        let repo = sound();
        breaking(&repo);
        let scanned = repo.elcano(&["scan", "--json"]);
        assert_eq!(scanned.code, 0, "{name}: {}", scanned.err);
        assert_eq!(scanned.json()["files_found"], 2, "{name}");
        assert_eq!(repo.elcano(&["report"]).code, 0, "{name}");
        assert_eq!(check(&repo, &[]).found("new"), ["src/a.py f cognitive fail"], "{name}");
        let based = check(&repo, &["--base", "HEAD"]);
        // What is not damaged may be enough for the answer; a wrong one is none.
        assert!(based.code == 3 || based.document()["findings"] == serde_json::json!([]), "{name}: {}", based.out);
        assert!(!based.err.contains("panicked"), "{name}: {}", based.err);
    }
}

#[test]
fn what_is_read_of_a_repository_never_blocks() {
    for part in [
        "HEAD",
        "config",
        "index",
        "packed-refs",
        "shallow",
        "info/exclude",
        "info/attributes",
        "objects/info/alternates",
    ] {
        let repo = sound();
        let path = format!(".git/{part}");
        if repo.path(&path).symlink_metadata().is_ok() {
            repo.remove(&path);
        }
        repo.fifo(&path);
        let scanned = repo.elcano(&["scan", "--json"]);
        assert_eq!(scanned.code, 0, "{part}: {}", scanned.err);
        assert_eq!(scanned.json()["files_found"], 2, "{part}");
    }
}

#[test]
fn configuration_in_circles_and_of_wrong_types_harms_nothing() {
    let configurations = [
        "[include]\n\tpath = config\n",
        "[include]\n\tpath = other\n",
        "[include]\n\tpath = .\n",
        "[includeIf \"gitdir:**\"]\n\tpath = config\n",
        "[core]\n\tautocrlf = perhaps\n\tfileMode = many\n\teol = up\n\tbare = perhaps\n",
        "[core]\n\tsharedRepository = 9999999999999999999\n\tcompression = -99\n\tbigFileThreshold = x\n",
        "[core]\n\tattributesFile = .\n\texcludesFile = .\n",
        "[remote \"origin\"]\n\turl = \n[remote \"\"]\n\turl = ::::\n",
        "[diff]\n\trenames = \u{1b}[31m\n\talgorithm = none\n",
        "[index]\n\tthreads = -1\n\tskipHash = sometimes\n",
        "[pack]\n\tdeltaCacheLimit = -1\n[gitoxide \"objects\"]\n\tcacheLimit = -7\n",
    ];
    for added in configurations {
        let repo = sound();
        let text = fs::read_to_string(repo.path(".git/config")).expect("a configuration");
        repo.file(".git/config", text + added).file(".git/other", "[include]\n\tpath = config\n");
        let scanned = repo.elcano(&["scan", "--json"]);
        assert_eq!((scanned.code, &scanned.json()["files_found"]), (0, &2.into()), "{added}: {}", scanned.err);
        let based = check(&repo, &["--base", "HEAD"]);
        assert!(matches!(based.code, 0 | 3), "{added}: {}{}", based.out, based.err);
    }
}

#[test]
fn alternates_in_circles_harm_nothing() {
    let repo = sound();
    for target in ["../objects", "../../.git/objects", "/dev/zero", "\u{1b}[31m", "/proc/self/fd/0"] {
        repo.file(".git/objects/info/alternates", format!("{}\n{target}\n", repo.path(".git/objects").display()));
        assert_eq!(repo.elcano(&["scan"]).code, 0, "{target}");
        assert!(matches!(check(&repo, &["--base", "HEAD"]).code, 0 | 3), "{target}");
    }
}

#[test]
fn variables_for_another_repository_change_nothing() {
    let (repo, other) = (sound(), sound());
    other.file("src/c.py", function("other", 90)).commit("two");
    let expected = scan(&repo);
    let git = other.path(".git").display().to_string();
    let index = other.path(".git/index").display().to_string();
    let objects = other.path(".git/objects").display().to_string();
    let variables = [
        ("GIT_DIR", git.as_str()),
        ("GIT_DIR", "/nowhere"),
        ("GIT_WORK_TREE", "/nowhere"),
        ("GIT_INDEX_FILE", &index),
        ("GIT_INDEX_FILE", "/dev/zero"),
        ("GIT_OBJECT_DIRECTORY", &objects),
        ("GIT_ALTERNATE_OBJECT_DIRECTORIES", "/nowhere"),
        ("GIT_COMMON_DIR", "/nowhere"),
        ("GIT_NAMESPACE", "other"),
        ("GIT_CEILING_DIRECTORIES", "/"),
        ("GIT_SHALLOW_FILE", "/dev/zero"),
        ("GIT_REPLACE_REF_BASE", "refs/heads/"),
        ("GIT_DEFAULT_HASH", "sha256"),
        ("GIT_DEFAULT_REF_FORMAT", "reftable"),
    ];
    for (name, value) in variables {
        let ran = repo.elcano_in(".", &["scan", "--json"], &[(name, value)]);
        assert_eq!(ran.json()["snapshot"], expected["snapshot"], "{name}={value}: {}", ran.err);
        let based =
            repo.elcano_in(".", &[&["check", "--base", "HEAD"], &super::COGNITIVE[..]].concat(), &[(name, value)]);
        is_clean(&based, name);
    }
}

#[test]
fn a_work_tree_elsewhere_a_bare_repository_and_nested_ones_are_folders() {
    let repo = sound();
    let elsewhere = Repo::with(&[("z.py", "")]);
    repo.git(&["config", "core.worktree", &elsewhere.root().display().to_string()]);
    let made = snapshot(&repo);
    assert_eq!((&made["commit"], &made["dirty"]), (&serde_json::Value::Null, &false.into()), "{made:#}");
    let repo = Repo::with(&[("a.py", "x = 1\n")]);
    repo.git(&["init", "--quiet", "--bare", "--initial-branch=main", "."]);
    assert_eq!(scan(&repo)["files_found"], 1);
    let repo = sound();
    repo.file("inner/c.py", "c = 1\n").git(&["init", "--quiet", "inner"]);
    repo.file("broken/.git", "gitdir: ../gone\n").file("broken/d.py", "d = 1\n");
    let scanned = scan(&repo);
    assert_eq!((&scanned["files_found"], &scanned["skipped"]["other_work_tree"]), (&3.into(), &1.into()));
    is_clean(&check(&repo, &["--base", "HEAD"]), "nested ones");
}

#[test]
fn nothing_that_a_repository_names_is_run() {
    let repo = sound();
    let ran = repo.path("ran");
    let program = format!("#!/bin/sh\necho \"$0 $*\" >> '{}'\n", ran.display());
    repo.file("program.sh", program).mode("program.sh", 0o755);
    let program = repo.path("program.sh").display().to_string();
    for key in [
        "core.fsmonitor",
        "core.sshCommand",
        "core.pager",
        "core.editor",
        "core.gitProxy",
        "core.alternateRefsCommand",
        "core.askPass",
        "diff.external",
        "diff.x.command",
        "diff.x.textconv",
        "filter.x.clean",
        "filter.x.smudge",
        "filter.x.process",
        "merge.x.driver",
        "credential.helper",
        "gpg.program",
        "uploadpack.packObjectsHook",
        "interactive.diffFilter",
        "pager.status",
        "sequence.editor",
        "trace2.eventTarget",
    ] {
        repo.git(&["config", key, &program]);
    }
    repo.git(&["config", "filter.x.required", "true"]);
    for hook in ["post-checkout", "fsmonitor-watchman", "post-index-change", "pre-commit", "reference-transaction"] {
        repo.file(&format!(".git/hooks/{hook}"), fs::read(&program).expect("it"))
            .mode(&format!(".git/hooks/{hook}"), 0o755);
    }
    repo.file(".gitattributes", "*.py filter=x diff=x merge=x\n").file("src/b.py", "x = 2\n");
    // As the files of another user, who is not trusted by git.
    if rustix::process::geteuid().is_root() {
        for path in ["src/a.py", "src/b.py", ".git", ".git/config", ".git/HEAD", ".git/index", "program.sh"] {
            std::os::unix::fs::chown(repo.path(path), Some(12345), Some(12345)).expect("chown");
        }
    } else {
        eprintln!("not root: the files stay this user's");
    }
    for args in [
        &["scan", "--level", "full"][..],
        &["report"],
        &["check"],
        &["check", "--base", "HEAD"],
        &["diff", "HEAD", "HEAD"],
        &["exemptions"],
        &["run", "ci"],
        &["config", "show"],
        &["scan", "--explain-path", "src/a.py"],
    ] {
        let mut command = command(repo.root(), args);
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("GIT_SSH_COMMAND", &program);
        command.env("GIT_ASKPASS", &program).env("GIT_EXTERNAL_DIFF", &program).env("PAGER", &program);
        let output = command.output().expect("elcano to start");
        assert!(matches!(output.status.code(), Some(0 | 1)), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        assert!(!ran.exists(), "{args:?}: {}", fs::read_to_string(&ran).unwrap_or_default());
    }
}

#[test]
fn a_few_trees_that_name_any_number_of_files_are_an_error() {
    let repo = Repo::with(&[("a.py", "x = 1\n")]);
    repo.init().commit("one");
    let blob = repo.git(&["rev-parse", "HEAD:a.py"]);
    let mut tree = make_tree(&repo, &(0..32).map(|at| format!("100644 blob {blob}\tf{at}.py\n")).collect::<String>());
    for _ in 0..5 {
        let entries: String = (0..32).map(|at| format!("040000 tree {tree}\td{at}\n")).collect();
        tree = make_tree(&repo, &entries);
    }
    // A billion files in six trees.
    let commit = repo.git(&["commit-tree", &tree, "-m", "bomb"]);
    for args in [&["check", "--base", commit.as_str()][..], &["diff", "HEAD", &commit]] {
        repo.elcano(args).fails(3, &["names more than 5000000 files"]);
    }
}

#[test]
fn names_in_trees_that_are_no_names_are_an_error_or_nothing() {
    let repo = Repo::with(&[("a.py", "x = 1\n")]);
    repo.init().commit("one");
    let blob = repo.git(&["rev-parse", "HEAD:a.py"]);
    let id = (0..20).map(|at| u8::from_str_radix(&blob[2 * at..2 * at + 2], 16).expect("hex")).collect::<Vec<_>>();
    for name in [&b"../../../etc/x.py"[..], b"..", b".", b".git", b"", b"a//b.py", b"/abs.py", b"\xFF\x1B[31m.py"] {
        let tree = [b"100644 ", name, b"\0", id.as_slice()].concat();
        repo.file("tree", tree);
        let made = repo.git(&["hash-object", "-t", "tree", "--literally", "-w", "tree"]);
        let commit = repo.git(&["commit-tree", &made, "-m", "odd"]);
        let ran = check(&repo, &["--base", &commit]);
        assert!(matches!(ran.code, 0 | 3), "{name:?}: {}{}", ran.out, ran.err);
        let ran = repo.elcano(&["diff", "HEAD", &commit]);
        assert!(matches!(ran.code, 0 | 3), "{name:?}: {}{}", ran.out, ran.err);
    }
}

fn make_tree(repo: &Repo, entries: &str) -> String {
    use std::io::Write as _;
    let mut command = repo.git_command(&["mktree", "--missing"]);
    command.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped());
    let mut child = command.spawn().expect("git");
    child.stdin.take().expect("its input").write_all(entries.as_bytes()).expect("entries");
    let output = child.wait_with_output().expect("git to end");
    assert!(output.status.success());
    String::from_utf8(output.stdout).expect("an id").trim().to_owned()
}
