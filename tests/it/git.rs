//! What is read from git without git's binary, held against git's binary.

mod history;
mod index;
mod repository;
