//! Which files of a tree are measured, and by which rule.

mod accounts;
mod explain;
mod oracle;
mod rules;
