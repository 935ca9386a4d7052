//! Runs the binary as a user would.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use super::{Repo, processes};

/// What a command did.
pub struct CommandOutput {
    /// Exit code.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl CommandOutput {
    /// What a process that ended by itself did.
    #[track_caller]
    pub fn of(output: Output) -> Self {
        Self {
            code: output.status.code().expect("an exit code, and no signal"),
            out: String::from_utf8(output.stdout).expect("UTF-8"),
            err: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }

    /// The document on standard output of a command that succeeded.
    #[track_caller]
    pub fn json(&self) -> Value {
        assert_eq!(self.code, 0, "{}{}", self.out, self.err);
        self.document()
    }

    /// The document on standard output, whatever the exit code.
    #[track_caller]
    pub fn document(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {} {}", self.out, self.err))
    }

    /// The command ended with this code, and these words are on standard error.
    #[track_caller]
    pub fn fails(&self, code: i32, words: &[&str]) {
        assert_eq!(self.code, code, "{}{}", self.out, self.err);
        for word in words {
            assert!(self.err.contains(word), "`{word}` is not in: {}", self.err);
        }
    }

    /// Path, symbol, rule and level of a check's findings of one status, sorted.
    #[track_caller]
    pub fn found(&self, status: &str) -> Vec<String> {
        let document = self.document();
        let all = document["findings"].as_array().expect("findings");
        let text = |finding: &Value, key: &str| finding[key].as_str().expect("text").to_owned();
        let one = |finding: &&Value| ["path", "symbol", "rule", "level"].map(|key| text(finding, key)).join(" ");
        let mut found: Vec<_> = all.iter().filter(|finding| finding["status"] == status).map(|f| one(&f)).collect();
        found.sort();
        found
    }
}

/// The command in a folder. Its environment is empty but for a home without configuration.
pub fn command(folder: &Path, args: &[&str]) -> Command {
    processes::heard();
    let mut command = Command::new(env!("CARGO_BIN_EXE_elcano"));
    command.args(args).current_dir(folder).stdin(Stdio::null()).env_clear();
    command.env("HOME", folder).env("XDG_CONFIG_HOME", folder.join(".none"));
    command
}

/// Runs elcano in a folder.
#[track_caller]
pub fn elcano(folder: &Path, args: &[&str]) -> CommandOutput {
    CommandOutput::of(command(folder, args).output().expect("elcano to start"))
}

impl Repo {
    /// Runs elcano in this tree.
    #[track_caller]
    pub fn elcano(&self, args: &[&str]) -> CommandOutput {
        elcano(self.root(), args)
    }

    /// Runs elcano in a folder of this tree, with these variables.
    #[track_caller]
    pub fn elcano_in(&self, folder: &str, args: &[&str], variables: &[(&str, &str)]) -> CommandOutput {
        let mut command = command(&self.path(folder), args);
        CommandOutput::of(command.envs(variables.iter().copied()).output().expect("elcano to start"))
    }
}

/// Small files in three languages, with a duplicate and a file of no language.
pub fn sample() -> Repo {
    Repo::with(&[
        ("src/a.py", "def f(a, b):\n    if a and b:\n        return 1\n    return 0\n"),
        ("src/copy_of_a.py", "def f(a, b):\n    if a and b:\n        return 1\n    return 0\n"),
        (
            "src/lib.rs",
            "/// Doc.\npub fn g(x: u32) -> u32 {\n    match x {\n        0 => 1,\n        _ => x,\n    }\n}\n",
        ),
        ("web/app.js", "class A {\n  m(x) {\n    return x ? 1 : 2;\n  }\n}\n"),
        ("notes.txt", "not code\n"),
    ])
}
