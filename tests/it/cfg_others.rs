//! Graphs of what only some languages have, drawn by hand: what a spec says in `[flow]`.

use super::cfg_graphs::check;

#[test]
fn switches_of_c_sharp_and_php() {
    check(
        "csharp",
        |body| format!("class A {{ void F() {{ {body} }} }}"),
        &[
            (
                "switch (a) { case 1: case 2: x(); break; default: y(); break; } z();",
                "branch body join body join: 0>2 next, 2>3 case, 2>4 case, 2>5 case, 3>4 next, 4>6 break, 5>6 break, 6>1 next",
            ),
            (
                "x = a switch { int n when b => 1, _ => 2 }; y();",
                "branch branch body branch body join: 0>2 next, 2>3 case, 2>5 false, 3>4 true, 3>5 false, 4>7 next, 5>6 case,
                 6>7 next, 7>1 next",
            ),
        ],
    );
    check(
        "php",
        |body| format!("<?php function f() {{ {body} }}"),
        &[
            (
                "switch ($a) { case 1: x(); case 2: y(); break; } z();",
                "branch body join join: 0>2 next, 2>3 case, 2>4 case, 2>5 false, 3>4 next, 4>5 break, 5>1 next",
            ),
            // No match is an error.
            (
                "$x = match($a) { 1, 2 => 3, 4 => 5 };",
                "branch body body: 0>2 next, 2>3 case, 2>4 case, 3>1 next, 4>1 next",
            ),
        ],
    );
}

#[test]
fn labels_of_kotlin() {
    check(
        "kotlin",
        |body| format!("fun f() {{ {body} }}"),
        &[
            (
                "o@ for (a in b) { for (c in d) { if (e) break@o else continue@o } }; x()",
                "loop loop branch body body join: 0>2 next, 2>3 true, 2>7 false, 3>2 false, 3>4 true, 4>5 true, 4>6 false,
                 5>7 break, 6>2 continue, 7>1 next",
            ),
            ("when (a) { 1, 2 -> x(); else -> y() }", "branch body body: 0>2 next, 2>3 case, 2>4 case, 3>1 next, 4>1 next"),
            ("val a = b ?: return", "branch body: 0>2 next, 2>1 false, 2>3 true, 3>1 return"),
        ],
    );
}

#[test]
fn inverted_conditions() {
    check(
        "ruby",
        |body| format!("def f\n{body}\nend\n"),
        &[
            ("unless a\n b\nelse\n c\nend", "branch body body: 0>2 next, 2>3 false, 2>4 true, 3>1 next, 4>1 next"),
            ("until a\n b\nend\nc", "loop body body: 0>2 next, 2>3 false, 2>4 true, 3>2 back, 4>1 next"),
            ("if not a\n b\nend\nc", "branch body join: 0>2 next, 2>3 false, 2>4 true, 3>4 next, 4>1 next"),
        ],
    );
    check(
        "lua",
        |body| format!("function f()\n{body}\nend\n"),
        &[
            ("repeat a() until b\nc()", "loop body: 0>2 next, 2>2 false, 2>3 true, 3>1 next"),
            ("for i = 1, 3 do a() end", "loop body: 0>2 next, 2>1 false, 2>3 true, 3>2 back"),
        ],
    );
    check(
        "bash",
        |body| format!("f() {{\n{body}\n}}\n"),
        &[
            ("until a; do b; done\nc", "loop body body: 0>2 next, 2>3 false, 2>4 true, 3>2 back, 4>1 next"),
            ("for i in 1 2; do a; done\nb", "loop body body: 0>2 next, 2>3 true, 2>4 false, 3>2 back, 4>1 next"),
        ],
    );
}
