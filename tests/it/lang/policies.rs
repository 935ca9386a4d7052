//! Every policy can be read for every language, and no two of them share an engine: their numbers
//! never meet.

use std::collections::BTreeMap;

use elcano::lang::{POLICIES, Policy};
use elcano::measure::{Analyzer, FileLimits, Options};
use elcano::model::{ContentId, Level};

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

/// What the documentation of a tool says, for a tool that no test can run: the values are counted
/// by hand from its text.
#[test]
fn a_policy_counts_as_its_documentation_says() {
    let registry = registry();
    let mut problems = Vec::new();
    for (id, language, body, cyclomatic) in [
        ("pmd", "java", "if (a && (y == 1 ? b : c)) g();", 4),
        ("pmd", "java", "switch (y) { case 1: case 2: g(); break; case 3, 4: h(); default: k(); }", 4),
        ("pmd", "java", "try { g(); } catch (E e) { throw new F(e); } finally { h(); }", 3),
        // A boolean operator adds a path where a branch asks for it.
        ("pmd", "java", "boolean z = a && b || c; return z && a;", 1),
        ("pmd", "java", "while (a || b) { boolean z = a && b; }", 3),
        ("pmd", "java", "for (int i = 0; i < y && a; i++) { if (g(a || b)) break; else continue; }", 5),
        ("pmd", "java", "x = a ? y : x; assert a && b;", 2),
        ("detekt", "kotlin", "when (x) { 1 -> g(); 2, 3 -> h(); else -> k() }", 4),
        ("detekt", "kotlin", "for (i in x) { if (a) break else continue }", 5),
        ("detekt", "kotlin", "val z = a ?: b; if (a && b || c) g()", 5),
        ("detekt", "kotlin", "try { g() } catch (e: E) { throw e } finally { h() }", 2),
        ("detekt", "kotlin", "xs.forEach { g(it) }; x.let { h(it) }; x?.g(); xs.map { h(it) }", 3),
    ] {
        let source = match language {
            "java" => format!("class A {{ int f() {{ {body} }} }}"),
            _ => format!("fun f() {{ {body} }}"),
        };
        let policy = Policy::load(id, language).expect("a policy");
        let engine = Analyzer::of_tree(registry.language(language).expect("a language of this build"), policy);
        let bytes = source.as_bytes();
        let options = Options { level: Level::Metrics, limits: FileLimits::default() };
        let facts = engine.measure(ContentId::of(bytes), bytes, options);
        let found = facts.spaces.iter().find(|space| space.name == "f").expect("a function f").metrics.cyclomatic;
        if found != cyclomatic || !facts.notes.is_empty() {
            problems.push(format!("{id}: {found}, not {cyclomatic}: {body} {:?}", facts.notes));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
