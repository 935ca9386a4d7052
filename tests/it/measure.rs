//! What becomes of a file that cannot be parsed in whole.

mod lost_code;
mod parse_health;
