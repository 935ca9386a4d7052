//! What becomes of a file that cannot be parsed in whole.

mod parse_health;
