//! The scripts of the action, under the variables that GitHub sets: what they install, what they
//! refuse, what they hand on.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::support::Repo;
use crate::support::gate::function;

/// Runs the step of action.yml that runs this script, by the line that is there and with the
/// variables that are there: each that is not given is empty, as an input that is not given.
fn script(repo: &Repo, name: &str, variables: &[(&str, &str)]) -> Output {
    let step = steps().into_iter().find(|step| step.run.contains(name)).expect("a step that runs it");
    let script = name.split('"').next().expect("a name");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("action").join(script);
    let read = fs::read_to_string(folder).expect("the script");
    let reads = |word: &str| word.starts_with("GATE_") || word == "ELCANO";
    for word in read.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|word| reads(word)) {
        let by_other_verb =
            script == "cache.sh" && word == if name.ends_with("key") { "GATE_PACK" } else { "GATE_PATH" };
        assert!(by_other_verb || step.env.iter().any(|given| given == word), "{name} is not given {word}");
    }
    for (given, _) in variables.iter().filter(|(given, _)| reads(given)) {
        assert!(step.env.iter().any(|known| known == given), "action.yml does not give {given} to {name}");
    }
    let path = std::env::var_os("PATH").expect("a path");
    Command::new("bash")
        // As GitHub starts `shell: bash`.
        .args(["--noprofile", "--norc", "-e", "-o", "pipefail", "-c", &step.run])
        .current_dir(repo.root())
        .env_clear()
        .env("PATH", path)
        .env("GITHUB_ACTION_PATH", repo.root())
        // Empty in composite actions.
        .env("GITHUB_ACTION_REPOSITORY", "")
        .env("RUNNER_TEMP", repo.path("temp"))
        .env("GITHUB_OUTPUT", repo.path("outputs"))
        .env("GITHUB_STEP_SUMMARY", repo.path("summary"))
        .env("GITHUB_ACTIONS", "true")
        .env("CI", "true")
        .envs(step.env.iter().map(|name| (name.as_str(), "")))
        .envs(variables.iter().copied())
        .output()
        .expect("the script to start")
}

/// A step of action.yml that runs a shell.
struct Step {
    run: String,
    /// The variables that it is given.
    env: Vec<String>,
}

fn steps() -> Vec<Step> {
    let file = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("action.yml")).expect("action.yml");
    let (_, steps) = file.split_once("\n  steps:\n").expect("steps");
    let mut found = Vec::new();
    for step in steps.split("\n    - name: ") {
        let Some((_, run)) = step.split_once("\n      run: ") else { continue };
        let run = run.lines().next().expect("a line");
        let run = run.strip_prefix('\'').and_then(|run| run.strip_suffix('\'')).expect("one line in quotes").to_owned();
        let env = step.split_once("\n      env:\n").map_or("", |(_, env)| env);
        let variables = env.lines().map_while(|line| line.strip_prefix("        ")?.split_once(": "));
        found.push(Step { run, env: variables.map(|(name, _)| name.to_owned()).collect() });
    }
    found
}

