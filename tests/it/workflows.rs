//! The workflows of this repository, the action and the workflow that `init` writes: what they run is pinned, what they may
//! do is little. The linters say more (`make lint-workflows`); this needs none of them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

fn files() -> Vec<(PathBuf, String)> {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = fs::read_dir(top.join(".github/workflows")).expect("workflows");
    let mut files: Vec<_> = folder.map(|entry| entry.expect("an entry").path()).collect();
    files.extend(["action.yml", "src/cli/templates/workflow.yml"].map(|name| top.join(name)));
    assert!(files.len() >= 6);
    files.into_iter().map(|file| (file.clone(), fs::read_to_string(file).expect("a workflow"))).collect()
}

#[test]
fn whatever_is_used_is_pinned_and_everywhere_the_same() {
    let mut revisions: BTreeMap<String, String> = BTreeMap::new();
    for (file, text) in files() {
        let used = text.lines().filter_map(|line| line.trim_start().trim_start_matches("- ").strip_prefix("uses: "));
        for action in used {
            // This repository's own action, and the place where `init` puts it.
            if action.starts_with("./ ") || action == "ACTION" {
                continue;
            }
            let (name, pinned) = action.split_once('@').unwrap_or_else(|| panic!("{}: {action}", file.display()));
            let (revision, version) =
                pinned.split_once(" # v").unwrap_or_else(|| panic!("{}: {action}", file.display()));
            assert!(revision.len() == 40 && revision.bytes().all(|b| b.is_ascii_hexdigit()), "{action}");
            assert!(version.split('.').count() == 3, "{action}: a whole version");
            // Actions of one repository have one revision.
            let repository = name.splitn(3, '/').take(2).collect::<Vec<_>>().join("/");
            let known = revisions.entry(repository).or_insert_with(|| pinned.to_owned());
            assert_eq!(known, pinned, "{}: {name}", file.display());
        }
    }
    assert!(revisions.contains_key("actions/checkout") && revisions.contains_key("actions/cache"), "{revisions:?}");
}

#[test]
fn nothing_is_allowed_that_is_not_asked_for() {
    for (file, text) in files().into_iter().filter(|(file, _)| !file.ends_with("action.yml")) {
        let name = file.display();
        assert!(text.contains("\npermissions: {}\n"), "{name}: nothing at the top");
        assert!(text.contains("\nconcurrency:\n"), "{name}: no runs pile up");
        let jobs = text.split_once("\njobs:\n").expect("jobs").1;
        let count = |text: &str| jobs.matches(text).count();
        let jobs_count =
            jobs.lines().filter(|line| line.starts_with("  ") && line.as_bytes()[2].is_ascii_lowercase()).count();
        assert!(jobs_count > 0);
        assert_eq!(count("\n    permissions:\n"), jobs_count, "{name}: each job says what it may");
        assert_eq!(count("\n    timeout-minutes: "), jobs_count, "{name}: each job ends");
        assert_eq!(
            count("uses: actions/checkout@"),
            count("persist-credentials: false"),
            "{name}: no token is left lying"
        );
        for risky in ["pull_request_target", "workflow_run", "secrets.", "write-all", "curl "] {
            assert!(!text.contains(risky), "{name}: {risky}");
        }
    }
}

#[test]
fn no_shell_line_holds_an_expression() {
    for (file, text) in files() {
        let mut indent = None;
        for line in text.lines() {
            // Keys of a step stand below its first one, not below the dash.
            let key = line.trim_start().trim_start_matches("- ");
            let depth = line.len() - key.len();
            let is_run = key.starts_with("run:");
            indent = if is_run { Some(depth) } else { indent.filter(|indent| depth > *indent || line.is_empty()) };
            let (name, in_shell) = (file.display(), indent.is_some());
            assert!(!(in_shell && line.contains("${{")), "{name}: `{line}`: what it holds would be run as it stands");
        }
    }
}
