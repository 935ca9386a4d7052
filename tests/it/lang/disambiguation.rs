//! Extensions of several languages: the text decides, the same for the walk, for its explanation, for
//! a single file and for files of a commit.

use elcano::lang::Registry;
use elcano::report::labels::label;
use serde_json::Value;

use crate::support::Repo;

const FILES: [(&str, &str, &str); 8] = [
    ("plain.h", "#pragma once\nstruct shape { int sides; };\nint area(struct shape *of);\n", "c"),
    ("guarded.h", "#ifdef __cplusplus\nextern \"C\" {\n#endif\nint f(void);\n#ifdef __cplusplus\n}\n#endif\n", "c"),
    ("comment.h", "/*\nclass of its own\n*/\n/* private: */\nint class_of(int a);\n", "c"),
    ("empty.h", "", "c"),
    ("shape.h", "#pragma once\n\nclass Shape {\npublic:\n  int sides() const;\n};\n", "cpp"),
    ("deep.h", "#ifndef A\n#define A\nnamespace a {\n  template <typename T> T b(T c);\n}\n#endif\n", "cpp"),
    ("View.h", "#import <UIKit/UIKit.h>\n\n@interface View : UIView\n- (int)sides;\n@end\n", "objc"),
    ("View.m", "#import \"View.h\"\n\n@implementation View\n@end\n", "objc"),
];

#[test]
fn the_text_decides() {
    let registry = Registry::new().unwrap();
    for (name, text, language) in FILES {
        assert_eq!(registry.by_content(name.as_bytes(), text.as_bytes()), Some(language), "{name}");
    }
    assert!(registry.is_ambiguous(b"a.h"));
    for name in ["a.c", "a.hpp", "a.m", "a.py", "h", "Makefile", "a.unknown"] {
        assert!(!registry.is_ambiguous(name.as_bytes()), "{name}");
        assert_eq!(registry.by_content(name.as_bytes(), b"class A"), registry.by_name(name.as_bytes()), "{name}");
    }
}

#[test]
fn a_disambiguation_is_between_languages_of_this_build() {
    let registry = Registry::new().unwrap();
    let mut found = 0;
    for id in registry.ids() {
        let spec = registry.spec(id).unwrap().0;
        for other in &spec.disambiguations {
            found += 1;
            assert!(spec.extensions.contains(&other.extension), "{id} does not list .{}", other.extension);
            assert_ne!(other.language, id);
            assert!(!other.starts_with.is_empty(), "{id}: .{}", other.extension);
            let start = format!("{}\n", other.starts_with[0]);
            let name = format!("a.{}", other.extension);
            let winner = registry.by_content(name.as_bytes(), start.as_bytes());
            assert_eq!(winner, Some(other.language.as_str()), "{id}: `{}`", other.starts_with[0]);
        }
    }
    assert!(found > 0);
}

#[test]
fn a_scan_and_its_explanation_agree() {
    let registry = Registry::new().unwrap();
    let files: Vec<_> = FILES.iter().map(|(name, text, _)| (*name, *text)).collect();
    let repo = Repo::with(&files);
    repo.elcano(&["scan"]);
    let csv = repo.elcano(&["query", "SELECT path, language FROM file_metrics ORDER BY path", "--format", "csv"]);
    let mut expected: Vec<_> = FILES.iter().map(|(name, _, language)| format!("{name},{language}")).collect();
    expected.sort();
    assert_eq!(csv.out.lines().skip(1).collect::<Vec<_>>(), expected, "{}", csv.err);
    for (name, _, language) in FILES {
        let explained = repo.elcano(&["scan", "--explain-path", name]);
        let label = label(&registry, language);
        assert!(explained.out.contains(&format!("measured as {label}\n")), "{name}: {}", explained.out);
        let measured: Value = serde_json::from_str(&repo.elcano(&["measure", name]).out).unwrap();
        assert!(measured.to_string().contains(&format!("\"{language}\"")), "{measured}");
    }
}
