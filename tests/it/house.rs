//! The rules of ARCHITECTURE.md and CONTRIBUTING.md as tests over the source text.

mod floors;
mod workflows;
