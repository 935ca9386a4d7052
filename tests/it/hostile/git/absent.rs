//! Files that git knows and the work tree is not to hold are absent, not deleted: neither fixed nor
//! new, in no total, and their accepted offenders stay accepted.

use super::{COGNITIVE, Repo, check, function, is_clean, scan, snapshot};

/// `d/x.py` is harmless, `e/y.py` has an offender.
fn whole() -> Repo {
    let repo = Repo::with(&[("d/x.py", "x = 1\n"), ("e/y.py", &function("f", 30)), ("e/deep/z.txt", "no code\n")]);
    repo.init().commit("one");
    repo
}

/// Every way in which `e` can be left out, by name.
fn left_out() -> Vec<(&'static str, Repo)> {
    let ways: [(&str, &[&[&str]]); 6] = [
        ("cone", &[&["sparse-checkout", "set", "--cone", "d"]]),
        ("patterns", &[&["sparse-checkout", "set", "--no-cone", "/d/"]]),
        ("sparse index", &[&["sparse-checkout", "set", "--cone", "--sparse-index", "d"]]),
        ("skip-worktree", &[&["update-index", "--skip-worktree", "e/y.py", "e/deep/z.txt"]]),
        ("assume-unchanged", &[&["update-index", "--assume-unchanged", "e/y.py", "e/deep/z.txt"]]),
        ("old index", &[&["sparse-checkout", "set", "--cone", "d"], &["update-index", "--index-version", "4"]]),
    ];
    let mut all = Vec::new();
    for (name, commands) in ways {
        let repo = whole();
        commands.iter().for_each(|args| drop(repo.git(args)));
        if repo.path("e").exists() {
            repo.remove("e");
        }
        all.push((name, repo));
    }
    all.push(("partial clone", clone(&["--filter=blob:none", "--sparse"], &["sparse-checkout", "set", "--cone", "d"])));
    all.push(("linked work tree", linked()));
    all
}

/// A clone of a repository with both folders that holds one.
fn clone(options: &[&str], then: &[&str]) -> Repo {
    let origin = whole();
    origin.git(&["config", "uploadpack.allowFilter", "true"]);
    let repo = Repo::new();
    let url = format!("file://{}", origin.root().display());
    repo.git(&[&["clone", "--quiet"], options, &[&url, "."]].concat());
    repo.git(then);
    repo
}

/// A linked work tree, moved out of the repository that it belongs to.
fn linked() -> Repo {
    let repo = Repo::with(&[]);
    let main = Repo::with(&[("d/x.py", "x = 1\n"), ("e/y.py", &function("f", 30)), ("e/deep/z.txt", "no code\n")]);
    main.init().commit("one");
    std::fs::rename(main.path(".git"), repo.path("main.git")).expect("a move");
    let git = repo.path("main.git").display().to_string();
    repo.git(&["--git-dir", &git, "worktree", "add", "--quiet", "--no-checkout", "linked"]);
    repo.git(&["-C", "linked", "sparse-checkout", "set", "--cone", "d"]);
    repo.git(&["-C", "linked", "checkout", "--quiet"]);
    repo
}

/// The folder that is measured.
fn folder(name: &str) -> &'static str {
    if name == "linked work tree" { "linked" } else { "." }
}

#[test]
fn what_a_sparse_checkout_leaves_out_is_not_fixed() {
    for (name, repo) in left_out() {
        assert!(!repo.path(&format!("{}/e/y.py", folder(name))).exists(), "{name}");
        for base in [&["--base", "HEAD"][..], &[]] {
            let ran = repo.elcano_in(folder(name), &[&["check"], &COGNITIVE[..], base].concat(), &[]);
            is_clean(&ran, name);
            assert_eq!(ran.document()["skipped"]["absent"], 2, "{name}: {}", ran.out);
            let text = repo.elcano_in(folder(name), &[&["check"], base].concat(), &[]);
            assert!(text.out.contains("2 files absent from the work tree"), "{name}: {}", text.out);
        }
    }
}

