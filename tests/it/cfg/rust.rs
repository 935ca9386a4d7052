//! Graphs of Rust, drawn by hand.

use crate::support::graphs::check;

fn wrap(body: &str) -> String {
    format!("fn f() {{ {body} }}")
}

#[test]
fn branches() {
    check(
        "rust",
        wrap,
        &[
            ("a(); b()", "body: 0>2 next, 2>1 next"),
            ("", ": 0>1 next"),
            (
                "let x = if a { b } else { c }; d();",
                "branch body body join: 0>2 next, 2>3 true, 2>4 false, 3>5 next, 4>5 next, 5>1 next",
            ),
            (
                "if a { x() } else if b { y() } z();",
                "branch body branch body join: 0>2 next, 2>3 true, 2>4 false, 3>6 next, 4>5 true, 4>6 false, 5>6 next,
                 6>1 next",
            ),
            (
                "if let Some(x) = a && b { c() }",
                "branch branch body: 0>2 next, 2>1 false, 2>3 true, 3>1 false, 3>4 true, 4>1 next",
            ),
            (
                "let Some(x) = a else { return }; b();",
                "branch body body: 0>2 next, 2>3 false, 2>4 true, 3>1 return, 4>1 next",
            ),
            ("a()?; b();", "branch body: 0>2 next, 2>1 throw, 2>3 next, 3>1 next"),
            (
                "let x = a || b()?; c();",
                "branch branch join: 0>2 next, 2>3 false, 2>4 true, 3>1 throw, 3>4 next, 4>1 next",
            ),
            ("let x = |y| if y { 1 } else { 2 };", "body: 0>2 next, 2>1 next"),
            ("return 1; a();", "body unreachable: 0>2 next, 2>1 return, 3>1 next"),
        ],
    );
}

#[test]
fn matches() {
    check(
        "rust",
        wrap,
        &[
            (
                "match a { 1 | 2 => x(), _ => y() } z();",
                "branch body body join: 0>2 next, 2>3 case, 2>4 case, 3>5 next, 4>5 next, 5>1 next",
            ),
            // Some arm always holds.
            ("match a { A => x(), B => y() }", "branch body body: 0>2 next, 2>3 case, 2>4 case, 3>1 next, 4>1 next"),
            (
                "match a { n if n > 3 && b => x(), _ => y() }",
                "branch branch branch body branch body: 0>2 next, 2>3 case, 2>6 false, 3>4 true, 3>6 false, 4>5 true,
                 4>6 false, 5>1 next, 6>7 case, 7>1 next",
            ),
            (
                "let x = match a { A => return, B => b()?, C => c }; d();",
                "branch body branch body join: 0>2 next, 2>3 case, 2>4 case, 2>5 case, 3>1 return, 4>1 throw, 4>6 next,
                 5>6 next, 6>1 next",
            ),
            // A break in a match leaves the loop.
            (
                "loop { match a { A => break, _ => {} } }",
                "loop body body: 0>2 next, 2>3 case, 2>4 case, 3>1 break, 4>2 back",
            ),
        ],
    );
}

#[test]
fn loops() {
    check(
        "rust",
        wrap,
        &[
            ("loop { a(); }", "loop: 0>2 next, 2>2 back"),
            ("loop { if a { break } b(); } c();", "loop body body body: 0>2 next, 2>3 true, 2>4 false, 3>5 break, 4>2 back, 5>1 next"),
            ("while let Some(x) = a { b() } c();", "loop body body: 0>2 next, 2>3 true, 2>4 false, 3>2 back, 4>1 next"),
            ("for x in 0..3 { if x { continue } a() }", "loop branch body body: 0>2 next, 2>1 false, 2>3 true, 3>4 true, 3>5 false, 4>2 continue, 5>2 back"),
            (
                "'a: for x in y { for z in x { if z { continue 'a } else { break 'a } } } b();",
                "loop loop branch body body join: 0>2 next, 2>3 true, 2>7 false, 3>2 false, 3>4 true, 4>5 true, 4>6 false,
                 5>2 continue, 6>7 break, 7>1 next",
            ),
            (
                "let x = 'a: { if b { break 'a 1 } 2 }; c();",
                "branch body body join: 0>2 next, 2>3 true, 2>4 false, 3>5 break, 4>5 next, 5>1 next",
            ),
            ("loop { loop { } } a();", "loop loop unreachable: 0>2 next, 2>3 next, 3>3 back, 4>1 next"),
        ],
    );
}
