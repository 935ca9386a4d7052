//! Explains a metric of one space: its source with every increment at its line, as text, JSON and
//! HTML. The increments are what the measurement itself recorded. Never counts anything again.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value as Json, json};

use crate::metric::catalog::{CATALOG, Metric, Traced, Value};
use crate::metric::{Increment, Trace};
use crate::model::{FileFacts, Space, SpaceKind, printable, shortened, steers};

/// The metrics that can be explained by their increments.
pub fn traced() -> impl Iterator<Item = &'static Metric> {
    CATALOG.iter().filter(|metric| metric.traced != Traced::No)
}

/// Characters of a source line that are shown.
const WIDTH_MAX: usize = 100;
/// Characters of a title, which holds a path and a name, and of what a row adds.
const TITLE_WIDTH_MAX: usize = 400;

/// A metric of one space with all that it adds up from.
#[derive(Debug, Clone)]
pub struct Explained {
    path: String,
    language: String,
    policy: String,
    metric: &'static Metric,
    name: String,
    kind: SpaceKind,
    /// First and last row of the space, from 1.
    rows: (u32, u32),
    value: u32,
    increases: Vec<Increase>,
    /// The rows of the space, as they are shown.
    source: Vec<String>,
}

/// One increment at its place.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Increase {
    /// From 1.
    row: u32,
    /// In characters, from 1.
    column: u32,
    amount: u32,
    nesting: u32,
    reason: String,
}

/// Byte offsets of the beginnings of rows; LF, CR and CRLF end a row.
struct RowStarts(Vec<usize>);

impl RowStarts {
    fn of(source: &[u8]) -> Self {
        let ends = source.iter().enumerate().filter(|(at, byte)| match byte {
            b'\n' => true,
            b'\r' => source.get(at + 1) != Some(&b'\n'),
            _ => false,
        });
        Self(std::iter::once(0).chain(ends.map(|(at, _)| at + 1)).collect())
    }

    /// Row and column of a byte, from 1; the column in characters.
    fn place(&self, source: &[u8], byte: u32) -> (u32, u32) {
        let byte = (byte as usize).min(source.len());
        let row = self.0.partition_point(|start| *start <= byte);
        let before = &source[self.0[row - 1]..byte];
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        (number(row), number(String::from_utf8_lossy(before).chars().count() + 1))
    }

    /// A row as it is shown: tabs as spaces, no control characters, not too long.
    fn shown(&self, source: &[u8], row: u32) -> String {
        let at = row as usize;
        let start = self.0.get(at - 1).copied().unwrap_or(source.len());
        let end = self.0.get(at).copied().unwrap_or(source.len());
        let text = String::from_utf8_lossy(&source[start..end]).trim_end().replace('\t', "    ");
        let mut shown: String =
            text.chars().take(WIDTH_MAX).map(|c| if steers(c) { char::REPLACEMENT_CHARACTER } else { c }).collect();
        if text.chars().nth(WIDTH_MAX).is_some() {
            shown.push('…');
        }
        shown
    }
}

impl Explained {
    /// Explains what a trace followed through the measurement of `source` into `facts`. None where
    /// the metric has no increments (see [`traced`]) or the file no such space.
    #[must_use]
    pub fn new(path: &str, source: &[u8], facts: &FileFacts, trace: &Trace) -> Option<Self> {
        let metric = traced().find(|row| row.id == trace.metric)?;
        let space = facts.spaces.get(trace.space as usize)?;
        let value = count(metric, space)?;
        let starts = RowStarts::of(source);
        let increase = |byte: u32, amount, nesting, reason: &str| {
            let (row, column) = starts.place(source, byte);
            Increase { row, column, amount, nesting, reason: reason.to_owned() }
        };
        let met = |of: &Increment| increase(of.byte, of.amount, of.nesting, of.reason);
        let mut increases: Vec<Increase> = trace.increments.iter().map(met).collect();
        if let Traced::Innermost { start } = metric.traced {
            if space.kind.is_function() {
                increases.extend((start > 0).then(|| increase(space.start_byte, start, 0, "function")));
            } else {
                // The increments of functions are theirs; what is around them has their sums.
                for inner in inside(&facts.spaces, trace.space).filter(|inner| inner.kind.is_function()) {
                    let amount = count(metric, inner)?;
                    let reason = || format!("in {}", inner.qualified_name);
                    increases.extend((amount > 0).then(|| increase(inner.start_byte, amount, 0, &reason())));
                }
                let known: u32 = increases.iter().map(|increase| increase.amount).sum();
                let rest = value.saturating_sub(known);
                let around = "in what is around its functions";
                increases.extend((rest > 0).then(|| increase(space.start_byte, rest, 0, around)));
            }
        }
        increases.sort_by_key(|increase| (increase.row, increase.column));
        let rows = (space.start_line, space.end_line);
        Some(Self {
            path: path.to_owned(),
            language: facts.language.clone(),
            policy: facts.policy.clone(),
            metric,
            name: space.qualified_name.clone(),
            kind: space.kind,
            rows,
            value,
            increases,
            source: (rows.0..=rows.1).map(|row| starts.shown(source, row)).collect(),
        })
    }

