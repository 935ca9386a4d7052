//! Graphs of Python, drawn by hand.

use crate::support::graphs::check;

fn wrap(body: &str) -> String {
    let lines: Vec<_> = body.trim_matches('\n').lines().map(|line| format!("    {line}\n")).collect();
    format!("def f(self):\n{}", lines.concat())
}

#[test]
fn branches() {
    check(
        "python",
        wrap,
        &[
            ("a()\nb()", "body: 0>2 next, 2>1 next"),
            ("if a:\n    x()\ny()", "branch body join: 0>2 next, 2>3 true, 2>4 false, 3>4 next, 4>1 next"),
            (
                "if a:\n    x()\nelif b:\n    y()\nelse:\n    z()",
                "branch body branch body body: 0>2 next, 2>3 true, 2>4 false, 3>1 next, 4>5 true, 4>6 false, 5>1 next, 6>1 next",
            ),
            (
                "if a:\n    x()\nelse:\n    if b:\n        y()\nz()",
                "branch body branch body join: 0>2 next, 2>3 true, 2>4 false, 3>6 next, 4>5 true, 4>6 false, 5>6 next, 6>1 next",
            ),
            ("if a:\n    return\nx()", "branch body body: 0>2 next, 2>3 true, 2>4 false, 3>1 return, 4>1 next"),
            ("return\nx()", "body unreachable: 0>2 next, 2>1 return, 3>1 next"),
            (
                "if a:\n    raise E\nelse:\n    return 1\nx()",
                "branch body body unreachable: 0>2 next, 2>3 true, 2>4 false, 3>1 throw, 4>1 return, 5>1 next",
            ),
            (
                "x = a if b else c\ny()",
                "branch body body join: 0>2 next, 2>3 true, 2>4 false, 3>5 next, 4>5 next, 5>1 next",
            ),
            ("assert a, b\nc()", "branch body body: 0>2 next, 2>3 false, 2>4 true, 3>1 throw, 4>1 next"),
            ("def g():\n    if a:\n        return\nb()", "body: 0>2 next, 2>1 next"),
            ("x = lambda: a if b else c", "body: 0>2 next, 2>1 next"),
            ("with a as b, c:\n    x()", "body: 0>2 next, 2>1 next"),
        ],
    );
}

#[test]
fn short_circuit() {
    check(
        "python",
        wrap,
        &[
            (
                "if a and b or c:\n    x()\ny()",
                "branch branch branch join join: 0>2 next, 2>3 true, 2>4 false, 3>4 false, 3>5 true, 4>5 true, 4>6 false,
                 5>6 next, 6>1 next",
            ),
            (
                "if not (a and b):\n    x()",
                "branch branch join: 0>2 next, 2>3 true, 2>4 false, 3>1 true, 3>4 false, 4>1 next",
            ),
            ("x = a and b\ny()", "branch body join: 0>2 next, 2>3 true, 2>4 false, 3>4 next, 4>1 next"),
            (
                "x = (a or b) and c\ny()",
                "branch branch join join: 0>2 next, 2>3 false, 2>4 true, 3>4 true, 3>5 false, 4>5 next, 5>1 next",
            ),
            ("return a or b", "branch body: 0>2 next, 2>1 true, 2>3 false, 3>1 return"),
            (
                "while a and b:\n    x()",
                "loop branch body: 0>2 next, 2>1 false, 2>3 true, 3>1 false, 3>4 true, 4>2 back",
            ),
        ],
    );
}

#[test]
fn loops() {
    check(
        "python",
        wrap,
        &[
            ("while a:\n    x()\ny()", "loop body body: 0>2 next, 2>3 true, 2>4 false, 3>2 back, 4>1 next"),
            (
                "while a:\n    if b:\n        break\n    x()\nelse:\n    y()\nz()",
                "loop branch body body body join: 0>2 next, 2>3 true, 2>6 false, 3>4 true, 3>5 false, 4>7 break, 5>2 back,
                 6>7 next, 7>1 next",
            ),
            ("for a in b:\n    x()", "loop body: 0>2 next, 2>1 false, 2>3 true, 3>2 back"),
            ("x()\nfor a in b:\n    y()", "body loop body: 0>2 next, 2>3 next, 3>1 false, 3>4 true, 4>3 back"),
            (
                "for a in b:\n    if c:\n        continue\n    x()",
                "loop branch body body: 0>2 next, 2>1 false, 2>3 true, 3>4 true, 3>5 false, 4>2 continue, 5>2 back",
            ),
            (
                "for a in b:\n    if c:\n        x()",
                "loop branch body: 0>2 next, 2>1 false, 2>3 true, 3>2 false, 3>4 true, 4>2 back",
            ),
            (
                "for a in b or c:\n    x()",
                "branch loop body body: 0>2 next, 2>3 true, 2>4 false, 3>1 false, 3>5 true, 4>3 next, 5>3 back",
            ),
            (
                "for a in b:\n    for c in d:\n        break\n    e()",
                "loop loop body join: 0>2 next, 2>1 false, 2>3 true, 3>4 true, 3>5 false, 4>5 break, 5>2 back",
            ),
            (
                "for a in b:\n    pass\nelse:\n    for c in d:\n        break",
                "loop body loop body: 0>2 next, 2>3 true, 2>4 false, 3>2 back, 4>1 false, 4>5 true, 5>1 break",
            ),
            (
                "x = [a for a in b if c]\ny()",
                "body body loop branch body: 0>2 next, 2>4 next, 3>4 back, 4>5 true, 4>6 false, 5>3 true, 5>4 false, 6>1 next",
            ),
            (
                "x = {a for b in c for a in b}",
                "body body loop loop: 0>2 next, 2>4 next, 3>5 back, 4>1 false, 4>5 true, 5>3 true, 5>4 false",
            ),
        ],
    );
}

