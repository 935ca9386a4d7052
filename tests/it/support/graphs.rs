//! What the tests of control flow graphs share: graphs as compact text, and what must hold of every
//! graph.

use elcano::measure::Analyzer;
use elcano::model::{Block, BlockKind, Cfg, Edge, FileFacts, Level};

use crate::support::languages::{engine, facts, registry};

/// The kinds of the blocks between entry and exit, then the edges: `branch body: 0>2 next, 2>1
/// false, …`.
pub fn text(cfg: &Cfg) -> String {
    let kinds: Vec<_> = cfg.blocks[2..].iter().map(|block| block.kind.name()).collect();
    let edges: Vec<_> = cfg.edges.iter().map(|edge| format!("{}>{} {}", edge.from, edge.to, edge.kind)).collect();
    format!("{}: {}", kinds.join(" "), edges.join(", "))
}

/// The graph of the first function of a source.
pub fn first(engine: &Analyzer, source: &str) -> Cfg {
    let facts = facts(engine, source.as_bytes(), Level::Full);
    assert!(facts.notes.is_empty(), "{source}\n{:?}", facts.notes);
    assert!(facts.skip.is_none(), "skipped: {:?}", facts.skip);
    let found = facts.cfgs.into_iter().next();
    found.unwrap_or_else(|| panic!("no function in\n{}", source.chars().take(200).collect::<String>()))
}

/// Draws the body of each case inside a function and compares it with the graph drawn by hand.
pub fn check(language: &'static str, wrap: impl Fn(&str) -> String, cases: &[(&str, &str)]) {
    let registry = registry();
    let engine = engine(&registry, language);
    let mut problems = Vec::new();
    for (body, expected) in cases {
        let source = wrap(body);
        let cfg = first(&engine, &source);
        let found = text(&cfg);
        let expected = expected.split_whitespace().collect::<Vec<_>>().join(" ");
        if found != expected {
            problems.push(format!("{body}\nexpected {expected}\nfound    {found}\n{}", listing(&cfg, &source)));
        }
        problems.extend(broken(&cfg).into_iter().map(|broken| format!("{body}\n{broken}")));
    }
    assert!(problems.is_empty(), "{} of {}:\n{}", problems.len(), cases.len(), problems.join("\n"));
}

fn listing(cfg: &Cfg, source: &str) -> String {
    let line = |(at, block): (usize, &Block)| {
        format!("  {at} {} {:?}\n", block.kind, &source[block.start as usize..block.end as usize])
    };
    cfg.blocks.iter().enumerate().map(line).collect()
}

/// Edges more than blocks, plus two.
pub fn mccabe(cfg: &Cfg) -> usize {
    cfg.edges.len() + 2 - cfg.blocks.len()
}

/// What does not hold of a graph; nothing when all is well.
pub fn broken(cfg: &Cfg) -> Vec<String> {
    let mut broken = Vec::new();
    let mut must = |holds: bool, what: String| {
        if !holds {
            broken.push(what);
        }
    };
    let blocks = &cfg.blocks;
    let count = u32::try_from(blocks.len()).unwrap();
    let kinds = |kind: BlockKind| blocks.iter().positions(kind);
    must(kinds(BlockKind::Entry) == [0] && kinds(BlockKind::Exit) == [1], "entry and exit are the first two".into());
    for edge in &cfg.edges {
        must(edge.from < count && edge.to < count, format!("{edge:?} is out of range"));
        must(edge.to != 0, format!("{edge:?} enters the entry"));
        must(edge.from != 1, format!("{edge:?} leaves the exit"));
    }
    must(cfg.edges.windows(2).all(|pair| pair[0] < pair[1]), "edges are not sorted, or one is there twice".into());
    must(blocks[2..].windows(2).all(|pair| pair[0].start <= pair[1].start), "blocks are not in source order".into());
    let reached = reached(cfg);
    for (at, block) in blocks.iter().enumerate() {
        let inside = blocks[0].start <= block.start && block.start <= block.end && block.end <= blocks[1].end;
        must(inside, format!("block {at} is not inside its function"));
        let flagged = block.kind == BlockKind::Unreachable;
        must(at == 1 || reached[at] != flagged, format!("block {at} is {} and reached: {}", block.kind, reached[at]));
        let leads_on = cfg.edges.iter().any(|edge| edge.from as usize == at);
        must(at == 1 || leads_on, format!("nothing leads on from block {at}"));
    }
    broken
}

fn reached(cfg: &Cfg) -> Vec<bool> {
    let mut reached = vec![false; cfg.blocks.len()];
    let mut pending = vec![0];
    while let Some(block) = pending.pop() {
        if !std::mem::replace(&mut reached[block as usize], true) {
            let leaving = |edge: &&Edge| edge.from == block;
            pending.extend(cfg.edges.iter().filter(leaving).map(|edge| edge.to));
        }
    }
    reached
}

/// What does not hold of the graphs of a file: one for each function, in their order.
pub fn broken_graphs(facts: &FileFacts) -> Vec<String> {
    let functions = (0..).zip(&facts.spaces).filter(|(_, space)| space.kind.is_function()).map(|(index, _)| index);
    let functions: Vec<u32> = functions.collect();
    let drawn: Vec<u32> = facts.cfgs.iter().map(|cfg| cfg.space).collect();
    let mut problems = Vec::new();
    if functions != drawn {
        problems.push(format!("functions {functions:?}, graphs {drawn:?}"));
    }
    for cfg in &facts.cfgs {
        let space = &facts.spaces[cfg.space as usize];
        let (entry, exit) = (cfg.blocks[0], cfg.blocks[1]);
        if (entry.start, exit.end) != (space.start_byte, space.end_byte) {
            problems.push(format!("{}: not the span of its function", space.qualified_name));
        }
        problems.extend(broken(cfg).into_iter().map(|broken| format!("{}: {broken}", space.qualified_name)));
    }
    problems
}

/// Where something is in a list.
trait Positions {
    fn positions(self, kind: BlockKind) -> Vec<usize>;
}

impl<'a, I: Iterator<Item = &'a Block>> Positions for I {
    fn positions(self, kind: BlockKind) -> Vec<usize> {
        self.enumerate().filter(|(_, block)| block.kind == kind).map(|(at, _)| at).collect()
    }
}
