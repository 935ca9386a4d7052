//! What the writers promise their consumers: numbers of annotations, bytes of a summary, escaping,
//! required keys.

use std::collections::{BTreeMap, BTreeSet};

use elcano::gate::line_hashes;
use elcano::model::{Base, Check, Finding, RepoPath, Severity, SpaceKind, Span, Status, Verdict};
use elcano::report::gate::{GATE_FORMATS, GateFormat};
use elcano::report::output::Format as _;
use serde_json::Value;

fn finding(at: u32, level: Severity, status: Status) -> Finding {
    Finding {
        rule: "cognitive".into(),
        level,
        status,
        path: RepoPath::from(format!("src/f{at}.py").as_str()),
        symbol: format!("f{at}"),
        ordinal: 0,
        body: None,
        shares_name: false,
        kind: SpaceKind::Function,
        metric: "cognitive",
        value: Some(f64::from(30 + at)),
        limit: 25.0,
        base_value: None,
        base_path: None,
        base_line: None,
        span: Span { start_byte: 0, end_byte: 10, start_line: 3, end_line: 9 },
        line: 4,
        line_hash: Some("abc:1".into()),
        fingerprint: format!("{at:032x}"),
        accepted: None,
    }
}

pub fn check(mut findings: Vec<Finding>) -> Check {
    findings.sort_by(Finding::order);
    let fails = findings.iter().any(|finding| finding.level == Severity::Fail);
    Check {
        verdict: if fails { Verdict::Fail } else { Verdict::Pass },
        base: Some(Base { commit: "a".repeat(40), revision: "HEAD^1".into(), chosen_by: "--base".into() }),
        prefix: RepoPath::default(),
        rules: Vec::new(),
        findings,
        stale: Vec::new(),
        files_gated: 1,
        files_parsed: 1,
        files_failed: Vec::new(),
        skipped: BTreeMap::new(),
        unseen: BTreeSet::new(),
        deltas: Vec::new(),
        reproduce: "elcano check".into(),
    }
}

pub fn many(count: u32) -> Check {
    check((0..count).map(|at| finding(at, Severity::Fail, Status::New)).collect())
}

pub fn written(name: &str, check: &Check) -> String {
    (<&GateFormat>::named(name).expect("a format").write)(check, "")
}

/// A path and a symbol that try to break out of every format.
pub fn hostile() -> Check {
    let mut finding = finding(1, Severity::Fail, Status::New);
    finding.path = RepoPath::from("a %,:\"<b>&'\n.py");
    finding.symbol = "</script><b>|`%25\r\n::error::x]]>\u{1}".into();
    check(vec![finding])
}

#[test]
fn five_thousand_findings_are_ten_errors_worst_first_and_a_count() {
    let text = written("github", &many(5000));
    let errors: Vec<&str> = text.lines().filter(|line| line.starts_with("::error ")).collect();
    assert_eq!(errors.len(), 10);
    assert!(errors[0].contains("f4999") && errors[9].contains("f4990"), "{errors:#?}");
    assert_eq!(text.lines().count(), 11);
    assert!(text.lines().last().is_some_and(|line| line.starts_with("::notice ") && line.contains("4990")));
    let mixed = check((0..30).map(|at| finding(at, Severity::ALL[at as usize % 2], Status::Regressed)).collect());
    let text = written("github", &mixed);
    let count = |command: &str| text.lines().filter(|line| line.starts_with(command)).count();
    assert_eq!((count("::error "), count("::warning "), count("::notice ")), (10, 10, 1));
}

#[test]
fn a_workflow_command_survives_its_content() {
    let text = written("github", &hostile());
    assert_eq!(text.lines().count(), 1, "{text}");
    let rest = text.trim_end().strip_prefix("::error file=").expect("an error");
    let (properties, message) = rest.split_once("::").expect("a message");
    let unescape = |text: &str| {
        let text = text.replace("%0A", "\n").replace("%0D", "\r").replace("%3A", ":").replace("%2C", ",");
        text.replace("%25", "%")
    };
    let path = properties.split(',').next().expect("the file");
    assert_eq!(unescape(path), "a %,:\"<b>&'\n.py");
    assert!(unescape(message).contains("``</script><b>|`%25\\r\\n::error::x]]>\\x01``"), "{message}");
}

#[test]
fn a_summary_keeps_within_its_bytes_and_replaces_only_its_own_block() {
    let summary = <&GateFormat>::named("summary").expect("a format").write;
    let others = "x".repeat(300 << 10) + "\n";
    let text = summary(&many(100_000), &others);
    assert!(text.len() <= 900 << 10 && text.len() > 800 << 10, "{}", text.len());
    assert!(text.starts_with(&others) && text.contains("did not fit"));
    let again = summary(&many(3), &(text.clone() + "after\n"));
    assert_eq!(again.matches("<!-- elcano check -->").count(), 1);
    assert!(again.starts_with(&others) && again.ends_with("after\n") && again.len() < others.len() + 2000);
    assert_eq!(again, summary(&many(3), &again), "a retry changes nothing");
    assert!(summary(&check(Vec::new()), "").contains("PASS"), "a clean run has its verdict");
}