    /// The metric's value.
    #[must_use]
    pub const fn value(&self) -> u32 {
        self.value
    }

    /// What the increments add up to: the value.
    #[must_use]
    pub fn sum(&self) -> u32 {
        self.increases.iter().map(|increase| increase.amount).sum()
    }

    /// Each row of the space with its number, its text and what it adds.
    fn lines(&self) -> impl Iterator<Item = (u32, &str, String)> {
        let mut notes: BTreeMap<u32, Vec<String>> = BTreeMap::new();
        for increase in &self.increases {
            notes.entry(increase.row).or_default().push(increase.note());
        }
        (self.rows.0..).zip(&self.source).map(move |(row, text)| {
            let note = notes.get(&row).map(|notes| notes.join(", ")).unwrap_or_default();
            (row, text.as_str(), note)
        })
    }

    fn title(&self) -> String {
        let name = if self.name.is_empty() { self.kind.name() } else { &self.name };
        // A value under another policy is not to be taken for the usual one.
        let policy = if self.policy == "default" { String::new() } else { format!(" (policy {})", self.policy) };
        format!("{}:{} {name}: {} {}{policy}", self.path, self.rows.0, self.metric.id, self.value)
    }
}

impl Increase {
    /// `+2 (nesting 1) if`.
    fn note(&self) -> String {
        let nesting = if self.nesting > 0 { format!(" (nesting {})", self.nesting) } else { String::new() };
        format!("+{}{nesting} {}", self.amount, self.reason.replace('_', " "))
    }
}

/// The value of a space, if it is a count.
fn count(metric: &Metric, space: &Space) -> Option<u32> {
    match metric.value(&space.metrics) {
        Value::Int(value) => Some(value),
        Value::Real(_) => None,
    }
}

/// Spaces inside a space, at whatever depth.
fn inside(spaces: &[Space], of: u32) -> impl Iterator<Item = &Space> {
    let mut is_inside = vec![false; spaces.len()];
    (0..).zip(spaces).filter_map(move |(index, space): (u32, &Space)| {
        let parent = space.parent?;
        let within = parent == of || is_inside.get(parent as usize).copied().unwrap_or(false);
        is_inside[index as usize] = within;
        within.then_some(space)
    })
}

/// Plain text: the source, and beside it what each line adds; the last line is the sum.
#[must_use]
pub fn text(explained: &Explained) -> String {
    let digits = explained.rows.1.to_string().len();
    let noted = explained.lines().filter(|(.., note)| !note.is_empty());
    let width = noted.map(|(_, text, _)| text.chars().count()).max().unwrap_or(0);
    let mut out = shortened(&printable(&explained.title()), TITLE_WIDTH_MAX).into_owned();
    out.push('\n');
    for (row, text, note) in explained.lines() {
        let padding = " ".repeat(width.saturating_sub(text.chars().count()));
        let line = if note.is_empty() {
            format!("{row:>digits$} | {text}")
        } else {
            format!("{row:>digits$} | {text}{padding}  {}", shortened(&printable(&note), TITLE_WIDTH_MAX))
        };
        out += line.trim_end();
        out.push('\n');
    }
    let amounts: Vec<String> = explained.increases.iter().map(|increase| increase.amount.to_string()).collect();
    let _ = if amounts.is_empty() {
        writeln!(out, "{} = 0", explained.metric.id)
    } else {
        writeln!(out, "{} = {} = {}", explained.metric.id, amounts.join(" + "), explained.sum())
    };
    out
}

/// The document `elcano.explain/1`.
#[must_use]
pub fn json(explained: &Explained) -> Json {
    let increases = explained.increases.iter().map(|increase| {
        json!({
            "line": increase.row, "column": increase.column, "amount": increase.amount, "nesting": increase.nesting,
            "reason": increase.reason,
        })
    });
    json!({
        "schema": "elcano.explain/1",
        "path": explained.path,
        "language": explained.language,
        "policy": explained.policy,
        "metric": explained.metric.id,
        "about": explained.metric.about,
        "source": explained.metric.source,
        "space": {
            "name": explained.name, "kind": explained.kind,
            "start_line": explained.rows.0, "end_line": explained.rows.1,
        },
        "value": explained.value,
        "increments": increases.collect::<Vec<_>>(),
    })
}

/// A fragment of HTML: a table of the source's rows and what they add; all text is escaped.
#[must_use]
pub fn html(explained: &Explained) -> String {
    let mut out =
        format!("<table class=\"elcano-explain\">\n<caption>{}</caption>\n", escaped(&printable(&explained.title())));
    for (row, text, note) in explained.lines() {
        let class = if note.is_empty() { "" } else { " class=\"adds\"" };
        let _ = writeln!(
            out,
            "<tr{class}><th scope=\"row\">{row}</th><td><pre>{}</pre></td><td>{}</td></tr>",
            escaped(text),
            escaped(&printable(&note))
        );
    }
    out + "</table>\n"
}

/// Text that cannot end or open an element or an attribute.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}
