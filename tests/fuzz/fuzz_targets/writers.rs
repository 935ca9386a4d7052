//! Writes findings and a snapshot with whatever names through every format of the gate and of
//! reports. Each text is what its format promises: JSON that is read, XML that is well formed, rows of
//! Markdown of one width, lines without control characters. Never a panic.

#![no_main]

#[path = "../sample.rs"]
mod sample;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use arbitrary::Arbitrary;
use elcano::Registry;
use elcano::model::{
    Base, Check, Finding, Note, NoteKind, RepoPath, Severity, Skip, SnapshotRecord, SpaceKind, Span, Status, Verdict,
};
use elcano::report::formats::SummaryFormat;
use elcano::report::gate::GATE_FORMATS;
use elcano::report::output::Format as _;
use elcano::report::summary::Summary;
use elcano::store::Record;
use libfuzzer_sys::fuzz_target;
use quick_xml::events::Event;
use sample::SAMPLE;

#[derive(Arbitrary, Debug)]
struct Input {
    findings: Vec<Found>,
    prefix: Vec<u8>,
    failed: Vec<(Vec<u8>, String)>,
    stale: Vec<String>,
    reason: Option<String>,
    revision: String,
    reproduce: String,
    /// What the files hold already that formats merge with.
    existing: String,
    names: Vec<(Vec<u8>, String, String)>,
    skipped: u8,
}

#[derive(Arbitrary, Debug)]
struct Found {
    path: Vec<u8>,
    base_path: Option<Vec<u8>>,
    symbol: String,
    status: u8,
    warns: bool,
    kind: u8,
    value: Option<u32>,
    was: Option<u32>,
    line: u32,
    line_hash: Option<u64>,
    metric: u8,
}

fn pick<T: Copy>(all: &[T], at: u8) -> T {
    all[usize::from(at) % all.len()]
}

fn finding(found: &Found, reason: Option<&String>) -> Finding {
    let metric = &elcano::CATALOG[usize::from(found.metric) % elcano::CATALOG.len()];
    let status = pick(Status::ALL, found.status);
    Finding {
        rule: metric.id.to_owned(),
        level: if found.warns { Severity::Warn } else { Severity::Fail },
        status,
        path: RepoPath::new(found.path.clone()),
        symbol: found.symbol.clone(),
        ordinal: 0,
        body: None,
        shares_name: false,
        kind: pick(SpaceKind::ALL, found.kind),
        metric: metric.id,
        value: found.value.map(f64::from),
        limit: 25.0,
        base_value: found.was.map(f64::from),
        base_path: found.base_path.clone().map(RepoPath::new),
        base_line: found.was,
        span: Span { start_byte: 0, end_byte: 1, start_line: found.line, end_line: found.line },
        line: found.line.max(1),
        line_hash: found.line_hash.map(|hash| format!("{hash:x}:1")),
        fingerprint: "0".repeat(32),
        accepted: reason.filter(|_| status == Status::Known).cloned(),
    }
}

impl Input {
    fn check(&self) -> Check {
        let mut findings: Vec<_> = self.findings.iter().map(|found| finding(found, self.reason.as_ref())).collect();
        findings.sort_by(Finding::order);
        let revision = self.revision.clone();
        Check {
            verdict: Verdict::Fail,
            base: (!revision.is_empty()).then(|| Base { commit: "a".repeat(40), revision, chosen_by: "--base".into() }),
            prefix: RepoPath::new(self.prefix.clone()),
            rules: Vec::new(),
            findings,
            stale: self.stale.clone(),
            files_gated: 1,
            files_parsed: 1,
            files_failed: self.failed.iter().map(|(path, why)| (RepoPath::new(path.clone()), why.clone())).collect(),
            skipped: BTreeMap::from([(pick(Skip::ALL, self.skipped), u64::from(self.skipped))]),
            unseen: BTreeSet::new(),
            deltas: Vec::new(),
            reproduce: self.reproduce.clone(),
        }
    }

