//! The gate in clones as continuous integration makes them: a few commits of one ref, an event that
//! holds the rest. What is new, regressed and fixed must be exact; where that cannot be decided,
//! the message holds the fix.

use serde_json::{Value, json};

use crate::support::gate::{COGNITIVE, function};
use crate::support::{CommandOutput, Repo, command};

/// A forge with a pull request, and the clones that jobs make of it.
struct Forge {
    repo: Repo,
    /// The commit that the request leaves from, its own, the target's newest, and the merge of the
    /// two.
    parted: String,
    head: String,
    main: String,
    merge: String,
}

impl Forge {
    fn new() -> Self {
        let repo = Repo::new();
        repo.git(&["init", "--quiet", "--initial-branch=main", "origin"]);
        // As forges do, but not git by default.
        repo.git(&["-C", "origin", "config", "uploadpack.allowAnySHA1InWant", "true"]);
        let (worse, mended) = (function("worse", 25), function("mended", 30));
        repo.file("origin/a.py", worse.clone() + &mended + &function("same", 40));
        repo.file("origin/others.py", function("others", 30));
        let mut forge =
            Self { repo, parted: String::new(), head: String::new(), main: String::new(), merge: String::new() };
        forge.parted = forge.commit("before");
        forge.git(&["checkout", "--quiet", "-b", "topic"]);
        forge.repo.file("origin/a.py", function("worse", 26) + &function("mended", 20) + &function("same", 40));
        forge.repo.file("origin/b.py", function("added", 21));
        forge.head = forge.commit("the request");
        forge.git(&["checkout", "--quiet", "main"]);
        // What others did is theirs.
        forge.repo.file("origin/others.py", function("others", 50)).file("origin/c.py", function("more", 60));
        forge.main = forge.commit("main goes on");
        forge.git(&["checkout", "--quiet", "-b", "merging"]);
        forge.git(&["merge", "--quiet", "--no-ff", "-m", "merge", "topic"]);
        forge.merge = forge.git(&["rev-parse", "HEAD"]);
        forge.git(&["update-ref", "refs/pull/1/merge", &forge.merge]);
        forge.git(&["checkout", "--quiet", "main"]);
        forge.git(&["branch", "--quiet", "-D", "merging"]);
        forge
    }

    fn git(&self, args: &[&str]) -> String {
        self.repo.git(&[&["-C", "origin"], args].concat())
    }

