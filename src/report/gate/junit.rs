//! Writes `JUnit`'s XML: a suite a rule, a case a finding. What is new or regressed beyond the
//! failing limit fails, files that could not be measured are errors, and a rule without findings is
//! one case that passes. Never writes what is known.

use super::wording::{message, remedy};
use super::xml::xml;
use crate::model::{Check, Finding, Severity};

pub(super) fn write(check: &Check) -> String {
    let mut suites = String::new();
    let (mut tests, mut failures) = (0, 0);
    let mut ids: Vec<&str> = check.rules.iter().map(|rule| rule.id.as_str()).collect();
    ids.extend(check.raised().map(|finding| finding.rule.as_str()));
    ids.sort_unstable();
    ids.dedup();
    for id in ids {
        let found: Vec<_> = check.raised().filter(|finding| finding.rule == id).collect();
        let failed = found.iter().filter(|finding| finding.level == Severity::Fail).count();
        let count = found.len().max(1);
        suites += &open(id, count, failed, 0);
        found.iter().for_each(|finding| suites += &case(check, finding));
        if found.is_empty() {
            suites += "    <testcase name=\"within its limits\" classname=\"elcano\"/>\n";
        }
        suites += "  </testsuite>\n";
        tests += count;
        failures += failed;
    }
    let errors = check.files_failed.len();
    if errors > 0 {
        suites += &open("measured", errors, 0, errors);
        for (path, why) in &check.files_failed {
            let path = xml(&check.full_path(path).to_string());
            let why = xml(why);
            suites +=
                &format!("    <testcase name=\"{path}\" classname=\"elcano\"><error message=\"{why}\"/></testcase>\n");
        }
        suites += "  </testsuite>\n";
    }
    let tests = tests + errors;
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <testsuites name=\"elcano\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\">\n{suites}</testsuites>\n"
    )
}

fn open(name: &str, tests: usize, failures: usize, errors: usize) -> String {
    let name = xml(name);
    format!("  <testsuite name=\"{name}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\">\n")
}

fn case(check: &Check, finding: &Finding) -> String {
    let path = xml(&check.full_path(&finding.path).to_string());
    let name = if finding.symbol.is_empty() { path.clone() } else { xml(&finding.symbol) };
    let message = xml(&message(finding));
    let inside = if finding.level == Severity::Fail {
        format!("<failure message=\"{message}\" type=\"{}\">{}</failure>", finding.status, xml(remedy(finding)))
    } else {
        format!("<system-out>{message}</system-out>")
    };
    let line = finding.line;
    format!("    <testcase name=\"{name}\" classname=\"{path}\" file=\"{path}\" line=\"{line}\">{inside}</testcase>\n")
}
