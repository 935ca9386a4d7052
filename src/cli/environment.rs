//! The process environment, read in one place.

/// A variable; an empty one counts as absent.
pub(super) fn environment(name: &str) -> Option<String> {
    // What is not UTF-8 names nothing that is there, and is reported where it is used: it is not
    // taken for absent.
    std::env::var_os(name).map(|value| value.to_string_lossy().into_owned()).filter(|value| !value.is_empty())
}

/// Whether this is continuous integration.
pub(super) fn in_ci() -> bool {
    environment("CI").is_some_and(|value| !value.eq_ignore_ascii_case("false"))
}