#[test]
fn sarif_is_what_code_scanning_takes() {
    let sarif: Value = serde_json::from_str(&written("sarif", &hostile())).expect("JSON");
    assert_eq!(sarif["version"], "2.1.0");
    let run = &sarif["runs"][0];
    for rule in run["tool"]["driver"]["rules"].as_array().expect("rules") {
        for pointer in
            ["/id", "/name", "/shortDescription/text", "/fullDescription/text", "/help/text", "/help/markdown"]
        {
            let text = rule.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
            assert!(!text.is_empty() && text.len() <= 1024, "{pointer}: {rule:#}");
        }
        assert!(rule["properties"].get("security-severity").is_none());
    }
    let result = &run["results"][0];
    assert_eq!(result["ruleId"], run["tool"]["driver"]["rules"][0]["id"]);
    assert_eq!(result["partialFingerprints"]["primaryLocationLineHash"], "abc:1");
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!((&place["region"]["startLine"], &place["region"]["endLine"]), (&4.into(), &4.into()));
    assert_eq!(place["artifactLocation"]["uri"], "a%20%25%2C%3A%22%3Cb%3E%26%27%0A.py");
    let large: Value = serde_json::from_str(&written("sarif", &many(25_001))).expect("JSON");
    assert_eq!(large["runs"][0]["results"].as_array().map(Vec::len), Some(25_000));
    assert!(large.pointer("/runs/0/invocations/0/toolExecutionNotifications/0/message/text").is_some());
}

/// Values that follow from the definition alone: the window holds the end mark (65535) in its first
/// place, or in its second behind one letter.
#[test]
fn line_hashes_follow_the_definition() {
    assert_eq!(line_hashes(b""), ["c129715d7a2bc9a3:1"]);
    let windows = line_hashes("\u{10428}a\tb\r\n\r\nc".as_bytes());
    assert_eq!(windows.len(), 3);
    assert_eq!(windows, line_hashes("  \u{10428} ab\n\n c".as_bytes()));
}

#[test]
fn every_json_format_is_json_and_unique_where_it_must_be() {
    for name in ["json", "sarif", "gitlab", "codeclimate", "rdjson", "sonar", "badge"] {
        for check in [hostile(), many(3), check(Vec::new())] {
            let _: Value =
                serde_json::from_str(&written(name, &check)).unwrap_or_else(|error| panic!("{name}: {error}"));
        }
    }
    let gitlab: Value = serde_json::from_str(&written("gitlab", &many(50))).expect("JSON");
    let prints: BTreeSet<_> =
        gitlab.as_array().expect("issues").iter().map(|issue| issue["fingerprint"].to_string()).collect();
    assert_eq!(prints.len(), 50);
    for key in ["description", "check_name", "severity"] {
        assert!(gitlab[0][key].is_string(), "{key}");
    }
    assert_eq!(gitlab[0]["location"]["lines"]["begin"], 4);
    let badge: Value = serde_json::from_str(&written("badge", &many(2))).expect("JSON");
    assert_eq!((&badge["schemaVersion"], &badge["isError"]), (&1.into(), &true.into()));
}

/// A reader of as much XML as the writers write: tags balance, attributes are quoted, no stray
/// markup.
fn well_formed(text: &str) {
    let mut open = Vec::new();
    let body = text.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n").expect("a declaration");
    assert!(body.chars().all(|character| character >= ' ' || character == '\n'), "{body}");
    for tag in body.split('<').skip(1) {
        let (tag, after) = tag.split_once('>').expect("a closed tag");
        assert!(!after.contains('>'), "{after}");
        assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name));
        } else if !tag.ends_with('/') {
            open.push(tag.split(' ').next().expect("a name"));
        }
    }
    assert!(open.is_empty(), "{open:?}");
    assert!(!text.split('&').skip(1).any(|part| !part.contains(';')), "{text}");
}

#[test]
fn xml_is_well_formed_whatever_is_in_it() {
    for name in ["checkstyle", "junit"] {
        for check in [hostile(), many(3), check(Vec::new())] {
            well_formed(&written(name, &check));
        }
    }
    let junit = written("junit", &many(3));
    assert!(junit.contains("tests=\"3\" failures=\"3\" errors=\"0\""), "{junit}");
}

#[test]
fn markdown_and_prometheus_hold_what_they_are_given() {
    let markdown = written("markdown", &hostile());
    let row = markdown.lines().find(|line| line.starts_with("| fail")).expect("a row");
    // In a span of code nothing is markup.
    assert!(row.contains("| ``&lt;/script>&lt;b>\\|`%25\\r\\n::error::x]]>\\x01`` |"), "{row}");
    assert_eq!(markdown.matches('<').count(), row.matches('<').count(), "{markdown}");
    assert_eq!(row.replace("\\|", "").matches('|').count(), 6, "{row}");
    let prometheus = written("prometheus", &many(3));
    assert!(prometheus.ends_with('\n') && prometheus.contains("elcano_gate_pass 0\n"));
    assert!(prometheus.contains("elcano_gate_findings{status=\"new\",level=\"fail\"} 3\n"), "{prometheus}");
    for line in prometheus.lines().filter(|line| !line.starts_with('#')) {
        let (name, value) = line.rsplit_once(' ').expect("a value");
        assert!(name.starts_with("elcano_gate_") && value.parse::<u64>().is_ok(), "{line}");
    }
}

#[test]
fn every_format_has_its_name_once_and_mistakes_get_a_suggestion() {
    let names: BTreeSet<_> = GATE_FORMATS.iter().map(|format| format.name).collect();
    assert_eq!(names.len(), GATE_FORMATS.len());
    assert!(<&GateFormat>::named("sarfi").is_err_and(|error| error.contains("sarif")));
}
