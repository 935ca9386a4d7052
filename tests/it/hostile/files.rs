//! Files that crash, slow or bloat a grammar's parser: each is measured or noted, and costs itself
//! alone. Samples lie in `tests/hostile/files/`; what is large is made here.

use std::fs;

use elcano::lang::Registry;
use elcano::measure::{Analyzer, Options};
use elcano::model::{ContentId, FileFacts, NoteKind};

use crate::support::languages::{files, tests};
use crate::support::{Repo, memory};

/// Measures in this process, where nothing supervises.
fn measured(language: &str, bytes: &[u8]) -> FileFacts {
    let registry = Registry::new().unwrap();
    let analyzer = Analyzer::new(&registry, language, "default").unwrap().with_generated();
    analyzer.measure(ContentId::of(bytes), bytes, Options::metrics())
}

fn noted(facts: &FileFacts, kind: NoteKind) -> bool {
    facts.notes.iter().any(|note| note.kind == kind)
}

/// It ended by what is counted, which is the same on every machine, or it was measured; the clock was
/// not needed.
#[track_caller]
fn ends_by_counting(what: &str, language: &str, bytes: &[u8]) -> FileFacts {
    let (facts, _) = memory::peak(|| measured(language, bytes));
    let dead = [NoteKind::TimedOut, NoteKind::Panicked];
    assert!(!dead.iter().any(|kind| noted(&facts, *kind)), "{what}: {:?}", facts.notes);
    let known = !facts.spaces.is_empty() || !facts.notes.is_empty() || facts.skip.is_some();
    assert!(known, "{what}: neither numbers nor a note nor a reason");
    facts
}

fn sample(name: &str) -> Vec<u8> {
    fs::read(tests().join("hostile/files").join(name)).expect("a sample")
}

/// The scanner of Ruby keeps the length of a word in a byte, finds out by an assertion, and takes the
/// process along: such a file is refused by its bytes.
#[test]
fn words_that_a_scanner_asserts_on_are_refused() {
    let word = |length: usize| "A".repeat(length);
    let long = |quote: &str, length: usize| format!("x = <<~{quote}{0}{quote}\n t\n{0}\n", word(length));
    let mut refused = vec![sample("heredoc-256.rb")];
    refused.extend(["", "\"", "'", "`"].map(|quote| long(quote, 256).into_bytes()));
    refused.extend([300, 400, 450].map(|length| long("", length).into_bytes()));
    refused.push(format!("f(<<-{0}, <<{0})\n{0}\n{0}\n", "é".repeat(256)).into_bytes());
    // A word may have rows of its own; and many words wait for the end of a row.
    refused.push(format!("f(<<-\"{}\")\n", "A\n".repeat(200)).into_bytes());
    let waiting = |count: usize, word: &str| {
        format!("f({})\n{}", vec![format!("<<~{word}"); count].join(", "), format!("t\n{word}\n").repeat(count))
    };
    refused.extend([waiting(200, "A"), waiting(20, &word(47)), waiting(5, &word(250))].map(String::into_bytes));
    for source in refused {
        let facts = measured("ruby", &source);
        assert!(noted(&facts, NoteKind::ParseBudget) && facts.spaces.is_empty(), "{:?}", facts.notes);
    }
    let accepted = [1, 64, 200].map(|length| long("", length));
    for source in accepted.into_iter().chain([waiting(11, "A"), waiting(11, &word(47)), waiting(2, &word(255))]) {
        let facts = measured("ruby", source.as_bytes());
        assert!(!facts.spaces.is_empty(), "{source}: {:?}", facts.notes);
    }
}

/// Python's scanner writes one byte beyond the room for its state: 511 levels of indentation, and an
/// odd number of strings that are open.
#[test]
fn more_levels_of_indentation_than_a_scanner_has_room_for_are_refused() {
    let levels = |of: &dyn Fn(usize) -> String| {
        let rows = (0..520).map(|level| format!("{}if x:\n", of(level)));
        rows.chain([format!("{}y = f\"{{\n1\n", of(520))]).collect::<String>()
    };
    let spaces = levels(&|level| " ".repeat(level));
    let tabs = levels(&|level| format!("{}{}", "\t".repeat(level / 8), " ".repeat(level % 8)));
    let continued = levels(&|level| format!("{}\\\n{}", " ".repeat(level / 2), " ".repeat(level - level / 2)));
    for source in [&spaces, &tabs, &continued] {
        let facts = measured("python", source.as_bytes());
        assert!(noted(&facts, NoteKind::ParseBudget) && facts.spaces.is_empty(), "{:?}", facts.notes);
    }
    let deep = (0..30).map(|level| format!("{}if x:\n", "    ".repeat(level))).collect::<String>()
        + &" ".repeat(120)
        + "y()\n";
    assert!(!measured("python", deep.as_bytes()).spaces.is_empty(), "what people write is measured");
}

