//! Exemptions in the source: a comment `elcano:allow(cognitive, nargs) reason="a parser is what it
//! is"` in a function, or right above it, accepts the findings of these rules on it. Never accepts
//! one without a reason: that is an error.

use super::limits::LimitChange;
use super::text::lines;
use crate::model::Space;

/// One comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allow {
    /// Its line, from 1.
    pub line: u32,
    /// Rules or metrics.
    pub rules: Vec<String>,
    /// Why.
    pub reason: String,
    /// The innermost space that it is in, or the first that begins in the lines right below it.
    pub space: usize,
}

/// What marks a comment as an exemption.
pub const MARK: &str = "elcano:allow";
/// What a comment begins with, in any language. The mark must follow: in prose or in a string it is
/// no exemption.
const OPENERS: [&str; 9] = ["//", "#", "/*", "*", "--", ";", "%", "<!--", "!"];

/// The exemptions of a file.
///
/// # Errors
/// A mark without rules or without a reason: line and problem.
pub fn find(text: &[u8], spaces: &[Space]) -> Result<Vec<Allow>, (u32, String)> {
    if memchr::memmem::find(text, MARK.as_bytes()).is_none() {
        return Ok(Vec::new());
    }
    let all: Vec<&[u8]> = lines(text).collect();
    let mut found = Vec::new();
    for (number, line) in (1..).zip(&all) {
        let line = String::from_utf8_lossy(line);
        let Some((before, after)) = line.split_once(MARK) else { continue };
        let before = before.trim_end();
        if !OPENERS.iter().any(|opener| before.ends_with(opener)) {
            continue;
        }
        let (rules, reason) = parse(after).map_err(|problem| (number, problem))?;
        let space = covered(number, &all, spaces);
        found.push(Allow { line: number, rules, reason, space });
    }
    Ok(found)
}

fn parse(after: &str) -> Result<(Vec<String>, String), String> {
    let form = || format!("write {MARK}(METRIC) reason=\"…\"");
    let inside = after.strip_prefix('(').and_then(|rest| rest.split_once(')'));
    let (names, rest) = inside.ok_or_else(|| format!("no metric in parentheses; {}", form()))?;
    let rules: Vec<String> = names.split(',').map(|name| name.trim().to_owned()).collect();
    for rule in &rules {
        LimitChange::of(rule)?;
    }
    let reason = rest.trim_start().strip_prefix("reason=\"").and_then(|rest| rest.split_once('"'));
    let reason = reason.map(|(reason, _)| reason.trim()).filter(|reason| !reason.is_empty());
    Ok((rules, reason.ok_or_else(|| format!("an exemption needs a reason; {}", form()))?.to_owned()))
}

/// The space that the comment on a line is about.
fn covered(line: u32, all: &[&[u8]], spaces: &[Space]) -> usize {
    let below = spaces.iter().enumerate().skip(1).find(|(_, space)| space.start_line > line);
    if let Some((at, space)) = below {
        // Only comments, attributes and decorators may stand between: no blank line.
        let between = all.get(line as usize..space.start_line.saturating_sub(1) as usize).unwrap_or_default();
        let own_line = all.get(line as usize - 1).is_some_and(|line| {
            let line = String::from_utf8_lossy(line);
            OPENERS.iter().any(|opener| line.trim_start().starts_with(opener))
        });
        if own_line && between.len() < 20 && between.iter().all(|line| is_prelude(line)) {
            return at;
        }
    }
    let around = spaces.iter().enumerate().filter(|(_, space)| (space.start_line..=space.end_line).contains(&line));
    around.max_by_key(|(at, space)| (space.start_byte, *at)).map_or(0, |(at, _)| at)
}

fn is_prelude(line: &[u8]) -> bool {
    let text = String::from_utf8_lossy(line);
    let text = text.trim_start();
    text.starts_with('@') || text.starts_with("*/") || OPENERS.iter().any(|opener| text.starts_with(opener))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_and_reason() {
        assert_eq!(
            parse("(cognitive, class:wmc) reason=\"a table\" */"),
            Ok((vec!["cognitive".to_owned(), "class:wmc".to_owned()], "a table".to_owned()))
        );
        for wrong in
            ["", "()", "(cognitive)", "(cognitive) reason=\"\"", "(cognitive) because", "(cognitve) reason=\"x\""]
        {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_mark_in_a_string_is_none() {
        assert_eq!(find(b"x = \"elcano:allow\"\n", &[]), Ok(Vec::new()));
        assert!(find(b"# elcano:allow(cognitive)\n", &[]).is_err());
    }
}
