//! What the language tests share: engines, fixture files, and what must hold of the facts of any
//! bytes at all.

use std::fs;
use std::path::{Path, PathBuf};

use bstr::ByteSlice as _;
use elcano::lang::{Policy, Registry};
use elcano::measure::{Analyzer, FileLimits, Options};
use elcano::model::{ContentId, FileFacts, Level, NoteKind, SpaceKind};

/// A fixture: a file of `tests/fixtures/<language>/`.
pub struct Fixture {
    pub path: PathBuf,
    pub bytes: Vec<u8>,
}

impl Fixture {
    /// Its path below `tests/`.
    pub fn name(&self) -> String {
        self.path.strip_prefix(tests()).expect("a fixture lies below tests/").display().to_string()
    }
}

pub fn tests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

pub fn registry() -> Registry {
    Registry::new().expect("every embedded spec can be read")
}

pub fn engine(registry: &Registry, language: &'static str) -> Analyzer {
    let policy = Policy::load("default", language).expect("the default policy can be read");
    Analyzer::of_tree(registry.language(language).expect("the spec fits its grammar"), policy)
}

pub fn facts(engine: &Analyzer, bytes: &[u8], level: Level) -> FileFacts {
    engine.measure(ContentId::of(bytes), bytes, Options { level, limits: FileLimits::default() })
}

/// The files of a folder, sorted; none where the folder is missing.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("the folder can be read").path()).collect();
    paths.sort();
    paths
}

/// The fixtures of a language, sorted by path.
pub fn fixtures(language: &'static str) -> Vec<Fixture> {
    let is_source = |path: &PathBuf| !path.to_string_lossy().ends_with(".golden.json");
    let paths = files(&tests().join("fixtures").join(language)).into_iter().filter(is_source);
    let read = |path: PathBuf| Fixture { bytes: fs::read(&path).expect("a fixture can be read"), path };
    paths.map(read).collect()
}

/// The invariants that the facts of `bytes` break.
pub fn broken_invariants(facts: &FileFacts, bytes: &[u8]) -> Vec<String> {
    let mut broken = Vec::new();
    let mut check = |holds: bool, what: String| {
        if !holds {
            broken.push(what);
        }
    };
    for note in &facts.notes {
        check(note.kind != NoteKind::Panicked, format!("panicked: {}", note.detail));
    }
    let Some(unit) = facts.spaces.first() else { return broken };
    // An upper bound: the LF of a CRLF begins a row here.
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let rows = || text.split(|byte| matches!(byte, b'\n' | b'\r'));
    // A line continuation alone is no token.
    let white = rows().filter(|row| matches!(row.trim(), b"" | b"\\")).count();
    check(unit.kind == SpaceKind::Unit && unit.parent.is_none(), "the first space is not the unit".into());
    check(unit.metrics.blank as usize <= white, format!("{} blank rows of {white} white ones", unit.metrics.blank));
    check(facts.error_bytes <= facts.bytes, format!("{} error bytes of {}", facts.error_bytes, facts.bytes));
    let of_kind = |kind: SpaceKind| facts.spaces.iter().filter(|space| space.kind == kind).count();
    check(of_kind(SpaceKind::Function) == unit.metrics.functions as usize, "functions are lost".into());
    check(of_kind(SpaceKind::Closure) == unit.metrics.closures as usize, "closures are lost".into());
    for (index, space) in facts.spaces.iter().enumerate() {
        let (m, name) = (&space.metrics, format!("{:?} at line {}", space.qualified_name, space.start_line));
        let read = m.sloc - m.blank.min(m.sloc);
        check(m.blank <= m.sloc, format!("{name}: more blank rows than rows"));
        check(
            read >= m.ploc.max(m.cloc),
            format!("{name}: {read} rows with text, {} code, {} comment", m.ploc, m.cloc),
        );
        check(read <= m.ploc + m.cloc, format!("{name}: {read} rows with text, {} code, {} comment", m.ploc, m.cloc));
        check(m.operators_distinct <= m.operators && m.operands_distinct <= m.operands, format!("{name}: halstead"));
        check(m.sloc == space.end_line + 1 - space.start_line || bytes.is_empty(), format!("{name}: sloc {}", m.sloc));
        if space.kind.is_function() {
            check(m.cyclomatic >= 1 && m.cyclomatic_modified >= 1, format!("{name}: cyclomatic below 1"));
        }
        check(space.start_byte <= space.end_byte && space.end_byte as usize <= bytes.len(), format!("{name}: span"));
        let Some(parent) = space.parent else {
            check(index == 0, format!("{name}: no parent"));
            continue;
        };
        let Some(parent) = facts.spaces[..index].get(parent as usize) else {
            check(false, format!("{name}: its parent does not come before it"));
            continue;
        };
        let inside = parent.start_byte <= space.start_byte && space.end_byte <= parent.end_byte;
        check(inside, format!("{name}: not inside its parent"));
        check(
            parent.metrics.sloc >= m.sloc && parent.metrics.ploc >= m.ploc,
            format!("{name}: more rows than its parent"),
        );
        let before = &facts.spaces[index - 1];
        check(before.start_byte <= space.start_byte, format!("{name}: not in source order"));
    }
    broken
}
