//! The reader of conformance cases takes the written form and nothing else.

use crate::support::cases::{Case, Expectation, parse};

fn expectation(metric: &str, space: &str, value: f64, reason: &str) -> Expectation {
    Expectation { metric: metric.into(), space: space.into(), value, reason: reason.into() }
}

#[test]
fn a_source_is_verbatim() {
    let text = "    if a:\n\n    \tb  \n     \n    # no comment\r\nnargs(f) = 1: a\n";
    let case = &parse("t", text).unwrap()[0];
    assert_eq!(case.source, "if a:\n\n\tb  \n \n# no comment\r\n");
}

#[test]
fn expectations_name_metric_space_value_and_reason() {
    let text = "# The first.\n    a\ncognitive(operator()) = 1: a: b = 2\nloc.sloc = -0.5: rows\n\n# The second.\n    b\n\
                nargs(C::operator bool) = 0: none\n";
    let expected = [
        Case {
            source: "a\n".into(),
            expectations: vec![
                expectation("cognitive", "operator()", 1.0, "a: b = 2"),
                expectation("loc.sloc", "", -0.5, "rows"),
            ],
        },
        Case { source: "b\n".into(), expectations: vec![expectation("nargs", "C::operator bool", 0.0, "none")] },
    ];
    assert_eq!(parse("t", text).unwrap(), expected);
}

#[test]
fn anything_else_is_an_error_with_its_line() {
    let wrong = [
        ("nargs = 1: no source\n", "t:1: `nargs = 1: no source` belongs to no source"),
        ("    a\n   b\nnargs = 1: a\n", "t:2: `   b` is no"),
        ("    a\nnargs = 1: a\n    b\nnargs = 1: a\n", "t:3: a blank line must stand"),
        ("    a\nnargs = 1: a\n\n\n    b\nnargs = 1: a\n", "t:4: a blank line that ends nothing"),
        ("\n    a\nnargs = 1: a\n", "t:1: a blank line that ends nothing"),
        ("    a\n\nnargs = 1: a\n", "t:3: a source ends in a blank row"),
        ("    a\nnargs = 1: a\n# b\n", "t:3: a comment within a case"),
        ("    a\nnargs = one: a\n", "t:2: `nargs = one: a` is no"),
        ("    a\nnargs = 1\n", "t:2: `nargs = 1` is no"),
        ("    a\nnargs = 1: \n", "t:2: `nargs = 1: ` is no"),
        ("    a\nnargs() = 1: a\n", "t:2: `nargs() = 1: a` is no"),
        ("    a\nnargs(f = 1: a\n", "t:2: `nargs(f = 1: a` is no"),
        ("    a\nnargs = NaN: a\n", "t:2: `nargs = NaN: a` is no"),
        ("    a\n = 1: a\n", "t:2: ` = 1: a` is no"),
        ("    a\nnargs = 1: a", "t: the last line has no end"),
        ("    a\n", "t: the last source has no expectation"),
    ];
    for (text, error) in wrong {
        let found = parse("t", text).expect_err(text);
        assert!(found.starts_with(error), "{text:?}: {found}");
    }
}
