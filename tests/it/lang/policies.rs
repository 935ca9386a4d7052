//! Every policy can be read for every language, and no two of them share an engine: their numbers
//! never meet.

use std::collections::BTreeMap;

use elcano::lang::{POLICIES, Policy};
use elcano::measure::Analyzer;

use crate::support::languages::registry;

#[test]
fn every_policy_loads_for_every_language_and_has_engines_of_its_own() {
    let registry = registry();
    let mut engines = BTreeMap::new();
    for language in registry.ids() {
        for (id, text) in POLICIES {
            let policy = Policy::load(id, language).unwrap_or_else(|error| panic!("{id} for {language}: {error}"));
            let engine = Analyzer::of_tree(registry.language(language).expect("the spec fits its grammar"), policy);
            let earlier = engines.insert(engine.id(), (*id, language));
            assert_eq!(earlier, None, "{id} for {language} shares an engine");
            let (label, about) = Policy::describe(text).expect("a policy describes itself");
            assert!(!label.is_empty() && about.len() > 20, "{id} does not say what it follows");
        }
    }
}

#[test]
fn a_policy_names_only_languages_of_this_build() {
    let registry = registry();
    for (id, text) in POLICIES {
        let written: toml::Table = text.parse().expect("a policy is TOML");
        for key in ["only", "except"] {
            let lists = written["cyclomatic"].get(key).and_then(toml::Value::as_table).into_iter().flatten();
            for (role, languages) in lists {
                for language in languages.as_array().expect("a list of languages") {
                    let language = language.as_str().expect("an id");
                    assert!(registry.ids().any(|known| known == language), "{id}: {role}: no language {language}");
                }
            }
        }
    }
}
