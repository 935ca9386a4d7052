//! Graphs of what only some languages have, drawn by hand: what stands under `[flow]` in a spec.

use crate::support::graphs::check;

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

#[test]
fn guards_and_flat_operators_of_haskell() {
    check(
        "haskell",
        |body| format!("f x {body}\n"),
        &[
            ("= a", "body: 0>2 next, 2>1 next"),
            ("= if a then b else c", "branch body body: 0>2 next, 2>3 true, 2>4 false, 3>1 next, 4>1 next"),
            (
                "\n  | a = b\n  | c = d\n  | otherwise = e",
                "branch body branch body body: 0>2 next, 2>3 true, 2>4 false, 3>1 next, 4>5 true, 4>6 false, 5>1 next, 6>1 next",
            ),
            (
                "= if a == 1 && b || c then d else e",
                "branch branch branch join body: 0>2 next, 2>3 true, 2>4 false, 3>4 false, 3>5 true, 4>5 true, 4>6 false,
                 5>1 next, 6>1 next",
            ),
            (
                "= case x of\n  1 -> a\n  y | b -> c\n    | d -> e\n  _ -> g",
                "branch body branch body branch branch body branch body: 0>2 next, 2>3 case, 2>4 case, 2>6 false, 3>1 next,
                 4>5 true, 4>6 false, 5>1 next, 6>7 case, 6>9 false, 7>8 true, 7>9 false, 8>1 next, 9>10 case, 10>1 next",
            ),
        ],
    );
}

#[test]
fn matches_loops_and_handlers_of_ocaml() {
    check(
        "ocaml",
        |body| format!("let f x =\n{body}\n"),
        &[
            ("if a then b", "branch body: 0>2 next, 2>1 false, 2>3 true, 3>1 next"),
            (
                "if a then b else if c then d else e",
                "branch body branch body body: 0>2 next, 2>3 true, 2>4 false, 3>1 next, 4>5 true, 4>6 false, 5>1 next, 6>1 next",
            ),
            ("match x with 1 -> a | _ -> b", "branch body body: 0>2 next, 2>3 case, 2>4 case, 3>1 next, 4>1 next"),
            (
                "match x with y when a -> b | _ -> c",
                "branch branch body branch body: 0>2 next, 2>3 case, 2>5 false, 3>4 true, 3>5 false, 4>1 next, 5>6 case, 6>1 next",
            ),
            ("while a do b done; c", "loop body body: 0>2 next, 2>3 true, 2>4 false, 3>2 back, 4>1 next"),
            ("for i = 1 to 3 do b done", "loop body: 0>2 next, 2>1 false, 2>3 true, 3>2 back"),
            (
                "try a x with Not_found -> b | _ -> c",
                "body catch body catch: 0>2 next, 2>1 next, 2>3 throw, 3>4 true, 3>5 false, 4>1 next, 5>1 next",
            ),
            ("if a then raise b; c", "branch body body: 0>2 next, 2>3 true, 2>4 false, 3>1 throw, 4>1 next"),
        ],
    );
}

#[test]
fn loops_and_functions_of_julia() {
    check(
        "julia",
        |body| format!("function f(x)\n{body}\nend\n"),
        &[
            (
                "if a\n b()\nelseif c\n d()\n e()\nelse\n g()\nend\nh()",
                "branch body branch body body join: 0>2 next, 2>3 true, 2>4 false, 3>7 next, 4>5 true, 4>6 false, 5>7 next,
                 6>7 next, 7>1 next",
            ),
            (
                "for i in a\n b()\n c && continue\n d()\nend\ne()",
                "loop branch body body body: 0>2 next, 2>3 true, 2>6 false, 3>4 true, 3>5 false, 4>2 continue, 5>2 back, 6>1 next",
            ),
            ("while a\n b()\n break\nend\nc()", "loop body join: 0>2 next, 2>3 true, 2>4 false, 3>4 break, 4>1 next"),
            ("a() || return 1\nb()", "branch body body: 0>2 next, 2>3 false, 2>4 true, 3>1 return, 4>1 next"),
            (
                "try\n a()\ncatch e\n b()\nfinally\n c()\nend\nd()",
                "body catch join body: 0>2 next, 2>3 throw, 2>4 next, 3>4 next, 3>4 throw, 4>1 throw, 4>5 next, 5>1 next",
            ),
            ("a ? b : c", "branch body body: 0>2 next, 2>3 true, 2>4 false, 3>1 next, 4>1 next"),
        ],
    );
    check(
        "julia",
        |body| format!("f(x) = {body}\n"),
        &[("a && b", "branch body: 0>2 next, 2>1 false, 2>3 true, 3>1 next")],
    );
}

