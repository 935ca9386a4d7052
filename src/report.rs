//! What people and programs read: reports as text, Markdown and JSON, all pure functions of what they are given.

pub mod document;
pub mod dot;
pub mod explain;
pub mod gate;
pub mod measured;
pub mod pages;
pub mod specs;
pub mod summary;
pub mod table;
