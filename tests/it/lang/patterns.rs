//! Rules and their patterns: each key decides as the reference of the specs has it, at the node,
//! above it and beside it.

use std::fs;
use std::path::Path;

use elcano::lang::{Registry, Roles, SpecError};
use elcano::measure::roles_in;

/// A language of which the rules here add a role that it does not have itself.
const LANGUAGE: &str = "lua";

fn registry(rule: &str) -> Registry {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("src/lang/specs/{LANGUAGE}.toml"));
    let spec = fs::read_to_string(path).expect("the spec is there");
    Registry::with_specs(&[(LANGUAGE.to_owned(), format!("{spec}\n[[when]]\n{rule}\nadd = [\"throw\"]\n"))])
        .expect("the spec can be read")
}

fn applies(rule: &str, source: &str) -> bool {
    let language = registry(rule).language(LANGUAGE).unwrap_or_else(|error| panic!("{rule}: {error}"));
    roles_in(&language, source.as_bytes()).expect("it can be parsed").has(Roles::THROW)
}

#[test]
fn a_rule_applies_where_its_patterns_match_and_nowhere_else() {
    let mut problems = Vec::new();
    for (rule, matching, other) in [
        ("node = { kind = ['identifier'], text = ['a'] }", "a = 1", "ab = 1"),
        ("node.kind = ['identifier']\nnode.field = ['name']", "a()", "return a"),
        ("node.kind = ['function_call']\nnode.text.name = ['a', 'b']", "b(1)", "a.b(1)"),
        ("node.kind = ['function_call']\nnode.starts_with.name = ['a']", "a.b()", "b.a()"),
        ("node.kind = ['function_call']\nnode.contains = ['a']", "b.a()", "b.ab()"),
        ("node.kind = ['arguments']\nnode.has = ['number', 'string']", "f('x')", "f(a)"),
        ("node.kind = ['arguments']\nnode.first = [{ kind = ['identifier'] }]", "f(a, 1)", "f(1, a)"),
        ("node.kind = ['arguments']\nnode.first = [{ kind = [\"'('\"] }]", "f(a)", "f{}"),
        ("node.kind = ['identifier']\nnode.matches = ['a+']", "aa = 1", "aab = 1"),
        ("node.kind = ['function_call']\nnode.matches.name = ['a|b']", "b(1)", "ab(1)"),
        ("node.kind = ['arguments']\nnode.several = ['number']", "f(1, x, 2)", "f(1, x)"),
        ("node.kind = ['number']\nparent.kind = ['arguments']\nparent.has = ['string']", "f(1, 'x')", "f(1)"),
        ("node.kind = ['identifier']\nparent.field = ['name']", "a()()", "a()"),
        ("node.kind = ['identifier']\ngrandparent.field = ['name']", "a()()()", "a()()"),
        ("node.kind = ['number']\ngrandparent.text.name = ['f']", "f(1)", "g(1)"),
        ("node.kind = ['identifier']\nafter.text = ['a']", "f(a, b)", "f(b, a)"),
        ("node.kind = ['number']\nunless.after.kind = ['number']", "f(1)", "f('x')"),
        ("node.kind = ['string']\nunless.parent.has = ['number']", "f('x')", "f(1, 'x')"),
        // Only both together keep it from applying.
        ("node.kind = ['nil']\nunless.node.field = ['value']\nunless.parent.has = ['number']", "f(1, nil)", "f(1)"),
        (
            "node.kind = ['nil']\nunless.parent.kind = ['arguments']\nunless.after.kind = ['number']",
            "f(nil, 1)",
            "f(1, nil)",
        ),
    ] {
        if !applies(rule, matching) || applies(rule, other) {
            problems.push(format!("{rule}: in `{matching}`, not in `{other}`"));
        }
    }
    assert!(problems.is_empty(), "these do not hold:\n{}", problems.join("\n"));
}

#[test]
fn a_rule_that_fits_no_grammar_is_an_error_with_its_word() {
    for (rule, problem) in [
        ("node.text = ['a']", "when: `node.kind` is empty: a rule is about nodes of some kinds"),
        ("node.kind = ['identifer']", "no node identifer in the grammar; did you mean `identifier`?"),
        ("node.kind = ['identifier']\nnode.field = ['nom']", "no field `nom` in the grammar"),
        ("node.kind = ['identifier']\nunless.parent.has = ['argument']", "no node argument in the grammar"),
        (
            "node.kind = ['identifier']\nnode.several = ['numbr']",
            "no node numbr in the grammar; did you mean `number`?",
        ),
        ("node.kind = ['identifier']\nnode.matches = ['(']", "`(`: regex parse error"),
        ("node.kind = ['identifier']\nafter.kind = [\"'=>'\"]", "no token '=>' in the grammar"),
    ] {
        let error = registry(rule).language(LANGUAGE).expect_err("the rule does not fit");
        assert!(matches!(&error, SpecError::Misfit { id, .. } if *id == LANGUAGE), "{rule}: {error}");
        let text = error.to_string();
        assert!(text.starts_with(&format!("language `{LANGUAGE}`: {problem}")), "{rule}: {text}");
    }
}
