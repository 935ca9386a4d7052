//! Gives languages the names that people use. Never used for data: there the id stays.

use crate::lang::{LineOnly, Registry};

/// The label of a language, `Python` for `python`; the id itself where this build does not know the language.
#[must_use]
pub fn label<'a>(registry: &'a Registry, id: &'a str) -> &'a str {
    let parsed = registry.spec(id).map(|(spec, _)| spec.label.as_str());
    parsed.or_else(|| LineOnly::by_id(id).map(LineOnly::label)).unwrap_or(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_parsed_what_is_counted_and_what_is_unknown() {
        let registry = Registry::new().unwrap();
        for id in registry.ids() {
            assert_eq!(label(&registry, id), registry.spec(id).unwrap().0.label);
        }
        for language in LineOnly::all() {
            assert_eq!(label(&registry, language.id), language.label());
        }
        assert_eq!(label(&registry, "of_a_later_build"), "of_a_later_build");
    }
}
