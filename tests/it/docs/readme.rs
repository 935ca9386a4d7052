//! The README's table names every command of the program, and no other.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use clap::CommandFactory;
use elcano::cli::Cli;

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
