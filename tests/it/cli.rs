//! Runs the binary as a user would.

use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::repo::Repo;

/// What a command did.
pub struct Done {
    /// Exit code; none when it was killed.
    pub code: Option<i32>,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Done {
    fn of(output: Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The document on standard output.
    #[track_caller]
    pub fn json(&self) -> Value {
        assert_eq!(self.code, Some(0), "{}{}", self.out, self.err);
        serde_json::from_str(&self.out).unwrap()
    }

    /// It ended so, and said this on standard error.
    #[track_caller]
    pub fn fails(&self, code: i32, words: &[&str]) {
        assert_eq!(self.code, Some(code), "{}{}", self.out, self.err);
        for word in words {
            assert!(self.err.contains(word), "`{word}` is not in: {}", self.err);
        }
    }
}

/// The command with nothing of this machine's environment that it would heed.
pub fn command(folder: &std::path::Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_elcano"));
    command.args(args).current_dir(folder).stdin(Stdio::null());
    for name in ["ELCANO_STORE", "ELCANO_JOBS", "ELCANO_POLICY", "ELCANO_SPECS", "ELCANO_BASE", "CI", "GITHUB_ACTIONS"]
    {
        command.env_remove(name);
    }
    command.env("HOME", folder).env("XDG_CONFIG_HOME", folder.join(".none"));
    command
}

/// Runs elcano in a folder.
#[track_caller]
pub fn elcano(folder: &std::path::Path, args: &[&str]) -> Done {
    Done::of(command(folder, args).output().unwrap())
}

impl Repo {
    /// Runs elcano in this tree.
    #[track_caller]
    pub fn elcano(&self, args: &[&str]) -> Done {
        elcano(self.root(), args)
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
