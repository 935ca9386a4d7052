//! Parse health: how much of each language was not understood, in the report and in the exports.

use serde_json::Value;

use crate::support::Repo;

fn sample() -> Repo {
    Repo::with(&[
        ("good.py", "def f():\n    return 1\n"),
        ("bad.py", "def f(:\n    return ) 1\n"),
        ("worse.py", "def f(:\n    return ) 1\n)))) ]]]] )))) ]]]]\n"),
        ("good.lua", "local a = 1\n"),
        ("open.hs", "module M where\nf = 1\n{- no end\n\ng = 2\n"),
    ])
}

#[test]
fn the_report_names_languages_with_parse_errors_and_their_worst_file() {
    let repo = sample();
    repo.elcano(&["scan"]);
    let text = repo.elcano(&["report"]).out;
    let section = text.split("\n\n").find(|section| section.starts_with("Parse health")).expect("a section");
    assert!(section.contains("Python") && section.contains("worse.py"), "{section}");
    assert!(section.contains("Haskell"), "a language with lost code is not listed:\n{section}");
    let report: Value = serde_json::from_str(&repo.elcano(&["report", "--format", "json"]).out).unwrap();
    let languages = report["languages"].as_array().unwrap();
    let of = |id: &str| languages.iter().find(|totals| totals["language"] == id).unwrap();
    assert_eq!((&of("python")["broken_files"], &of("python")["worst_file"]), (&2.into(), &"worse.py".into()));
    assert_eq!((&of("lua")["broken_files"], &of("lua")["worst_file"]), (&0.into(), &Value::Null));
    assert_eq!((&of("haskell")["error_bytes"], &of("haskell")["lost_code_files"]), (&0.into(), &1.into()));
    assert_eq!((&of("python")["lost_code_files"], &report["total"]["lost_code_files"]), (&0.into(), &1.into()));
    assert_eq!(report["total"]["worst_file"], "worse.py");
}

#[test]
fn a_repository_without_errors_has_no_such_section() {
    let repo = Repo::with(&[("good.lua", "local a = 1\n")]);
    repo.elcano(&["scan"]);
    let text = repo.elcano(&["report"]).out;
    assert!(text.contains("Languages") && !text.contains("Parse health"), "{text}");
}

#[test]
fn the_view_says_the_same() {
    let repo = sample();
    repo.elcano(&["scan"]);
    let sql = "SELECT language, files, broken_files, error_bytes > 0, error_percent > 1, worst_file, \
               lost_code_files FROM parse_health";
    let csv = repo.elcano(&["query", sql, "--format", "csv"]);
    let rows: Vec<_> = csv.out.lines().skip(1).collect();
    assert_eq!(
        rows,
        ["python,3,2,true,true,worse.py,0", "haskell,1,0,false,false,,1", "lua,1,0,false,false,,0"],
        "{}{}",
        csv.out,
        csv.err
    );
}

#[test]
fn a_file_whose_parser_might_not_come_to_an_end_is_noted_and_not_parsed() {
    let registry = crate::support::languages::registry();
    let engine = crate::support::languages::engine(&registry, "perl");
    let notes = |source: &str| {
        let facts = crate::support::languages::facts(&engine, source.as_bytes(), elcano::model::Level::Metrics);
        assert_eq!(facts.spaces.is_empty(), !facts.notes.is_empty(), "{source:?}");
        facts.notes.into_iter().map(|note| note.kind).collect::<Vec<_>>()
    };
    let refused = [elcano::model::NoteKind::ParseBudget];
    for refused_source in
        ["print <<EOT;\na $b", "print <<EOT;\n@\u{a0}\n", "print <<~EOT;\n$x->\u{2028}\n \n", "print << \"EOT\";"]
    {
        assert_eq!(notes(refused_source), refused, "{refused_source:?}");
    }
    for measured in ["print <<EOT;\na $b\nEOT\n", "print 1;", "my $x = 1 << 2;", "$x <<= $y"] {
        assert_eq!(notes(measured), [], "{measured:?}");
    }
}