#[test]
fn swift_reads_comparisons_around_short_circuits() {
    check(
        "swift",
        |body| format!("func f() {{ {body} }}"),
        &[(
            "if a == 1 && b == 2 || c { d() }; e()",
            "branch branch branch join join: 0>2 next, 2>3 true, 2>4 false, 3>4 false, 3>5 true, 4>5 true, 4>6 false,
                 5>6 next, 6>1 next",
        )],
    );
}

#[test]
fn branches_loops_and_handlers_of_swift() {
    check(
        "swift",
        |body| format!("func f() {{\n{body}\n}}"),
        &[
            ("if a { b() } else if c { d() } else { e() }", IF_CHAIN),
            ("guard a else { return }\nb()", "branch body body: 0>2 next, 2>3 true, 2>4 false, 3>1 return, 4>1 next"),
            ("while a { b() }\nc()", WHILE),
            ("repeat { a() } while b\nc()", DO_WHILE),
            ("for i in a { if b { break }; c() }\nd()", FOR_BREAK),
            ("switch a { case 1: b(); case 2: c(); default: d() }", SWITCH),
            ("do { try a() } catch { b() }\nc()", TRY),
            ("let x = a ? b : c", TERNARY),
        ],
    );
}

#[test]
fn branches_loops_and_handlers_of_perl() {
    check(
        "perl",
        |body| format!("sub f {{\n{body}\n}}\n"),
        &[
            ("if ($a) { b() } elsif ($c) { d() } else { e() }", IF_CHAIN),
            ("while ($a) { b() }\nc();", WHILE),
            ("do { a() } while ($b);\nc();", DO_WHILE),
            ("for my $i (@a) { if ($b) { last } c() }\nd();", FOR_BREAK),
            ("try { a() } catch ($e) { b() }\nc();", TRY),
            ("my $x = $a ? b() : c();", TERNARY),
            ("for my $i (@a) { b() }\nc();", FOR),
            ("$a && b();", "branch body: 0>2 next, 2>1 false, 2>3 true, 3>1 next"),
            ("$a or b();", "branch body: 0>2 next, 2>1 true, 2>3 false, 3>1 next"),
            // Blocks are numbered by their place: what a modifier guards stands before its
            // condition.
            ("return if $a;\nb();", "body branch body: 0>3 next, 2>1 return, 3>2 true, 3>4 false, 4>1 next"),
            ("return unless $a;\nb();", "body branch body: 0>3 next, 2>1 return, 3>2 false, 3>4 true, 4>1 next"),
            (
                "for (my $i = 0; $a; $i++) { b() }\nc();",
                "body loop body body: 0>2 next, 2>3 next, 3>4 true, 3>5 false, 4>3 back, 5>1 next",
            ),
            ("b() for @a;\nc();", "body loop body: 0>3 next, 2>3 back, 3>2 true, 3>4 false, 4>1 next"),
            ("while ($a) { b() } continue { d() }\nc();", WHILE),
            ("die if $a;\nb();", "body branch body: 0>3 next, 2>1 throw, 3>2 true, 3>4 false, 4>1 next"),
        ],
    );
}

#[test]
fn branches_and_loops_of_r() {
    check(
        "r",
        |body| format!("f <- function(x) {{\n{body}\n}}\n"),
        &[
            ("if (a) b() else if (c) d() else e()", IF_CHAIN),
            ("while (a) { b() }\nc()", WHILE),
            ("for (i in a) { if (b) break\n c() }\nd()", FOR_BREAK),
            (
                "repeat { if (a) break\n b() }\nc()",
                "loop body body body: 0>2 next, 2>3 true, 2>4 false, 3>5 break, 4>2 back, 5>1 next",
            ),
        ],
    );
}