#[test]
fn totals_do_not_hold_what_is_absent_and_the_work_tree_is_clean() {
    for (name, repo) in left_out() {
        let args = |args: &[&str]| repo.elcano_in(folder(name), args, &[]);
        let scanned = args(&["scan", "--json"]).json();
        assert_eq!((&scanned["files_found"], &scanned["skipped"]["absent"]), (&1.into(), &2.into()), "{name}");
        let id = scanned["snapshot"].as_str().expect("an id");
        let snapshot = args(&["get", &format!("snapshot:{id}")]).json();
        assert_eq!(snapshot["dirty"], false, "{name}: {snapshot:#}");
        let report = args(&["report"]);
        assert!(report.out.contains("absent"), "{name}: {}", report.out);
        let exemptions = args(&["exemptions", "--json"]);
        assert!(exemptions.out.contains("absent"), "{name}: {}", exemptions.out);
    }
}

#[test]
fn what_is_accepted_in_an_absent_file_stays_so() {
    let entry = "{\"path\":\"e/y.py\",\"symbol\":\"f\",\"rule\":\"cognitive\",\"value\":30,\"reason\":\"old\"}\n";
    let baseline = format!("{{\"schema\":\"elcano.baseline/1\"}}\n{entry}");
    for (name, repo) in left_out() {
        let file = format!("{}/elcano-baseline.jsonl", folder(name));
        let ran = |args: &[&str]| repo.elcano_in(folder(name), &[args, &COGNITIVE[..6]].concat(), &[]);
        repo.file(&file, &baseline);
        let checked = ran(&["check", "--format", "json"]);
        is_clean(&checked, name);
        assert_eq!(checked.document()["stale"], serde_json::json!([]), "{name}");
        assert_eq!(ran(&["baseline", "diff"]).code, 0, "{name}");
        for command in ["write", "prune"] {
            assert_eq!(ran(&["baseline", command]).code, 0, "{name}");
            let kept = std::fs::read_to_string(repo.path(&file)).expect("the baseline");
            assert!(kept.contains("\"old\""), "{name} {command}: {kept}");
        }
        // It is not a function that moved: one of the same name elsewhere is new.
        repo.file(&format!("{}/d/w.py", folder(name)), function("f", 30));
        let checked = ran(&["check", "--format", "json"]);
        assert_eq!(checked.found("new"), ["d/w.py f cognitive fail"], "{name}: {}", checked.out);
    }
}

#[test]
fn an_entry_of_an_unchanged_file_accepts_nothing_elsewhere() {
    let repo = Repo::with(&[("a.py", &function("f", 30))]);
    repo.init();
    assert_eq!(repo.elcano(&[&["baseline", "write"], &COGNITIVE[..6]].concat()).code, 0);
    repo.commit("one");
    repo.file("b.py", function("f", 30));
    let ran = check(&repo, &["--base", "HEAD"]);
    assert_eq!((ran.code, ran.found("new")), (1, vec!["b.py f cognitive fail".to_owned()]), "{}", ran.out);
}

#[test]
fn what_is_deleted_in_a_sparse_checkout_is_fixed() {
    let repo = Repo::with(&[("d/x.py", &function("g", 30)), ("e/y.py", &function("f", 30)), ("d/stays.py", "")]);
    repo.init().commit("one");
    repo.git(&["sparse-checkout", "set", "--cone", "d"]);
    repo.remove("d/x.py");
    let ran = check(&repo, &["--base", "HEAD"]);
    assert_eq!(ran.found("fixed"), ["d/x.py g cognitive fail"], "{}", ran.out);
    assert_eq!(snapshot(&repo)["dirty"], true);
    // Gone from the commit, too: it is no longer a file that could be absent.
    repo.git(&["rm", "--quiet", "--cached", "--sparse", "e/y.py"]);
    let ran = check(&repo, &["--base", "HEAD"]);
    assert_eq!(ran.found("fixed"), ["d/x.py g cognitive fail", "e/y.py f cognitive fail"], "{}", ran.out);
}

#[test]
fn what_is_there_although_it_is_marked_is_measured() {
    let repo = whole();
    repo.git(&["update-index", "--skip-worktree", "e/y.py"]);
    repo.file("e/y.py", function("f", 31));
    let ran = check(&repo, &["--base", "HEAD"]);
    assert_eq!(ran.found("regressed"), ["e/y.py f cognitive fail"], "{}", ran.out);
    assert!(ran.document()["skipped"].get("absent").is_none(), "{}", ran.out);
}

