//! Every dependency of Cargo.toml is used by something.

use std::collections::BTreeSet;
use std::fs;

use super::source::{SourceFile, root, sources, words};

fn manifest() -> toml::Table {
    fs::read_to_string(root().join("Cargo.toml")).expect("the manifest").parse().expect("TOML")
}

/// The crates of a section of the manifest.
fn listed(manifest: &toml::Table, section: &str) -> Vec<String> {
    manifest[section].as_table().expect("a section of the manifest").keys().cloned().collect()
}

/// The words of code that stand before `::`, after `use` or `extern crate`. Some are modules and
/// types.
fn crates(files: &[SourceFile]) -> BTreeSet<&str> {
    let mut crates = BTreeSet::new();
    for file in files {
        let mut before = "";
        for (at, word) in words(&file.code) {
            let rest = &file.code[at + word.len()..];
            if (rest.starts_with("::") && !file.code[..at].ends_with("::")) || matches!(before, "use" | "crate") {
                crates.insert(word);
            }
            before = word;
        }
    }
    crates
}

/// The crates of grammars: a spec names its own, and the build makes code of that.
fn grammars() -> BTreeSet<String> {
    let specs = fs::read_dir(root().join("src/lang/specs")).expect("the specs");
    let texts = specs.map(|entry| fs::read_to_string(entry.expect("an entry").path()).expect("a spec"));
    let named = texts.filter_map(|text| {
        let spec: toml::Table = text.parse().expect("a spec is TOML");
        spec.get("crate").and_then(toml::Value::as_str).map(str::to_owned)
    });
    named.collect()
}

#[test]
fn every_dependency_is_used() {
    let (manifest, grammars) = (manifest(), grammars());
    let build = fs::read_to_string(root().join("build.rs")).expect("build.rs");
    let sections = [
        ("dependencies", sources(&["src"])),
        ("dev-dependencies", sources(&["tests/it", "benches"])),
        ("build-dependencies", vec![SourceFile::new("build.rs", build)]),
    ];
    let mut unused = Vec::new();
    for (section, files) in &sections {
        let used = crates(files);
        assert!(used.contains("std"), "no code was read for {section}");
        let listed = listed(&manifest, section).into_iter();
        let idle = listed.filter(|name| !used.contains(name.replace('-', "_").as_str()) && !grammars.contains(name));
        unused.extend(idle.map(|name| format!("{name} in [{section}]")));
    }
    assert!(unused.is_empty(), "nothing uses {}", unused.join(", "));
}

#[test]
fn a_crate_is_used_by_its_path_or_by_use() {
    let text = "use toml;\nuse serde::{Deserialize, de::regex};\n#[derive(thiserror::Error)] // blake3::hash\n\
                struct A; fn b() { \"sha1::x\"; uuid::Uuid::new_v4(); }";
    let files = [SourceFile::new("src/a.rs", text.to_owned())];
    let used = crates(&files);
    assert_eq!(used.into_iter().collect::<Vec<_>>(), ["de", "serde", "thiserror", "toml", "uuid"]);
}
