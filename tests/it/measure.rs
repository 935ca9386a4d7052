//! What a file is called by, and what becomes of one that cannot be parsed in whole.

mod names;
mod parse_health;
