//! What holds of every graph: on all fixtures, whole and damaged; on generated code of known
//! structure; however deep.

use elcano::cfg;
use elcano::measure::Analyzer;
use elcano::model::{BlockKind, Level};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::support::graphs::{broken, broken_graphs, first, mccabe};
use crate::support::languages::{engine, facts, fixtures, registry};

#[test]
fn every_function_of_the_fixtures_has_a_sound_graph() {
    let registry = registry();
    let (mut problems, mut graphs) = (Vec::new(), 0);
    for id in registry.ids() {
        let engine = engine(&registry, id);
        for fixture in fixtures(id) {
            let facts = facts(&engine, &fixture.bytes, Level::Full);
            graphs += facts.cfgs.len();
            let broken = broken_graphs(&facts);
            problems.extend(broken.into_iter().map(|broken| format!("{}: {broken}", fixture.name())));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(graphs > 100, "only {graphs} graphs");
}

#[test]
fn damaged_fixtures_have_sound_graphs() {
    let registry = registry();
    let mut problems = Vec::new();
    for id in registry.ids() {
        let engine = engine(&registry, id);
        for fixture in fixtures(id) {
            for at in (0..fixture.bytes.len()).step_by(61) {
                let cut = &fixture.bytes[..at];
                let mut hurt = fixture.bytes.clone();
                hurt[at] = b"}{();:"[at % 6];
                for bytes in [cut, &hurt] {
                    let broken = broken_graphs(&facts(&engine, bytes, Level::Full));
                    problems.extend(broken.into_iter().map(|broken| format!("{} at {at}: {broken}", fixture.name())));
                }
            }
        }
    }
    problems.truncate(20);
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// A statement of structured code.
#[derive(Debug, Clone)]
enum Code {
    Step,
    If(Condition, Vec<Code>, Vec<Code>),
    While(Condition, Vec<Code>),
    Switch(Vec<Vec<Code>>),
}

#[derive(Debug, Clone)]
enum Condition {
    Name,
    Not(Box<Condition>),
    And(Box<Condition>, Box<Condition>),
    Or(Box<Condition>, Box<Condition>),
}

fn condition() -> impl Strategy<Value = Condition> {
    Just(Condition::Name).prop_recursive(3, 8, 2, |inner| {
        let pair = || (inner.clone().prop_map(Box::new), inner.clone().prop_map(Box::new));
        prop_oneof![
            inner.clone().prop_map(|inner| Condition::Not(Box::new(inner))),
            pair().prop_map(|(left, right)| Condition::And(left, right)),
            pair().prop_map(|(left, right)| Condition::Or(left, right)),
        ]
    })
}

fn block() -> impl Strategy<Value = Vec<Code>> {
    let block = proptest::collection::vec(Just(Code::Step), 1..3);
    block.prop_recursive(4, 24, 3, |inner| {
        let code = prop_oneof![
            Just(Code::Step),
            (condition(), inner.clone(), inner.clone()).prop_map(|(c, then, other)| Code::If(c, then, other)),
            (condition(), inner.clone(), Just(Vec::new())).prop_map(|(c, then, other)| Code::If(c, then, other)),
            (condition(), inner.clone()).prop_map(|(c, body)| Code::While(c, body)),
            proptest::collection::vec(inner, 1..3).prop_map(Code::Switch),
        ];
        proptest::collection::vec(code, 1..4)
    })
}

/// How a language writes structured code; braces, or Python's lines.
struct Syntax {
    language: &'static str,
    head: &'static str,
    tail: &'static str,
    step: &'static str,
    /// Around conditions.
    open: &'static str,
    close: &'static str,
    while_: &'static str,
    switch: &'static str,
    arm: &'static str,
    arm_end: &'static str,
    default: &'static str,
    words: [&'static str; 3],
}

const SYNTAXES: [Syntax; 6] = [
    Syntax {
        language: "python",
        head: "def f():",
        tail: "",
        step: "x()",
        open: "",
        close: "",
        while_: "while",
        switch: "match a:",
        arm: "case 1:",
        arm_end: "",
        default: "case _:",
        words: ["not ", " and ", " or "],
    },
    Syntax {
        language: "rust",
        head: "fn f() {",
        tail: "}",
        step: "x();",
        open: "",
        close: "",
        while_: "while",
        switch: "match a {",
        arm: "1 => {",
        arm_end: "}",
        default: "_ => {",
        words: ["!", " && ", " || "],
    },
    Syntax {
        language: "java",
        head: "class A { void f() {",
        tail: "} }",
        step: "x();",
        open: "(",
        close: ")",
        while_: "while",
        switch: "switch (a) {",
        arm: "case 1: {",
        arm_end: "break; }",
        default: "default: {",
        words: ["!", " && ", " || "],
    },
    Syntax {
        language: "javascript",
        head: "function f() {",
        tail: "}",
        step: "x();",
        open: "(",
        close: ")",
        while_: "while",
        switch: "switch (a) {",
        arm: "case 1: {",
        arm_end: "break; }",
        default: "default: {",
        words: ["!", " && ", " || "],
    },
    Syntax {
        language: "c",
        head: "void f(void) {",
        tail: "}",
        step: "x();",
        open: "(",
        close: ")",
        while_: "while",
        switch: "switch (a) {",
        arm: "case 1: {",
        arm_end: "break; }",
        default: "default: {",
        words: ["!", " && ", " || "],
    },
    Syntax {
        language: "go",
        head: "package p\nfunc f() {",
        tail: "}",
        step: "x()",
        open: "",
        close: "",
        while_: "for",
        switch: "switch a {",
        arm: "case 1:",
        arm_end: "",
        default: "default:",
        words: ["!", " && ", " || "],
    },
];

impl Syntax {
    fn condition(&self, condition: &Condition) -> String {
        let [not, and, or] = self.words;
        match condition {
            Condition::Name => "a".to_owned(),
            Condition::Not(inner) => format!("{not}({})", self.condition(inner)),
            Condition::And(left, right) => format!("({}){and}({})", self.condition(left), self.condition(right)),
            Condition::Or(left, right) => format!("({}){or}({})", self.condition(left), self.condition(right)),
        }
    }

    fn write(&self, code: &[Code], depth: usize, out: &mut String) {
        let python = self.language == "python";
        let line = |depth: usize, text: &str, out: &mut String| {
            if !text.is_empty() {
                *out += &format!("{}{text}\n", "    ".repeat(depth));
            }
        };
        let (brace, end) = if python { (":", "") } else { (" {", "}") };
        for code in code {
            match code {
                Code::Step => line(depth, self.step, out),
                Code::If(condition, then, other) => {
                    let condition = self.condition(condition);
                    line(depth, &format!("if {}{condition}{}{brace}", self.open, self.close), out);
                    self.write(then, depth + 1, out);
                    if !other.is_empty() {
                        let words = if python { "else:" } else { "} else {" };
                        line(depth, words, out);
                        self.write(other, depth + 1, out);
                    }
                    line(depth, end, out);
                }
                Code::While(condition, body) => {
                    let condition = self.condition(condition);
                    line(depth, &format!("{} {}{condition}{}{brace}", self.while_, self.open, self.close), out);
                    self.write(body, depth + 1, out);
                    line(depth, end, out);
                }
                Code::Switch(arms) => {
                    line(depth, self.switch, out);
                    for (at, arm) in arms.iter().enumerate() {
                        // A number of its own for each, then the default.
                        let label = self.arm.replace('1', &at.to_string());
                        line(depth + 1, &label, out);
                        self.write(arm, depth + 2, out);
                        line(depth + 1, self.arm_end, out);
                    }
                    line(depth + 1, self.default, out);
                    line(depth + 2, self.step, out);
                    line(depth + 1, self.arm_end, out);
                    line(depth, end, out);
                }
            }
        }
    }

    fn source(&self, code: &[Code]) -> String {
        let mut out = format!("{}\n", self.head);
        self.write(code, 1, &mut out);
        out + self.tail + "\n"
    }
}

/// McCabe's relation: of structured code, edges less blocks, plus two, is the cyclomatic
/// complexity.
#[test]
fn structured_code_has_as_many_ways_as_its_complexity_says() {
    let registry = registry();
    let engines: Vec<(Analyzer, &Syntax)> =
        SYNTAXES.iter().map(|syntax| (engine(&registry, syntax.language), syntax)).collect();
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let mut runner =
        TestRunner::new_with_rng(Config { cases: 60, failure_persistence: None, ..Config::default() }, rng);
    let outcome = runner.run(&block(), |code| {
        for (engine, syntax) in &engines {
            let source = syntax.source(&code);
            let facts = facts(engine, source.as_bytes(), Level::Full);
            prop_assert!(facts.notes.is_empty(), "{source}{:?}", facts.notes);
            let cfg = &facts.cfgs[0];
            let complexity = facts.spaces[cfg.space as usize].metrics.cyclomatic;
            prop_assert_eq!(mccabe(cfg), complexity as usize, "{}:\n{}", syntax.language, source);
            let problems = broken(cfg);
            prop_assert!(problems.is_empty(), "{}:\n{source}{problems:?}", syntax.language);
            prop_assert!(cfg.blocks.iter().all(|block| block.kind != BlockKind::Unreachable), "{source}");
        }
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn sixty_four_levels_are_drawn() {
    let registry = registry();
    let levels = 64;
    for (language, head, open, close, tail) in [
        ("python", "def f():\n", "if a:\n", "", ""),
        ("c", "void f(void) {", "if (a) { x();", "}", "}"),
        ("java", "class A { void f() {", "while (a) { x();", "}", "} }"),
        ("go", "package p\nfunc f() {", "for a { x();", "}", "}"),
    ] {
        let engine = engine(&registry, language);
        let mut source = head.to_owned();
        for level in 0..levels {
            source += &if language == "python" { " ".repeat(level + 1) } else { String::new() };
            source += open;
        }
        source += &if language == "python" { format!("{}x()\n", " ".repeat(levels + 1)) } else { close.repeat(levels) };
        source += tail;
        let cfg = first(&engine, &source);
        assert_eq!(mccabe(&cfg), levels + 1, "{language}");
        assert_eq!(broken(&cfg), Vec::<String>::new(), "{language}");
    }
}

/// Deeper than the measurement allows: the graph itself knows no limit and uses no stack.
#[test]
fn any_depth_is_drawn() {
    let registry = registry();
    let engine = engine(&registry, "c");
    let levels = 20_000;
    let nested = [
        ("if (a) { x();", "}", levels + 1),
        ("for (;;) { x();", "}", 1),
        ("switch (a) { case 1:", "}", levels + 1),
        ("do { x();", "} while (a);", levels + 1),
    ];
    for (open, close, ways) in nested {
        let source = format!("void f(void) {{ {}{} }}", open.repeat(levels), close.repeat(levels));
        let mut parser = tree_sitter::Parser::new();
        parser.set_language(&engine.language().unwrap().grammar).unwrap();
        let tree = parser.parse(&source, None).unwrap();
        let function = tree.root_node().named_child(0).unwrap();
        let cfg = cfg::build(engine.language().unwrap(), function, 1, source.as_bytes());
        assert_eq!(mccabe(&cfg), ways, "{open}");
    }
}

#[test]
fn wide_code_is_drawn() {
    let registry = registry();
    let engine = engine(&registry, "javascript");
    let count = 3000;
    for (one, ways) in [
        ("if (a) x();\n", count + 1),
        ("try { x(); } catch { y(); }\n", count + 1),
        ("for (const a of b) { if (a) break; }\n", 2 * count + 1),
        ("a ?? b;\n", count + 1),
    ] {
        let cfg = first(&engine, &format!("function f() {{ {} }}", one.repeat(count)));
        assert_eq!(mccabe(&cfg), ways, "{one}");
    }
    let long = format!("function f() {{ return {}b; }}", "a &&\n".repeat(count));
    assert_eq!(mccabe(&first(&engine, &long)), count + 1);
    let arms = format!("function f() {{ switch (a) {{ {} }} }}", "case 1: x(); break;\n".repeat(count));
    assert_eq!(mccabe(&first(&engine, &arms)), count + 1);
}