#[test]
fn every_shell_line_of_the_action_runs_a_script_and_holds_no_expression() {
    let steps = steps();
    let scripts: Vec<_> = steps.iter().map(|step| step.run.rsplit('/').next().expect("a name")).collect();
    assert_eq!(scripts, ["install.sh\"", "cache.sh\" key", "gate.sh\"", "cache.sh\" pack"]);
    for step in &steps {
        assert!(step.run.starts_with("\"$GITHUB_ACTION_PATH/action/") && !step.run.contains("${{"), "{}", step.run);
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A folder with the action's scripts, and an empty temporary folder.
fn action() -> Repo {
    let repo = Repo::new();
    repo.folder("action").folder("temp");
    for name in ["install.sh", "gate.sh", "cache.sh", "release.txt"] {
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
    assert_eq!(outputs(&repo), format!("binary={binary}\nversion=9.9.9\n"));
    // Without the variable it is what is written down.
    repo.remove("temp").folder("temp").file("action/release.txt", format!("version 9.9.9\ndownloads {url}\n{sums}"));
    assert!(script(&repo, "install.sh", &[]).status.success());
    let wrong: String = sums.lines().map(|line| format!("{}{}\n", "0".repeat(64), &line[64..])).collect();
    for (release, version, problem) in [
        (format!("version 9.9.9\n{wrong}"), "", "another checksum"),
        (format!("version 9.9.9\n{sums}"), "9.9.8", "no checksum"),
        (String::new(), "", "names no version"),
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
    let binary = outputs(&repo).lines().find_map(|line| line.strip_prefix("binary=")).expect("the output").to_owned();
    let gate = |base: &str, limits: &str| {
        repo.file("outputs", "");
        let variables = [
            ("ELCANO", &*binary),
            ("GATE_COMMAND", "check"),
            ("GATE_PATH", "."),
            ("GATE_BASE", base),
            ("GATE_FAIL_ON", "new"),
            ("GATE_LIMITS", limits),
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
fn a_revision_between_releases_is_built_from_its_source() {
    let repo = action();
    // A stand-in for the Makefile, whose target is the same.
    repo.file("Makefile", "build:\n\t@mkdir -p target/release\n\t@printf '#!/bin/sh\\necho elcano 0.0.1 $(CARGO_FLAGS)\\n' >target/release/elcano\n\t@chmod +x target/release/elcano\n");
    for tool in ["cargo", "npm"] {
        repo.file(&format!("bin/{tool}"), "#!/bin/sh\n").mode(&format!("bin/{tool}"), 0o755);
    }
    let path = format!("{}:{}", repo.path("bin").display(), std::env::var("PATH").expect("a path"));
    for variables in [vec![("PATH", &*path)], vec![("PATH", &*path), ("ELCANO_VERSION", "source")]] {
        if variables.len() == 1 {
            assert_eq!(fs::read_to_string(repo.path("action/release.txt")).expect("it"), "version source\n");
        } else {
            repo.file("action/release.txt", "version 1.2.3\n");
        }
        repo.file("outputs", "").file("target/x", "").remove("target");
        let built = script(&repo, "install.sh", &variables);
        assert!(built.status.success(), "{}{}", text(&built.stdout), text(&built.stderr));
        assert!(text(&built.stdout).contains("::notice title=elcano::built from source"));
        let binary = repo.path("target/release/elcano");
        assert!(outputs(&repo).starts_with(&format!("binary={}\n", binary.display())), "{}", outputs(&repo));
    }
}

/// The steps of a job with the input `command: ci`, one after the other, as a cache goes from job
/// to job.
#[test]
fn what_a_job_measured_spares_the_next_one_and_what_is_broken_does_no_harm() {
    let repo = action();
    repo.init().file(".gitignore", "temp\noutputs\nsummary\naction\n");
    for at in 0..40 {
        repo.file(&format!("f_{at}.py"), function(&format!("f_{at}"), 3));
    }
    repo.commit("before");
    let binary = ("ELCANO", env!("CARGO_BIN_EXE_elcano"));
    let job = |cached: Option<&[u8]>| {
        repo.remove("temp").folder("temp").file("outputs", "").file("summary", "");
        let key = script(&repo, "cache.sh\" key", &[binary, ("GATE_PATH", ".")]);
        assert!(key.status.success(), "{}", text(&key.stderr));
        let said = outputs(&repo);
        let value = |name: &str| said.lines().find_map(|line| line.strip_prefix(name)).expect("an output").to_owned();
        assert!(value("key=").starts_with("elcano-v1-"), "{said}");
        let file = value("file=");
        if let Some(cached) = cached {
            fs::write(&file, cached).expect("what was restored");
        }
        let variables = [
            binary,
            ("GATE_COMMAND", "ci"),
            ("GATE_PACK", &*file),
            ("GATE_PATH", "."),
            ("GATE_BASE", "HEAD"),
            ("GATE_FAIL_ON", "new"),
            ("GATE_LIMITS", "cognitive=20"),
            ("GATE_ANNOTATIONS", "true"),
            ("GATE_SUMMARY", "true"),
        ];
        let gate = script(&repo, "gate.sh", &variables);
        let log =
            Command::new(binary.1).args(["log", "--json", "--store"]).arg(repo.path("temp/elcano-store")).output();
        let log: serde_json::Value = serde_json::from_slice(&log.expect("a log").stdout).expect("JSON");
        let tally = &log["executions"][0]["tally"];
        let counts = ["files_parsed", "files_cached"].map(|name| tally[name].as_u64().expect("a number"));
        let all = text(&gate.stdout) + &text(&gate.stderr);
        repo.file("outputs", "");
        let packed = script(&repo, "cache.sh\" pack", &[binary, ("GATE_PACK", &*file)]);
        assert!(packed.status.success(), "{}", text(&packed.stderr));
        let made = outputs(&repo).contains("packed=true");
        assert_eq!(made, Path::new(&file).exists());
        (gate.status.code(), counts, all, made.then(|| fs::read(&file).expect("the pack")))
    };
    let (code, counts, said, packed) = job(None);
    assert_eq!((code, counts), (Some(0), [40, 0]), "{said}");
    let summary = fs::read_to_string(repo.path("summary")).expect("a summary");
    assert!(summary.contains("PASS") && summary.contains("f_0.py"), "the verdict, then the totals: {summary}");
    let packed = packed.expect("all of it was parsed");
    let (code, counts, said, again) = job(Some(&packed));
    assert_eq!((code, counts, again), (Some(0), [0, 40], None), "nothing new to keep: {said}");
    // A change of three files, one of them for the worse.
    for at in 0..3 {
        repo.file(&format!("f_{at}.py"), function(&format!("f_{at}"), 10 * (at + 1)));
    }
    let (code, counts, said, again) = job(Some(&packed));
    assert_eq!((code, counts, again.is_some()), (Some(1), [3, 37], true), "{said}");
    assert!(said.contains("::error file=f_2.py,line="), "{said}");
    let mut damaged = packed.clone();
    damaged[packed.len() / 2] ^= 0xFF;
    for (what, cached) in [("garbage", &b"no pack"[..]), ("cut", &packed[..packed.len() / 2]), ("damaged", &damaged)] {
        let (code, counts, said, _) = job(Some(cached));
        assert_eq!((code, counts), (Some(1), [40, 0]), "{what}: {said}");
        assert!(said.contains("::warning title=elcano::what the cache held cannot be used"), "{what}: {said}");
    }
}

#[test]
fn a_store_that_a_change_brings_along_is_not_read() {
    let repo = action();
    repo.init().file("a.py", function("f", 3));
    repo.commit("before");
    assert_eq!(repo.elcano(&["scan"]).code, 0);
    repo.file(".elcano/data.mdb", "no store at all");
    let variables = [
        ("ELCANO", env!("CARGO_BIN_EXE_elcano")),
        ("GATE_COMMAND", "ci"),
        ("GATE_PATH", "."),
        ("GATE_BASE", "HEAD"),
        ("GATE_FAIL_ON", "new"),
    ];
    let gate = script(&repo, "gate.sh", &variables);
    assert_eq!(gate.status.code(), Some(0), "{}", text(&gate.stderr));
    assert!(!text(&gate.stderr).contains("anew"), "{}", text(&gate.stderr));
    let other = script(&repo, "gate.sh", &[("GATE_COMMAND", "nonsense")]);
    assert_eq!((other.status.code(), outputs(&repo).ends_with("exit-code=2\n")), (Some(2), true));
}

#[test]
fn init_writes_what_check_reads_and_never_over_anything() {
    let repo = Repo::new();
    repo.init().file("a.py", "x = 1\n");
    let ran = repo.elcano(&["init"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let workflow = fs::read_to_string(repo.path(".github/workflows/elcano.yml")).expect("a workflow");
    assert!(workflow.contains("fetch-depth: 2") && workflow.contains("permissions: {}"), "{workflow}");
    assert_eq!(repo.elcano(&["check"]).code, 0, "the configuration that it wrote is one");
    let shown = repo.elcano(&["config", "show", "--origin"]).out;
    assert!(shown.contains("elcano.toml"), "{shown}");
    repo.file("elcano.toml", "# mine\n");
    assert_eq!(repo.elcano(&["init"]).code, 2);
    assert_eq!(fs::read_to_string(repo.path("elcano.toml")).expect("mine"), "# mine\n");
}
