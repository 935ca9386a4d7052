//! The report for people: the same sections as plain text for a terminal and as Markdown. Never
//! shows the id of a language that has a label.

use super::labels::label;
use super::markdown::{NAME_WIDTH_MAX, inert};
use super::summary::{Summary, Totals};
use super::table::{Table, duration, thousands};
use crate::lang::{Registry, is_line_only};
use crate::metric::catalog;
use crate::model::{Outcome, SnapshotRecord, printable, printable_lines, shortened};

/// Section title and table.
type Section = (String, Table);

/// Plain text.
#[must_use]
pub fn text(summary: &Summary, registry: &Registry) -> String {
    let name = |name: &str| shortened(&printable(name), NAME_WIDTH_MAX).into_owned();
    let mut out = format!("{}\n", headline(&summary.snapshot, &name));
    for (title, table) in sections(summary, registry, &name) {
        out += &format!("\n{title}\n{}", table.text());
    }
    printable_lines(&out).into_owned()
}

/// Markdown.
#[must_use]
pub fn markdown(summary: &Summary, registry: &Registry) -> String {
    let mut out = format!("## elcano: {}\n", headline(&summary.snapshot, &inert));
    for (title, table) in sections(summary, registry, &inert) {
        out += &format!("\n### {title}\n\n{}", table.markdown());
    }
    out
}

/// How a name is written in the text around the tables.
type Name<'n> = &'n dyn Fn(&str) -> String;

fn headline(snapshot: &SnapshotRecord, name: Name<'_>) -> String {
    let mut line = name(&snapshot.repository);
    if let Some(reference) = &snapshot.reference {
        let short = reference.strip_prefix("refs/heads/").or_else(|| reference.strip_prefix("refs/tags/"));
        line += &format!(" {}", name(short.unwrap_or(reference)));
    }
    if let Some(commit) = &snapshot.commit {
        line += &format!(" @ {}", name(commit.get(..12).unwrap_or(commit)));
    }
    if snapshot.dirty {
        line += " (with uncommitted changes)";
    }
    line
}

fn sections(summary: &Summary, registry: &Registry, name: Name<'_>) -> Vec<Section> {
    let all = [
        languages(summary, registry),
        worst(summary),
        health(summary, registry),
        reasons(summary),
        noted(summary),
        stages(summary, name),
    ];
    all.into_iter().filter(|(_, table)| !table.is_empty()).collect()
}

/// Languages by size; those of which only lines are known stand in a group of their own behind the
/// others.
fn languages(summary: &Summary, registry: &Registry) -> Section {
    let columns = catalog::totals();
    let titles: Vec<String> = columns.iter().map(|(_, total)| format!("#{}", total.title)).collect();
    let mut table =
        Table::new(&[&["language", "#files"], &titles.iter().map(String::as_str).collect::<Vec<_>>()[..]].concat());
    let (lines_only, parsed): (Vec<_>, Vec<_>) = summary.by_size().into_iter().partition(|(id, _)| is_line_only(id));
    let row = |name: &str, totals: &Totals, lines_only: bool| {
        let counts = columns
            .iter()
            .zip(&totals.sums)
            .map(|((_, total), count)| if lines_only && !total.of_lines { String::new() } else { thousands(*count) });
        [name.to_owned(), thousands(totals.files)].into_iter().chain(counts).collect()
    };
    parsed.iter().for_each(|(id, totals)| table.row(row(label(registry, id), totals, false)));
    if !lines_only.is_empty() {
        table.row(vec!["lines only".to_owned()]);
    }
    lines_only.iter().for_each(|(id, totals)| table.row(row(label(registry, id), totals, true)));
    if summary.languages.len() > 1 {
        table.row(row("total", &summary.total(), false));
    }
    ("Languages".to_owned(), table)
}

