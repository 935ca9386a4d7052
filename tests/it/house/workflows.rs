//! The workflows of this repository, the action and the workflow that `init` writes: what they run
//! is pinned, what they may do is little. The linters say more (`make lint-workflows`); this needs
//! none of them.

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
        assert_eq!(count("\n    permissions:\n"), jobs_count, "{name}: each job lists its permissions");
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

#[test]
fn the_documentation_names_every_input_and_output_with_its_default() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let action = fs::read_to_string(top.join("action.yml")).expect("action.yml");
    let page = fs::read_to_string(top.join("docs/ci.md")).expect("docs/ci.md");
    let between = |text: &str, from: &str, to: &str| {
        let (_, rest) = text.split_once(from).unwrap_or_else(|| panic!("{from}"));
        rest.split_once(to).unwrap_or_else(|| panic!("{to}")).0.to_owned()
    };
    // Names stand at two spaces, what is said of them at four.
    let mut inputs = BTreeMap::new();
    let mut name = String::new();
    for line in between(&action, "\ninputs:\n", "\noutputs:\n").lines() {
        if let Some(found) = line.strip_prefix("  ").filter(|line| !line.starts_with(' ')) {
            name = found.trim_end_matches(':').to_owned();
        } else if let Some(default) = line.strip_prefix("    default: ") {
            inputs.insert(name.clone(), default.trim_matches('"').to_owned());
        }
    }
    assert!(inputs.len() > 10);
    let rows = between(&page, "### Inputs\n", "###");
    let cells = |line: &str| line.split('|').map(|cell| cell.trim().trim_matches('`').to_owned()).collect::<Vec<_>>();
    let described: BTreeMap<_, _> = rows
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| (cells(line)[1].clone(), cells(line)[2].clone()))
        .collect();
    assert_eq!(described, inputs);
    let outputs = between(&action, "\noutputs:\n", "\nruns:\n");
    let outputs = outputs.lines().filter_map(|line| line.strip_prefix("  ").filter(|line| !line.starts_with(' ')));
    let mut outputs: Vec<_> = outputs.map(|name| name.trim_end_matches(':').to_owned()).collect();
    let rows = between(&page, "### Outputs\n", "###");
    let rows = rows.lines().filter(|line| line.starts_with("| `")).map(|line| cells(line)[1].clone());
    let mut named: Vec<_> = rows.flat_map(|cell| cell.split("`, `").map(str::to_owned).collect::<Vec<_>>()).collect();
    outputs.sort();
    named.sort();
    assert_eq!(named, outputs);
}
