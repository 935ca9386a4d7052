//! What a file is called by, and what becomes of one that cannot be parsed in whole.

mod lost_code;
mod names;
mod parse_health;
