//! The gate for tests: repositories whose functions have a complexity that is known, and a check
//! with one limit.

use super::{CommandOutput, Repo};

/// One limit, 20, on cognitive complexity, and findings as JSON.
pub const COGNITIVE: [&str; 8] =
    ["--limit", "cognitive=20", "--limit", "cyclomatic=off", "--limit", "lloc=off", "--format", "json"];

/// `check` with one limit, 20, on cognitive complexity.
pub fn check(repo: &Repo, args: &[&str]) -> CommandOutput {
    repo.elcano(&[&["check"], &COGNITIVE[..], args].concat())
}

/// A Python function of this cognitive complexity, whose names are its own.
pub fn function(name: &str, cognitive: usize) -> String {
    let body: String = (0..cognitive).map(|at| format!("    if {name}_{at}:\n        {name}({at})\n")).collect();
    // A call of itself is recursion, which counts once.
    let body = body.replace(&format!("        {name}("), "        call(");
    format!("def {name}():\n{body}    return 0\n\n\n")
}
