//! Reads what people write: `elcano.toml`, pipelines, specs, policies. Each gives an error with a
//! message, or something that holds: a pipeline that is written is read as itself. Never a panic.

#![no_main]

#[path = "../edited_text.rs"]
mod edited_text;

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use edited_text::EditedText;
use elcano::gate::limits::LimitChange;
use elcano::lang::Policy;
use elcano::lang::spec::Spec;
use elcano::pipeline::plan::Plan;
use libfuzzer_sys::fuzz_target;

/// What is read in this way in the source tree.
static SOUND: LazyLock<Vec<String>> = LazyLock::new(|| {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folders = ["src/cli/templates", "pipelines", "src/lang/policies", "src/lang/specs"];
    let files = folders.iter().flat_map(|folder| fs::read_dir(top.join(folder)).expect("a folder"));
    let mut files: Vec<_> = files.map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    files.iter().map(|file| fs::read_to_string(file).expect("text")).collect()
});

fuzz_target!(|input: EditedText| {
    let text = input.of(&SOUND);
    if let Err(problem) = elcano::cli::read_configuration(&text) {
        assert!(!problem.is_empty());
    }
    if let Ok(plan) = Plan::parse("fuzz", &text) {
        let written = plan.to_toml().expect("what was read is written");
        // A pipeline has the name of its file.
        let written = written.split_once('\n').expect("the first line names it").1;
        assert_eq!(Plan::parse("fuzz", written).expect("what was written is read"), plan);
    }
    drop(Spec::parse(&text));
    drop(Policy::describe(&text));
    for line in text.lines() {
        if let Ok(change) = LimitChange::parse(line) {
            assert!(!change.id().is_empty());
        }
    }
});
