//! Writes Checkstyle's XML, which most review tools read: files with their errors. Never writes
//! what is accepted.

use std::collections::BTreeMap;

use super::wording::message;
use super::xml::xml;
use crate::model::{Check, Finding, Severity};

pub(super) fn write(check: &Check) -> String {
    let mut files: BTreeMap<_, Vec<&Finding>> = BTreeMap::new();
    for finding in check.current() {
        files.entry(&finding.path).or_default().push(finding);
    }
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<checkstyle version=\"10.0\">\n");
    for (path, findings) in files {
        out += &format!("  <file name=\"{}\">\n", xml(&check.full_path(path).to_string()));
        for finding in findings {
            out += &format!(
                "    <error line=\"{}\" column=\"1\" severity=\"{}\" message=\"{}\" source=\"elcano.{}\"/>\n",
                finding.line,
                if finding.level == Severity::Fail { "error" } else { "warning" },
                xml(&message(finding)),
                xml(&finding.rule)
            );
        }
        out += "  </file>\n";
    }
    out + "</checkstyle>\n"
}