/// The siblings of the words above in other scanners.
#[test]
fn long_delimiters_of_other_scanners_are_measured_or_noted() {
    for length in [17, 255, 256, 300, 1_010, 1_024, 1_100, 5_000] {
        let word = "A".repeat(length);
        let (hash, equals, quotes) = ("#".repeat(length), "=".repeat(length), "\"".repeat(length.max(3)));
        let lower = "a".repeat(length);
        for (language, source) in [
            ("bash", format!("cat <<{word} <<'{word}'\n$x\n{word}\n{word}\n")),
            ("php", format!("<?php\n$x = <<<{word}\nt $y\n{word};\n$z = <<<'{word}'\nt\n{word};\n")),
            ("perl", format!("my $x = <<{word};\nt\n{word}\nprint 1;\n")),
            ("cpp", format!("auto x = R\"{word}(t){word}\";\n")),
            ("cuda", format!("auto x = R\"{word}(t){word}\";\n")),
            ("lua", format!("x = [{equals}[t]{equals}]\n")),
            ("rust", format!("const X: &str = r{hash}\"t\"{hash};\n")),
            ("swift", format!("let x = {hash}\"t\"{hash}\n")),
            ("csharp", format!("var x = {quotes}t{quotes};\nvar y = {0}\"\"\"t\"\"\";\n", "$".repeat(length))),
            ("csharp", format!("var x = {}1{};\n", "$\"{".repeat(length), "}\"".repeat(length))),
            ("ocaml", format!("let x = {{{lower}|t|{lower}}}\n")),
            ("r", format!("x <- r\"{0}(t){0}\"\n", "-".repeat(length))),
            ("julia", format!("x = {quotes}t{quotes}\n")),
            ("kotlin", format!("val x = {quotes}t{quotes}\n")),
            ("scala", format!("val x = s{quotes}t{quotes}\n")),
            ("javascript", format!("x = {}1{};\n", "`${".repeat(length), "}`".repeat(length))),
            ("elixir", format!("x = {}1{}\n", "\"#{".repeat(length), "}\"".repeat(length))),
            (
                "haskell",
                format!(
                    "{}f = x\n",
                    (0..length.min(600)).map(|i| format!("{}do\n", " ".repeat(i))).collect::<String>()
                ),
            ),
        ] {
            ends_by_counting(&format!("{length}"), language, source.as_bytes());
        }
    }
}

/// A few hundred damaged bytes for which error recovery took gigabytes: the step and the memory that a
/// file may take are those of its size.
#[test]
fn small_files_take_little() {
    let damaged = sample("damaged.kt");
    assert_eq!(damaged.len(), 408);
    let facts = ends_by_counting("damaged.kt", "kotlin", &damaged);
    assert!(noted(&facts, NoteKind::ParseBudget) || !facts.spaces.is_empty());
    // Its text in the languages beside it, and its halves.
    for language in ["swift", "scala", "groovy", "dart", "csharp", "cpp", "typescript", "java", "haskell", "julia"] {
        ends_by_counting("damaged.kt", language, &damaged);
    }
    for cut in (0..damaged.len()).step_by(37) {
        ends_by_counting("half of damaged.kt", "kotlin", &damaged[cut..]);
        ends_by_counting("half of damaged.kt", "kotlin", &damaged[..cut]);
    }
}

