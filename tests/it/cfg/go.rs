//! Graphs of Go, drawn by hand.

use crate::support::graphs::check;

fn wrap(body: &str) -> String {
    format!("package p\nfunc f() int {{ {body} }}\n")
}

#[test]
fn loops() {
    check(
        "go",
        wrap,
        &[
            ("for { x() }", "loop: 0>2 next, 2>2 back"),
            ("for a { x() }", "loop body: 0>2 next, 2>1 false, 2>3 true, 3>2 back"),
            ("for i := 0; i < n; i++ { x() }", "body loop body: 0>2 next, 2>3 next, 3>1 false, 3>4 true, 4>3 back"),
            ("for i, x := range xs { y() }", "loop body: 0>2 next, 2>1 false, 2>3 true, 3>2 back"),
            ("for range c { y() }", "loop body: 0>2 next, 2>1 false, 2>3 true, 3>2 back"),
            ("for i := 0; ; i++ { if a { break } }", "body body loop body: 0>2 next, 2>4 next, 3>4 back, 4>3 false, 4>5 true, 5>1 break"),
            (
                "o: for a { for b { if c { continue o }; break o } }; x()",
                "loop loop branch body body join: 0>2 next, 2>3 true, 2>7 false, 3>2 false, 3>4 true, 4>5 true, 4>6 false,
                 5>2 continue, 6>7 break, 7>1 next",
            ),
        ],
    );
}

#[test]
fn branches() {
    check(
        "go",
        wrap,
        &[
            (
                "if x := g(); x > 0 { return 1 } else if y { a() } else { b() }; c()",
                "branch body branch body body join: 0>2 next, 2>3 true, 2>4 false, 3>1 return, 4>5 true, 4>6 false, 5>7 next,
                 6>7 next, 7>1 next",
            ),
            // A case does not fall through, unless it says so.
            (
                "switch a { case 1, 2: x(); case 3: y(); fallthrough; default: z() }; w()",
                "branch body body join join: 0>2 next, 2>3 case, 2>4 case, 2>5 case, 3>6 next, 4>5 next, 5>6 next, 6>1 next",
            ),
            ("switch { case a > 1: x() }", "branch body: 0>2 next, 2>1 false, 2>3 case, 3>1 next"),
            ("switch x := a.(type) { case int: y(x); case nil: }", "branch body body: 0>2 next, 2>1 false, 2>3 case, 2>4 case, 3>1 next, 4>1 next"),
            // A break leaves the switch. A select waits for one of its cases.
            (
                "for { switch a { case 1: break; default: return 1 }; x() }",
                "loop body body body: 0>2 next, 2>3 case, 2>4 case, 3>5 break, 4>1 return, 5>2 back",
            ),
            ("select { case x := <-c: y(x); case d <- e: }", "branch body body: 0>2 next, 2>3 case, 2>4 case, 3>1 next, 4>1 next"),
            ("if a { goto out }; x(); out: y()", "branch body body join: 0>2 next, 2>3 true, 2>4 false, 3>5 goto, 4>5 next, 5>1 next"),
            ("defer func() { if a { b() } }(); c()", "body: 0>2 next, 2>1 next"),
            ("return a && b || c", "branch branch join: 0>2 next, 2>3 true, 2>4 false, 3>1 true, 3>4 false, 4>1 return"),
        ],
    );
}
