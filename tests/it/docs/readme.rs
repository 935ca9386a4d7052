//! The README names every command and every format of the gate, and no other.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use clap::CommandFactory;
use elcano::cli::Cli;
use elcano::report::gate::GATE_FORMATS;

#[test]
fn the_table_of_commands_is_complete() {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = fs::read_to_string(readme).expect("the README can be read");
    let named: BTreeSet<String> = readme
        .lines()
        .filter(|line| line.starts_with("| `elcano "))
        .flat_map(|line| line.trim_start_matches('|').split(" | ").next().unwrap_or_default().split('`'))
        .filter_map(|code| code.strip_prefix("elcano "))
        .map(|code| code.split_whitespace().next().unwrap_or_default().to_owned())
        .collect();
    let real: BTreeSet<String> = Cli::command().get_subcommands().map(|known| known.get_name().to_owned()).collect();
    assert_eq!(named, real);
}

#[test]
fn the_formats_of_the_gate_are_complete() {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = fs::read_to_string(readme).expect("the README can be read");
    let (_, section) = readme.split_once("### Formats of the gate\n").expect("the section");
    let (section, _) = section.split_once("\n#").expect("its end");
    let named: BTreeSet<&str> =
        section.split('`').skip(1).step_by(2).filter(|code| !code.contains(['-', '='])).collect();
    assert_eq!(named, GATE_FORMATS.iter().map(|format| format.name).collect());
}
