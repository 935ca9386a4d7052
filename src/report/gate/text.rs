//! Writes for a terminal: the verdict first, then what is new, regressed and fixed, then stale
//! entries of the baseline; the last line is the command that gives the same answer elsewhere.
//! Never lists more than some rows of a section.

use super::wording::{against, skipped};
use crate::model::{Check, Finding, Status, Verdict, printable, printable_lines, shortened};
use crate::report::markdown::NAME_WIDTH_MAX;
use crate::report::table::{Table, thousands};

/// Lines of one section; the rest is counted.
const ROWS_MAX: usize = 50;

pub(super) fn write(check: &Check) -> String {
    let mut out = format!("{}\n", headline(check, &|name| printable(name).into_owned()));
    for (title, status) in [("New", Status::New), ("Regressed", Status::Regressed), ("Fixed", Status::Fixed)] {
        let found: Vec<_> = check.of(status).collect();
        out += &section(title, &found);
    }
    if !check.stale.is_empty() {
        out += "\nStale: in the baseline, and nothing answers to it (elcano baseline prune)\n";
        check.stale.iter().take(ROWS_MAX).for_each(|entry| out += &format!("  {}\n", shown(entry)));
        out += &more(check.stale.len());
    }
    if !check.files_failed.is_empty() {
        out += "\nNot measured\n";
        check.files_failed.iter().take(ROWS_MAX).for_each(|(path, why)| {
            out += &format!("  {}: {}\n", shown(&path.to_string()), shown(why));
        });
        out += &more(check.files_failed.len());
    }
    if let Some(skipped) = skipped(check) {
        out += &format!("\n{skipped}\n");
    }
    let changed: Vec<_> = check.deltas.iter().filter(|delta| delta.base != delta.head).collect();
    if !changed.is_empty() {
        let totals = changed.iter().map(|delta| format!("{} {} -> {}", delta.metric, delta.base, delta.head));
        out += &format!("\nChanged files in all: {}\n", totals.collect::<Vec<_>>().join(", "));
    }
    if check.raised().next().is_some() {
        out += "\nAccept these as they are: elcano baseline write\n";
    }
    out += &format!("\nReproduce:\n{}\n", printable(&check.reproduce));
    printable_lines(&out).into_owned()
}

/// A name of at most one line.
fn shown(name: &str) -> String {
    shortened(&printable(name), NAME_WIDTH_MAX).into_owned()
}

/// `FAIL: 2 new, 1 regressed, 0 fixed, 3 known; 5 files compared with 1234567 (--base)`.
/// Names in it as `name` writes them.
pub(super) fn headline(check: &Check, name: &dyn Fn(&str) -> String) -> String {
    let verdict = if check.verdict == Verdict::Pass { "PASS" } else { "FAIL" };
    let mut line = format!("{verdict}: ");
    for status in Status::ALL {
        line += &format!("{} {status}, ", thousands(check.count(*status) as u64));
    }
    let line = line.trim_end_matches(", ");
    let files = thousands(check.files_gated);
    match &check.base {
        None => format!("{line}; all {files} files gated"),
        Some(base) => {
            let commit = base.commit.get(..12).unwrap_or(&base.commit);
            let (commit, revision) = (name(commit), name(&base.revision));
            format!("{line}; {files} changed files compared with {commit} ({} {revision})", name(&base.chosen_by))
        }
    }
}

fn section(title: &str, findings: &[&Finding]) -> String {
    if findings.is_empty() {
        return String::new();
    }
    let mut table = Table::new(&["level", "rule", "value", "symbol", "where"]);
    for finding in findings.iter().take(ROWS_MAX) {
        let from = finding.base_path.as_ref().map(|path| format!(" (from {path})")).unwrap_or_default();
        let level = if finding.status == Status::Fixed { String::new() } else { finding.level.to_string() };
        let place = format!("{}:{}{from}", finding.path, finding.line);
        table.row(vec![level, finding.rule.clone(), against(finding), finding.symbol.clone(), place]);
    }
    format!("\n{title}\n{}{}", table.text(), more(findings.len()))
}

fn more(count: usize) -> String {
    if count > ROWS_MAX { format!("  and {} more\n", thousands((count - ROWS_MAX) as u64)) } else { String::new() }
}