#[test]
fn branches_matches_and_handlers_of_scala() {
    check(
        "scala",
        |body| format!("object A {{ def f() = {{\n{body}\n}} }}\n"),
        &[
            ("if (a) b() else if (c) d() else e()", IF_CHAIN),
            ("while (a) { b() }\nc()", WHILE),
            ("do { a() } while (b)\nc()", DO_WHILE),
            ("a match { case 1 => b(); case 2 => c(); case _ => d() }", SWITCH),
            ("try { a() } catch { case e: E => b() }\nc()", TRY),
            ("val x = a && b", "branch body: 0>2 next, 2>1 false, 2>3 true, 3>1 next"),
            ("for (i <- a) { b() }\nc()", FOR),
        ],
    );
}

#[test]
fn branches_matches_and_handlers_of_elixir() {
    check(
        "elixir",
        |body| format!("defmodule A do\n def f(x) do\n{body}\n end\nend\n"),
        &[
            ("if a do\n b()\nelse\n c()\nend", IF_ELSE),
            ("case a do\n 1 -> b()\n 2 -> c()\n _ -> d()\nend", SWITCH),
            ("cond do\n a -> b()\n c -> d()\n true -> e()\nend", SWITCH),
            ("try do\n a()\nrescue\n e -> b()\nend\nc()", TRY_WORD),
            ("for i <- a do\n b()\nend\nc()", FOR_WORD),
            ("a && b", "branch body: 0>2 next, 2>1 false, 2>3 true, 3>1 next"),
        ],
    );
}

#[test]
fn branches_loops_and_handlers_of_kotlin() {
    check(
        "kotlin",
        |body| format!("fun f() {{\n{body}\n}}"),
        &[
            ("if (a) b() else if (c) d() else e()", IF_CHAIN),
            ("while (a) { b() }\nc()", WHILE),
            ("do { a() } while (b)\nc()", DO_WHILE),
            ("for (i in a) { if (b) break\n c() }\nd()", FOR_BREAK),
            ("when (a) { 1 -> b()\n 2 -> c()\n else -> d() }", SWITCH),
            ("try { a() } catch (e: E) { b() }\nc()", TRY),
        ],
    );
}

const IF_ELSE: &str = "branch body body: 0>2 next, 2>3 true, 2>4 false, 3>1 next, 4>1 next";
const IF_CHAIN: &str =
    "branch body branch body body: 0>2 next, 2>3 true, 2>4 false, 3>1 next, 4>5 true, 4>6 false, 5>1 next, 6>1 next";
const TERNARY: &str = "branch body body: 0>2 next, 2>3 true, 2>4 false, 3>1 next, 4>1 next";
const WHILE: &str = "loop body body: 0>2 next, 2>3 true, 2>4 false, 3>2 back, 4>1 next";
const DO_WHILE: &str = "loop body: 0>2 next, 2>2 true, 2>3 false, 3>1 next";
const FOR: &str = "loop body body: 0>2 next, 2>3 true, 2>4 false, 3>2 back, 4>1 next";
const FOR_BREAK: &str =
    "loop branch body body join: 0>2 next, 2>3 true, 2>6 false, 3>4 true, 3>5 false, 4>6 break, 5>2 back, 6>1 next";
const SWITCH: &str = "branch body body body: 0>2 next, 2>3 case, 2>4 case, 2>5 case, 3>1 next, 4>1 next, 5>1 next";
const TRY: &str = "body catch join: 0>2 next, 2>3 throw, 2>4 next, 3>4 next, 4>1 next";
/// The words of Elixir are names to its grammar, and so each is a step.
const TRY_WORD: &str = "body body catch join: 0>2 next, 2>3 next, 3>4 throw, 3>5 next, 4>5 next, 5>1 next";
const FOR_WORD: &str = "body loop body body: 0>2 next, 2>3 next, 3>4 true, 3>5 false, 4>3 back, 5>1 next";
