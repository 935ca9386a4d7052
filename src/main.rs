//! elcano's entry point.

fn main() {}
