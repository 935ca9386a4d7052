//! Pointers of Git LFS: what they point to is not here, so that nothing is measured and nothing is
//! compared.

use super::{Repo, check, function, is_clean, scan};

fn pointer(size: u32) -> String {
    format!("version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize {size}\n", "0a".repeat(32))
}

/// `a.py` is a pointer in the commit; git would have a filter put the content there.
fn with_pointer() -> Repo {
    let repo = Repo::with(&[("a.py", &pointer(1)), ("b.py", "b = 1\n"), (".gitattributes", "a.py filter=lfs -text\n")]);
    repo.init().commit("one");
    repo
}

#[test]
fn a_pointer_is_skipped_under_a_reason_of_its_own() {
    let repo = with_pointer();
    let scanned = scan(&repo);
    assert_eq!((&scanned["files_found"], &scanned["skipped"]["lfs_pointer"]), (&1.into(), &1.into()), "{scanned:#}");
    assert!(repo.elcano(&["report"]).out.contains("lfs_pointer"));
    let explained = repo.elcano(&["scan", "--explain-path", "a.py"]);
    assert!(explained.out.contains("not measured: lfs_pointer"), "{}", explained.out);
    let views = repo.elcano(&["query", "SELECT path, skip FROM files WHERE skip IS NOT NULL", "--format", "csv"]);
    assert!(views.out.contains("a.py,lfs_pointer"), "{}{}", views.out, views.err);
    let ran = check(&repo, &[]);
    is_clean(&ran, "everything");
    assert_eq!(ran.document()["skipped"]["lfs_pointer"], 1, "{}", ran.out);
}

#[test]
fn content_that_a_filter_put_in_place_of_a_pointer_is_not_new() {
    let repo = with_pointer();
    repo.file("a.py", function("f", 30));
    let ran = check(&repo, &["--base", "HEAD"]);
    is_clean(&ran, "the pointer is the same");
    assert_eq!(ran.document()["skipped"]["lfs_pointer"], 1, "{}", ran.out);
    // Without a base what is on disk counts.
    assert_eq!(check(&repo, &[]).found("new"), ["a.py f cognitive fail"]);
}

#[test]
fn a_pointer_in_place_of_code_fixes_nothing() {
    let repo = Repo::with(&[("a.py", &function("f", 30)), ("b.py", "b = 1\n")]);
    repo.init().commit("one");
    repo.file("a.py", pointer(2));
    is_clean(&check(&repo, &["--base", "HEAD"]), "on disk");
    repo.commit("two");
    is_clean(&check(&repo, &["--base", "HEAD^"]), "in the commit");
    let diff = repo.elcano(&["diff", "HEAD^", "HEAD", "--json"]).json();
    assert_eq!(diff["functions"], serde_json::json!([]));
}

#[test]
fn code_in_place_of_a_pointer_is_new() {
    let repo = with_pointer();
    repo.file(".gitattributes", "").file("a.py", function("f", 30));
    repo.commit("two");
    let ran = check(&repo, &["--base", "HEAD^"]);
    assert_eq!(ran.found("new"), ["a.py f cognitive fail"], "{}", ran.out);
    // Two commits of which one has no content cannot be compared.
    let diff = repo.elcano(&["diff", "HEAD^", "HEAD", "--json"]).json();
    assert_eq!(diff["functions"], serde_json::json!([]));
}

#[test]
fn what_is_accepted_in_a_file_that_is_a_pointer_now_stays_so() {
    let repo = Repo::with(&[("a.py", &function("f", 30)), ("b.py", "b = 1\n")]);
    let limits = &super::COGNITIVE[..6];
    assert_eq!(repo.elcano(&[&["baseline", "write"], limits].concat()).code, 0);
    repo.file("a.py", pointer(3));
    assert_eq!(check(&repo, &[]).document()["stale"], serde_json::json!([]));
    assert_eq!(repo.elcano(&[&["baseline", "prune"], limits].concat()).code, 0);
    assert!(std::fs::read_to_string(repo.path("elcano-baseline.jsonl")).expect("it").contains("a.py"));
}

#[test]
fn code_that_begins_like_a_pointer_is_code() {
    let repo = Repo::with(&[("a.py", &(pointer(4) + &function("f", 30))), ("b.py", &("# ".to_owned() + &pointer(5)))]);
    let scanned = scan(&repo);
    assert_eq!(scanned["files_found"], 2, "{scanned:#}");
    assert!(scanned["skipped"].get("lfs_pointer").is_none());
    assert_eq!(check(&repo, &[]).found("new"), ["a.py f cognitive fail"]);
}
