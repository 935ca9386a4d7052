//! Code that a grammar loses without an error is noticed, and nothing else is.

use elcano::lang::Registry;
use elcano::model::{Level, NoteKind};

use crate::support::languages::{engine, facts, registry};

fn noted(registry: &Registry, language: &'static str, source: &str) -> Option<String> {
    let facts = facts(&engine(registry, language), source.as_bytes(), Level::Metrics);
    facts.notes.into_iter().find(|note| note.kind == NoteKind::LostCode).map(|note| note.detail)
}

#[test]
fn every_language_says_what_hides_code() {
    let registry = registry();
    for language in registry.ids() {
        let lexis = &registry.spec(language).expect("a spec").0.lexis;
        let has_comments = !(lexis.line_comments.is_empty() && lexis.block_comments.is_empty());
        assert!(has_comments && !lexis.strings.is_empty(), "{language} has no [lexis]");
    }
}

#[test]
fn a_comment_without_an_end_is_noted_in_every_language_that_has_such() {
    let registry = registry();
    let mut without = Vec::new();
    for language in registry.ids() {
        let Some(comment) = registry.spec(language).expect("a spec").0.lexis.block_comments.first().cloned() else {
            without.push(language);
            continue;
        };
        let open = match comment.open.as_str() {
            "^=[a-zA-Z]\\w*" => "=head".to_owned(),
            open => open.replace("\\b", "").replace("(=*)", "").replace(['\\', '^'], ""),
        };
        // Where the grammar takes it for an error, its own note says so; where for code, none is lost.
        let source = format!("\n{open} text\nmore\nf(1)\n");
        let facts = facts(&engine(&registry, language), source.as_bytes(), Level::Metrics);
        let said: Vec<_> = facts.notes.iter().map(|note| note.kind).collect();
        let noted = said.contains(&NoteKind::LostCode) || said.contains(&NoteKind::ParseError);
        assert!(noted || facts.spaces[0].metrics.cloc == 0, "{language}: {source}{said:?}");
    }
    assert_eq!(without, ["bash", "elixir", "python", "r", "zig"], "these have comments of one row alone");
}

#[test]
fn rows_that_a_grammar_takes_for_a_comment_or_a_string_are_noted() {
    // Each with what hides the function from the grammar taken out of the reader's sight: as long
    // as a grammar has such a fault, this is how it shows.
    let registry = Registry::with_specs(&[("haskell".to_owned(), blind("haskell")), ("c".to_owned(), blind("c"))])
        .expect("specs without rewriting");
    let pragma = "module M where\n{-# NOINLINE g -}\ng x = 1\nh x = if x then 1 else 2\n";
    assert_eq!(noted(&registry, "haskell", pragma).as_deref(), Some("2 rows, the first is row 3"));
    let define = "#define A \"*/*\"\nint f(void) {\n  return 1;\n}\n/* end */\n";
    assert_eq!(noted(&registry, "c", define).as_deref(), Some("3 rows, the first is row 2"));
    let whole = crate::support::languages::registry();
    for (language, source) in [("haskell", pragma), ("c", define)] {
        assert_eq!(noted(&whole, language, source), None);
    }
}

/// A spec without its rewriting.
fn blind(language: &str) -> String {
    let path = format!("{}/src/lang/specs/{language}.toml", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).expect("a spec");
    text.replace("always = true", "always = false")
}

#[test]
fn strings_and_comments_of_many_rows_are_no_lost_code() {
    let registry = registry();
    for (language, source) in [
        ("python", "def f():\n    '''a \"quoted\"\n    # text\n    it's\n    '''\n    return \"\\\\\"\n"),
        ("javascript", "const a = `\n// ${b ? `\n/* ` : '\"'}\n`; /* x\n'\n*/ let r = /[/'\"]/;\nf();\n"),
        ("cpp", "auto a = R\"x(\n/* \" ' )\" \n)x\"; /* '\n\" */ int b = 1'000'000;\n"),
        ("rust", "fn f<'a>(b: &'a str) { g(r#\"\n\"/*\n\"#, '\"', b'\\'') /* /* ' */\n\" */ }\n"),
        ("ruby", "a = <<~A + <<B\n  '\nA\n# \"\nB\nb = %w[\n  ' \"\n]\n=begin\n'\n=end\nc = /\n  ['\"] # x\n/x\n"),
        (
            "perl",
            "my $a = qr/\n ['\"] # x\n/x; my $b = q{\n'{}'\n};\n\n=pod\n\nit's\n\n=cut\n\nprint <<'A';\n\"\nA\nf();\n",
        ),
        ("bash", "a=\"\n'\n\"\ncat <<'A'\n\"\nA\nb=${#c} # it's\nd='\n#\n'\n"),
        ("php", "<?php\n$a = <<<'A'\n\"\nA;\n#[Attr('x')]\n$b = \"\n# '\n\"; // it's\n"),
        ("lua", "a = [==[\n]] --[[ '\n]==] --[[\n' ]] b = '--'\n"),
        ("haskell", "f' = '\"' : \"{- \\\n  \\ -}\" {- ' {- \" -}\n-} -- it's\ng = foldl' (\\x -> x)\n"),
        ("csharp", "var a = @\"\n\"\" /*\n\"; var b = \"\"\"\n\" // '\n\"\"\"; /* '\n*/ char c = '\"';\n"),
        ("elixir", "a = ~S(\n\"\n)\nb = \"\"\"\n'\n\"\"\"\nc = ?\"\nd = ~r/\"/\n"),
        ("swift", "let a = #\"\"\"\n\"\"\" /*\n\"\"\"# /* /* */ '\n*/\n"),
        ("julia", "a = \"\"\"\n#=\n\"\"\" #= #= =# '\n=#\nb = c'\nd = '\"'\n"),
        ("scala", "val a = \"\"\"\n/* '\n\"\"\" /* /* */ \"\n*/\nval b = '\"'; val `c'` = 1\n"),
        ("groovy", "def a = '''\n/* \"\n''' /* '\n*/\ndef b = \"\"\"\n'\n\"\"\"\n"),
        ("ocaml", "let a = {x|\n(* \"\n|x} (* (* *) \"\n\" *)\nlet b = '\"'\n"),
    ] {
        assert_eq!(noted(&registry, language, source), None, "{language}\n{source}");
    }
}
