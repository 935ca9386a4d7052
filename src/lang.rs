//! Languages as data: specs, their compiled tables, the registry that detects a file's language.
//! Never reads a file: specs are embedded, or handed in as text.

mod compile;
mod detect;
mod disambiguation;
mod embedded;
mod error;
mod flow;
mod inherit;
mod kinds;
mod language;
mod lexis;
mod line_only;
mod memo;
mod naming;
mod pattern;
mod policy;
mod registry;
mod rewrite;
mod role;
mod role_schema;
mod rule;
pub mod spec;
mod unsafe_to_parse;

pub use disambiguation::START_BYTES;
pub use error::SpecError;
pub use flow::Flow;
pub use kinds::Kind;
pub use language::Language;
pub use lexis::Region;
pub use line_only::{LineOnly, Lines, is_line_only};
pub use memo::Memo;
pub use naming::{Naming, TokenClass};
pub use policy::{POLICIES, Policy};
pub use registry::Registry;
pub use rewrite::{Rewritten, Stage};
pub use role::{ROLES, Roles};
pub use rule::Place;
