//! Maintainability index. Oman & Hagemeister 1992; Coleman et al. 1994.

use super::halstead;
use crate::model::Metrics;

fn ln(value: f64) -> f64 {
    if value > 0.0 { value.ln() } else { 0.0 }
}

/// 171 - 5.2 ln V - 0.23 G - 16.2 ln SLOC.
pub(super) fn original(metrics: &Metrics) -> f64 {
    171.0
        - 5.2 * ln(halstead::volume(metrics))
        - 0.23 * f64::from(metrics.cyclomatic)
        - 16.2 * ln(f64::from(metrics.sloc))
}

/// The original plus 50 sin sqrt(2.4 CM), CM the share of comment rows.
pub(super) fn sei(metrics: &Metrics) -> f64 {
    let ratio = if metrics.sloc == 0 { 0.0 } else { f64::from(metrics.cloc) / f64::from(metrics.sloc) };
    original(metrics) + 50.0 * (2.4 * ratio).sqrt().sin()
}

/// The original on a scale of 0 to 100.
pub(super) fn visual_studio(metrics: &Metrics) -> f64 {
    (original(metrics) * 100.0 / 171.0).max(0.0)
}