    /// The sample's snapshot under other names.
    fn summary(&self) -> Summary {
        let mut facts = SAMPLE.iter().filter_map(|record| if let Record::Facts(facts) = record { Some(facts) } else { None });
        let mut files = SAMPLE.iter().filter_map(|record| if let Record::Files(file) = record { Some(file) } else { None });
        let snapshot = SAMPLE.iter().find_map(|record| if let Record::Snapshots(found) = record { Some(found) } else { None });
        let (file, facts) = (files.next().expect("a file"), facts.next().expect("facts"));
        let name = self.names.first().map(|(_, name, _)| name.clone()).unwrap_or_default();
        let snapshot = SnapshotRecord {
            repository: name.clone(),
            reference: Some(name),
            ..snapshot.expect("a snapshot").clone()
        };
        let mut summary = Summary::new(snapshot, None, 20);
        for (path, symbol, detail) in &self.names {
            let (mut file, mut facts) = (file.clone(), facts.clone());
            file.path = RepoPath::new(path.clone());
            facts.spaces.iter_mut().skip(1).for_each(|space| space.qualified_name.clone_from(symbol));
            facts.notes.push(Note::new(NoteKind::ParseError, detail.clone()));
            summary.add(&file, Some(&facts));
        }
        summary
    }
}

static REGISTRY: LazyLock<Registry> = LazyLock::new(|| Registry::new().expect("specs"));

fuzz_target!(|input: Input| {
    let check = input.check();
    for format in GATE_FORMATS {
        let existing = if format.merges { input.existing.as_str() } else { "" };
        let text = (format.write)(&check, existing);
        match format.name {
            "json" | "sarif" | "gitlab" | "codeclimate" | "rdjson" | "sonar" | "badge" => is_json(&text),
            "checkstyle" | "junit" => is_xml(&text),
            "markdown" => is_markdown(&text),
            "summary" => {
                let again = (format.write)(&check, &text);
                assert_eq!(again, text, "a second attempt changes nothing");
            }
            "outputs" => {
                let own = text.strip_prefix(&input.existing).expect("what was there stays");
                assert!(own.lines().all(|line| line.is_empty() || line.contains('=')), "{own}");
                is_quiet(own);
            }
            _ => is_quiet(&text),
        }
    }
    let summary = input.summary();
    for format in SummaryFormat::all() {
        let text = format.write(&summary, &REGISTRY);
        match format.name() {
            "json" => is_json(&text),
            "markdown" => is_markdown(&text),
            _ => is_quiet(&text),
        }
    }
});

fn is_json(text: &str) {
    let value: serde_json::Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert!(value.is_object() || value.is_array());
    is_quiet(text);
}

fn is_xml(text: &str) {
    let mut reader = quick_xml::Reader::from_str(text);
    loop {
        match reader.read_event().unwrap_or_else(|error| panic!("{error}: {text}")) {
            Event::Start(tag) | Event::Empty(tag) => {
                tag.attributes().for_each(|attribute| drop(attribute.unwrap_or_else(|error| panic!("{error}: {text}"))));
            }
            Event::Eof => break,
            _ => {}
        }
    }
    is_quiet(text);
}

/// Rows of one table have as many cells.
fn is_markdown(text: &str) {
    let mut width = None;
    for line in text.lines() {
        let cells = line.starts_with('|').then(|| line.replace("\\\\", "").replace("\\|", "").matches('|').count());
        assert!(cells.is_none() || width.is_none() || cells == width, "{text}");
        width = cells;
    }
    is_quiet(text);
}

/// Nothing that moves a cursor, rings, or turns the direction of what follows.
fn is_quiet(text: &str) {
    let loud = |c: &char| (c.is_control() && *c != '\n') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if let Some(found) = text.chars().find(loud) {
        panic!("{found:?} in {text:?}");
    }
}
