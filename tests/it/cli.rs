//! The commands as a user types them: what they read, print and answer.

mod data;
mod input;
mod scan;