#[test]
fn a_change_of_an_absent_file_is_not_seen_on_either_side() {
    let repo = whole();
    repo.file("e/y.py", function("f", 40)).file("d/x.py", "x = 2\n");
    repo.commit("two");
    repo.git(&["sparse-checkout", "set", "--cone", "d"]);
    let ran = check(&repo, &["--base", "HEAD^"]);
    is_clean(&ran, "an older base");
    assert_eq!(ran.document()["files_gated"], 1);
}

#[test]
fn a_work_tree_that_holds_nothing_says_so() {
    let repo = whole();
    repo.git(&["sparse-checkout", "set", "--no-cone", "/nothing/"]);
    for args in [&["scan"][..], &["check"]] {
        repo.elcano(args).fails(3, &["no file to measure", "3 absent"]);
    }
}

#[test]
fn a_root_inside_a_sparse_checkout_counts_what_is_under_it() {
    let repo = Repo::with(&[("d/x.py", "x = 1\n"), ("d/e/y.py", &function("f", 30)), ("g/h.py", "")]);
    repo.init().commit("one");
    repo.git(&["sparse-checkout", "set", "--cone", "--sparse-index", "d"]);
    assert_eq!(scan(&repo)["skipped"]["absent"], 1);
    repo.git(&["sparse-checkout", "set", "--no-cone", "/d/x.py"]);
    let ran = repo.elcano_in("d", &[&["check", "--base", "HEAD"], &COGNITIVE[..]].concat(), &[]);
    is_clean(&ran, "below the top");
    assert_eq!(ran.document()["skipped"]["absent"], 1, "{}", ran.out);
}

#[test]
fn a_submodule_that_is_not_checked_out_is_nothing() {
    let module = Repo::with(&[("m.py", &function("m", 30))]);
    module.init().commit("module");
    let repo = Repo::with(&[("a.py", "a = 1\n")]);
    repo.init();
    let url = module.root().display().to_string();
    repo.git(&["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", &url, "module"]);
    repo.commit("one");
    repo.git(&["submodule", "--quiet", "deinit", "--force", "module"]);
    is_clean(&check(&repo, &["--base", "HEAD"]), "no submodule");
    assert_eq!(snapshot(&repo)["dirty"], false);
}

#[test]
fn files_that_are_only_announced_or_in_conflict_are_what_is_on_disk() {
    let repo = whole();
    repo.file("new.py", function("n", 30)).git(&["add", "--intent-to-add", "new.py"]);
    assert_eq!(check(&repo, &["--base", "HEAD"]).found("new"), ["new.py n cognitive fail"]);
    repo.remove("new.py");
    is_clean(&check(&repo, &["--base", "HEAD"]), "announced and not there");

    let repo = whole();
    repo.git(&["checkout", "--quiet", "-b", "other"]);
    repo.file("e/y.py", function("f", 33)).commit("theirs");
    repo.git(&["checkout", "--quiet", "main"]);
    repo.file("e/y.py", function("f", 32)).commit("ours");
    let merged = repo.git_command(&["merge", "--quiet", "other"]).output().expect("git");
    assert!(!merged.status.success(), "a conflict");
    repo.file("e/y.py", function("f", 34));
    let ran = check(&repo, &["--base", "HEAD"]);
    assert_eq!(ran.found("regressed"), ["e/y.py f cognitive fail"], "{}", ran.out);
    assert_eq!(snapshot(&repo)["dirty"], true);
}

#[test]
fn what_cannot_be_looked_at_is_not_gone() {
    if rustix::process::geteuid().is_root() {
        eprintln!("skipped: root reads every folder");
        return;
    }
    let repo = whole();
    repo.mode("e", 0o000);
    let ran = check(&repo, &["--base", "HEAD"]);
    repo.mode("e", 0o755);
    is_clean(&ran, "a folder that cannot be read");
    assert_eq!(ran.document()["files_failed"][0]["path"], "e", "{}", ran.out);
}
