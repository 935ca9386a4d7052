//! Graphs of JavaScript, drawn by hand.

use crate::support::graphs::check;

fn wrap(body: &str) -> String {
    format!("function f() {{ {body} }}")
}

#[test]
fn expressions() {
    check(
        "javascript",
        wrap,
        &[
            ("x = a ?? b; y();", "branch body join: 0>2 next, 2>3 true, 2>4 false, 3>4 next, 4>1 next"),
            ("a?.b(); y();", "branch body join: 0>2 next, 2>3 true, 2>4 false, 3>4 next, 4>1 next"),
            ("a ||= b; y();", "branch body join: 0>2 next, 2>3 true, 2>4 false, 3>4 next, 4>1 next"),
            ("a && b(); y();", "branch body join: 0>2 next, 2>3 true, 2>4 false, 3>4 next, 4>1 next"),
            (
                "if (!a || !(b && c)) x();",
                "branch branch branch join: 0>2 next, 2>3 true, 2>5 false, 3>4 true, 3>5 false, 4>1 true, 4>5 false, 5>1 next",
            ),
            (
                "return a ? b : c ? d : e;",
                "branch body branch body body: 0>2 next, 2>3 true, 2>4 false, 3>1 return, 4>5 true, 4>6 false, 5>1 return, 6>1 return",
            ),
            ("const g = x => x ? 1 : 2; g();", "body: 0>2 next, 2>1 next"),
        ],
    );
}

#[test]
fn statements() {
    check(
        "javascript",
        wrap,
        &[
            (
                "switch (a) { case 1: x(); case 2: y(); break; default: z(); } w();",
                "branch body join body join: 0>2 next, 2>3 case, 2>4 case, 2>5 case, 3>4 next, 4>6 break, 5>6 next, 6>1 next",
            ),
            // The default need not be last.
            (
                "switch (a) { default: x(); case 1: y(); }",
                "branch body join: 0>2 next, 2>3 case, 2>4 case, 3>4 next, 4>1 next",
            ),
            (
                "for (const a of b) { if (a) break; x(); } y();",
                "loop branch body body join: 0>2 next, 2>3 true, 2>6 false, 3>4 true, 3>5 false, 4>6 break, 5>2 back, 6>1 next",
            ),
            ("for (const a in b) x();", "loop body: 0>2 next, 2>1 false, 2>3 true, 3>2 back"),
            (
                "for (let i = 0; ; i++) { if (a) break; }",
                "body body loop body: 0>2 next, 2>4 next, 3>4 back, 4>3 false, 4>5 true, 5>1 break",
            ),
            ("while (a) ;", "loop: 0>2 next, 2>1 false, 2>2 true"),
            ("do x(); while (a && b);", "loop branch: 0>2 next, 2>1 false, 2>3 true, 3>1 false, 3>2 true"),
            ("try { a(); } catch { b(); } c();", "body catch join: 0>2 next, 2>3 throw, 2>4 next, 3>4 next, 4>1 next"),
            ("try { throw a; } catch (e) { b(); }", "body catch: 0>2 next, 2>3 throw, 3>1 next"),
            (
                "try { a(); } finally { b(); } c();",
                "body join body: 0>2 next, 2>3 next, 2>3 throw, 3>1 throw, 3>4 next, 4>1 next",
            ),
            ("l: for (;;) { for (;;) { continue l; } }", "loop loop: 0>2 next, 2>3 next, 3>2 continue"),
        ],
    );
}

#[test]
fn generators_and_arrows() {
    let generator = |body: &str| format!("function* f() {{ {body} }}");
    check(
        "javascript",
        generator,
        &[
            ("const x = yield a; b(x);", "body body: 0>2 next, 2>3 next, 3>1 next"),
            ("for (;;) { yield; }", "loop: 0>2 next, 2>2 back"),
            ("yield* a; return b;", "body body: 0>2 next, 2>3 next, 3>1 return"),
        ],
    );
    let arrow = |body: &str| format!("const f = a => {body};");
    check(
        "javascript",
        arrow,
        &[
            ("a ? b : c", "branch body body: 0>2 next, 2>3 true, 2>4 false, 3>1 next, 4>1 next"),
            ("b => a", "body: 0>2 next, 2>1 next"),
            ("{ return a; }", "body: 0>2 next, 2>1 return"),
        ],
    );
}
