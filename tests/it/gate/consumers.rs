//! The gate's formats as their consumers read them: through the types of the official schema,
//! through the readers that others use, and where a format has neither, against the members that
//! its documentation names.

use elcano::model::Rule;
use serde_json::Value;

use super::formats::{check, hostile, many, written};

fn samples() -> [elcano::model::Check; 3] {
    [hostile(), many(30), check(Vec::new())]
}

/// Every member of the log is one that the schema of SARIF 2.1.0 knows, for nothing is lost in its
/// types.
#[test]
fn sarif_passes_through_the_types_of_its_schema() {
    for sample in samples() {
        let text = written("sarif", &sample);
        let log: serde_sarif::sarif::Sarif = serde_json::from_str(&text).expect("a log of the schema");
        let (again, first) = (serde_json::to_value(&log).expect("JSON"), serde_json::from_str::<Value>(&text));
        lost(&first.expect("JSON"), &again, "");
    }
}

/// Fails where a member of the first is not in the second; numbers may be written differently.
fn lost(first: &Value, second: &Value, place: &str) {
    match (first, second) {
        (Value::Object(first), Value::Object(second)) => {
            for (key, value) in first {
                let other = second.get(key).unwrap_or_else(|| panic!("{place}/{key} is not of the schema"));
                lost(value, other, &format!("{place}/{key}"));
            }
        }
        (Value::Array(first), Value::Array(second)) => {
            assert_eq!(first.len(), second.len(), "{place}");
            first.iter().zip(second).for_each(|(one, other)| lost(one, other, place));
        }
        (Value::Number(first), Value::Number(second)) => assert_eq!(first.as_f64(), second.as_f64(), "{place}"),
        _ => assert_eq!(first, second, "{place}"),
    }
}

#[test]
fn junit_is_read_by_a_test_runner() {
    let rule = Rule { id: "cognitive".into(), metric: "cognitive", warn: None, fail: Some(25.0), rows_min: 0 };
    for (mut sample, count) in samples().into_iter().zip([1, 30, 0]) {
        sample.rules = vec![rule.clone()];
        let text = written("junit", &sample);
        let report = quick_junit::Report::deserialize_from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        assert_eq!((report.failures, report.errors), (count, 0));
        let cases: Vec<_> = report.test_suites.iter().flat_map(|suite| &suite.test_cases).collect();
        let failed =
            |case: &&&quick_junit::TestCase| matches!(case.status, quick_junit::TestCaseStatus::NonSuccess { .. });
        assert_eq!(cases.iter().filter(failed).count(), count, "{text}");
        assert!(!cases.is_empty(), "a report without a case is taken for a run that did not happen: {text}");
    }
}

#[test]
fn prometheus_is_scraped() {
    for sample in samples() {
        let text = written("prometheus", &sample);
        let lines = text.lines().map(|line| Ok(line.to_owned()));
        let scrape = prometheus_parse::Scrape::parse(lines).expect("the text format");
        let values = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).count();
        assert_eq!(scrape.samples.len(), values, "{text}");
        for found in &scrape.samples {
            assert!(scrape.docs.contains_key(&found.metric), "{} has no help: {text}", found.metric);
            let labels: Vec<_> = found.labels.keys().collect();
            assert!(labels.iter().all(|label| !["path", "symbol"].contains(&label.as_str())), "{labels:?}");
        }
    }
}