#[test]
fn exceptions() {
    check(
        "python",
        wrap,
        &[
            (
                "try:\n    a()\nexcept E:\n    b()\nelse:\n    c()\nfinally:\n    d()\ne()",
                "body catch body join body: 0>2 next, 2>3 throw, 2>4 next, 3>5 next, 3>5 throw, 4>5 next, 4>5 throw,
                 5>1 throw, 5>6 next, 6>1 next",
            ),
            (
                "try:\n    a()\nexcept A:\n    b()\nexcept B:\n    c()",
                "body catch body catch: 0>2 next, 2>1 next, 2>3 throw, 3>4 true, 3>5 false, 4>1 next, 5>1 next",
            ),
            (
                "try:\n    return a()\nfinally:\n    b()\nc()",
                "body join unreachable: 0>2 next, 2>3 return, 2>3 throw, 3>1 return, 3>1 throw, 4>1 next",
            ),
            (
                "for a in b:\n    try:\n        if c:\n            break\n        continue\n    finally:\n        d()",
                "loop branch body body join: 0>2 next, 2>1 false, 2>3 true, 3>4 true, 3>5 false, 3>6 throw, 4>6 break,
                 4>6 throw, 5>6 continue, 5>6 throw, 6>1 break, 6>1 throw, 6>2 continue",
            ),
            (
                "try:\n    if a:\n        raise E\n    b()\nexcept E:\n    c()",
                "branch body body catch: 0>2 next, 2>3 true, 2>4 false, 2>5 throw, 3>5 throw, 4>1 next, 4>5 throw, 5>1 next",
            ),
            // The inner handler takes what the inner body throws, the outer one what the inner
            // handler throws.
            (
                "try:\n    try:\n        a()\n    except A:\n        raise\nexcept B:\n    b()",
                "body catch catch: 0>2 next, 2>1 next, 2>3 throw, 3>4 throw, 4>1 next",
            ),
            // A return runs both clauses on its way out.
            (
                "try:\n    try:\n        return 1\n    finally:\n        a()\nfinally:\n    b()",
                "body join join: 0>2 next, 2>3 return, 2>3 throw, 3>4 return, 3>4 throw, 4>1 return, 4>1 throw",
            ),
            // A loop inside the try: its break does not leave through the clause.
            (
                "try:\n    while a:\n        break\nfinally:\n    b()",
                "loop body join: 0>2 next, 2>3 true, 2>4 false, 2>4 throw, 3>4 break, 3>4 throw, 4>1 next, 4>1 throw",
            ),
            // Both ways out of the clause pass one block, so that each keeps its kind.
            (
                "try:\n    return 1\nfinally:\n    if a:\n        b()",
                "body branch body join: 0>2 next, 2>3 return, 2>3 throw, 3>4 true, 3>5 false, 4>5 next, 5>1 return, 5>1 throw",
            ),
            // A clause that returns swallows whatever came.
            ("try:\n    a()\nfinally:\n    return 1", "body join: 0>2 next, 2>3 next, 2>3 throw, 3>1 return"),
        ],
    );
}

#[test]
fn matches_and_generators() {
    check(
        "python",
        wrap,
        &[
            (
                "match a:\n    case 1:\n        x()\n    case 2 | 3:\n        y()\n    case _:\n        z()",
                "branch body body body: 0>2 next, 2>3 case, 2>4 case, 2>5 case, 3>1 next, 4>1 next, 5>1 next",
            ),
            (
                "match a:\n    case 1:\n        x()\ny()",
                "branch body join: 0>2 next, 2>3 case, 2>4 false, 3>4 next, 4>1 next",
            ),
            (
                "match a:\n    case 1 if b:\n        x()\n    case 2:\n        y()",
                "branch branch body branch body: 0>2 next, 2>3 case, 2>5 false, 3>4 true, 3>5 false, 4>1 next, 5>1 false,
                 5>6 case, 6>1 next",
            ),
            // A break in a match leaves the loop.
            (
                "while a:\n    match b:\n        case 1:\n            break\n    x()",
                "loop branch body body: 0>2 next, 2>1 false, 2>3 true, 3>4 case, 3>5 false, 4>1 break, 5>2 back",
            ),
            ("x = yield a\ny(x)", "body body: 0>2 next, 2>3 next, 3>1 next"),
            ("for a in b:\n    yield a", "loop body: 0>2 next, 2>1 false, 2>3 true, 3>2 back"),
            ("yield\nreturn 1", "body body: 0>2 next, 2>3 next, 3>1 return"),
        ],
    );
}
