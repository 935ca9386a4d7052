//! Control flow graphs, drawn for each language and held against invariants.

mod c;
mod go;
mod invariants;
mod java;
mod javascript;
mod others;
mod python;
mod rust;