/// Every sample that was found ends.
#[test]
fn every_sample_costs_what_its_size_allows() {
    let registry = Registry::new().unwrap();
    let samples = files(&tests().join("hostile/files"));
    assert!(samples.len() >= 2);
    for path in samples {
        let bytes = fs::read(&path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let language = registry.by_name(name.as_bytes()).expect("the name of a sample tells its language");
        ends_by_counting(&name, language, &bytes);
    }
}

/// Time that grows faster than the input.
#[test]
fn what_grows_faster_than_the_file_is_cut_off() {
    let heredocs = |n: usize| {
        let words: String = (0..n).map(|i| format!(" <<A{i}")).collect();
        let bodies: String = (0..n).map(|i| format!("t\nA{i}\n")).collect();
        (words, bodies)
    };
    let (words, bodies) = heredocs(20_000);
    let lines = "a<a<a<a<a<a<a<a<a<a<\n";
    for (what, language, source) in [
        // As they were found.
        ("elixir-if-do", "elixir", "if x do\n".repeat(20_000)),
        ("bash-heredocs", "bash", format!("cat{words}\n{bodies}")),
        ("python-backslashes", "python", format!("x = {}1\n", "\\\n".repeat(40_000))),
        ("cpp-less-than", "cpp", format!("int x = {}a;\n", lines.repeat(5_000))),
        // Siblings: nothing is closed.
        ("ruby-if", "ruby", "if x\n".repeat(20_000)),
        ("lua-do", "lua", "do\n".repeat(20_000)),
        ("julia-begin", "julia", "begin\n".repeat(20_000)),
        ("kotlin-braces", "kotlin", "if (x) {\n".repeat(20_000)),
        ("go-braces", "go", format!("package p\nfunc f() {{\n{}", "if x {\n".repeat(20_000))),
        ("ocaml-begin", "ocaml", format!("let x = {}", "begin\n".repeat(20_000))),
        ("r-parentheses", "r", "f(\n".repeat(20_000)),
        // Siblings: the scanner looks ahead.
        ("ruby-heredocs", "ruby", format!("f({}\n{bodies}", words.replace(" <<", ",<<"))),
        ("perl-heredocs", "perl", format!("print{};\n{bodies}", words.replace(" <<", ",<<"))),
        ("php-comments", "php", format!("<?php\n{}", "/*\n".repeat(20_000))),
        ("kotlin-comments", "kotlin", "/*\n".repeat(20_000)),
        ("kotlin-blank", "kotlin", format!("val x = 1{}.y\n", "\n".repeat(40_000))),
        ("swift-blank", "swift", format!("let x = 1{}.y\n", "\n".repeat(40_000))),
        ("scala-blank", "scala", format!("val x = 1{}.y\n", "\n".repeat(40_000))),
        ("haskell-blank", "haskell", format!("x = 1{}  + 2\n", "\n -- c".repeat(20_000))),
        ("bash-backslashes", "bash", format!("echo {}1\n", "\\\n".repeat(40_000))),
        ("elixir-blank", "elixir", format!("x = 1{}|> y\n", "\n# c".repeat(20_000))),
        // Siblings: ambiguity.
        ("csharp-less-than", "csharp", format!("class C {{ int x = {}a; }}\n", lines.repeat(2_000))),
        ("typescript-less-than", "typescript", format!("let x = {}a;\n", lines.repeat(2_000))),
        ("java-less-than", "java", format!("class C {{ int x = {}a; }}\n", lines.repeat(2_000))),
        ("dart-less-than", "dart", format!("var x = {}a;\n", lines.repeat(2_000))),
        ("c-parentheses", "c", format!("int x = {}a{};\n", "(a)*(".repeat(4_000), ")".repeat(4_000))),
        // Siblings: one list, and many that look at it.
        ("elixir-list", "elixir", format!("x = [{}]\n", "a: 1, ".repeat(40_000))),
        ("c-parameters", "c", format!("void f({} int z) {{}}\n", "const int a,\n".repeat(20_000))),
        ("lua-closures", "lua", format!("a = {} 1\n", "function() end,\n".repeat(10_000))),
        ("java-finals", "java", format!("class C {{ void f({} int z) {{}} }}\n", "final int a,\n".repeat(10_000))),
    ] {
        ends_by_counting(what, language, source.as_bytes());
    }
}

/// What people write stays far below what a file may take.
#[test]
fn ordinary_files_are_not_refused() {
    let registry = Registry::new().unwrap();
    for id in registry.ids() {
        for fixture in crate::support::languages::fixtures(id) {
            let long = fixture.bytes.repeat(20);
            let facts = measured(id, &long);
            assert!(!facts.spaces.is_empty(), "{}: {:?}", fixture.name(), facts.notes);
        }
    }
}

/// A run over all of them ends by itself and accounts for each.
#[test]
fn a_run_over_hostile_files_is_a_run() {
    let repo = Repo::with(&[("good.py", "def f():\n    return 1\n")]);
    for path in files(&tests().join("hostile/files")) {
        let name = path.file_name().unwrap().to_str().unwrap();
        fs::copy(&path, repo.path(name)).unwrap();
    }
    let scanned = repo.elcano(&["scan", "--json"]).json();
    let number = |key: &str| scanned[key].as_u64().unwrap();
    assert!(number("files_failed") >= 1, "{scanned}");
    assert!(number("files_parsed") >= 1, "{scanned}");
    let again = repo.elcano(&["scan", "--json"]).json();
    assert_eq!(again["files_parsed"], 0, "what failed is not tried again: {again}");
}
