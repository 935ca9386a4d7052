//! Linking: who calls whom on hand-made projects, whatever the order of the files; ids that stay.

use std::collections::BTreeMap;

use elcano::link::{File, Links, link};
use elcano::measure::Analyzer;
use elcano::model::{FileFacts, Level, RepoPath, SnapshotId, SymbolId};

use crate::support::languages::{engine, facts, registry};

/// A project of measured files.
struct Project {
    files: Vec<(RepoPath, FileFacts, Analyzer)>,
}

impl Project {
    fn new(files: &[(&str, &'static str, &str)]) -> Self {
        let registry = registry();
        let measured = files.iter().map(|(path, language, source)| {
            let engine = engine(&registry, language);
            let facts = facts(&engine, source.as_bytes(), Level::Full);
            assert!(facts.notes.is_empty(), "{path}: {:?}", facts.notes);
            (RepoPath::from(*path), facts, engine)
        });
        Self { files: measured.collect() }
    }

    fn link(&self) -> Links {
        let order: Vec<usize> = (0..self.files.len()).collect();
        self.link_in(&order)
    }

    fn link_in(&self, order: &[usize]) -> Links {
        let file = |at: &usize| {
            let (path, facts, engine) = &self.files[*at];
            File {
                path,
                language: &facts.language,
                calls: &engine.language().unwrap().spec.calls,
                spaces: &facts.spaces,
            }
        };
        link(SnapshotId([7; 16]), &order.iter().map(file).collect::<Vec<_>>())
    }
}

/// `path#name`, with a number behind it where a file has several.
fn labels(links: &Links) -> BTreeMap<SymbolId, String> {
    let mut symbols: Vec<_> = links.symbols.iter().collect();
    symbols.sort_by_key(|symbol| (symbol.path.clone(), symbol.space));
    let mut seen = BTreeMap::new();
    let label = |symbol: &&elcano::model::SymbolRecord| {
        let label = format!("{}#{}", symbol.path, symbol.fqn);
        let count = seen.entry(label.clone()).or_insert(0);
        *count += 1;
        (symbol.id, if *count > 1 { format!("{label}#{count}") } else { label })
    };
    symbols.iter().map(label).collect()
}

/// `source -> target count`, sorted.
fn references(links: &Links) -> Vec<String> {
    let labels = labels(links);
    let line = |reference: &elcano::model::ReferenceRecord| {
        format!("{} -> {} {}", labels[&reference.source], labels[&reference.target], reference.count)
    };
    let mut lines: Vec<_> = links.references.iter().map(line).collect();
    lines.sort();
    lines
}

/// `function in out unresolved`, sorted.
fn fans(links: &Links) -> Vec<String> {
    let labels = labels(links);
    let line = |link: &elcano::model::LinkRecord| {
        format!("{} {} {} {}", labels[&link.symbol], link.fan_in, link.fan_out, link.unresolved)
    };
    let mut lines: Vec<_> = links.links.iter().map(line).collect();
    lines.sort();
    lines
}

const PYTHON: [(&str, &str, &str); 3] = [
    (
        "shop/cart.py",
        "python",
        "from shop.price import total
import tax

class Cart:
    def __init__(self):
        self.reset()

    def reset(self):
        self.items = []

    def sum(self):
        return total(self.items) + tax.rate(self) + len(self.items)

def main():
    cart = Cart()
    print(cart.sum())
    print(helper(), helper())

def helper():
    return total([])
",
    ),
    (
        "shop/price.py",
        "python",
        "def total(items):
    return sum_up(items, lambda item: one(item))

def sum_up(items, price):
    return 0

def one(item):
    return one(item.inner)

def helper():
    pass
",
    ),
    ("tax.py", "python", "def rate(cart):\n    return only_here()\n\ndef only_here():\n    return 1\n\nrate(None)\n"),
];

#[test]
fn three_python_files() {
    let project = Project::new(&PYTHON);
    let links = project.link();
    let expected = [
        "shop/cart.py#Cart::__init__ -> shop/cart.py#Cart::reset 1",
        "shop/cart.py#Cart::sum -> shop/price.py#total 1",
        "shop/cart.py#Cart::sum -> tax.py#rate 1",
        "shop/cart.py#helper -> shop/price.py#total 1",
        "shop/cart.py#main -> shop/cart.py#Cart::__init__ 1",
        "shop/cart.py#main -> shop/cart.py#Cart::sum 1",
        "shop/cart.py#main -> shop/cart.py#helper 2",
        "shop/price.py#one -> shop/price.py#one 1",
        "shop/price.py#total -> shop/price.py#one 1",
        "shop/price.py#total -> shop/price.py#sum_up 1",
        "tax.py#rate -> tax.py#only_here 1",
    ];
    assert_eq!(references(&links), expected);
    // Function, fan-in, fan-out, names that resolve to nothing: `len`, `print`. The last line of
    // `tax.py` calls from outside any function.
    let expected = [
        "shop/cart.py#Cart::__init__ 1 1 0",
        "shop/cart.py#Cart::reset 1 0 0",
        "shop/cart.py#Cart::sum 1 2 1",
        "shop/cart.py#helper 1 1 0",
        "shop/cart.py#main 0 3 1",
        "shop/price.py#helper 0 0 0",
        "shop/price.py#one 2 1 0",
        "shop/price.py#sum_up 1 0 0",
        "shop/price.py#total 2 2 0",
        "tax.py#only_here 1 0 0",
        "tax.py#rate 1 1 0",
    ];
    assert_eq!(fans(&links), expected);
    for order in [[0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        assert_eq!(project.link_in(&order), links, "{order:?}");
    }
}

#[test]
fn three_java_files() {
    let links = Project::new(&[
        (
            "app/Main.java",
            "java",
            "package app;
class Main {
    static void main(String[] args) { new Main().run(); }
    void run() { step(1); step(1, 2); Util.log(\"x\"); this.end(); }
    void step(int a) { }
    void step(int a, int b) { }
    void end() { Lib.twice(() -> helper()); }
    void helper() { }
}",
        ),
        (
            "app/Util.java",
            "java",
            "package app;\nclass Util {\n static void log(String s) { write(s); }\n static void write(String s) { }\n}",
        ),
        (
            "lib/Lib.java",
            "java",
            "package lib;\nclass Lib { static void twice(Runnable r) { r.run(); } static void log() { } }",
        ),
    ])
    .link();
    let expected = [
        "app/Main.java#Main::end -> app/Main.java#Main::helper 1",
        "app/Main.java#Main::end -> lib/Lib.java#Lib::twice 1",
        "app/Main.java#Main::main -> app/Main.java#Main 1",
        "app/Main.java#Main::main -> app/Main.java#Main::run 1",
        "app/Main.java#Main::run -> app/Main.java#Main::end 1",
        "app/Main.java#Main::run -> app/Util.java#Util::log 1",
        "app/Util.java#Util::log -> app/Util.java#Util::write 1",
        "lib/Lib.java#Lib::twice -> app/Main.java#Main::run 1",
    ];
    assert_eq!(references(&links), expected);
    let expected = [
        "app/Main.java#Main::end 1 2 0",
        "app/Main.java#Main::helper 1 0 0",
        // The class is no function.
        "app/Main.java#Main::main 0 1 0",
        // Two `step`: which one is not guessed.
        "app/Main.java#Main::run 2 2 1",
        "app/Main.java#Main::step 0 0 0",
        "app/Main.java#Main::step#2 0 0 0",
        "app/Util.java#Util::log 1 1 0",
        "app/Util.java#Util::write 1 0 0",
        "lib/Lib.java#Lib::log 0 0 0",
        "lib/Lib.java#Lib::twice 1 1 0",
    ];
    assert_eq!(fans(&links), expected);
}

#[test]
fn three_go_files() {
    let links = Project::new(&[
        (
            "store/store.go",
            "go",
            "package store
type Store struct{}
func (s *Store) Put(k string) { s.check(k); write(k) }
func (s *Store) check(k string) { util.Clean(k) }
type Other struct{}
func (o Other) check(k string) { }
",
        ),
        ("store/disk.go", "go", "package store\nfunc write(k string) { if k != \"\" { write(k[1:]) } }\n"),
        (
            "util/util.go",
            "go",
            "package util\nfunc Clean(k string) string { return trim(k) }\nfunc trim(k string) string { return strings.TrimSpace(k) }\n",
        ),
    ])
    .link();
    let expected = [
        "store/disk.go#write -> store/disk.go#write 1",
        "store/store.go#Store::Put -> store/disk.go#write 1",
        "store/store.go#Store::Put -> store/store.go#Store::check 1",
        "store/store.go#Store::check -> util/util.go#Clean 1",
        "util/util.go#Clean -> util/util.go#trim 1",
    ];
    assert_eq!(references(&links), expected);
    let unresolved = fans(&links).into_iter().filter(|line| !line.ends_with(" 0")).collect::<Vec<_>>();
    assert_eq!(unresolved, ["util/util.go#trim 1 0 1"]);
}

#[test]
fn rust_paths_and_receivers() {
    let links = Project::new(&[
        (
            "src/lib.rs",
            "rust",
            "mod shape;
pub struct Area(f64);
impl Area {
    pub fn new() -> Self { Self::zero() }
    fn zero() -> Self { Area(0.0) }
}
pub fn all() -> Area { shape::round(); inside::deep(); Area::new(); crate::all() }
mod inside {
    pub fn deep() { super::free(); println!(); }
}
fn free() { fn own() {} own(); }
",
        ),
        (
            "src/shape.rs",
            "rust",
            "pub fn round() { own(); Vec::new(); }\npub struct Circle;\nimpl Circle { fn new() {} }\n",
        ),
    ])
    .link();
    let expected = [
        "src/lib.rs#Area::new -> src/lib.rs#Area::zero 1",
        "src/lib.rs#Area::zero -> src/lib.rs#Area 1",
        "src/lib.rs#all -> src/lib.rs#Area::new 1",
        "src/lib.rs#all -> src/lib.rs#all 1",
        "src/lib.rs#all -> src/lib.rs#inside::deep 1",
        "src/lib.rs#all -> src/shape.rs#round 1",
        "src/lib.rs#free -> src/lib.rs#free::own 1",
        "src/lib.rs#inside::deep -> src/lib.rs#free 1",
    ];
    assert_eq!(references(&links), expected);
    // `Vec` is no type of the snapshot, whoever else has a `new`; and nothing here is called `own`.
    assert!(fans(&links).contains(&"src/shape.rs#round 1 0 2".to_owned()));
}

#[test]
fn names_that_several_bear_are_not_guessed() {
    let links = Project::new(&[
        ("a/one.py", "python", "def go():\n    both()\n    near()\n    go2()\n"),
        ("a/two.py", "python", "def near():\n    pass\n\ndef both():\n    pass\n"),
        ("a/three.py", "python", "def both():\n    pass\n"),
        ("b/four.py", "python", "def near():\n    pass\n\ndef go2():\n    pass\n"),
        // Another language is another world.
        ("a/five.js", "javascript", "function go() { near(); }"),
    ])
    .link();
    assert_eq!(references(&links), ["a/one.py#go -> a/two.py#near 1", "a/one.py#go -> b/four.py#go2 1"]);
    let of_go: Vec<_> = fans(&links).into_iter().filter(|line| line.contains("#go ")).collect();
    assert_eq!(of_go, ["a/five.js#go 0 0 1", "a/one.py#go 0 2 1"]);
}

#[test]
fn scopes_hide_what_is_outside_them() {
    let links = Project::new(&[(
        "a.py",
        "python",
        "def helper():
    pass

class Base:
    def helper(self):
        helper()

class Sub(Base):
    def helper(self):
        super().helper()
        self.other()

    def other(self):
        def helper():
            pass
        helper()

class Third:
    def run(self):
        self.missing()
",
    )])
    .link();
    let expected = [
        "a.py#Base::helper -> a.py#helper 1",
        "a.py#Sub::helper -> a.py#Sub::other 1",
        "a.py#Sub::other -> a.py#Sub::other::helper 1",
    ];
    assert_eq!(references(&links), expected);
}

#[test]
fn a_name_gives_all_that_bear_it() {
    let main = "def main():\n    pass\n";
    let links = Project::new(&[("a.py", "python", main), ("b.py", "python", main)]).link();
    assert_eq!(links.names.len(), 1);
    assert_eq!((links.names[0].fqn.as_str(), links.names[0].symbols.len()), ("main", 2));
    assert!(links.names[0].symbols.windows(2).all(|pair| pair[0] < pair[1]));
    assert!(links.references.is_empty(), "a definition is no call");
}

#[test]
fn ids_stay_when_something_else_changes() {
    let ids = |source: &str| -> BTreeMap<String, SymbolId> {
        let links = Project::new(&[("A.java", "java", source)]).link();
        labels(&links).into_iter().map(|(id, label)| (label, id)).collect()
    };
    let before = ids("class A {\n void f(int a) { }\n void f(int a, int b) { }\n void g() { x(); }\n}");
    assert_eq!(before.len(), 4, "two overloads are two: {before:?}");
    let distinct: std::collections::BTreeSet<_> = before.values().collect();
    assert_eq!(distinct.len(), 4);
    // More above, another overload above, another body: the same ids.
    let after = ids(
        "import b.C;\n\nclass A {\n int x;\n void e() { }\n void f() { }\n void f(int a) { y(); }\n void f(int a, int b) { }\n void g() { z(1, 2); }\n}",
    );
    for (label, id) in &before {
        let kept = after.values().any(|other| other == id);
        assert!(kept, "{label} has another id");
    }
    assert_eq!(after.len(), 6);
}

#[test]
fn the_same_text_in_two_files_is_two_symbols() {
    let source = "def f():\n    g()\n\ndef g():\n    pass\n";
    let links = Project::new(&[("a.py", "python", source), ("b.py", "python", source)]).link();
    assert_eq!(references(&links), ["a.py#f -> a.py#g 1", "b.py#f -> b.py#g 1"]);
    let ids: std::collections::BTreeSet<_> = links.symbols.iter().map(|symbol| symbol.id).collect();
    assert_eq!(ids.len(), 4);
}
