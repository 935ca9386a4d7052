//! The rules of ARCHITECTURE.md and CONTRIBUTING.md as tests over the source text.

mod circles;
mod dependencies;
mod floors;
mod imports;
mod sizes;
mod source;
mod words;
mod workflows;
