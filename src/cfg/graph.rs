//! The graph under construction: blocks, edges, and where control is. A block begins exactly when
//! something happens in it, so that no empty block is drawn. Knows no syntax.

use rustc_hash::FxHashMap;

use crate::model::{Block, BlockKind, Cfg, Edge, EdgeKind};

/// Edges that wait for the block they enter: the block they leave, and why. Empty where control
/// cannot be.
pub(super) type Ends = Vec<(u32, EdgeKind)>;

/// The index of the exit block.
pub(super) const EXIT: u32 = 1;

/// Adds the shorter list to the longer one, so that ends which are passed outwards level by level
/// stay cheap.
pub(super) fn join(into: &mut Ends, mut other: Ends) {
    if other.len() > into.len() {
        std::mem::swap(into, &mut other);
    }
    into.append(&mut other);
}

/// The ends of a jump: what only went on now jumps; the edge of a decision keeps its side.
pub(super) fn jumping(mut ends: Ends, kind: EdgeKind) -> Ends {
    for (_, why) in &mut ends {
        if *why == EdgeKind::Next {
            *why = kind;
        }
    }
    ends
}

/// Where control is.
enum Here {
    /// In a block that the next step may still join.
    Block(u32),
    /// Between blocks.
    Ends(Ends),
}

/// A graph under construction.
pub(super) struct Graph {
    blocks: Vec<Block>,
    /// Whether a block has a span of its own, not only a place.
    filled: Vec<bool>,
    edges: Vec<Edge>,
    here: Here,
    /// Blocks whose exceptions no handler takes yet.
    loose: Vec<u32>,
    /// Labels of the next block.
    waiting: Vec<String>,
    labels: FxHashMap<String, u32>,
}

impl Graph {
    /// An entry, which spans `start..body`, and an exit at `end`.
    pub(super) fn new(start: u32, body: u32, end: u32) -> Self {
        let entry = Block { kind: BlockKind::Entry, start, end: body };
        let exit = Block { kind: BlockKind::Exit, start: end, end };
        Self {
            blocks: vec![entry, exit],
            filled: vec![true, true],
            edges: Vec::new(),
            here: Here::Ends(vec![(0, EdgeKind::Next)]),
            loose: Vec::new(),
            waiting: Vec::new(),
            labels: FxHashMap::default(),
        }
    }

    /// Something happens at `start..end`.
    pub(super) fn step(&mut self, start: u32, end: u32) {
        let block = self.block(start);
        self.fill(block, start, end);
    }

    /// Something that belongs to the step before it, if control is still there: punctuation.
    pub(super) fn stretch(&mut self, start: u32, end: u32) {
        if let Here::Block(block) = self.here {
            self.fill(block, start, end);
        }
    }

    fn fill(&mut self, block: u32, start: u32, end: u32) {
        let at = block as usize;
        let span = &mut self.blocks[at];
        if std::mem::replace(&mut self.filled[at], true) {
            (span.start, span.end) = (span.start.min(start), span.end.max(end));
        } else {
            (span.start, span.end) = (start, end);
        }
    }

    /// The block that control is in; a new one, standing at `place`, where it is between blocks.
    pub(super) fn block(&mut self, place: u32) -> u32 {
        match self.here {
            Here::Block(block) => block,
            Here::Ends(_) => self.begin(BlockKind::Body, place),
        }
    }

    /// Begins a block.
    pub(super) fn begin(&mut self, kind: BlockKind, place: u32) -> u32 {
        let ends = self.take();
        let block = u32::try_from(self.blocks.len()).unwrap_or(u32::MAX);
        self.blocks.push(Block { kind, start: place, end: place });
        self.filled.push(false);
        self.loose.push(block);
        self.connect(ends, block);
        for label in self.waiting.drain(..) {
            self.labels.entry(label).or_insert(block);
        }
        self.here = Here::Block(block);
        block
    }

