//! Tables of plain text and of Markdown from the same cells. Never chooses what is shown.

use std::borrow::Cow;
use std::fmt::Write as _;

/// A table: titles, whether each column holds numbers, rows of cells.
#[derive(Debug, Default)]
pub struct Table {
    titles: Vec<String>,
    numbers: Vec<bool>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table of the given columns; a title that begins with `#` is of numbers, which stand to the
    /// right.
    #[must_use]
    pub fn new(titles: &[&str]) -> Self {
        let numbers = titles.iter().map(|title| title.starts_with('#')).collect();
        let titles = titles.iter().map(|title| title.trim_start_matches('#').to_owned()).collect();
        Self { titles, numbers, rows: Vec::new() }
    }

    /// Adds a row; cells that are missing at its end are empty.
    pub fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// No rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Columns padded to their widest cell, indented by two.
    #[must_use]
    pub fn text(&self) -> String {
        let rows: Vec<Vec<String>> =
            self.rows.iter().map(|row| row.iter().map(|cell| printable(cell).into_owned()).collect()).collect();
        let all = || std::iter::once(&self.titles).chain(&rows);
        let widths: Vec<usize> = (0..self.titles.len())
            .map(|column| all().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(1))
            .collect();
        let mut out = String::new();
        for row in all() {
            let mut line = String::new();
            for ((cell, width), number) in row.iter().zip(&widths).zip(&self.numbers) {
                let padding = " ".repeat(width - cell.chars().count());
                line += "  ";
                line += &if *number { padding + cell } else { format!("{cell}{padding}") };
            }
            out += line.trim_end();
            out.push('\n');
        }
        out
    }

    /// A Markdown table, its cells escaped.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut out = format!("| {} |\n|", self.titles.join(" | "));
        for number in &self.numbers {
            out += if *number { " ---: |" } else { " --- |" };
        }
        out.push('\n');
        for row in &self.rows {
            out.push('|');
            for cell in row.iter().map(String::as_str).chain(std::iter::repeat("")).take(self.titles.len()) {
                let escaped =
                    cell.replace('\\', "\\\\").replace('|', "\\|").replace('<', "&lt;").replace(['\n', '\r'], " ");
                let _ = write!(out, " {escaped} |");
            }
            out.push('\n');
        }
        out
    }
}

/// A text without control characters, which would move a terminal's cursor or begin a line: `\n`,
/// `\u{1b}`.
#[must_use]
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.contains(char::is_control) {
        return Cow::Borrowed(text);
    }
    let escaped = |c: char| if c.is_control() { c.escape_default().collect() } else { String::from(c) };
    Cow::Owned(text.chars().map(escaped).collect())
}

/// A count with its digits in groups: `1,234,567`.
#[must_use]
pub fn thousands(count: u64) -> String {
    let digits = count.to_string();
    let head = digits.len() % 3;
    let mut out = digits[..head].to_owned();
    for (at, group) in digits.as_bytes()[head..].chunks(3).enumerate() {
        if at > 0 || head > 0 {
            out.push(',');
        }
        out.extend(group.iter().map(|digit| char::from(*digit)));
    }
    out
}

/// A duration for people: `950 us`, `12.3 ms`, `4.56 s`, `3 min 02 s`.
#[must_use]
pub fn duration(us: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "shown with three digits")]
    let seconds = us as f64 / 1e6;
    match us {
        0..1_000 => format!("{us} us"),
        1_000..1_000_000 => format!("{:.1} ms", seconds * 1e3),
        1_000_000..120_000_000 => format!("{seconds:.2} s"),
        _ => format!("{} min {:02} s", us / 60_000_000, us / 1_000_000 % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_and_durations() {
        assert_eq!(
            ["0", "999", "1,000", "1,234,567"],
            [0, 999, 1000, 1_234_567].map(thousands).each_ref().map(String::as_str)
        );
        assert_eq!(duration(950), "950 us");
        assert_eq!(duration(12_345), "12.3 ms");
        assert_eq!(duration(182_000_000), "3 min 02 s");
    }

    #[test]
    fn cells_cannot_move_a_terminals_cursor() {
        let mut table = Table::new(&["name", "#n"]);
        table.row(vec!["a\n\u{1b}[2Jé".into(), "1".into()]);
        assert_eq!(table.text(), "  name           n\n  a\\n\\u{1b}[2Jé  1\n");
    }

    #[test]
    fn cells_cannot_break_a_markdown_table() {
        let mut table = Table::new(&["name", "#n"]);
        table.row(vec!["a|b\n<script>".into(), "1".into()]);
        assert_eq!(table.markdown(), "| name | n |\n| --- | ---: |\n| a\\|b &lt;script> | 1 |\n");
    }
}
