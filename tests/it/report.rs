//! Reports on what was measured: explanations and graphs.

mod dot;
mod explain;
mod graph;
