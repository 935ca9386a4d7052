//! Halstead's software science: distinct and total operators and operands, by text. Halstead 1977.
//!
//! A token is new to exactly those open spaces that began after it was last seen: one number per
//! text, and no set per space.

use rustc_hash::FxHashMap;

use crate::model::Metrics;

/// A token by its text.
#[derive(Debug, Clone, Copy)]
pub enum Token<'s> {
    /// Anything that does something, by the id of a kind that has one text only.
    Mark(u16),
    /// Anything that does something.
    Operator(&'s [u8]),
    /// An identifier or literal.
    Operand(&'s [u8]),
}

/// When each token of a file was seen last, counted in tokens; 0 is never.
#[derive(Debug, Default)]
pub struct TokenHistory<'s> {
    now: u32,
    marks: Vec<u32>,
    /// As an operator and as an operand.
    texts: FxHashMap<&'s [u8], [u32; 2]>,
}

impl<'s> TokenHistory<'s> {
    /// Nothing seen of a file of so many bytes, in a language of so many kinds.
    #[must_use]
    pub fn new(kinds: usize, bytes: usize) -> Self {
        // Sources have about one distinct text in a hundred bytes.
        let texts = FxHashMap::with_capacity_and_hasher(bytes / 100, rustc_hash::FxBuildHasher);
        Self { now: 0, marks: vec![0; kinds], texts }
    }

    /// The tokens seen so far.
    #[must_use]
    pub const fn now(&self) -> u32 {
        self.now
    }

    /// Records a token; gives when it was seen before.
    pub(super) fn record(&mut self, token: Token<'s>) -> u32 {
        self.now += 1;
        let last = match token {
            Token::Mark(kind) => &mut self.marks[usize::from(kind)],
            Token::Operator(text) => &mut self.texts.entry(text).or_default()[0],
            Token::Operand(text) => &mut self.texts.entry(text).or_default()[1],
        };
        std::mem::replace(last, self.now)
    }
}

/// Counts of a space and what is in it.
#[derive(Debug, Default)]
pub(super) struct Halstead {
    /// The tokens seen before it began.
    since: u32,
    operators: u32,
    operators_distinct: u32,
    operands: u32,
    operands_distinct: u32,
}

impl Halstead {
    pub(super) const fn new(since: u32) -> Self {
        Self { since, operators: 0, operators_distinct: 0, operands: 0, operands_distinct: 0 }
    }

    /// Counts a token of the space itself.
    #[inline]
    pub(super) const fn count(&mut self, is_operand: bool) {
        *if is_operand { &mut self.operands } else { &mut self.operators } += 1;
    }

    /// Counts a token that was seen last at `last`, if it is new to the space; whether it is.
    #[inline]
    pub(super) const fn count_new(&mut self, last: u32, is_operand: bool) -> bool {
        let is_new = self.since >= last;
        if is_new {
            *if is_operand { &mut self.operands_distinct } else { &mut self.operators_distinct } += 1;
        }
        is_new
    }

    /// Adds the totals of a space inside; distinct ones are counted in all open spaces at once.
    pub(super) const fn merge(&mut self, inner: &Self) {
        self.operators += inner.operators;
        self.operands += inner.operands;
    }

    pub(super) const fn write_to(&self, metrics: &mut Metrics) {
        metrics.operators = self.operators;
        metrics.operators_distinct = self.operators_distinct;
        metrics.operands = self.operands;
        metrics.operands_distinct = self.operands_distinct;
    }
}

/// n = n1 + n2.
pub(super) fn vocabulary(metrics: &Metrics) -> u32 {
    metrics.operators_distinct.saturating_add(metrics.operands_distinct)
}

/// N = N1 + N2.
pub(super) fn length(metrics: &Metrics) -> u32 {
    metrics.operators.saturating_add(metrics.operands)
}

/// V = N log2 n.
pub(super) fn volume(metrics: &Metrics) -> f64 {
    if vocabulary(metrics) == 0 { 0.0 } else { f64::from(length(metrics)) * f64::from(vocabulary(metrics)).log2() }
}

/// D = n1/2 * N2/n2; 0 without operands.
pub(super) fn difficulty(metrics: &Metrics) -> f64 {
    if metrics.operands_distinct == 0 {
        return 0.0;
    }
    f64::from(metrics.operators_distinct) / 2.0 * f64::from(metrics.operands) / f64::from(metrics.operands_distinct)
}

/// L = 1/D; 0 where D is.
pub(super) fn level(metrics: &Metrics) -> f64 {
    let difficulty = difficulty(metrics);
    if difficulty == 0.0 { 0.0 } else { 1.0 / difficulty }
}

/// E = D * V.
pub(super) fn effort(metrics: &Metrics) -> f64 {
    difficulty(metrics) * volume(metrics)
}

/// T = E / 18, in seconds.
pub(super) fn time(metrics: &Metrics) -> f64 {
    effort(metrics) / 18.0
}

/// B = E^(2/3) / 3000.
pub(super) fn bugs(metrics: &Metrics) -> f64 {
    effort(metrics).powf(2.0 / 3.0) / 3000.0
}
