//! Writes a control flow graph in Graphviz' language, each block with the source it spans. Never
//! builds a graph.

use std::fmt::Write as _;

use crate::model::{Block, BlockKind, Cfg, EdgeKind, steers};

/// Lines of a block's source that are shown.
const LINES_MAX: usize = 8;
/// Characters of each.
const WIDTH_MAX: usize = 60;

/// The graph as a `digraph` named `name`, with snippets of the source it was drawn from.
#[must_use]
pub fn dot(cfg: &Cfg, name: &str, source: &[u8]) -> String {
    let mut out = format!("digraph {} {{\n", quoted(name));
    out += "  node [shape=box, fontname=\"monospace\"];\n  edge [fontname=\"monospace\"];\n";
    for (at, block) in cfg.blocks.iter().enumerate() {
        let _ = writeln!(out, "  b{at} [label=\"{}\"{}];", label(at, block, source), looks(block.kind));
    }
    for edge in &cfg.edges {
        let label = if edge.kind == EdgeKind::Next { String::new() } else { format!(" [label=\"{}\"]", edge.kind) };
        let _ = writeln!(out, "  b{} -> b{}{label};", edge.from, edge.to);
    }
    out + "}\n"
}

const fn looks(kind: BlockKind) -> &'static str {
    match kind {
        BlockKind::Entry | BlockKind::Exit => ", shape=oval",
        BlockKind::Loop => ", peripheries=2",
        BlockKind::Catch => ", style=rounded",
        BlockKind::Unreachable => ", style=dashed",
        BlockKind::Body | BlockKind::Branch | BlockKind::Join => "",
    }
}

/// Number and kind, then the source, each line to the left.
fn label(at: usize, block: &Block, source: &[u8]) -> String {
    let mut label = format!("{at} {}\\l", block.kind);
    let text = source.get(block.start as usize..block.end as usize).unwrap_or_default();
    let text = String::from_utf8_lossy(text);
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let indent = |line: &&&str| line.len() - line.trim_start().len();
    // The first line begins at the block's first step, wherever that stands in its row.
    let common = lines.iter().skip(1).map(|line| indent(&line)).min().unwrap_or(0);
    for (number, line) in lines.iter().take(LINES_MAX).enumerate() {
        let line = if number == 0 { line } else { line.get(common..).unwrap_or(line) };
        label += &escaped(&line.chars().take(WIDTH_MAX).collect::<String>());
        label += if line.chars().nth(WIDTH_MAX).is_some() { "…\\l" } else { "\\l" };
    }
    if lines.len() > LINES_MAX {
        label += "…\\l";
    }
    label
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

/// Text inside a quoted string: no quote ends it, no backslash escapes, no control characters.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '"' => out += "\\\"",
            '\\' => out += "\\\\",
            '\t' => out += "    ",
            control if steers(control) => out.push(char::REPLACEMENT_CHARACTER),
            other => out.push(other),
        }
    }
    out
}
