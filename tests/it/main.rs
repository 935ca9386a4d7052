//! All integration tests: one binary, so they link once.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on stops and names the place"
)]
#![expect(clippy::pedantic, reason = "tests are read once, from top to bottom")]
#![expect(unreachable_pub, reason = "nothing outside reaches into a test binary")]

mod cfg;
mod cli;
mod docs;
mod gate;
mod git;
mod hostile;
mod house;
mod lang;
mod link;
mod measure;
mod report;
mod store;
mod support;
mod walk;
