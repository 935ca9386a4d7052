//! Makes the list of embedded languages from the specs, so that a language needs no Rust, and lets
//! the built binary find the DuckDB library that scripts/libduckdb.sh fetched.

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-env-changed=DUCKDB_LIB_DIR");
    let root = env::var("CARGO_MANIFEST_DIR")?;
    if let Ok(folder) = env::var("DUCKDB_LIB_DIR") {
        // Relative when .cargo/config.toml sets it; a running binary needs the whole path.
        println!("cargo::rustc-link-arg=-Wl,-rpath,{}", Path::new(&root).join(folder).display());
    }
    let list = languages(Path::new(&root))?;
    fs::write(Path::new(&env::var("OUT_DIR")?).join("languages.rs"), list)?;
    Ok(())
}

/// The list as Rust source, one element a spec, sorted by id; a spec whose grammar feature is off
/// is left out.
fn languages(root: &Path) -> Result<String, Box<dyn std::error::Error>> {
    let specs = root.join("src/lang/specs");
    // Relative, so that clones which share a target folder each look at their own.
    println!("cargo::rerun-if-changed=src/lang/specs");
    println!("cargo::rerun-if-changed=Cargo.lock");
    let lock: toml::Table = fs::read_to_string(root.join("Cargo.lock"))?.parse()?;
    let mut paths =
        fs::read_dir(&specs)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>()?;
    paths.sort();
    let mut list = String::from("pub(super) static EMBEDDED: &[Embedded] = &[\n");
    for path in paths.iter().filter(|path| path.extension().is_some_and(|extension| extension == "toml")) {
        let spec: toml::Table =
            fs::read_to_string(path)?.parse().map_err(|error| format!("{}: {error}", path.display()))?;
        let word = |key: &str| {
            spec.get(key).and_then(toml::Value::as_str).ok_or_else(|| format!("{}: no `{key}`", path.display()))
        };
        let (krate, grammar) = (word("crate")?, word("grammar")?);
        let version = version_of(&lock, krate).ok_or_else(|| format!("{krate} is not in Cargo.lock"))?;
        let id = path.file_stem().and_then(|stem| stem.to_str()).ok_or("a spec's file name is not UTF-8")?;
        writeln!(
            list,
            "    #[cfg(feature = \"{krate}\")]\n    Embedded {{ id: \"{id}\", spec: include_str!({:?}), grammar: || {grammar}.into(), version: \"{version}\" }},",
            path.display().to_string(),
        )?;
    }
    list.push_str("];\n");
    if let Some(version) = version_of(&lock, "tokei") {
        writeln!(list, "#[cfg(feature = \"tokei\")]\npub(super) const TOKEI_VERSION: &str = \"{version}\";")?;
    }
    Ok(list)
}

fn version_of<'a>(lock: &'a toml::Table, krate: &str) -> Option<&'a str> {
    let packages = lock.get("package")?.as_array()?;
    let package = packages.iter().find(|package| package.get("name").and_then(toml::Value::as_str) == Some(krate))?;
    package.get("version")?.as_str()
}
