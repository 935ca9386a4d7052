//! The scripts of the action, under the variables that GitHub sets: what they install, what they refuse, what they hand on.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::gate_check::{elcano, function};
use crate::repo::Repo;

fn script(repo: &Repo, name: &str, variables: &[(&str, &str)]) -> Output {
    let path = std::env::var_os("PATH").expect("a path");
    Command::new(repo.path(&format!("action/{name}")))
        .current_dir(repo.root())
        .env_clear()
        .env("PATH", path)
        .env("RUNNER_TEMP", repo.path("temp"))
        .env("GITHUB_OUTPUT", repo.path("outputs"))
        .env("GITHUB_STEP_SUMMARY", repo.path("summary"))
        .env("GITHUB_ACTIONS", "true")
        .envs(variables.iter().copied())
        .output()
        .expect("the script to start")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A folder with the action's scripts, and an empty temporary folder.
fn action() -> Repo {
    let repo = Repo::new();
    repo.folder("action").folder("temp");
    for name in ["install.sh", "gate.sh", "release.txt"] {
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("action").join(name);
        fs::copy(&from, repo.path(&format!("action/{name}"))).expect("a script of the action");
    }
    repo
}

fn outputs(repo: &Repo) -> String {
    fs::read_to_string(repo.path("outputs")).unwrap_or_default()
}

#[test]
fn a_release_is_installed_by_its_checksum_and_refused_with_another() {
    let repo = action();
    // As scripts/pack.sh packs it, with a stand-in for the binary.
    for target in
        ["x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu", "aarch64-apple-darwin", "x86_64-apple-darwin"]
    {
        let name = format!("elcano-v9.9.9-{target}");
        repo.file(&format!("{name}/elcano"), "#!/bin/sh\necho stand-in 9.9.9\n");
        repo.mode(&format!("{name}/elcano"), 0o755).folder("releases/v9.9.9");
        let archive = format!("releases/v9.9.9/{name}.tar.gz");
        let tar = Command::new("tar").args(["-czf", &archive, &name]).current_dir(repo.root()).status().expect("tar");
        assert!(tar.success());
    }
    let sums = Command::new("sh")
        .args(["-c", "cd releases/v9.9.9 && { sha256sum *.gz 2>/dev/null || shasum -a 256 *.gz; }"])
        .current_dir(repo.root())
        .output()
        .expect("checksums");
    let sums = text(&sums.stdout);
    let url = format!("file://{}", repo.path("releases").display());
    let variables = [("ELCANO_DOWNLOADS", &*url)];
    repo.file("action/release.txt", format!("version 9.9.9\n{sums}"));
    let installed = script(&repo, "install.sh", &variables);
    assert!(installed.status.success(), "{}{}", text(&installed.stdout), text(&installed.stderr));
    assert_eq!(text(&installed.stdout), "stand-in 9.9.9\n");
    let binary = format!("{}/elcano-9.9.9/elcano", repo.path("temp").display());
    assert_eq!(outputs(&repo), format!("binary={binary}\n"));
    let wrong: String = sums.lines().map(|line| format!("{}{}\n", "0".repeat(64), &line[64..])).collect();
    for (release, version, problem) in [
        (format!("version 9.9.9\n{wrong}"), "", "another checksum"),
        (format!("version 9.9.9\n{sums}"), "9.9.8", "no checksum"),
        ("version none\n".to_owned(), "", "names no release"),
    ] {
        repo.file("action/release.txt", release).file("outputs", "");
        let refused = script(&repo, "install.sh", &[("ELCANO_DOWNLOADS", &*url), ("ELCANO_VERSION", version)]);
        assert_eq!((refused.status.code(), outputs(&repo)), (Some(2), String::new()), "{problem}");
        assert!(text(&refused.stdout).starts_with("::error ") && text(&refused.stdout).contains(problem));
    }
}

#[test]
fn the_gate_step_hands_on_what_the_gate_says() {
    let repo = action();
    repo.init().file(".gitignore", "temp\noutputs\nsummary\n*.sarif\n");
    repo.file("a.py", function("f", 30));
    repo.commit("before");
    repo.file("a.py", function("f", 30) + &function("g", 40));
    let installed = script(&repo, "install.sh", &[("ELCANO_BINARY", env!("CARGO_BIN_EXE_elcano"))]);
    assert!(installed.status.success(), "{}", text(&installed.stdout));
    let binary = outputs(&repo).trim().strip_prefix("binary=").expect("the output").to_owned();
    let gate = |base: &str, limits: &str| {
        repo.file("outputs", "");
        let variables = [
            ("ELCANO", &*binary),
            ("GATE_PATH", "."),
            ("GATE_BASE", base),
            ("GATE_FAIL_ON", "new"),
            ("GATE_LIMITS", limits),
            ("GATE_CONFIG", ""),
            ("GATE_BASELINE", ""),
            ("GATE_ANNOTATIONS", "true"),
            ("GATE_SUMMARY", "true"),
            ("GATE_SARIF", "out.sarif"),
        ];
        let ran = script(&repo, "gate.sh", &variables);
        (ran.status.code(), text(&ran.stdout) + &text(&ran.stderr), outputs(&repo))
    };
    let (code, said, outputs) = gate("HEAD", "cyclomatic = off\n\n  lloc=off\n");
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("::error file=a.py,line="), "{said}");
    assert!(outputs.contains("gate=fail\nnew=1\n") && outputs.ends_with("exit-code=1\n"), "{outputs}");
    assert!(fs::read_to_string(repo.path("summary")).expect("a summary").contains("FAIL: 1 new"));
    assert!(fs::read_to_string(repo.path("out.sarif")).expect("SARIF").contains("\"2.1.0\""));
    let (code, said, outputs) = gate("HEAD", "cognitive=50\ncyclomatic=50");
    assert_eq!((code, outputs.contains("gate=pass\n")), (Some(0), true), "{said}");
    let (code, said, outputs) = gate("HEAD~7", "");
    assert_eq!((code, &*outputs), (Some(3), "exit-code=3\n"), "{said}");
    assert!(said.contains("base `HEAD~7`"), "{said}");
}

#[test]
fn init_writes_what_check_reads_and_never_over_anything() {
    let repo = Repo::new();
    repo.init().file("a.py", "x = 1\n");
    let ran = elcano(&repo, &["init"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let workflow = fs::read_to_string(repo.path(".github/workflows/elcano.yml")).expect("a workflow");
    assert!(workflow.contains("fetch-depth: 2") && workflow.contains("permissions: {}"), "{workflow}");
    assert_eq!(elcano(&repo, &["check"]).code, 0, "the configuration that it wrote is one");
    let shown = elcano(&repo, &["config", "show", "--origin"]).out;
    assert!(shown.contains("elcano.toml"), "{shown}");
    repo.file("elcano.toml", "# mine\n");
    assert_eq!(elcano(&repo, &["init"]).code, 2);
    assert_eq!(fs::read_to_string(repo.path("elcano.toml")).expect("mine"), "# mine\n");
}