fn worst(summary: &Summary) -> Section {
    let mut table = Table::new(&["#cognitive", "#cyclomatic", "#nesting", "#rows", "`function", "`where"]);
    for offender in summary.worst() {
        let metrics = &offender.metrics;
        let numbers = [metrics.cognitive, metrics.cyclomatic, metrics.nesting, metrics.sloc];
        let mut cells: Vec<_> = numbers.iter().map(|count| thousands(u64::from(*count))).collect();
        cells.extend([shorten(&offender.name), format!("{}:{}", offender.path, offender.line)]);
        table.row(cells);
    }
    ("Hardest functions to follow".to_owned(), table)
}

/// The end of a long name: functions differ in it, not in its beginning.
fn shorten(name: &str) -> String {
    const WIDTH_MAX: usize = 48;
    let count = name.chars().count();
    if count <= WIDTH_MAX {
        return name.to_owned();
    }
    std::iter::once('…').chain(name.chars().skip(count - WIDTH_MAX + 1)).collect()
}

/// How much of each language was not understood; languages of which all was are left out.
fn health(summary: &Summary, registry: &Registry) -> Section {
    let heads = ["language", "#files", "#broken", "#lost code", "#bytes", "#in errors", "#share", "`worst file"];
    let mut table = Table::new(&heads);
    for (id, totals) in summary.by_size().into_iter().filter(|(_, totals)| totals.broken + totals.lost_code > 0) {
        let mut cells = vec![label(registry, id).to_owned()];
        let counts = [totals.files, totals.broken, totals.lost_code, totals.bytes, totals.error_bytes];
        cells.extend(counts.map(thousands));
        cells.push(share(totals.error_bytes, totals.bytes));
        cells.push(totals.worst_file.as_ref().map(|(_, path)| path.to_string()).unwrap_or_default());
        table.row(cells);
    }
    ("Parse health".to_owned(), table)
}

/// A share in percent, to two digits: `0.37 %`.
fn share(part: u64, of: u64) -> String {
    let hundredths = u128::from(part) * 10_000 / u128::from(of.max(1));
    format!("{}.{:02} %", hundredths / 100, hundredths % 100)
}

fn reasons(summary: &Summary) -> Section {
    let tally = &summary.snapshot.tally;
    let mut table = Table::new(&["files", "#count"]);
    let skipped = tally.skipped.iter().map(|(reason, count)| (format!("skipped: {reason}"), *count));
    let notes = tally.notes.iter().map(|(kind, count)| (format!("noted: {kind}"), *count));
    for (what, count) in skipped.chain(notes) {
        table.row(vec![what, thousands(count)]);
    }
    ("Skipped and noted".to_owned(), table)
}

fn noted(summary: &Summary) -> Section {
    const ROWS_MAX: usize = 10;
    let mut table = Table::new(&["`file", "note"]);
    for (path, notes) in summary.noted.iter().take(ROWS_MAX) {
        for note in notes {
            let detail = if note.detail.is_empty() { String::new() } else { format!(": {}", note.detail) };
            table.row(vec![path.to_string(), format!("{}{detail}", note.kind)]);
        }
    }
    let title = match summary.noted.len() {
        count if count > ROWS_MAX => format!("Notes (the first {ROWS_MAX} of {} files)", thousands(count as u64)),
        _ => "Notes".to_owned(),
    };
    (title, table)
}

fn stages(summary: &Summary, name: Name<'_>) -> Section {
    let mut table = Table::new(&["stage", "outcome", "#time", "result"]);
    let Some(run) = &summary.execution else { return ("Run".to_owned(), table) };
    // The report is part of the run that it reports on: its own stage has not ended yet.
    for stage in run.stages.iter().filter(|stage| stage.outcome != Outcome::Running) {
        let cells = [stage.name.clone(), stage.outcome.to_string(), duration(stage.duration_us), stage.detail.clone()];
        table.row(cells.into());
    }
    let time = if run.outcome == Outcome::Running { String::new() } else { format!(", {}", duration(run.duration_us)) };
    (format!("Run {} of pipeline {}{time}", run.id, name(&run.pipeline)), table)
}
