//! Control flow graphs as Graphviz reads them.

use elcano::report::dot::dot;

use crate::support::graphs::first;
use crate::support::languages::{engine, registry};

#[test]
fn a_graph_with_its_source() {
    let source = "def f(a):\n    while a:\n        if a == \"x\\n\":\n            break\n        g(a,\n          1)\n    return\n    b()\n";
    let cfg = first(&engine(&registry(), "python"), source);
    let expected = r#"digraph "f \"1\"" {
  node [shape=box, fontname="monospace"];
  edge [fontname="monospace"];
  b0 [label="0 entry\ldef f(a):\l", shape=oval];
  b1 [label="1 exit\l", shape=oval];
  b2 [label="2 loop\lwhile a\l", peripheries=2];
  b3 [label="3 branch\lif a == \"x\\n\"\l"];
  b4 [label="4 body\lbreak\l"];
  b5 [label="5 body\lg(a,\l1)\l"];
  b6 [label="6 join\lreturn\l"];
  b7 [label="7 unreachable\lb()\l", style=dashed];
  b0 -> b2;
  b2 -> b3 [label="true"];
  b2 -> b6 [label="false"];
  b3 -> b4 [label="true"];
  b3 -> b5 [label="false"];
  b4 -> b6 [label="break"];
  b5 -> b2 [label="back"];
  b6 -> b1 [label="return"];
  b7 -> b1;
}
"#;
    assert_eq!(dot(&cfg, "f \"1\"", source.as_bytes()), expected);
}

#[test]
fn long_blocks_are_cut() {
    let source = format!("function f() {{\n{}  return '{}';\n}}\n", "  a();\n".repeat(20), "x".repeat(200));
    let cfg = first(&engine(&registry(), "javascript"), &source);
    let dot = dot(&cfg, "f", source.as_bytes());
    let block = dot.lines().find(|line| line.starts_with("  b2 [")).unwrap();
    assert_eq!(block.matches("a();").count(), 8, "{block}");
    assert!(block.ends_with("…\\l\"];"), "{block}");
}
