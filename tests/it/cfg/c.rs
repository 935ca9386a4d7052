//! Graphs of C and C++, drawn by hand.

use crate::support::graphs::check;

fn wrap(body: &str) -> String {
    format!("int f(void) {{ {body} }}")
}

#[test]
fn jumps() {
    check(
        "c",
        wrap,
        &[
            // Back to a label before it, and on to one behind it.
            (
                "again: x(); if (a) goto again; if (b) goto out; y(); out: z();",
                "branch body branch body body join: 0>2 next, 2>3 true, 2>4 false, 3>2 goto, 4>5 true, 4>6 false, 5>7 goto,
                 6>7 next, 7>1 next",
            ),
            // What only a jump reaches is reached.
            ("goto in; x(); in: y();", "body unreachable join: 0>2 next, 2>4 goto, 3>4 next, 4>1 next"),
            ("if (a) goto out; x(); out: ;", "branch body body: 0>2 next, 2>3 true, 2>4 false, 3>1 goto, 4>1 next"),
            ("while (1) { if (a) goto out; } out: return 1;", "loop branch body join: 0>2 next, 2>3 true, 2>5 false, 3>2 false, 3>4 true, 4>5 goto, 5>1 return"),
        ],
    );
}

#[test]
fn statements() {
    check(
        "c",
        wrap,
        &[
            ("if (a) x(); else y();", "branch body body: 0>2 next, 2>3 true, 2>4 false, 3>1 next, 4>1 next"),
            (
                "switch (a) { case 1: case 2: x(); break; default: y(); } z();",
                "branch body join body join: 0>2 next, 2>3 case, 2>4 case, 2>5 case, 3>4 next, 4>6 break, 5>6 next, 6>1 next",
            ),
            // A label inside the loop of a switch.
            (
                "switch (a) { case 0: do { x(); case 1: y(); } while (b); }",
                "branch body loop branch: 0>2 next, 2>1 false, 2>3 case, 2>5 case, 3>4 next, 4>5 next, 5>1 false, 5>4 true",
            ),
            (
                "for (i = 0; i < n && a; i++) x();",
                "body loop branch body: 0>2 next, 2>3 next, 3>1 false, 3>4 true, 4>1 false, 4>5 true, 5>3 back",
            ),
            ("for (;;) { if (a) return 1; }", "loop body: 0>2 next, 2>2 false, 2>3 true, 3>1 return"),
            ("do { x(); } while (a);", "loop: 0>2 next, 2>1 false, 2>2 true"),
            (
                "do { if (a) break; x(); } while (b); y();",
                "loop body branch join: 0>2 next, 2>3 true, 2>4 false, 3>5 break, 4>2 true, 4>5 false, 5>1 next",
            ),
            ("x = a ? b : c;", "branch body body: 0>2 next, 2>3 true, 2>4 false, 3>1 next, 4>1 next"),
            ("return a && b;", "branch body: 0>2 next, 2>1 false, 2>3 true, 3>1 return"),
            // Both branches of an `#if` follow one another.
            ("\n#if A\nx();\n#else\ny();\n#endif\nz();", "body: 0>2 next, 2>1 next"),
        ],
    );
}

#[test]
fn what_cpp_adds() {
    check(
        "cpp",
        wrap,
        &[
            ("for (auto x : xs) y();", "loop body: 0>2 next, 2>1 false, 2>3 true, 3>2 back"),
            (
                "if (auto x = a(); x && b) y();",
                "branch branch body: 0>2 next, 2>1 false, 2>3 true, 3>1 false, 3>4 true, 4>1 next",
            ),
            (
                "if (a and not b) y();",
                "branch branch body: 0>2 next, 2>1 false, 2>3 true, 3>1 true, 3>4 false, 4>1 next",
            ),
            (
                "try { a(); } catch (const A& e) { b(); } catch (...) { throw; }",
                "body catch body catch: 0>2 next, 2>1 next, 2>3 throw, 3>4 true, 3>5 false, 4>1 next, 5>1 throw",
            ),
            ("auto g = [](int a) { return a ? 1 : 2; };", "body: 0>2 next, 2>1 next"),
        ],
    );
}
