//! Halstead's software science: distinct and total operators and operands, by text. Halstead 1977.

use crate::model::Metrics;

/// A token by its text.
#[derive(Debug, Clone, Copy)]
pub enum Token {
    /// Anything that does something.
    Operator(u32),
    /// An identifier or literal.
    Operand(u32),
}

/// Token ids seen; duplicates are removed when a space closes, and now and then in a large one.
#[derive(Debug, Default)]
pub(super) struct Halstead {
    operators: Distinct,
    operands: Distinct,
}

#[derive(Debug, Default)]
struct Distinct {
    seen: Vec<u32>,
    total: u32,
    compact_at: usize,
}

const COMPACT_MIN: usize = 4096;

impl Distinct {
    fn add(&mut self, id: u32) {
        self.total += 1;
        self.seen.push(id);
        if self.seen.len() > self.compact_at.max(COMPACT_MIN) {
            self.compact();
        }
    }

    fn compact(&mut self) {
        self.seen.sort_unstable();
        self.seen.dedup();
        self.compact_at = self.seen.len() * 2;
    }

    fn merge(&mut self, mut inner: Self) {
        inner.compact();
        self.total += inner.total;
        self.seen.append(&mut inner.seen);
        if self.seen.len() > self.compact_at.max(COMPACT_MIN) {
            self.compact();
        }
    }

    fn settle(&mut self) -> (u32, u32) {
        self.compact();
        (u32::try_from(self.seen.len()).unwrap_or(u32::MAX), self.total)
    }
}

impl Halstead {
    #[inline]
    pub(super) fn add(&mut self, token: Token) {
        match token {
            Token::Operator(id) => self.operators.add(id),
            Token::Operand(id) => self.operands.add(id),
        }
    }

    pub(super) fn merge(&mut self, inner: Self) {
        self.operators.merge(inner.operators);
        self.operands.merge(inner.operands);
    }

    pub(super) fn settle(&mut self, metrics: &mut Metrics) {
        (metrics.operators_distinct, metrics.operators) = self.operators.settle();
        (metrics.operands_distinct, metrics.operands) = self.operands.settle();
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
