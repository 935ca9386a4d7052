//! `report --format dot --function NAME`: a function found by name, drawn from the store.

use crate::support::Repo;

const SOURCES: &[(&str, &str)] = &[
    (
        "a.py",
        "# first\n\ndef alone(a):\n    while a:\n        a -= 1\n    return a\n\n\nclass C:\n    def twice(self):\n        pass\n",
    ),
    ("b.py", "def twice():\n    return 2\n"),
];

fn scanned(level: &str) -> Repo {
    let repo = Repo::with(SOURCES);
    assert_eq!(repo.elcano(&["scan", "-q", "--level", level]).code, 0);
    repo
}

#[test]
fn a_name_gives_the_graph_with_its_source() {
    let repo = scanned("full");
    let drawn = repo.elcano(&["report", "--format", "dot", "--function", "alone"]);
    assert_eq!(drawn.code, 0, "{}", drawn.err);
    assert!(drawn.out.starts_with("digraph \"alone\" {\n") && drawn.out.ends_with("}\n"), "{}", drawn.out);
    for part in ["[label=\"0 entry\\ldef alone(a):\\l\"", "loop\\lwhile a\\l", "body\\la -= 1\\l", "[label=\"back\"]"] {
        assert!(drawn.out.contains(part), "{part} is not in {}", drawn.out);
    }
    repo.elcano(&["report", "--format", "dot=graph.dot", "--format", "json=all.json", "--function", "a.py:alone"]);
    assert_eq!(std::fs::read_to_string(repo.path("graph.dot")).unwrap(), drawn.out);
    assert!(std::fs::read_to_string(repo.path("all.json")).unwrap().starts_with('{'));
}

#[test]
fn a_name_of_several_lists_all_and_each_id_is_one() {
    let repo = scanned("full");
    let several = repo.elcano(&["report", "--format", "dot", "--function", "twice"]);
    several.fails(2, &["several functions", "a.py:10  C::twice", "b.py:1  twice"]);
    let rows: Vec<Vec<&str>> = several
        .err
        .lines()
        .filter(|line| line.starts_with("  "))
        .map(|line| line.split_whitespace().collect())
        .collect();
    assert_eq!(rows.len(), 2, "{}", several.err);
    for row in rows {
        let one = repo.elcano(&["report", "--format", "dot", "--function", row[0]]);
        assert!(one.out.starts_with(&format!("digraph \"{}\"", row[2])), "{}{}", one.out, one.err);
    }
    let whole = repo.elcano(&["report", "--format", "dot", "--function", "C::twice"]);
    assert!(whole.out.starts_with("digraph \"C::twice\""), "{}{}", whole.out, whole.err);
}

#[test]
fn what_cannot_be_drawn_says_why() {
    let repo = scanned("full");
    repo.elcano(&["report", "--format", "dot", "--function", "alnoe"]).fails(2, &["no function `alnoe`", "alone"]);
    // Part of a name is no name.
    repo.elcano(&["report", "--format", "dot", "--function", "wice"]).fails(2, &["no function `wice`"]);
    repo.elcano(&["report", "--format", "dot"]).fails(2, &["--function"]);
    repo.elcano(&["report", "--function", "alone"]).fails(2, &["--format dot"]);
    repo.elcano(&["report", "--format", "dot=", "--function", "alone"]).fails(2, &["no file"]);
    let plain = scanned("metrics");
    plain.elcano(&["report", "--format", "dot", "--function", "alone"]).fails(3, &["--level full"]);
}
