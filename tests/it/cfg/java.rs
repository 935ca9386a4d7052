//! Graphs of Java, drawn by hand.

use crate::support::graphs::check;

fn wrap(body: &str) -> String {
    format!("class A {{ int f() {{ {body} }} }}")
}

#[test]
fn branches() {
    check(
        "java",
        wrap,
        &[
            (
                "if (a) x(); else if (b) y(); z();",
                "branch body branch body join: 0>2 next, 2>3 true, 2>4 false, 3>6 next, 4>5 true, 4>6 false, 5>6 next, 6>1 next",
            ),
            (
                "if (a) { return 1; } return 2;",
                "branch body body: 0>2 next, 2>3 true, 2>4 false, 3>1 return, 4>1 return",
            ),
            (
                "if (a && (b || c)) x();",
                "branch branch branch join: 0>2 next, 2>1 false, 2>3 true, 3>4 false, 3>5 true, 4>1 false, 4>5 true, 5>1 next",
            ),
            ("return a ? b : c;", "branch body body: 0>2 next, 2>3 true, 2>4 false, 3>1 return, 4>1 return"),
            ("Runnable r = () -> { if (a) b(); };", "body: 0>2 next, 2>1 next"),
            ("throw new E();", "body: 0>2 next, 2>1 throw"),
        ],
    );
}

#[test]
fn switches() {
    check(
        "java",
        wrap,
        &[
            // The old form falls through; the default ends it.
            (
                "switch (a) { case 1: case 2: x(); break; case 3: y(); default: z(); } w();",
                "branch body join body join join: 0>2 next, 2>3 case, 2>4 case, 2>5 case, 2>6 case, 3>4 next, 4>7 break,
                 5>6 next, 6>7 next, 7>1 next",
            ),
            ("switch (a) { case 1: x(); }", "branch body: 0>2 next, 2>1 false, 2>3 case, 3>1 next"),
            // An arrow does not.
            (
                "switch (a) { case 1, 2 -> x(); case 3 -> { y(); } default -> throw e; } w();",
                "branch body body body join: 0>2 next, 2>3 case, 2>4 case, 2>5 case, 3>6 next, 4>6 next, 5>1 throw, 6>1 next",
            ),
            // A yield gives the switch its value, from inside a loop, too.
            (
                "int x = switch (a) { case 1 -> { while (b) { yield 1; } yield 2; } default -> 3; }; y();",
                "branch body loop body body body join: 0>2 next, 2>3 case, 2>7 case, 3>4 next, 4>5 true, 4>6 false,
                 5>8 break, 6>8 break, 7>8 next, 8>1 next",
            ),
            (
                "switch (a) { case B b when b.c() -> x(); case C c -> y(); default -> z(); }",
                "branch branch body branch body body: 0>2 next, 2>3 case, 2>5 false, 3>4 true, 3>5 false, 4>1 next, 5>6 case,
                 5>7 case, 6>1 next, 7>1 next",
            ),
            // A continue leaves the switch for the loop, a break does not leave the loop.
            (
                "while (a) { switch (b) { case 1: continue; case 2: break; } x(); }",
                "loop branch body body join: 0>2 next, 2>1 false, 2>3 true, 3>4 case, 3>5 case, 3>6 false, 4>2 continue,
                 5>6 break, 6>2 back",
            ),
        ],
    );
}

#[test]
fn loops() {
    check(
        "java",
        wrap,
        &[
            (
                "for (int i = 0; i < n; i++) { if (a) continue; x(); } y();",
                "body loop join branch body body body: 0>2 next, 2>3 next, 3>5 true, 3>8 false, 4>3 back, 5>6 true, 5>7 false,
                 6>4 continue, 7>4 next, 8>1 next",
            ),
            ("for (;;) { x(); }", "loop: 0>2 next, 2>2 back"),
            ("for (X x : xs) y();", "loop body: 0>2 next, 2>1 false, 2>3 true, 3>2 back"),
            ("do { x(); } while (a); y();", "loop body: 0>2 next, 2>2 true, 2>3 false, 3>1 next"),
            (
                "do { if (a) continue; x(); } while (b);",
                "loop body body branch: 0>2 next, 2>3 true, 2>4 false, 3>5 continue, 4>5 next, 5>1 false, 5>2 true",
            ),
            (
                "o: for (;;) { for (;;) { if (a) break o; if (b) continue o; x(); } } y();",
                "loop loop body branch body body body: 0>2 next, 2>3 next, 3>4 true, 3>5 false, 4>8 break, 5>6 true, 5>7 false,
                 6>2 continue, 7>3 back, 8>1 next",
            ),
            // A labelled block.
            (
                "o: { if (a) break o; x(); } y();",
                "branch body body join: 0>2 next, 2>3 true, 2>4 false, 3>5 break, 4>5 next, 5>1 next",
            ),
        ],
    );
}

#[test]
fn exceptions() {
    check(
        "java",
        wrap,
        &[
            (
                "try { a(); } catch (A e) { b(); } catch (B e) { c(); } finally { d(); } e();",
                "body catch body catch join body: 0>2 next, 2>3 throw, 2>6 next, 3>4 true, 3>5 false, 3>6 throw, 4>6 next,
                 4>6 throw, 5>6 next, 5>6 throw, 6>1 throw, 6>7 next, 7>1 next",
            ),
            (
                "try (R r = open()) { a(); } catch (E e) { return 1; } return 2;",
                "body catch body: 0>2 next, 2>3 throw, 2>4 next, 3>1 return, 4>1 return",
            ),
            ("try (R r = open()) { a(); } b();", "body body: 0>2 next, 2>3 next, 3>1 next"),
            // The break runs the clause, then leaves the loop.
            (
                "while (a) { try { break; } finally { b(); } } c();",
                "loop body join join: 0>2 next, 2>3 true, 2>5 false, 3>4 break, 3>4 throw, 4>1 throw, 4>5 break, 5>1 next",
            ),
            ("synchronized (a) { b(); }", "body: 0>2 next, 2>1 next"),
        ],
    );
}
