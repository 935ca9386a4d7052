//! Tables of plain text and of Markdown from the same cells. Never chooses what is shown.

use super::markdown::{NAME_WIDTH_MAX, cell, code, inert};
use crate::model::{printable, shortened};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// Words of this program, or whatever.
    Text,
    /// Numbers, which stand to the right.
    Number,
    /// Names from a repository, which Markdown shows as code.
    Name,
    /// Markdown of this program's own documents.
    Markdown,
}

/// A table: titles, what each column holds, rows of cells.
#[derive(Debug, Default)]
pub struct Table {
    titles: Vec<String>,
    columns: Vec<Column>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table of the given columns; a title that begins with `#` is of numbers, one that begins with
    /// a backtick of names, and one that begins with `*` of Markdown.
    #[must_use]
    pub fn new(titles: &[&str]) -> Self {
        let column = |title: &&str| match title.as_bytes().first() {
            Some(b'#') => Column::Number,
            Some(b'`') => Column::Name,
            Some(b'*') => Column::Markdown,
            _ => Column::Text,
        };
        let plain = titles.iter().map(|title| title.trim_start_matches(['#', '`', '*']).to_owned());
        Self::of(plain.zip(titles.iter().map(column)))
    }

    /// A table of columns whose titles may be anything.
    pub fn of(columns: impl IntoIterator<Item = (String, Column)>) -> Self {
        let (titles, columns) = columns.into_iter().unzip();
        Self { titles, columns, rows: Vec::new() }
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

    /// Columns padded to their widest cell, indented by two. A cell that is too long loses its
    /// middle: one name does not make every row as long.
    #[must_use]
    pub fn text(&self) -> String {
        let shown = |cell: &String| shortened(&printable(cell), NAME_WIDTH_MAX).into_owned();
        let rows: Vec<Vec<String>> =
            std::iter::once(&self.titles).chain(&self.rows).map(|row| row.iter().map(shown).collect()).collect();
        let widths: Vec<usize> = (0..self.titles.len())
            .map(|column| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max())
            .map(|widest| widest.unwrap_or(1))
            .collect();
        let mut out = String::new();
        for row in rows {
            let mut line = String::new();
            for ((cell, width), column) in row.iter().zip(&widths).zip(&self.columns) {
                let padding = " ".repeat(width - cell.chars().count());
                line += "  ";
                line += &if *column == Column::Number { padding + cell } else { format!("{cell}{padding}") };
            }
            out += line.trim_end();
            out.push('\n');
        }
        out
    }

    /// A Markdown table; what stands in its cells stays text.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut out = format!("| {} |\n|", self.titles.join(" | "));
        for column in &self.columns {
            out += if *column == Column::Number { " ---: |" } else { " --- |" };
        }
        out.push('\n');
        self.rows.iter().for_each(|row| out += &self.markdown_row(row));
        out
    }

    /// One row of the Markdown table.
    #[must_use]
    pub fn markdown_row(&self, row: &[String]) -> String {
        let cells = row.iter().map(String::as_str).chain(std::iter::repeat(""));
        let cells = cells.zip(&self.columns).map(|(text, column)| {
            let short = || shortened(text, NAME_WIDTH_MAX);
            let markdown = match column {
                Column::Name => cell(&code(&short())),
                Column::Text | Column::Number => cell(&inert(&short())),
                Column::Markdown => own(text),
            };
            format!(" {markdown} |")
        });
        format!("|{}\n", cells.collect::<String>())
    }
}

/// A cell that is Markdown already: it ends no cell and begins no element.
fn own(markdown: &str) -> String {
    markdown.replace('\\', "\\\\").replace('|', "\\|").replace('<', "&lt;").replace(['\n', '\r'], " ")
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
        assert_eq!(table.text(), "  name         n\n  a\\n\\x1b[2Jé  1\n");
    }

    #[test]
    fn one_long_cell_does_not_make_every_row_long() {
        let mut table = Table::new(&["name", "n"]);
        table.row(vec!["x".repeat(1 << 20), "1".into()]);
        table.row(vec!["y".into(), "2".into()]);
        let text = table.text();
        assert!(text.lines().all(|line| line.chars().count() <= NAME_WIDTH_MAX + 10), "{text}");
    }

    #[test]
    fn cells_cannot_break_a_markdown_table() {
        let mut table = Table::new(&["`name", "what", "#n"]);
        table.row(vec!["a|b\n<script>".into(), "@octocat".into(), "1".into()]);
        assert_eq!(
            table.markdown(),
            "| name | what | n |\n| --- | --- | ---: |\n| `a\\|b\\n&lt;script>` | `@octocat` | 1 |\n"
        );
    }
}