    /// The block that control is in, which ends in a decision here.
    pub(super) fn decide(&mut self, place: u32) -> u32 {
        let block = self.block(place);
        let kind = &mut self.blocks[block as usize].kind;
        if *kind == BlockKind::Body {
            *kind = BlockKind::Branch;
        }
        self.here = Here::Ends(Vec::new());
        block
    }

    pub(super) fn set_kind(&mut self, block: u32, kind: BlockKind) {
        self.blocks[block as usize].kind = kind;
    }

    /// The block that control is in, if the next step may still join it.
    pub(super) fn current(&self) -> Option<u32> {
        match self.here {
            Here::Block(block) => Some(block),
            Here::Ends(_) => None,
        }
    }

    /// Takes control away from here: what leads on from here.
    pub(super) fn take(&mut self) -> Ends {
        match std::mem::replace(&mut self.here, Here::Ends(Vec::new())) {
            Here::Block(block) => vec![(block, EdgeKind::Next)],
            Here::Ends(ends) => ends,
        }
    }

    /// Control comes from `ends`.
    pub(super) fn resume(&mut self, ends: Ends) {
        self.here = Here::Ends(ends);
    }

    /// Ends the block that control is in.
    pub(super) fn split(&mut self) {
        let ends = self.take();
        self.resume(ends);
    }

    pub(super) fn connect(&mut self, ends: Ends, to: u32) {
        self.edges.extend(ends.into_iter().map(|(from, kind)| Edge { from, to, kind }));
    }

    /// How many blocks' exceptions no handler takes yet.
    pub(super) fn loose(&self) -> usize {
        self.loose.len()
    }

    /// The exceptions of all blocks since there were `mark` loose ones: a handler takes them now.
    pub(super) fn exceptions(&mut self, mark: usize) -> Ends {
        self.loose.drain(mark..).map(|block| (block, EdgeKind::Throw)).collect()
    }

    /// Names the next block.
    pub(super) fn label(&mut self, name: String) {
        self.split();
        self.waiting.push(name);
    }

    /// Ends the function and resolves the jumps to labels; one to an unknown label leads out.
    pub(super) fn finish(mut self, gotos: Vec<(Ends, String)>, space: u32) -> Cfg {
        let ends = self.take();
        self.connect(ends, EXIT);
        for (ends, label) in gotos {
            let to = self.labels.get(&label).copied().unwrap_or(EXIT);
            self.connect(ends, to);
        }
        self.sort();
        self.edges.sort_unstable();
        self.edges.dedup();
        self.assign_kinds();
        Cfg { space, blocks: self.blocks, edges: self.edges }
    }

    /// Puts the blocks between entry and exit into source order.
    fn sort(&mut self) {
        let mut order: Vec<u32> = (0..).take(self.blocks.len()).collect();
        order[2..].sort_by_key(|block| self.blocks[*block as usize].start);
        let mut place = vec![0; order.len()];
        for (new, old) in (0..).zip(&order) {
            place[*old as usize] = new;
        }
        self.blocks = order.iter().map(|old| self.blocks[*old as usize]).collect();
        for edge in &mut self.edges {
            (edge.from, edge.to) = (place[edge.from as usize], place[edge.to as usize]);
        }
    }

    /// Marks the blocks where paths meet and those that no path reaches. The edges must be sorted.
    fn assign_kinds(&mut self) {
        let mut entering = vec![0_usize; self.blocks.len()];
        for edge in &self.edges {
            entering[edge.to as usize] += 1;
        }
        let mut reached = vec![false; self.blocks.len()];
        let mut pending = vec![0];
        while let Some(block) = pending.pop() {
            if std::mem::replace(&mut reached[block as usize], true) {
                continue;
            }
            let first = self.edges.partition_point(|edge| edge.from < block);
            pending.extend(self.edges[first..].iter().take_while(|edge| edge.from == block).map(|edge| edge.to));
        }
        for (at, block) in self.blocks.iter_mut().enumerate().skip(2) {
            if !reached[at] {
                block.kind = BlockKind::Unreachable;
            } else if block.kind == BlockKind::Body && entering[at] > 1 {
                block.kind = BlockKind::Join;
            }
        }
    }
}
