//! Explanations: every increment at its line, adding up to the value; text, JSON and HTML that no
//! source can break.

use elcano::measure::{Analyzer, FileLimits, Options};
use elcano::metric::Trace;
use elcano::metric::catalog::Value;
use elcano::model::{ContentId, FileFacts, Level};
use elcano::report::explain::{self, Explained};

use crate::support::languages::{engine, facts, fixtures, registry};

fn traced(engine: &Analyzer, bytes: &[u8], metric: &'static str, space: u32) -> (FileFacts, Trace) {
    let mut trace = Trace { metric, space, ..Trace::default() };
    let options = Options { level: Level::Metrics, limits: FileLimits::default() };
    (engine.measure_traced(ContentId::of(bytes), bytes, options, Some(&mut trace)), trace)
}

fn explained(language: &'static str, source: &str, metric: &'static str, space: u32) -> Explained {
    let engine = engine(&registry(), language);
    let (facts, trace) = traced(&engine, source.as_bytes(), metric, space);
    Explained::new("a.src", source.as_bytes(), &facts, &trace)
        .expect("the space is there and the metric has increments")
}

const PYTHON: &str = "import x

def f(items):
    if items and x:
        for item in items:
            if item:
                return f(item)
    else:
        return 1
";

#[test]
fn cognitive_complexity_as_text() {
    let expected = "\
a.src:3 f: cognitive 9
3 | def f(items):
4 |     if items and x:             +1 if, +1 logical sequence
5 |         for item in items:      +2 (nesting 1) loop
6 |             if item:            +3 (nesting 2) if
7 |                 return f(item)  +1 recursion
8 |     else:                       +1 else
9 |         return 1
cognitive = 1 + 1 + 2 + 3 + 1 + 1 = 9
";
    assert_eq!(explain::text(&explained("python", PYTHON, "cognitive", 1)), expected);
}

#[test]
fn the_first_way_through_a_function_counts_at_its_line() {
    let explained = explained("python", PYTHON, "cyclomatic", 1);
    let json = explain::json(&explained);
    assert_eq!(json["schema"], "elcano.explain/1");
    assert_eq!(json["value"], 5);
    let increments: Vec<_> = json["increments"]
        .as_array()
        .unwrap()
        .iter()
        .map(|increment| {
            (
                increment["line"].as_u64().unwrap(),
                increment["amount"].as_u64().unwrap(),
                increment["reason"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(increments, [(3, 1, "function"), (4, 1, "if"), (4, 1, "logical_and"), (5, 1, "loop"), (6, 1, "if")]);
    assert_eq!(json["space"]["name"], "f");
    assert_eq!((&json["space"]["start_line"], &json["space"]["end_line"]), (&3.into(), &9.into()));
}

#[test]
fn a_file_is_the_sum_of_its_functions_and_what_is_around_them() {
    let source = "class A:\n    def f(self):\n        if a: pass\n    x = 1 if b else 2\n\nif c: pass\n";
    let explained = explained("python", source, "cyclomatic", 0);
    assert_eq!((explained.value(), explained.sum()), (4, 4));
    let text = explain::text(&explained);
    assert!(text.contains("def f(self):") && text.contains("+2 in A::f"), "{text}");
    assert!(text.contains("+1 in what is around its functions"), "{text}");
    assert!(text.ends_with("= 4\n"), "{text}");
}

#[test]
fn increments_add_up_in_every_fixture() {
    let registry = registry();
    let mut problems = Vec::new();
    let mut checked = 0;
    for id in registry.ids() {
        let engine = engine(&registry, id);
        for fixture in fixtures(id) {
            let plain = facts(&engine, &fixture.bytes, Level::Metrics);
            for row in explain::traced() {
                let metric = row.id;
                for (space, of) in (0..).zip(&plain.spaces) {
                    let (facts, trace) = traced(&engine, &fixture.bytes, metric, space);
                    let explained = Explained::new("x", &fixture.bytes, &facts, &trace).unwrap();
                    checked += 1;
                    let value = Value::Int(explained.value());
                    if explained.sum() != explained.value() || row.value(&of.metrics) != value {
                        problems.push(format!(
                            "{} {} {metric}: {}",
                            fixture.name(),
                            of.qualified_name,
                            explained.sum()
                        ));
                    }
                    let lines = explain::json(&explained)["increments"].as_array().unwrap().iter().all(|increment| {
                        (u64::from(of.start_line)..=u64::from(of.end_line))
                            .contains(&increment["line"].as_u64().unwrap())
                    });
                    if !lines {
                        problems.push(format!("{} {} {metric}: outside its rows", fixture.name(), of.qualified_name));
                    }
                }
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(checked > 500, "only {checked}");
}

#[test]
fn nothing_in_a_source_breaks_out() {
    let source = "def f(a):\n    if a == '</pre><script>\u{1b}[31m\"&': return\t1\n";
    let explained = explained("python", source, "nexits", 1);
    let html = explain::html(&explained);
    assert!(html.contains("&lt;/pre&gt;&lt;script&gt;\u{FFFD}[31m&quot;&amp;&#39;"), "{html}");
    assert!(!html.contains("<script>") && !html.contains('\u{1b}'));
    assert_eq!(html.matches("<tr").count(), html.matches("</tr>").count());
    assert!(html.contains("+1 return"));
    assert!(!explain::text(&explained).contains(['\u{1b}', '\t']));
}

#[test]
fn rows_end_as_the_source_says() {
    for end in ["\n", "\r\n", "\r"] {
        let source = ["function f() {", "  return a ? 1", "  : 2;", "}"].join(end);
        let json = explain::json(&explained("javascript", &source, "cyclomatic", 1));
        let lines: Vec<_> =
            json["increments"].as_array().unwrap().iter().map(|one| one["line"].as_u64().unwrap()).collect();
        assert_eq!(lines, [1, 2], "{end:?}");
    }
}

#[test]
fn what_has_no_increments_is_not_explained() {
    let engine = engine(&registry(), "python");
    let bytes = PYTHON.as_bytes();
    let (facts, trace) = traced(&engine, bytes, "halstead.volume", 1);
    assert!(Explained::new("a", bytes, &facts, &trace).is_none());
    let (facts, trace) = traced(&engine, bytes, "cognitive", 99);
    assert!(Explained::new("a", bytes, &facts, &trace).is_none());
}
