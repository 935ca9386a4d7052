//! Git as it is found: work trees that leave files out, pointers, formats that are new or damaged,
//! names that are not UTF-8.

mod absent;
mod damaged;
mod formats;
mod pointers;
mod words;

use serde_json::Value;

use crate::support::gate::{COGNITIVE, check, function};
use crate::support::{CommandOutput, Repo};

/// A scan as JSON.
#[track_caller]
fn scan(repo: &Repo) -> Value {
    repo.elcano(&["scan", "--json"]).json()
}

/// The newest snapshot of the store.
#[track_caller]
fn snapshot(repo: &Repo) -> Value {
    let id = scan(repo)["snapshot"].as_str().expect("an id").to_owned();
    repo.elcano(&["get", &format!("snapshot:{id}")]).json()
}

/// Nothing is found, and nothing fails.
#[track_caller]
fn is_clean(ran: &CommandOutput, what: &str) {
    assert_eq!(ran.code, 0, "{what}: {}{}", ran.out, ran.err);
    assert_eq!(ran.document()["findings"], serde_json::json!([]), "{what}: {}", ran.out);
}