/// What a member must be.
enum Is {
    Text,
    Whole,
    Flag,
    OneOf(&'static [&'static str]),
    Each(&'static [Member]),
    Of(&'static [Member]),
}

/// Name, whether it may be absent, what it is.
type Member = (&'static str, bool, Is);

const MUST: bool = false;
const MAY: bool = true;

/// Checks an object: each member is known and right, and none that must be there is absent.
fn conforms(value: &Value, members: &[Member], place: &str) {
    let object = value.as_object().unwrap_or_else(|| panic!("{place}: an object is expected: {value}"));
    for key in object.keys() {
        assert!(members.iter().any(|(name, ..)| name == key), "{place}: `{key}` is unknown");
    }
    for (name, optional, is) in members {
        let Some(member) = object.get(*name) else {
            assert!(*optional, "{place}: `{name}` is missing: {value}");
            continue;
        };
        let place = format!("{place}/{name}");
        match is {
            Is::Text => assert!(member.as_str().is_some_and(|text| !text.is_empty()), "{place}: {member}"),
            Is::Whole => assert!(member.as_u64().is_some(), "{place}: {member}"),
            Is::Flag => assert!(member.is_boolean(), "{place}: {member}"),
            Is::OneOf(words) => assert!(member.as_str().is_some_and(|text| words.contains(&text)), "{place}: {member}"),
            Is::Of(inner) => conforms(member, inner, &place),
            Is::Each(inner) => {
                let list = member.as_array().unwrap_or_else(|| panic!("{place}: a list is expected"));
                list.iter().for_each(|one| conforms(one, inner, &place));
            }
        }
    }
}

/// GitLab's documentation of Code Quality; it reads these members of a Code Climate issue.
const GITLAB: &[Member] = &[
    ("description", MUST, Is::Text),
    ("check_name", MUST, Is::Text),
    ("fingerprint", MUST, Is::Text),
    ("severity", MUST, Is::OneOf(&["info", "minor", "major", "critical", "blocker"])),
    (
        "location",
        MUST,
        Is::Of(&[
            ("path", MUST, Is::Text),
            ("lines", MUST, Is::Of(&[("begin", MUST, Is::Whole), ("end", MAY, Is::Whole)])),
        ]),
    ),
];

/// The Code Climate specification of an engine's issue.
const CODECLIMATE: &[Member] = &[
    ("type", MUST, Is::OneOf(&["issue"])),
    ("check_name", MUST, Is::Text),
    ("description", MUST, Is::Text),
    ("content", MAY, Is::Of(&[("body", MUST, Is::Text)])),
    (
        "location",
        MUST,
        Is::Of(&[
            ("path", MUST, Is::Text),
            ("lines", MUST, Is::Of(&[("begin", MUST, Is::Whole), ("end", MAY, Is::Whole)])),
        ]),
    ),
    ("remediation_points", MAY, Is::Whole),
    ("severity", MAY, Is::OneOf(&["info", "minor", "major", "critical", "blocker"])),
    ("fingerprint", MAY, Is::Text),
];

const POSITION: &[Member] = &[("line", MUST, Is::Whole), ("column", MAY, Is::Whole)];

/// Reviewdog's Diagnostic Format.
const RDJSON: &[Member] = &[
    ("source", MAY, Is::Of(&[("name", MUST, Is::Text), ("url", MAY, Is::Text)])),
    ("severity", MAY, Is::OneOf(&["ERROR", "WARNING", "INFO"])),
    (
        "diagnostics",
        MUST,
        Is::Each(&[
            ("message", MUST, Is::Text),
            (
                "location",
                MUST,
                Is::Of(&[
                    ("path", MUST, Is::Text),
                    ("range", MAY, Is::Of(&[("start", MUST, Is::Of(POSITION)), ("end", MAY, Is::Of(POSITION))])),
                ]),
            ),
            ("severity", MAY, Is::OneOf(&["ERROR", "WARNING", "INFO"])),
            ("source", MAY, Is::Of(&[("name", MUST, Is::Text), ("url", MAY, Is::Text)])),
            ("code", MAY, Is::Of(&[("value", MUST, Is::Text), ("url", MAY, Is::Text)])),
        ]),
    ),
];

/// SonarQube's generic issue format since 10.3; the description of a rule is not optional in every
/// edition.
const SONAR: &[Member] = &[
    (
        "rules",
        MUST,
        Is::Each(&[
            ("id", MUST, Is::Text),
            ("name", MUST, Is::Text),
            ("description", MUST, Is::Text),
            ("engineId", MUST, Is::Text),
            ("cleanCodeAttribute", MUST, Is::OneOf(&["FOCUSED", "MODULAR", "CLEAR", "LOGICAL", "DISTINCT"])),
            (
                "impacts",
                MUST,
                Is::Each(&[
                    ("softwareQuality", MUST, Is::OneOf(&["MAINTAINABILITY", "RELIABILITY", "SECURITY"])),
                    ("severity", MUST, Is::OneOf(&["BLOCKER", "HIGH", "MEDIUM", "LOW", "INFO"])),
                ]),
            ),
        ]),
    ),
    (
        "issues",
        MUST,
        Is::Each(&[
            ("ruleId", MUST, Is::Text),
            ("effortMinutes", MAY, Is::Whole),
            (
                "primaryLocation",
                MUST,
                Is::Of(&[
                    ("message", MUST, Is::Text),
                    ("filePath", MUST, Is::Text),
                    (
                        "textRange",
                        MAY,
                        Is::Of(&[
                            ("startLine", MUST, Is::Whole),
                            ("startColumn", MAY, Is::Whole),
                            ("endLine", MAY, Is::Whole),
                            ("endColumn", MAY, Is::Whole),
                        ]),
                    ),
                ]),
            ),
        ]),
    ),
];

/// The endpoint of shields.io.
const BADGE: &[Member] = &[
    ("schemaVersion", MUST, Is::Whole),
    ("label", MUST, Is::Text),
    ("message", MUST, Is::Text),
    ("color", MAY, Is::Text),
    ("isError", MAY, Is::Flag),
];

#[test]
fn json_formats_have_the_members_that_their_readers_document() {
    for sample in samples() {
        let read = |name: &str| serde_json::from_str::<Value>(&written(name, &sample)).expect("JSON");
        for (name, members) in [("gitlab", GITLAB), ("codeclimate", CODECLIMATE)] {
            let list = read(name);
            list.as_array().expect("a list").iter().for_each(|one| {
                let mut one = one.clone();
                if name == "codeclimate" {
                    let categories = one.as_object_mut().expect("an object").remove("categories");
                    assert_eq!(categories, Some(serde_json::json!(["Complexity"])));
                }
                conforms(&one, members, name);
            });
        }
        for (name, members) in [("rdjson", RDJSON), ("sonar", SONAR), ("badge", BADGE)] {
            conforms(&read(name), members, name);
        }
        let sonar = read("sonar");
        let ids: Vec<_> = sonar["rules"].as_array().expect("rules").iter().map(|rule| rule["id"].clone()).collect();
        let mut issues = sonar["issues"].as_array().expect("issues").iter();
        assert!(issues.all(|issue| ids.contains(&issue["ruleId"])), "an issue of an unknown rule");
    }
}

/// What readers of Checkstyle's XML take: files with names, errors with a line from 1, a severity
/// of four, a message.
#[test]
fn checkstyle_has_the_attributes_that_its_readers_take() {
    let text = written("checkstyle", &many(3));
    let attribute = |tag: &str, name: &str| {
        let (_, after) = tag.split_once(&format!(" {name}=\""))?;
        Some(after.split('"').next()?.to_owned())
    };
    let tags = |name: &str| -> Vec<String> {
        let begin = format!("<{name} ");
        text.split(&begin).skip(1).map(|rest| format!(" {}", rest.split('>').next().expect("a tag"))).collect()
    };
    assert_eq!(tags("checkstyle").len(), 1);
    assert!(attribute(&tags("checkstyle")[0], "version").is_some(), "{text}");
    let files: Vec<_> = tags("file").iter().filter_map(|tag| attribute(tag, "name")).collect();
    assert_eq!(files.len(), 3, "{text}");
    let errors = tags("error");
    assert_eq!(errors.len(), 3);
    for error in &errors {
        assert!(attribute(error, "line").and_then(|line| line.parse::<u32>().ok()).is_some_and(|line| line > 0));
        let severity = attribute(error, "severity").expect("a severity");
        assert!(["ignore", "info", "warning", "error"].contains(&severity.as_str()), "{severity}");
        assert!(attribute(error, "message").is_some_and(|message| !message.is_empty()));
        assert!(attribute(error, "source").is_some_and(|source| source.contains("cognitive")));
    }
}
