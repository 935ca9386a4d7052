//! Gives languages the names that people use. Never used for data: there the id stays.

use crate::lang::{LineOnly, Registry};

/// Labels that the counting library spells otherwise than the languages themselves.
const SPELLINGS: [(&str, &str); 1] = [("tokei:restructuredtext", "reStructuredText")];

/// The label of a language, `Python` for `python`; the id itself where this build does not know the
/// language.
#[must_use]
pub fn label<'a>(registry: &'a Registry, id: &'a str) -> &'a str {
    if let Some((_, label)) = SPELLINGS.iter().find(|(known, _)| *known == id) {
        return label;
    }
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
            assert!(label(&registry, language.id).eq_ignore_ascii_case(language.label()));
        }
        for (id, spelling) in SPELLINGS {
            assert_eq!(label(&registry, id), spelling);
        }
        assert_eq!(label(&registry, "of_a_later_build"), "of_a_later_build");
    }
}