    fn commit(&self, message: &str) -> String {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// A folder with what a job's checkout gives it: one commit, with so many commits of its
    /// history; 0 is all of it, and all branches.
    fn checkout(&self, commit: &str, depth: usize) -> String {
        let mut name = format!("{commit}-{depth}");
        while self.repo.path(&name).exists() {
            name.push('+');
        }
        self.repo.git(&["init", "--quiet", &name]);
        let url = format!("file://{}", self.repo.path("origin").display());
        let depth = format!("--depth={depth}");
        let commit_only = format!("+{commit}:refs/remotes/pull/1/merge");
        self.repo.git(&["-C", &name, "remote", "add", "origin", &url]);
        let (limit, what) = if depth == "--depth=0" {
            (&[][..], vec!["+refs/heads/*:refs/remotes/origin/*", &*commit_only])
        } else {
            (&[&*depth][..], vec![&*commit_only])
        };
        self.repo.git(&[&["-C", &name, "fetch", "--quiet", "--no-tags"], limit, &["origin"], &what[..]].concat());
        self.repo.git(&["-C", &name, "checkout", "--quiet", "--detach", commit]);
        name
    }

    /// Gates a checkout under an event of GitHub.
    fn gate(&self, folder: &str, name: &str, event: &Value, more: &[&str]) -> CommandOutput {
        self.repo.file("event.json", event.to_string());
        let mut command = command(&self.repo.path(folder), &["check", "--base", "auto"]);
        command.args(COGNITIVE).args(more);
        command
            .env("PATH", std::env::var_os("PATH").expect("a path"))
            .env("GITHUB_EVENT_NAME", name)
            .env("GITHUB_EVENT_PATH", self.repo.path("event.json"))
            .env("GITHUB_REF_NAME", if name == "push" { "main" } else { "1/merge" })
            .env("GITHUB_BASE_REF", if name == "pull_request" { "main" } else { "" });
        CommandOutput::of(command.output().expect("elcano to start"))
    }

    fn pull_request(&self) -> Value {
        json!({ "pull_request": { "head": { "sha": self.head }, "base": { "ref": "main", "sha": self.parted } } })
    }
}

/// That the request's own findings were found and no others.
fn is_exact(ran: &CommandOutput, base: &str) {
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    assert_eq!(ran.found("new"), ["b.py added cognitive fail"], "{}", ran.out);
    assert_eq!(ran.found("regressed"), ["a.py worse cognitive fail"]);
    assert_eq!(ran.found("fixed"), ["a.py mended cognitive fail"]);
    assert_eq!(ran.found("known"), ["a.py same cognitive fail"]);
    let json = ran.document();
    assert_eq!((&json["base"]["commit"], &json["files_gated"]), (&base.into(), &2.into()), "{}", ran.out);
}

/// That the gate decided nothing, and that its message holds the fix.
fn is_undecided(ran: &CommandOutput, fix: &str) {
    assert_eq!((ran.code, ran.out.as_str()), (3, ""), "{}", ran.err);
    assert!(ran.err.contains(fix), "{fix}: {}", ran.err);
}

#[test]
fn a_pull_request_needs_the_merge_and_what_it_is_merged_into() {
    let forge = Forge::new();
    let event = forge.pull_request();
    is_exact(&forge.gate(&forge.checkout(&forge.merge, 2), "pull_request", &event, &[]), &forge.main);
    is_exact(&forge.gate(&forge.checkout(&forge.merge, 0), "pull_request", &event, &[]), &forge.main);
    let shallow = forge.checkout(&forge.merge, 1);
    is_undecided(&forge.gate(&shallow, "pull_request", &event, &[]), "fetch-depth: 2");
    // Its own head, and not the merge: where it left the target is in its history alone.
    let own = forge.checkout(&forge.head, 2);
    is_undecided(&forge.gate(&own, "pull_request", &event, &[]), "fetch-depth: 0");
    is_exact(&forge.gate(&forge.checkout(&forge.head, 0), "pull_request", &event, &[]), &forge.parted);
}

#[test]
fn a_base_that_is_missing_is_fetched_when_asked_for() {
    let forge = Forge::new();
    let shallow = forge.checkout(&forge.merge, 1);
    let depth = |folder: &str| forge.repo.git(&["-C", folder, "rev-list", "--count", "--all"]);
    assert_eq!(depth(&shallow), "1");
    is_exact(&forge.gate(&shallow, "pull_request", &forge.pull_request(), &["--fetch-base"]), &forge.main);
    assert_eq!(depth(&shallow), "2", "one commit came, and no history");
    // Once it is there, it is there.
    is_exact(&forge.gate(&shallow, "pull_request", &forge.pull_request(), &[]), &forge.main);
    let event = json!({ "before": "1".repeat(40), "commits": [{}] });
    let nowhere = forge.gate(&shallow, "push", &event, &["--fetch-base"]);
    is_undecided(&nowhere, "git cannot fetch commit 1111");
}

#[test]
fn a_merge_queue_compares_with_the_base_of_its_group() {
    let forge = Forge::new();
    let event = json!({ "merge_group": { "base_sha": forge.main, "head_sha": forge.merge } });
    is_exact(&forge.gate(&forge.checkout(&forge.merge, 2), "merge_group", &event, &[]), &forge.main);
    let shallow = forge.checkout(&forge.merge, 1);
    is_undecided(&forge.gate(&shallow, "merge_group", &event, &[]), "fetch-depth: 2");
    is_exact(&forge.gate(&shallow, "merge_group", &event, &["--fetch-base"]), &forge.main);
    // A group of several requests: what is asked for is what helps.
    forge.git(&["checkout", "--quiet", "--detach", &forge.merge]);
    forge.repo.file("origin/d.py", function("later", 3));
    let later = forge.commit("the next request of the group");
    is_undecided(&forge.gate(&forge.checkout(&later, 2), "merge_group", &event, &[]), "fetch-depth: 0");
    let ran = forge.gate(&forge.checkout(&later, 3), "merge_group", &event, &[]);
    assert_eq!((ran.found("new"), ran.code), (vec!["b.py added cognitive fail".to_owned()], 1), "{}", ran.err);
}

#[test]
fn a_push_compares_with_what_was_there_before() {
    let forge = Forge::new();
    let event = |before: &str, commits: usize| json!({ "before": before, "commits": vec![json!({}); commits], "repository": { "default_branch": "main" } });
    let merged = event(&forge.main, 1);
    is_exact(&forge.gate(&forge.checkout(&forge.merge, 2), "push", &merged, &[]), &forge.main);
    let shallow = forge.checkout(&forge.merge, 1);
    is_undecided(&forge.gate(&shallow, "push", &merged, &[]), "fetch-depth: 2");
    is_exact(&forge.gate(&shallow, "push", &merged, &["--fetch-base"]), &forge.main);
    // Several commits at once: one more would not do.
    forge.git(&["checkout", "--quiet", "--detach", &forge.merge]);
    forge.repo.file("origin/d.py", function("later", 3));
    let later = forge.commit("pushed along");
    for depth in [1, 2] {
        let folder = forge.checkout(&later, depth);
        is_undecided(&forge.gate(&folder, "push", &event(&forge.main, 2), &[]), "fetch-depth: 0");
    }
    // The first push of all: everything is new.
    let first = forge.gate(&forge.checkout(&forge.parted, 1), "push", &event(&"0".repeat(40), 1), &[]);
    assert_eq!((first.document()["base"].clone(), first.found("new").len()), (Value::Null, 4), "{}", first.err);
}

#[test]
fn a_forced_push_compares_with_what_it_replaced_or_says_so() {
    let forge = Forge::new();
    forge.git(&["checkout", "--quiet", "-B", "main", &forge.parted]);
    forge.repo.file("origin/b.py", function("rewritten", 33));
    let now = forge.commit("another history");
    let event = json!({
        "before": forge.main, "forced": true, "commits": [{}], "repository": { "default_branch": "main" },
    });
    let full = forge.checkout(&now, 0);
    is_undecided(&forge.gate(&full, "push", &event, &[]), "--fetch-base");
    let ran = forge.gate(&full, "push", &event, &["--fetch-base"]);
    assert_eq!(ran.found("new"), ["b.py rewritten cognitive fail"], "{}", ran.err);
    assert_eq!(ran.found("fixed"), ["c.py more cognitive fail"]);
    let shallow = forge.repo.git(&["-C", &full, "rev-parse", "--is-shallow-repository"]);
    assert_eq!(shallow, "false", "a full clone stays one");
}

#[test]
fn what_moved_is_followed_whatever_tells_its_language() {
    let forge = Forge::new();
    let script = |name: &str| format!("#!/usr/bin/env python3\n{}", function(name, 30));
    let header = format!(
        "class A {{\n    int f(int a) {{\n{}        return 0;\n    }}\n}};\n",
        "        if (a) a();\n".repeat(25)
    );
    forge.repo.file("origin/tool", script("run")).file("origin/gone", script("gone")).file("origin/a.h", &header);
    forge.repo.file("origin/vendor/their.py", function("theirs", 37));
    forge.repo.file("origin/.gitattributes", "*.h linguist-language=C++\n");
    let before = forge.commit("before");
    // Moved and touched, so that its content says nothing; a line above, so that its place does not
    // either.
    let touched = |text: &str| text.replacen('\n', "\n\n\n", 1);
    forge.repo.remove("origin/tool").file("origin/bin/tool2", touched(&script("run")));
    forge.repo.remove("origin/a.h").file("origin/include/b.h", touched(&header));
    forge.repo.remove("origin/gone");
    // Taken over: what was not ours before is now.
    forge.repo.remove("origin/vendor").file("origin/ours.py", function("theirs", 37));
    let after = forge.commit("after");
    let event = json!({ "before": before, "commits": [{}] });
    let folder = forge.checkout(&after, 2);
    let ran = forge.gate(&folder, "push", &event, &[]);
    assert_eq!(ran.found("new"), ["ours.py theirs cognitive fail"], "{}{}", ran.out, ran.err);
    assert_eq!(ran.found("regressed"), Vec::<String>::new());
    assert_eq!(ran.found("fixed"), ["gone gone cognitive fail"], "a script without an ending that was deleted");
    assert_eq!(ran.found("known"), ["bin/tool2 run cognitive fail", "include/b.h A::f cognitive fail"]);
    // Two commits, of which neither need be on disk, by the same rules.
    let folder = format!("{folder}/");
    let diff = forge.repo.elcano_in(&folder, &["diff", &before, &after, "--json"], &[]);
    let json = diff.document();
    let symbols: Vec<_> = json["functions"]
        .as_array()
        .expect("functions")
        .iter()
        .map(|one| one["symbol"].as_str().expect("text"))
        .collect();
    assert_eq!((diff.code, symbols), (0, vec!["theirs", "gone"]), "{}", diff.out);
}

#[test]
fn a_request_of_twenty_files_among_a_thousand_parses_twenty() {
    let repo = Repo::new();
    repo.init().file(".gitignore", "*.pack\n");
    let text = |at: usize, cognitive: usize| function(&format!("f_{at}"), cognitive);
    for at in 0..1000 {
        repo.file(&format!("folder_{}/f_{at}.py", at % 37), text(at, 1 + at % 30));
    }
    repo.commit("before");
    let elcano = |args: &[&str], variables: &[(&str, &str)]| {
        let ran = repo.elcano_in(".", args, variables);
        assert!(ran.code < 2, "{args:?}: {}", ran.err);
        ran
    };
    elcano(&["scan"], &[]);
    // As it comes from a cache: packed there, unpacked here.
    elcano(&["store", "pack", "cache.pack"], &[]);
    repo.remove(".elcano");
    elcano(&["store", "unpack", "cache.pack"], &[]);
    for at in (0..1000).step_by(50) {
        repo.file(&format!("folder_{}/f_{at}.py", at % 37), text(at, 31));
    }
    repo.commit("the request");
    let check = elcano(&[&["check", "--base", "HEAD^"], &COGNITIVE[..]].concat(), &[]);
    let json = check.document();
    assert_eq!((&json["files_gated"], &json["files_parsed"]), (&20.into(), &20.into()));
    let raised = check.found("new").len() + check.found("regressed").len();
    assert_eq!((check.code, raised), (1, 20), "{}", check.out);
    // The main job measures everything for its report: the store knows all the rest.
    let run = elcano(&["run", "ci"], &[("ELCANO_BASE", "HEAD^")]);
    assert_eq!(run.code, 1, "{}", run.err);
    let again = |out: &str| out.lines().find(|line| line.starts_with("elcano check")).map(str::to_owned);
    assert!(again(&run.out).is_some_and(|line| !line.contains("--policy")), "{}", run.out);
    let run = elcano(&["run", "ci", "--no-log", "--policy", "sonar", "--include", "*.py"], &[("ELCANO_BASE", "HEAD^")]);
    let line = again(&run.out).expect("it fails");
    assert!(line.starts_with("elcano check --include '*.py' --policy sonar --base "), "{line}");
    let log = elcano(&["log", "--json"], &[]).document();
    let tally = &log["executions"][0]["tally"];
    assert_eq!((&tally["files_parsed"], &tally["files_cached"]), (&20.into(), &980.into()), "{log:#}");
}
