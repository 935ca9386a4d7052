//! The integration tests, one binary.

mod lang_conformance;
mod lang_fixtures;
mod lang_golden;
mod lang_registry;
