//! Writes Markdown: for a comment, and as the block that a GitHub Actions step keeps in its
//! summary. Never exceeds the bytes that a summary may have.

use super::text;
use super::wording::{against, skipped};
use crate::model::{Check, Finding, Status};
use crate::report::markdown::{code, inert};
use crate::report::table::{Table, thousands};

const BEGIN: &str = "<!-- elcano check -->";
const END: &str = "<!-- /elcano check -->";
/// A summary of more than 1 MiB is dropped as a whole; some room is left for what later steps
/// write.
const SUMMARY_BYTES_MAX: usize = 900 << 10;
/// Rows that are seen at once; the others are folded away.
const ROWS_OPEN: usize = 20;

/// The whole report, of at most `bytes_max` bytes: what does not fit is counted.
pub(super) fn write(check: &Check, bytes_max: usize) -> String {
    let mut out = format!("## elcano: {}\n", text::headline(check, &inert));
    let mut tail = String::new();
    if !check.deltas.is_empty() {
        let totals = check.deltas.iter().map(|delta| format!("{} {} → {}", delta.metric, delta.base, delta.head));
        tail += &format!("\nChanged files in all: {}\n", totals.collect::<Vec<_>>().join(", "));
    }
    if let Some(skipped) = skipped(check) {
        tail += &format!("\n{skipped}\n");
    }
    tail += &format!("\nReproduce: {}\n", code(&check.reproduce));
    for (title, status) in [("New", Status::New), ("Regressed", Status::Regressed), ("Fixed", Status::Fixed)] {
        let found: Vec<_> = check.of(status).collect();
        if !found.is_empty() {
            let room = bytes_max.saturating_sub(out.len() + tail.len());
            out += &section(title, &found, room);
        }
    }
    out + &tail
}

/// A section of at most `room` bytes.
fn section(title: &str, findings: &[&Finding], room: usize) -> String {
    // What headings, folding and the last line take.
    const FRAME_BYTES: usize = 400;
    let title = format!("\n### {title} ({})\n\n", thousands(findings.len() as u64));
    let (open, folded) = findings.split_at(findings.len().min(ROWS_OPEN));
    let mut left = room.saturating_sub(title.len() + FRAME_BYTES);
    let (table, shown_open) = rows(open, &mut left);
    let mut out = format!("{title}{table}");
    let mut shown = shown_open;
    if !folded.is_empty() && shown == open.len() {
        let (table, count) = rows(folded, &mut left);
        shown += count;
        if count > 0 {
            out += &format!("\n<details><summary>{} more</summary>\n\n{table}\n</details>\n", thousands(count as u64));
        }
    }
    if shown < findings.len() {
        out += &format!("\nand {} more that did not fit\n", thousands((findings.len() - shown) as u64));
    }
    out
}

/// As many rows as there is room for, and how many these are.
fn rows(findings: &[&Finding], left: &mut usize) -> (String, usize) {
    let mut table = Table::new(&["level", "`rule", "value", "`symbol", "`where"]);
    let mut shown = 0;
    for finding in findings {
        let place = format!("{}:{}", finding.path, finding.line);
        let cells =
            vec![finding.level.to_string(), finding.rule.clone(), against(finding), finding.symbol.clone(), place];
        let bytes = table.markdown_row(&cells).len();
        if bytes > *left {
            break;
        }
        *left -= bytes;
        shown += 1;
        table.row(cells);
    }
    (if shown == 0 { String::new() } else { table.markdown() }, shown)
}

/// The summary file with this block in it: in place of the block that an earlier attempt wrote,
/// else at its end.
pub(super) fn summary(check: &Check, existing: &str) -> String {
    // Only whole lines are marks: a name in a row may spell one.
    let line = |mark: &str| {
        let mut starts = existing.match_indices(mark).map(|(at, _)| at);
        let is_line = |at: usize| {
            let ends = existing[at + mark.len()..].starts_with('\n') || existing.len() == at + mark.len();
            ends && (at == 0 || existing[..at].ends_with('\n'))
        };
        starts.find(|at| is_line(*at))
    };
    let (before, after) = match (line(BEGIN), line(END)) {
        (Some(start), Some(end)) if start < end => {
            (&existing[..start], existing[end + END.len()..].trim_start_matches('\n'))
        }
        _ => (existing, ""),
    };
    let gap = if before.is_empty() || before.ends_with('\n') { "" } else { "\n" };
    let frame = before.len() + after.len() + BEGIN.len() + END.len() + 8;
    let block = write(check, SUMMARY_BYTES_MAX.saturating_sub(frame));
    format!("{before}{gap}{BEGIN}\n{block}{END}\n{after}")
}
