//! What people and programs read: reports as pure functions of what they are given, and the outputs
//! that they go to. Never measures, and never reads a store.

pub mod document;
pub mod dot;
pub mod explain;
pub mod formats;
pub mod gate;
pub mod labels;
pub mod markdown;
pub mod measured;
pub mod output;
pub mod pages;
pub mod specs;
pub mod summary;
pub mod table;
